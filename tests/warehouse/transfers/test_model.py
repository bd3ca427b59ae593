"""Every move of a transfer and of its lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chassis.errors import IllegalState, NotFound
from tests.moves import moves_hold
from tests.warehouse.factories import NOW, item_object
from warehouse.transfers.lines import LINE_STATE_NAMES, LineState, TransferLine
from warehouse.transfers.model import STATE_NAMES, Transfer, TransferState

pytestmark = pytest.mark.row("W03")
S = TransferState
L = LineState
LINES = {
    S.DRAFT: L.ASKED,
    S.SUBMITTED: L.ASKED,
    S.APPROVED: L.RESERVED,
    S.IN_TRANSIT: L.IN_TRANSIT,
    S.COMPLETED: L.RECEIVED,
    S.UNMET: L.MISSED,
    S.REFUSED: L.REFUSED,
    S.REJECTED: L.DROPPED,
    S.WITHDRAWN: L.DROPPED,
}


def transfer_object(state: TransferState, *lines: LineState) -> Transfer:
    transfer = Transfer(
        code="DB-2026-000001",
        state=state,
        region_code="990101",
        unit_id="u-7",
        unit_name="云澜市财政局",
        requested_by="zhang",
        corrected_by="",
    )
    states = lines or (LINES[state],)
    transfer.says("新增", "301", {}, [item_object() for _ in states])
    for line, stood in zip(transfer.lines, states, strict=True):
        line.state = stood
    return transfer


def refuse(transfer: Transfer, number: int) -> None:
    transfer.refuse(transfer.lines[number], "wang", NOW, "damaged", "")


MOVES: dict[str, Callable[[Transfer], object]] = {
    "correct": lambda it: it.correct("li"),
    "submit": lambda it: it.submit("zhang"),
    "take back": lambda it: it.take_back("wang", NOW, "请补充"),
    "reject": lambda it: it.reject("wang", NOW, "不同意"),
    "withdraw": lambda it: it.withdraw(),
    "hand over": lambda it: it.hand_over(it.lines, "qian", NOW),
    "receive": lambda it: it.receive(it.lines, "zhang", NOW),
    "refuse": lambda it: refuse(it, 0),
}
LEGAL = {
    (S.DRAFT, "correct"): S.DRAFT,
    (S.DRAFT, "submit"): S.SUBMITTED,
    (S.DRAFT, "withdraw"): S.WITHDRAWN,
    (S.SUBMITTED, "take back"): S.DRAFT,
    (S.SUBMITTED, "reject"): S.REJECTED,
    (S.SUBMITTED, "withdraw"): S.WITHDRAWN,
    (S.APPROVED, "hand over"): S.IN_TRANSIT,
    (S.APPROVED, "withdraw"): S.WITHDRAWN,
    (S.IN_TRANSIT, "receive"): S.COMPLETED,
    (S.IN_TRANSIT, "refuse"): S.REFUSED,
}


def shown(transfer: Transfer) -> object:
    own = [getattr(transfer, each.key) for each in Transfer.__table__.c]
    parts = TransferLine.__table__.c
    return own, [[getattr(line, each.key) for each in parts] for line in transfer.lines]


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", S)
def test_a_move_leads_where_the_picture_says_or_is_refused(state: S, move: str) -> None:
    moves_hold(transfer_object(state), move, MOVES, LEGAL, shown)


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ((L.RESERVED, L.MISSED), S.APPROVED),
        ((L.RESERVED, L.RESERVED), S.APPROVED),
        ((L.MISSED, L.MISSED), S.UNMET),
    ],
)
def test_an_approved_transfer_awaits_what_is_reserved(lines: tuple[L, ...], state: S) -> None:
    transfer = transfer_object(S.SUBMITTED, *lines)
    transfer.approve("wang", NOW, "")
    assert transfer.state is state


@pytest.mark.parametrize(
    ("lines", "move", "state"),
    [
        ((L.RESERVED, L.IN_TRANSIT), "withdraw", S.IN_TRANSIT),
        ((L.RESERVED, L.RECEIVED), "withdraw", S.COMPLETED),
        ((L.RESERVED, L.REFUSED), "withdraw", S.REFUSED),
        ((L.RESERVED, L.MISSED), "withdraw", S.WITHDRAWN),
        ((L.IN_TRANSIT, L.RESERVED), "refuse", S.APPROVED),
        ((L.IN_TRANSIT, L.RECEIVED), "refuse", S.COMPLETED),
        ((L.IN_TRANSIT, L.IN_TRANSIT), "refuse", S.IN_TRANSIT),
        ((L.IN_TRANSIT, L.MISSED), "refuse", S.REFUSED),
    ],
)
def test_the_state_follows_from_the_lines(lines: tuple[L, ...], move: str, state: S) -> None:
    transfer = transfer_object(S.APPROVED, *lines)
    transfer.due_at = NOW
    MOVES[move](transfer)
    assert transfer.state is state
    assert (transfer.due_at is None) == (state not in (S.APPROVED, S.IN_TRANSIT))


def test_a_withdrawn_transfer_frees_what_was_reserved_and_nothing_else() -> None:
    transfer = transfer_object(S.APPROVED, L.RESERVED, L.IN_TRANSIT, L.MISSED, L.RESERVED)
    assert transfer.withdraw() == [transfer.lines[0], transfer.lines[3]]
    assert [each.state for each in transfer.lines] == [
        L.DROPPED,
        L.IN_TRANSIT,
        L.MISSED,
        L.DROPPED,
    ]


LINE_MOVES: dict[str, Callable[[Any], object]] = {
    "reserve": lambda it: it.reserve(item_object()),
    "miss": lambda it: it.miss(),
    "hand over": lambda it: it.hand_over("qian", NOW),
    "receive": lambda it: it.receive("zhang", NOW),
    "refuse": lambda it: it.refuse("zhang", NOW, "damaged", ""),
}
LINE_LEGAL = {
    (L.ASKED, "reserve"): L.RESERVED,
    (L.ASKED, "miss"): L.MISSED,
    (L.RESERVED, "hand over"): L.IN_TRANSIT,
    (L.IN_TRANSIT, "receive"): L.RECEIVED,
    (L.IN_TRANSIT, "refuse"): L.REFUSED,
}


@pytest.mark.parametrize("move", LINE_MOVES)
@pytest.mark.parametrize("state", L)
def test_a_line_goes_its_way_or_is_refused(state: L, move: str) -> None:
    line = TransferLine.of(item_object(), 1)
    line.state = state
    columns = TransferLine.__table__.c
    moves_hold(
        line, move, LINE_MOVES, LINE_LEGAL, lambda it: [getattr(it, each.key) for each in columns]
    )


def test_nothing_in_transit_cannot_be_received() -> None:
    transfer = transfer_object(S.APPROVED)
    with pytest.raises(IllegalState) as refused:
        transfer.receive([], "zhang", NOW)
    assert refused.value.reason == "NOTHING_IN_TRANSIT"


def test_a_line_of_another_transfer_is_not_found() -> None:
    with pytest.raises(NotFound):
        transfer_object(S.DRAFT).line("l-9", "line_ids.0")


def test_every_state_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(S)
    assert set(LINE_STATE_NAMES) == set(L)
