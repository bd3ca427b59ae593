"""Every move of a stocktake, and what a scanner may send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chassis.errors import InvalidInput
from tests.moves import moves_hold
from tests.warehouse.factories import NOW
from warehouse.stocktakes.lines import Outcome
from warehouse.stocktakes.model import STATE_NAMES, Stocktake, StocktakeState
from warehouse.stocktakes.schemas import RecordScansSchema

S = StocktakeState

MOVES: dict[str, Callable[[Stocktake], object]] = {
    "post": lambda it: it.post(2, "li", NOW),
    "undo": lambda it: it.undo("wang", NOW, "盘点时仓库未清场"),
    "cancel": lambda it: it.cancel(),
}
LEGAL = {
    (S.OPEN, "post"): S.POSTED,
    (S.POSTED, "undo"): S.UNDONE,
    (S.OPEN, "cancel"): S.CANCELLED,
}


def shown(stocktake: Stocktake) -> object:
    return [getattr(stocktake, each.key) for each in Stocktake.__table__.c]


@pytest.mark.row("W07")
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", S)
def test_a_move_leads_where_the_picture_says_or_is_refused(state: S, move: str) -> None:
    moves_hold(Stocktake(state=state), move, MOVES, LEGAL, shown)


def test_every_state_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(S)


def test_every_outcome_is_counted_in_a_column_of_its_own() -> None:
    stocktake = Stocktake(state=S.OPEN)
    for outcome in Outcome:
        stocktake.count(outcome, 2)
        stocktake.count(outcome, -1)
    assert {getattr(stocktake, each.value) for each in Outcome} == {1}


@pytest.mark.parametrize(
    ("scanned", "read"),
    [
        ("GW-2026-000001\r\n", "GW-2026-000001"),
        ("\tgw-2026-000001 ", "GW-2026-000001"),
        ("ＧＷ－２０２６", "GW-2026"),
        ("\ufeffE280 1160\u200b\u30006000", "E28011606000"),
        ("https://例.cn/卡片?id=7", "HTTPS://例.CN/卡片?ID=7"),
    ],
    ids=["line end", "lower case", "full width", "unseen", "address"],
)
def test_a_scan_is_read_without_blanks_and_what_cannot_be_seen(scanned: str, read: str) -> None:
    assert RecordScansSchema().clean({"tags": [scanned, read]})["tags"] == [read]


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ([], ("REQUIRED", "tags")),
        (["x"] * 501, ("TOO_MANY", "tags")),
        (["x", " \u200b"], ("REQUIRED", "tags.1")),
        (["x" * 65], ("TOO_LONG", "tags.0")),
    ],
    ids=["none", "too many", "blank", "too long"],
)
def test_what_no_scanner_reads_is_refused(tags: Any, told: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        RecordScansSchema().clean({"tags": tags})
    assert (refused.value.reason, refused.value.violations[0].field) == told
