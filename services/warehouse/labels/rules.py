"""How a text fits onto a label."""

from __future__ import annotations

import unicodedata

_WIDE = ("W", "F", "A")
_ELLIPSIS = "…"


def width_of(text: str) -> float:
    """About how wide a text is, in em: characters of Chinese 1, others 0.6."""
    return sum(1.0 if unicodedata.east_asian_width(each) in _WIDE else 0.6 for each in text)


def shortened(text: str, most_em: float) -> str:
    """As much of a text as fits, with … in place of the rest."""
    if width_of(text) <= most_em:
        return text
    kept = text
    while kept and width_of(kept + _ELLIPSIS) > most_em:
        kept = kept[:-1]
    return kept.rstrip() + _ELLIPSIS


def wrapped(text: str, most_em: float, most_lines: int) -> list[str]:
    """A text in at most so many lines, the last one shortened."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most_lines - 1 and width_of(rest) > most_em:
        line = rest
        while width_of(line) > most_em:
            line = line[:-1]
        lines.append(line)
        rest = rest[len(line) :]
    return [*lines, shortened(rest, most_em)] if rest else lines
