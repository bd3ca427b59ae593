"""How the machine that tries everything sends its commands: once, twice, or cut off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from chassis import failpoints
from chassis.errors import DomainError
from chassis.principal import Principal
from chassis.testing import Harness
from tests.warehouse.books import Rows, books

WHICH = st.integers(0, 20)
BITS = st.integers(0, 7)
HOW = st.sampled_from(["once", "once", "once", "twice", "cut off", "reply lost"])
"""How a command arrives: `cut off` before it is committed, its `reply lost` after that; both
times it is sent again."""


class ReplyLost(Exception):
    """The process died after its commit."""


class Sending(RuleBasedStateMachine):
    """Picks what a command is about, and sends it; keeps count of what came in.

    `rows` are the books after the last step, `came` says how many cards each asset got.
    """

    def __init__(self, make: Callable[[], Harness]) -> None:
        super().__init__()
        self.warehouse = make()
        self.rows: Rows = {}
        self.requests = 0
        self.checked: Rows = {}
        self.came: Counter[str] = Counter()
        self.units: list[Principal] = []
        self.stores: list[Any] = []

    def teardown(self) -> None:
        failpoints.arm("")
        self.warehouse.close()

    def send(self, how: str, method: str, user: str | Principal = "keeper", **fields: Any) -> Any:
        """The reply, None where the command was refused: then nothing changed."""
        self.requests += 1
        fields["request_id"] = f"c{self.requests}"

        def once() -> Any:
            return self.warehouse.call(method, user=user, **fields)

        try:
            reply = self.interrupted(how, once) or once()
        except DomainError:
            assert books(self.warehouse) == self.rows
            return None
        if how != "once":
            after = books(self.warehouse)
            assert once() == reply
            assert books(self.warehouse) == after
        return reply

    def interrupted(self, how: str, once: Callable[[], Any]) -> Any:
        """Lets a command fail on its way: before its commit nothing happened."""
        if how == "cut off":
            failpoints.arm("before_commit:raise:1")
            try:
                once()
            except failpoints.FailpointReached:
                assert books(self.warehouse) == self.rows
            finally:
                failpoints.arm("")
        if how == "reply lost":
            self.warehouse.app.on_commit = _die
            try:
                return once()
            except ReplyLost:
                return None
            finally:
                self.warehouse.app.on_commit = lambda: None
        return None

    def again(self) -> None:
        """Reads the books between two commands of one step."""
        self.rows = books(self.warehouse)

    def one(self, table: str, which: int, *states: str) -> Any:
        """A row in one of these states, or any other one; None where there is none."""
        rows = self.rows[table]
        fit = [each for each in rows if each["state"] in states]
        pool = rows if which == 0 or not fit else fit
        return pool[which % len(pool)] if pool else None

    def lines_of(self, transfer: dict[str, Any], state: str, which: int) -> list[str]:
        """Some lines in that state, each by its bit in `which`."""
        lines = [
            each["id"]
            for each in self.rows["transfer_lines"]
            if (each["transfer_id"], each["state"]) == (transfer["id"], state)
        ]
        return [each for number, each in enumerate(lines) if which >> number & 1]


def _die() -> None:
    raise ReplyLost
