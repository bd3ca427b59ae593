"""The look of every table on screen."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

GAP = 2
"""Between two columns."""


def grid(title: Text | None = None) -> Table:
    return Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),
        header_style="bold",
        title=title,
        title_style="",
        title_justify="left",
    )
