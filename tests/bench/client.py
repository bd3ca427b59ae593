"""A load client as its parent sees it (the process itself: `clients/__main__.py`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from tests.bench.load import Sample

ROOT = Path(__file__).parents[2]


class ClientFailed(RuntimeError):
    """The client process ended; its log says why."""


class Client:
    """Use as a context. `prepared` counts the commands it gave before the first run."""

    def __init__(self, kind: str, log: Path, **specification: Any) -> None:
        self._log = log
        with log.open("w") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.clients", kind, json.dumps(specification)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )
        self.pid = self._process.pid
        self.prepared: int = self._answer()["prepared"]

    def run(self, in_flight: int, seconds: float, **asked: Any) -> Sample:
        assert self._process.stdin is not None
        asked |= {"in_flight": in_flight, "seconds": seconds}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Sample(**self._answer())

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ClientFailed(f"{self._log}:\n{self._log.read_text()[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
