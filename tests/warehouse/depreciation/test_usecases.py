"""What a card is worth on a day, and what all of them are."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from chassis.errors import InvalidInput, NotFound
from chassis.storage.columns import new_id
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from guanjia.warehouse.v1 import depreciation_pb2 as pb
from tests.refusals import refusal
from tests.warehouse.factories import NOW, held_item
from warehouse.items.model import Item
from warehouse.items.states import ItemState

pytestmark = pytest.mark.row("W15")
NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
_ITEMS = Item.__table__


def computer(warehouse: Harness, **changes: Any) -> Any:
    """6,000 yuan, 72 months, the first of which is February 2024."""
    fields = {
        "class_code": "A02010105",
        "acquired_on": "2024-01-15",
        "original_value_fen": 600_000,
    } | changes
    return held_item(warehouse, **fields)


def value(warehouse: Harness, item: Any, on_day: str = "") -> Any:
    return warehouse.call("get_book_value", item_id=item.id, on_day=on_day)


def set_norm(warehouse: Harness, kind: str, figure: str, **fields: Any) -> None:
    fields = {"key": "", "valid_from": "2000-01-01", "source": "云资〔2026〕2号"} | fields
    warehouse.call("set_norm", kind=f"warehouse.{kind}", value=figure, **fields)


def test_6000_yuan_over_72_months_from_the_month_after_acquisition(warehouse: Harness) -> None:
    item = computer(warehouse)
    for on_day, counted, book in (
        ("2023-12-31", 0, 600_000),
        ("2024-01-31", 0, 600_000),
        ("2024-02-01", 1, 591_667),
        ("2024-02-29", 1, 591_667),
        ("2024-03-31", 2, 583_333),
        ("2027-01-31", 36, 300_000),
        ("2029-12-31", 71, 8_333),
        ("2030-01-01", 72, 0),
        ("2100-01-01", 72, 0),
    ):
        told = value(warehouse, item, on_day)
        assert (told.on_day, told.counted_months, told.book_value_fen) == (on_day, counted, book)
        assert told.accumulated_fen == 600_000 - book


def test_a_book_value_tells_its_basis_and_is_of_today_if_no_day_is_said(warehouse: Harness) -> None:
    item = computer(warehouse)
    told = value(warehouse, item)
    assert (told.item_id, told.item_code, told.on_day) == (item.id, item.code, "2026-03-02")
    assert (told.acquired_on, told.original_value_fen) == ("2024-01-15", 600_000)
    assert (told.life_months, told.counted_months, told.book_value_fen) == (72, 26, 383_333)
    assert "财会〔2017〕4号" in told.life_source
    assert "由本级设为 0" in told.lag_source
    assert told.absence == pb.BOOK_VALUE_ABSENCE_UNSPECIFIED


def test_a_card_without_day_or_norm_has_no_book_value(warehouse: Harness) -> None:
    for changes, absence in (
        ({"acquired_on": ""}, pb.BOOK_VALUE_ABSENCE_NO_ACQUISITION_DAY),
        ({"class_code": ""}, pb.BOOK_VALUE_ABSENCE_NO_NORM),
        ({"class_code": "A0801"}, pb.BOOK_VALUE_ABSENCE_NO_NORM),
    ):
        told = value(warehouse, computer(warehouse, **changes))
        assert told.absence == absence
        for name in ("life_months", "counted_months", "accumulated_fen", "book_value_fen"):
            assert not told.HasField(name)


def test_a_region_may_begin_with_the_month_of_acquisition(warehouse: Harness) -> None:
    set_norm(warehouse, "depreciation_lag", "0", region_code="990100")
    told = value(warehouse, computer(warehouse), "2024-01-31")
    assert (told.counted_months, told.book_value_fen) == (1, 591_667)
    assert told.lag_source == "云资〔2026〕2号"


def test_a_life_is_the_longest_keys_of_the_day_of_acquisition(warehouse: Harness) -> None:
    set_norm(warehouse, "life_months", "48", key="A020101", valid_from="2024-01-15")
    set_norm(warehouse, "life_months", "60", key="A020101", valid_from="2025-01-01")
    lives = [
        value(warehouse, computer(warehouse, acquired_on=day)).life_months
        for day in ("2024-01-14", "2024-01-15", "2024-12-31", "2025-01-01", "2001-05-01")
    ]
    assert lives == [72, 48, 48, 60, 72]


def test_what_is_not_depreciated_keeps_its_value(warehouse: Harness) -> None:
    set_norm(warehouse, "life_months", "0", key="A03")
    told = value(warehouse, computer(warehouse, class_code="A0301"), "2090-01-01")
    assert (told.life_months, told.book_value_fen) == (0, 600_000)


@pytest.mark.parametrize("kind", ["life_months", "depreciation_lag"])
def test_a_norm_beyond_all_measure_leaves_the_report_as_the_cards(
    warehouse: Harness, kind: str
) -> None:
    item = computer(warehouse, acquired_on="1900-01-01", original_value_fen=10**15)
    set_norm(warehouse, kind, "9999999999", region_code="990100", valid_from="1900-01-01")
    told = value(warehouse, item, "2200-12-31").book_value_fen
    report = warehouse.call("report_depreciation", on_day="2200-12-31")
    assert figures(report)["合计",]["book_yuan"] * 100 == told


def test_a_card_and_a_day_there_must_be(warehouse: Harness) -> None:
    assert refusal(warehouse, "get_book_value", NotFound, item_id=NOBODY)[1] == ["item_id"]
    told = refusal(warehouse, "get_book_value", InvalidInput, item_id=NOBODY, on_day="2026-02-29")
    assert told == ("INVALID_DATE", ["on_day"])
    told = refusal(warehouse, "report_depreciation", InvalidInput, class_length=21)
    assert told == ("OUT_OF_RANGE", ["class_length"])


def test_the_report_groups_by_class_and_leads_to_the_cards(warehouse: Harness) -> None:
    computer(warehouse)
    computer(warehouse, acquired_on="2025-12-31", original_value_fen=100)
    held_item(warehouse, acquired_on="", original_value_fen=50_000)
    told = warehouse.call("report_depreciation", on_day="2027-01-31")
    assert told.as_of == "2027-01-31"
    assert figures(told) == {
        ("A02",): sums(2, "6001.00", "3000.18", "3000.82", 0, "0.00"),
        ("A05",): sums(0, "0.00", "0.00", "0.00", 1, "500.00"),
        ("合计",): sums(2, "6001.00", "3000.18", "3000.82", 1, "500.00"),
    }
    assert [len(rows_behind(warehouse, each)) for each in told.lines] == [2, 1, 3]
    finer = warehouse.call("report_depreciation", class_length=5, region_code="9901")
    assert [each.about[0] for each in finer.lines] == ["A0201", "A0501", "合计"]
    elsewhere = warehouse.call("report_depreciation", region_code="9902")
    assert list(figures(elsewhere)) == [("合计",)]


def sums(number: int, *rest: Any) -> dict[str, Decimal]:
    keys = ("number", "original_yuan", "accumulated_yuan", "book_yuan", "without", "without_yuan")
    return dict(zip(keys, map(Decimal, (number, *rest)), strict=True))


DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
CARDS = st.lists(
    st.tuples(
        st.sampled_from(["A02010105", "A0203", "A05010201", "A03", "A0201", "A", "", "B01"]),
        st.one_of(st.none(), DAYS),
        st.one_of(st.integers(0, 10**6), st.integers(10**14, 10**15)),
        st.sampled_from(["990101", "990102", "990201"]),
        st.sampled_from([ItemState.IN_STOCK, ItemState.IN_USE, ItemState.GONE]),
    ),
    min_size=1,
    max_size=12,
)


def test_the_report_is_the_sum_of_the_cards_to_the_fen(warehouse: Harness) -> None:
    set_norm(warehouse, "depreciation_lag", "0", region_code="990102", valid_from="2010-01-01")
    set_norm(warehouse, "life_months", "7", key="A020101", valid_from="2015-06-01")
    set_norm(warehouse, "life_months", "11", key="A0201", region_code="990200")
    set_norm(warehouse, "life_months", "0", key="A03")

    @settings(max_examples=25, deadline=None, derandomize=True, database=None)
    @given(CARDS, DAYS)
    def holds(cards: list[Any], on_day: date) -> None:
        ids = put(warehouse, cards)
        told = warehouse.call("report_depreciation", on_day=on_day.isoformat())
        found = figures(told)["合计",]
        kept = [
            warehouse.call("get_book_value", item_id=id, on_day=on_day.isoformat())
            for id, card in zip(ids, cards, strict=True)
            if card[-1] is not ItemState.GONE
        ]
        known = [each for each in kept if each.HasField("book_value_fen")]
        assert found["number"] == len(known)
        assert found["without"] == len(kept) - len(known)
        for key, name in (
            ("original_yuan", "original_value_fen"),
            ("accumulated_yuan", "accumulated_fen"),
            ("book_yuan", "book_value_fen"),
        ):
            assert found[key] == Decimal(sum(getattr(each, name) for each in known)) / 100

    holds()


def put(warehouse: Harness, cards: list[Any]) -> list[str]:
    """These cards and no others, as they are."""
    rows = [card_row(number, *card) for number, card in enumerate(cards)]
    with warehouse.database.transaction() as connection:
        connection.execute(delete(_ITEMS))
        connection.execute(insert(_ITEMS), rows)
    return [row["id"] for row in rows]


def card_row(
    number: int,
    class_code: str,
    acquired_on: date | None,
    original: int,
    region_code: str,
    state: ItemState,
) -> dict[str, Any]:
    texts = ("name", "place", "unit_id", "owner_name", "owner_uscc", "borrower_name", "reach")
    return {
        **dict.fromkeys(texts, ""),
        "id": new_id(),
        "code": f"GW-{number}",
        "asset_code": f"ZC-{number}",
        "class_code": class_code,
        "acquired_on": acquired_on,
        "original_value_fen": original,
        "condition": "good",
        "state": state,
        "store_id": None,
        "region_code": region_code,
        "value_fen": 0,
        "tag": "",
        "stay": 1,
        "version": 1,
        "created_at": NOW + timedelta(seconds=number),
        "updated_at": NOW,
    }
