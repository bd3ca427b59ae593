"""Where figures, page and pictures are kept: docs/performance.md and docs/performance/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.bench.figures import Figures
from tests.bench.page import FOLDER, page
from tests.bench.pictures import pictures

DOCS = Path(__file__).parents[2] / "docs"
RAW = f"{FOLDER}/figures.json"


def save(told: dict[str, Any], docs: Path = DOCS) -> None:
    """Keeps the figures of a run, and renders them."""
    file = docs / RAW
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    render(docs)


def render(docs: Path = DOCS) -> None:
    """Writes page and pictures anew from the figures that are kept."""
    for file in (docs / FOLDER).glob("*.svg"):
        file.unlink()
    for name, text in rendered(docs).items():
        (docs / name).write_text(text, "utf-8")


def rendered(docs: Path = DOCS) -> dict[str, str]:
    """What the kept figures render to, by its path below `docs`."""
    figures = Figures.read(docs / RAW)
    drawn = pictures(figures)
    return {
        f"{FOLDER}.md": page(figures, drawn),
        **{f"{FOLDER}/{name}.svg": svg for name, svg in drawn.items()},
    }
