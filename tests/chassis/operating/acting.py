"""An operator at the command line, beside the running service.

`operate` is the command itself; `act` is what it does, without the seconds a process takes.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from chassis.operating import acts
from chassis.service import load
from chassis.settings import ServiceSettings
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


def act(process: Process, *arguments: str) -> Done:
    """The same within this process."""
    parser = argparse.ArgumentParser()
    acts.register(parser.add_subparsers(required=True))
    said, complained = io.StringIO(), io.StringIO()
    calm = {**process.environment, "GUANJIA_FAILPOINT": ""}
    with redirect_stdout(said), redirect_stderr(complained), patch.dict(os.environ, calm):
        try:
            asked = parser.parse_args(arguments)
            code: int = asked.act(load(asked.service), ServiceSettings.read(), asked)
        except SystemExit as refused:
            code = int(refused.code or 0)
    return Done(code, said.getvalue(), complained.getvalue())
