"""The terminal: what people read goes to `out`, what went wrong to `err`."""

from __future__ import annotations

import re
import shlex
import unicodedata

from rich.console import Console
from rich.text import Text

_BARE = re.compile(r"[\w@%+=:,./-]+")

EXIT_OK = 0
EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_NO_ANSWER = 3

out = Console(highlight=False)
err = Console(highlight=False, stderr=True)


def plain(value: object, style: str = "") -> Text:
    """`value` as it is: no markup, and nothing that steers a terminal."""
    return Text(
        "".join("\N{REPLACEMENT CHARACTER}" if _steers(c) else c for c in str(value)), style
    )


def _steers(char: str) -> bool:
    return char != "\n" and unicodedata.category(char) in ("Cc", "Cf")


def command(*words: str) -> str:
    """A line to copy into a shell; Chinese words need no quotes there."""
    return " ".join(word if _BARE.fullmatch(word) else shlex.quote(word) for word in words)


def complain(zh: str, en: str = "") -> None:
    """One trouble, Chinese first."""
    err.print(Text("✗ ", "bold red"), plain(zh, "bold"), sep="", soft_wrap=True)
    if en:
        err.print(Text("  "), plain(en, "dim"), sep="", soft_wrap=True)
