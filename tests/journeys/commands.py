"""The command, run as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

Command = Callable[..., subprocess.CompletedProcess[str]]


def at(gateway: str) -> Command:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            env={**os.environ, "GUANJIA_GATEWAY": gateway, "COLUMNS": "160"},
            capture_output=True,
            text=True,
            timeout=170,
            check=False,
        )

    return run
