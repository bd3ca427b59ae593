"""What tests of the chassis stand on besides."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.chassis.probe import Probe
from tests.storage import Storage

IMPORTS = """
from chassis.usecases import command, query, reaction
from tests.chassis.probe.contract import pb
"""


@pytest.fixture
def probe(storage: Storage) -> Iterator[Probe]:
    harness = Probe(storage)
    yield harness
    harness.close()


@pytest.fixture
def noun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Makes a noun's package of the text of its `usecases` and `reactions`."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(name: str, **parts: str) -> ModuleType:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        for part, text in parts.items():
            (folder / f"{part}.py").write_text(IMPORTS + text)
        return importlib.import_module(name)

    return make
