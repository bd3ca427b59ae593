"""How names are found by their words: standard library only.

Chinese is written without spaces, so a name is known by its characters and by each two that
stand together; letters and digits by the runs they form. 办公桌 A3 → 办 公 桌 办公 公桌 a3
"""

from __future__ import annotations

import re
import unicodedata

_RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
LONGEST = 40


def words_of(name: str) -> set[str]:
    """Under which words a name is kept."""
    runs = _runs(name)
    return {part for run in runs for part in (_kept(run) if _is_written_together(run) else {run})}


def sought_in(words: str) -> set[str]:
    """Words a name must have, all of them, to be found by these."""
    runs = _runs(words)
    return {part for run in runs for part in (_pairs(run) or {run})}


def _runs(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).lower()
    return [run[:LONGEST] if run.isascii() else run for run in _RUN.findall(plain)]


def _is_written_together(run: str) -> bool:
    return not run.isascii()


def _kept(run: str) -> set[str]:
    return set(run) | _pairs(run)


def _pairs(run: str) -> set[str]:
    if not _is_written_together(run):
        return set()
    return {run[at : at + 2] for at in range(len(run) - 1)}
