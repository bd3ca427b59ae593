"""The kinds of fields requests are made of."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from marshmallow import Schema, fields

from chassis.errors import InvalidInput
from chassis.fields import Choice, Code, Day, Identifier, Line, RegionCode, Uscc, half_width
from chassis.schemas import Part, RequestSchema
from cli.sample.city import uscc
from tests.chassis.reading import read, reason

VALID_USCC = uscc("11990100", "00012345")
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def test_a_line_loses_the_white_space_around_it() -> None:
    assert read(Line(), " \u3000云澜市　财政局\n") == "云澜市　财政局"


@pytest.mark.parametrize("blank", ["", " ", "\u3000\t\n"])
def test_a_blank_line_is_missing_unless_it_may_be(blank: str) -> None:
    assert reason(Line(), blank) == "REQUIRED"
    assert read(Line(optional=True), blank) == ""


def test_a_line_has_at_most_its_characters() -> None:
    assert read(Line(5), "一二三四五") == "一二三四五"
    assert reason(Line(5), "一二三四五六") == "TOO_LONG"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ｙｌ－０１０１／０００１", "YL-0101/0001"),
        (" yl-1 ", "YL-1"),
        ("房（2024）1号", "房(2024)1号"),
    ],
)
def test_a_code_is_kept_in_half_width_capitals(typed: str, code: str) -> None:
    assert read(Code(), typed) == code


@pytest.mark.parametrize("typed", ["YL 1", "YL\u200b1", "YL;1", "YL,1", "'", "a%b", "甲\n乙"])
def test_a_code_holds_no_other_characters(typed: str) -> None:
    assert reason(Code(), typed) == "INVALID_CODE"


def test_a_code_is_measured_as_it_is_kept() -> None:
    """One typed character may stand for several: ㈱ is (株)."""
    assert reason(Code(5), "㈱㈱") == "TOO_LONG"


@pytest.mark.row("W11")
def test_a_uscc_with_its_check_character_is_taken() -> None:
    assert read(Uscc(), VALID_USCC) == VALID_USCC


@pytest.mark.row("W11")
@given(st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_a_uscc_with_one_character_changed_is_refused(place: int, character: str) -> None:
    assume(VALID_USCC[place] != character)
    wrong = VALID_USCC[:place] + character + VALID_USCC[place + 1 :]
    assert reason(Uscc(), wrong) == "INVALID_USCC"


@pytest.mark.row("W11")
@pytest.mark.parametrize(
    "typed",
    [
        "".join(chr(ord(each) + 0xFEE0) for each in VALID_USCC),
        VALID_USCC.lower(),
        f" {VALID_USCC[:8]} {VALID_USCC[8:]} ",
        f"{VALID_USCC[:8]}-{VALID_USCC[8:]}",
    ],
)
def test_a_uscc_is_kept_in_one_form_however_it_is_typed(typed: str) -> None:
    assert read(Uscc(), typed) == VALID_USCC


@pytest.mark.parametrize("typed", [VALID_USCC[:17], VALID_USCC + "0", "91", "统一社会信用代码"])
def test_a_uscc_of_another_length_is_refused(typed: str) -> None:
    assert reason(Uscc(), typed) == "INVALID_USCC"


@pytest.mark.parametrize("typed", ["990100", "９９０１００", "990101001"])
def test_a_region_code_has_six_or_nine_digits(typed: str) -> None:
    assert read(RegionCode(), typed) == half_width(typed)


@pytest.mark.parametrize("typed", ["99", "9901", "99010", "9901000", "99010a", "٩٩٠١٠٠", "-99010"])
def test_another_region_code_is_refused(typed: str) -> None:
    assert reason(RegionCode(), typed) == "INVALID_REGION_CODE"


def test_the_beginning_of_a_region_code_may_be_searched_for() -> None:
    assert read(RegionCode(prefix=True), "9901") == "9901"
    assert reason(RegionCode(prefix=True), "990") == "INVALID_REGION_CODE"


def test_an_identifier_is_a_uuid_in_its_usual_form() -> None:
    id = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
    assert read(Identifier(), id.upper()) == id
    for wrong in ("1", id[:-1], id.replace("-", ""), f"{{{id}}}", f"urn:uuid:{id}"):
        assert reason(Identifier(), wrong) == "INVALID_ID"


@pytest.mark.parametrize("typed", ["2024-02-29", "２０２４－０２－２９", " 2024-02-29 "])
def test_a_day_that_exists_is_taken(typed: str) -> None:
    assert read(Day(), typed) == date(2024, 2, 29)


@pytest.mark.parametrize(
    "typed",
    ["2023-02-29", "2024-13-01", "2024-2-9", "29.02.2024", "20240229", "2024-W09-4", "今天"],
)
def test_a_day_that_does_not_exist_or_is_written_otherwise_is_refused(typed: str) -> None:
    assert reason(Day(), typed) == "INVALID_DATE"


@pytest.mark.parametrize("typed", ["1899-12-31", "2201-01-01"])
def test_a_day_of_another_age_is_refused(typed: str) -> None:
    assert reason(Day(), typed) == "OUT_OF_RANGE"


def test_a_day_may_be_empty_only_where_it_may_be() -> None:
    assert read(Day(optional=True), "") is None
    assert reason(Day(), " ") == "REQUIRED"


def test_a_word_of_an_enum_must_be_given() -> None:
    assert read(Choice(), "office") == "office"
    assert reason(Choice(), None) == "REQUIRED"


class Inner(RequestSchema):
    name = Line()


@pytest.mark.parametrize("nothing", [None, {}])
def test_a_part_that_is_missing_is_refused_by_name(nothing: None) -> None:
    expected = "given" if nothing is None else "given.name"
    schema: Schema = RequestSchema.from_dict({"given": Part(Inner)})()
    assert isinstance(schema, RequestSchema)
    with pytest.raises(InvalidInput) as refused:
        schema.clean({"given": nothing})
    [violation] = refused.value.violations
    assert (violation.field, violation.reason, violation.zh) == (expected, "REQUIRED", "必填")


def test_all_broken_rules_are_told_at_once() -> None:
    schema = RequestSchema.from_dict({"name": Line(), "parts": fields.List(Part(Inner))})()
    assert isinstance(schema, RequestSchema)
    with pytest.raises(InvalidInput) as refused:
        schema.clean({"name": "", "parts": [{"name": "a"}, {"name": ""}]})
    assert [each.field for each in refused.value.violations] == ["name", "parts.1.name"]
