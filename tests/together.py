"""Acts that happen at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")


def together(*acts: Callable[[], R]) -> list[R | Exception]:
    """What each act returned or raised, each in a thread of its own, begun at once."""
    outcomes: list[R | Exception] = [AssertionError("did not end")] * len(acts)
    start = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], R]) -> None:
        start.wait(10)
        try:
            outcomes[number] = act()
        except Exception as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(acts)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    return outcomes
