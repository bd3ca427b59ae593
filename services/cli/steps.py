"""Shows the steps of a start as they happen, each with its time."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from rich.text import Text

from cli.screen import out, plain


class Steps:
    """A `Watch` for Platform; use as a context around the start."""

    def __init__(self) -> None:
        self._running: list[str] = []
        self._lock = threading.Lock()
        self._status = out.status("")

    def __call__(self, step: str, seconds: float | None) -> None:
        with self._lock:
            if seconds is None:
                self._running.append(step)
            else:
                self._running.remove(step)
                took = Text(f"  {seconds:.1f} s", "dim")
                out.print(Text("  ✓ ", "green"), plain(step), took, sep="")
            # The last word is English; four steps at once fit a line without it.
            self._status.update(
                "、".join(each.rpartition(" ")[0] or each for each in self._running)
            )

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._status.stop()
