"""The name of one run of an import, kept until the run ends.

Request ids derive from it and from the content of each batch. A run that crashed is
taken up under its old name: batches it had sent are answered from the stored
replies, and nothing happens twice. A run that ended is over: the same file sent
again asks anew, for what is registered may have changed since.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import typer

from cli.imports.ledgers import Ledger
from guanjia.sheet.v1 import sheet_pb2

_TAKEN_UP_WITHIN_S = 24 * 3600


class Ticket:
    """Use as a context: it is torn up at the end unless the run failed."""

    def __init__(self, ledger: Ledger, content: bytes, folder: Path | None = None) -> None:
        folder = folder or Path(typer.get_app_dir("guanjia")) / "imports"
        # One file sent to two ledgers is two runs.
        whose = hashlib.sha256(f"{ledger.method.path}\n".encode() + content)
        self._path = folder / whose.hexdigest()
        self._run = self._old_name() or uuid.uuid4().hex

    def request_id(self, number: int, rows: Sequence[sheet_pb2.SheetRow]) -> str:
        digest = hashlib.sha256(self._run.encode())
        for row in rows:
            digest.update(row.SerializeToString(deterministic=True))
        return f"import-{digest.hexdigest()[:32]}-{number}"

    def __enter__(self) -> Self:
        # Where nothing can be kept, a run after a crash counts rows again, no more.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(self._run)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            with contextlib.suppress(OSError):
                self._path.unlink()

    def _old_name(self) -> str:
        try:
            age_s = time.time() - self._path.stat().st_mtime
            return self._path.read_text() if age_s < _TAKEN_UP_WITHIN_S else ""
        except OSError:
            return ""
