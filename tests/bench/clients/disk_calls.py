"""The disk alone: 8 KiB written and synced, one after another, to a file made beforehand."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.bench.load import Sample, Tally

PAGE = b"\xa5" * 8192
PAGES = 2048


class Syncs:
    """PostgreSQL syncs its log the same way, into files that exist already."""

    prepared = 0

    def __init__(self, path: str) -> None:
        Path(path).write_bytes(PAGE * PAGES)
        self._file = os.open(path, os.O_RDWR)
        os.fsync(self._file)
        self._next = 0

    def run(self, in_flight: int, seconds: float) -> Sample:
        if in_flight != 1:
            raise ValueError("one after another only")
        tally = Tally()
        now = tally.began_at
        while now < tally.began_at + seconds:
            began_at = now
            os.pwrite(self._file, PAGE, self._next % PAGES * len(PAGE))
            os.fdatasync(self._file)
            self._next += 1
            now = time.perf_counter()
            tally.add(now - began_at)
        return tally.sample()
