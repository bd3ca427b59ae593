"""The chassis tells of all it is made of."""

from __future__ import annotations

from pathlib import Path

import chassis

FOLDER = Path(chassis.__file__).parent


def test_every_module_stands_in_the_readme() -> None:
    text = (FOLDER / "README.md").read_text()
    modules = [f"`{path.stem}`" for path in FOLDER.glob("[a-z]*.py")]
    packages = [f"`{path.parent.name}/`" for path in FOLDER.glob("*/__init__.py")]
    assert [each for each in (*modules, *packages) if each not in text] == []
