"""Whatever commands arrive in whatever order, a disposal stays what it must be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.errors import IllegalState
from housing.disposals.lines import LineState
from housing.disposals.model import Disposal, DisposalState
from tests.housing.disposals.test_model import shown
from tests.housing.factories import NOW, disposal_object

S = DisposalState
L = LineState
ENDS = (S.COMPLETED, S.REJECTED, S.WITHDRAWN)
CLOSED = (L.ACCEPTED, L.SETTLED, L.WITHDRAWN)
AWAITED = (L.AWAITING_INTAKE, L.WITHDRAWING)
TAKEN_BACK = (L.WITHDRAWING, L.WITHDRAWN)
STILL_LEAVING = (L.AWAITING_INTAKE, L.REJECTED)


class Life(RuleBasedStateMachine):
    """Sends every command at any time; some are refused."""

    disposal: Disposal

    @initialize(lines=st.integers(0, 3), state=st.sampled_from([S.DRAFT, S.APPROVED]))
    def begin(self, lines: int, state: DisposalState) -> None:
        self.disposal = disposal_object(lines, state)
        self.released = {line.id for line in self.disposal.lines}

    def attempt(self, move: Callable[[], None]) -> None:
        """A refused move changes nothing; a disposal that ended stays at its end, though an
        answer that comes late may be noted."""
        before, state = shown(self.disposal), self.disposal.state
        try:
            move()
        except IllegalState:
            assert shown(self.disposal) == before
        else:
            assert state not in ENDS or self.disposal.state is state

    @rule()
    def submit(self) -> None:
        self.attempt(self.disposal.submit)

    @rule()
    def withdraw(self) -> None:
        self.attempt(lambda: self.disposal.withdraw("zhang", NOW, "不再搬迁"))

    @rule()
    def reject(self) -> None:
        self.attempt(lambda: self.disposal.reject("li", NOW, "材料不全"))

    @rule()
    def approve(self) -> None:
        self.attempt(lambda: self.disposal.approve("li", NOW, ""))

    @rule(place=st.integers(0, 2), act=st.sampled_from(["accept", "reject", "give_back", "settle"]))
    def answer_or_settle(self, place: int, act: str) -> None:
        if place < len(self.disposal.lines):
            move = getattr(self.disposal, f"{act}_line")
            more = [] if act in ("accept", "give_back") else ["说明"]
            self.attempt(lambda: move(self.disposal.lines[place].id, *more))

    @rule(income_fen=st.integers(0, 10**15))
    def complete(self, income_fen: int) -> None:
        self.attempt(lambda: self.disposal.complete(income_fen, None))

    @invariant()
    def completed_means_that_all_lines_are_closed(self) -> None:
        if self.disposal.state is S.COMPLETED:
            assert all(line.state in CLOSED for line in self.disposal.lines)

    @invariant()
    def a_rejected_line_and_only_that_needs_attention(self) -> None:
        rejected = any(line.state is LineState.REJECTED for line in self.disposal.lines)
        assert rejected == (self.disposal.state is S.NEEDS_ATTENTION)

    @invariant()
    def lines_are_planned_exactly_until_approval(self) -> None:
        planned = {line.state is LineState.PLANNED for line in self.disposal.lines}
        assert planned <= {not self.disposal.decided_by or self.disposal.state is S.REJECTED}

    @invariant()
    def lines_are_taken_back_exactly_by_a_withdrawal(self) -> None:
        back = [line for line in self.disposal.lines if line.state in TAKEN_BACK]
        assert not back or self.disposal.withdrawn_at is not None
        if self.disposal.withdrawn_at is not None:
            assert not [line for line in self.disposal.lines if line.state in STILL_LEAVING]

    @invariant()
    def withdrawn_means_that_nothing_was_handed_over(self) -> None:
        if self.disposal.state is S.WITHDRAWN:
            assert {line.state for line in self.disposal.lines} <= {L.PLANNED, L.WITHDRAWN}

    @invariant()
    def a_line_has_a_due_time_exactly_while_it_is_awaited(self) -> None:
        for line in self.disposal.lines:
            awaited = line.state in AWAITED
            assert (line.answer_due_at is not None) == awaited

    @invariant()
    def no_line_comes_or_goes(self) -> None:
        assert {line.id for line in self.disposal.lines} == self.released

    @invariant()
    def nothing_is_overdue_in_time_or_before_approval(self) -> None:
        assert not any(line.overdue for line in self.disposal.as_of(NOW).lines)
        late = self.disposal.as_of(NOW + timedelta(days=400))
        awaited = [line.state in AWAITED for line in late.lines]
        assert [line.overdue for line in late.lines] == awaited

    @invariant()
    def income_is_booked_by_completion_alone(self) -> None:
        assert self.disposal.income_fen == 0 or self.disposal.state is S.COMPLETED


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
