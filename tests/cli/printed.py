"""What a person would see."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console
from typer.testing import CliRunner, Result

from cli.main import app


def printed(*parts: Any, width: int = 80) -> str:
    """The text of rich renderables on a terminal of that width."""
    console = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
    for part in parts:
        console.print(part)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def run(*arguments: str, **environment: str) -> Result:
    """Runs `guanjia` with these arguments; no gateway is known but from them."""
    known = {"GUANJIA_GATEWAY": "", "COLUMNS": "100", **environment}
    return CliRunner().invoke(app, list(arguments), env=known)
