"""Named places where a test build can be made to fail.

`GUANJIA_FAILPOINT=name:action[:times][@match]`, action one of kill (SIGKILL to ourselves),
raise, hang (for ever), delay (2 s). With `times` it acts on the first so many
passes only; with `match` only where the text given to `reach` contains it.
Settings refuse it in production.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

NAMES = frozenset(
    {
        "after_receive",
        "after_inbox_insert",
        "before_commit",
        "after_commit_before_ack",
        "after_publish_before_mark",
        "after_mark",
        "during_drain",
        "before_reply",
    }
)
_ACTIONS = frozenset({"kill", "raise", "hang", "delay"})


class FailpointReached(RuntimeError):
    """Raised at a failpoint set to `raise`."""


@dataclass
class _Armed:
    name: str
    action: str
    left: float
    match: str


_armed: _Armed | None = None


def arm(text: str) -> None:
    """Arms the failpoint that `text` describes; an empty text disarms."""
    global _armed
    _armed = parse(text) if text else None


def parse(text: str) -> _Armed:
    """The failpoint that `text` describes; ValueError if there is none of that name."""
    described, _, match = text.partition("@")
    name, _, rest = described.partition(":")
    action, _, times = rest.partition(":")
    if name not in NAMES or action not in _ACTIONS:
        raise ValueError(f"unknown failpoint {text!r}; names: {', '.join(sorted(NAMES))}")
    return _Armed(name, action, float(times or "inf"), match)


def reach(name: str, what: str = "") -> None:
    """Marks a place in the code; does nothing unless this failpoint is armed."""
    if _armed is None or _armed.name != name or _armed.match not in what:
        return
    if _armed.left <= 0:
        return
    _armed.left -= 1
    if _armed.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif _armed.action == "raise":
        raise FailpointReached(name)
    elif _armed.action == "delay":
        time.sleep(2)
    else:
        while True:
            time.sleep(3600)
