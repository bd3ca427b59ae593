"""What the probe does when something was counted elsewhere."""

from __future__ import annotations

from typing import Any

from chassis.storage import UnitOfWork
from chassis.usecases import reaction
from chassis.wire import to_plain
from tests.chassis.probe.contract import pb
from tests.chassis.probe.counters.usecases import count


@reaction(pb.Counted)
def on_counted(uow: UnitOfWork, fact: Any) -> None:
    count(uow, to_plain(fact))
