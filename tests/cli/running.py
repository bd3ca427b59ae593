"""The command as a process of its own, and what is left of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.waiting import eventually


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """`guanjia` in `folder`; its output, errors included, can be read from `stdout`.

    It hears Ctrl-C as at a terminal: a shell that starts the tests in the background lets
    them, and what they start, ignore it. `env` sees to that, since code between fork and exec
    (`preexec_fn`) now and then aborts in a process whose gRPC threads are at work.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUANJIA_")}
    return subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-m", "cli.main", *arguments],
        cwd=folder,
        env={**kept, "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str], within_s: float = 60) -> tuple[int, str]:
    """Exit code and output."""
    output, _ = process.communicate(timeout=within_s)
    return process.returncode, output


def addresses_in(folder: Path) -> dict[str, Any]:
    """What a running platform noted, once it did."""
    path = folder / "guanjia.json"
    eventually(path.exists, within_s=90)
    told: dict[str, Any] = json.loads(path.read_text())
    return told


def left_of(folder: Path) -> list[str]:
    """Command lines of processes that work in `folder`, by arguments or environment."""
    mark = str(folder.resolve()).encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            told = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if any(mark in each for each in told):
            found.append(told[0].replace(b"\0", b" ").decode(errors="replace")[:200])
    return found
