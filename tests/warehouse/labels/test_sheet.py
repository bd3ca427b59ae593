"""Sheets of labels: where things are, and that a scanner reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest

from tests.warehouse.labels import scanner
from warehouse.labels.drawing import as_pdf, as_svg
from warehouse.labels.sheet import Box, Label, sheets_of

pytestmark = pytest.mark.row("W06")

QR_MM, QUIET = 26.0, 4


@dataclass
class Card:
    code: str = "GW-2026-000001"
    tag: str = "GW-2026-000001"
    name: str = "办公桌"
    class_code: str = "A05010201"
    owner_name: str = "云澜市机关事务管理局"


def pages_in(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def modules_of(boxes: list[Box]) -> list[list[bool]]:
    """The modules that the boxes of one code draw."""
    module = min(each.height for each in boxes)
    left, top = min(each.x for each in boxes), min(each.y for each in boxes)
    size = round(QR_MM / module) - 2 * QUIET
    found = [[False] * size for _ in range(size)]
    for box in boxes:
        row, begin = round((box.y - top) / module), round((box.x - left) / module)
        for column in range(begin, begin + round(box.width / module)):
            found[row][column] = True
    return found


def code_on(label: Label) -> str:
    return scanner.read(modules_of([each for each in label.boxes if each.height > 0.3]))


@pytest.mark.parametrize("number", [1, 24, 25, 30, 48, 49])
def test_every_twenty_four_labels_make_a_page(number: int) -> None:
    sheets = sheets_of([Card()] * number)
    assert len(sheets) == -(-number // 24)
    assert pages_in(as_pdf(sheets)) == len(sheets)


def test_labels_lie_where_the_sheet_has_them() -> None:
    [sheet] = sheets_of([Card()] * 24)
    corners = [(label.texts[0].x - 30, label.texts[0].y - 7) for label in sheet]
    assert corners[0] == pytest.approx((7.25, 12.9))
    assert corners[2] == pytest.approx((139.25, 12.9))
    assert corners[3] == pytest.approx((7.25, 46.8))
    assert corners[23] == pytest.approx((139.25, 250.2))
    for (x, y), label in zip(corners, sheet, strict=True):
        for box in label.boxes:
            assert x <= box.x
            assert box.x + box.width <= x + 63.5
            assert y <= box.y
            assert box.y + box.height <= y + 33.9
        assert all(x <= text.x and text.y <= y + 33.9 for text in label.texts)


@pytest.mark.parametrize(
    "tag", ["GW-2026-000001", "E280-1160-6000-0209", "7", "一号库_A(3)", "A" * 42]
)
def test_a_scanner_reads_the_tag_from_a_label(tag: str) -> None:
    [[label]] = sheets_of([Card(tag=tag)])
    assert code_on(label) == tag


def test_an_svg_draws_the_code_that_is_read() -> None:
    drawn = as_svg(sheets_of([Card(tag="E280-0001"), Card(tag="E280-0002")])[0])
    root = ElementTree.fromstring(drawn)
    assert (root.get("width"), root.get("height")) == ("210mm", "297mm")
    form = r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+z"
    read = []
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        boxes = [Box(*map(float, each)) for each in re.findall(form, path.get("d", ""))]
        read.append(scanner.read(modules_of([each for each in boxes if each.height > 0.3])))
    assert read == ["E280-0001", "E280-0002"]


def test_a_label_tells_of_its_card() -> None:
    card = Card(tag="E280-0001", name="激光多功能一体打印复印扫描传真机（彩色）")
    [[label]] = sheets_of([card])
    assert [each.text for each in label.texts] == [
        "公物仓",
        "GW-2026-000001",
        "激光多功能一体打印",
        "复印扫描传真机（…",
        "分类 A05010201",
        "权属 云澜市机关事务管理局",
        "E280-0001",
    ]


def test_the_same_cards_make_the_same_bytes() -> None:
    cards = [Card(name=f"办公桌{number}") for number in range(30)]
    assert as_pdf(sheets_of(cards)) == as_pdf(sheets_of(cards))
    assert as_svg(sheets_of(cards)[0]) == as_svg(sheets_of(cards)[0])


@pytest.mark.parametrize("name", ["<办公桌 & 椅>", "🏢\ufffe\u202e", "%_'\"\\;--", " "])
def test_no_name_however_strange_spoils_a_file(name: str) -> None:
    sheets = sheets_of([Card(name=name, class_code="")])
    ElementTree.fromstring(as_svg(sheets[0]))
    assert pages_in(as_pdf(sheets)) == 1
