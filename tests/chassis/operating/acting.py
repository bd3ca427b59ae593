"""An operator at the command line, beside the running service."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

from cli.process import Process


@dataclass(frozen=True)
class Done:
    """How an act ended, and what it said."""

    code: int
    said: str
    complained: str


def operate(process: Process, *arguments: str, **variables: str) -> Done:
    """`python -m chassis …` with the settings of a service's process."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "chassis", *arguments],
        env={**os.environ, **process.environment, "GUANJIA_FAILPOINT": "", **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)
