"""Reads a workbook in a process apart.

calamine is native code: a damaged or hostile workbook can make it abort or
fill the memory, which no `except` catches. Here that ends a child with limits
of its own, and the caller gets a refusal. What comes back is JSON on standard
output: a table, or a refusal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from cli.sheets import workbook
from cli.sheets.asides import Why
from cli.sheets.refusal import Reason, SpreadsheetRefused, not_a_workbook, too_large_to_open
from cli.sheets.table import Row, Sheet, Skipped, read_table

MAX_MEMORY_BYTES = 2 * 1024**3
TIMEOUT_S = 120
# How Python ends on an exception nobody caught: a fault of ours. Out of memory, a
# child ends by a signal or, on Windows, with a code of its own.
_UNCAUGHT = 1
_IMPORT_ROOT = str(Path(__file__).parents[2])


def read_apart(path: Path, headings: Collection[str], sheet: str) -> Sheet:
    asked = json.dumps([str(path.resolve()), list(headings), sheet])
    search = os.pathsep.join(filter(None, [_IMPORT_ROOT, os.environ.get("PYTHONPATH")]))
    try:
        child = subprocess.run(
            [sys.executable, "-c", "from cli.sheets.apart import main; main()"],
            input=asked.encode(),
            capture_output=True,
            env={**os.environ, "PYTHONPATH": search},
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise too_large_to_open() from error
    if child.returncode == _UNCAUGHT:
        raise RuntimeError(child.stderr.decode(errors="replace"))
    if child.returncode != 0:
        raise too_large_to_open()
    answer = json.loads(child.stdout)
    if "refused" in answer:
        reason, zh, en = answer["refused"]
        raise SpreadsheetRefused(Reason(reason), zh, en)
    return _unpacked(answer)


def main() -> None:
    _limit()
    path, headings, sheet = json.load(sys.stdin)
    try:
        answer = _packed(_read(Path(path), headings, sheet))
    except SpreadsheetRefused as refused:
        answer = {"refused": [refused.reason, refused.zh, refused.en]}
    json.dump(answer, sys.stdout)


def _read(path: Path, headings: list[str], sheet: str) -> Sheet:
    try:
        return read_table(workbook.grids(path), headings, sheet)
    except MemoryError as error:
        raise too_large_to_open() from error
    except BaseException as error:
        # A panic of calamine derives from BaseException and has no public name.
        if type(error).__name__ != "PanicException":
            raise
        raise not_a_workbook() from error


def _limit() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def _packed(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "headings": sheet.headings,
        "rows": [[row.number, *row.cells.values()] for row in sheet.rows],
        "skipped": [[row.number, row.why, row.text] for row in sheet.skipped],
        "typed": sheet.typed,
        "others": sheet.others,
    }


def _unpacked(answer: dict[str, Any]) -> Sheet:
    headings = answer["headings"]
    return Sheet(
        name=answer["name"],
        headings=headings,
        rows=[
            Row(number, dict(zip(headings, cells, strict=True)))
            for number, *cells in answer["rows"]
        ],
        skipped=[Skipped(number, Why(why), text) for number, why, text in answer["skipped"]],
        typed=answer["typed"],
        others=answer["others"],
    )


if __name__ == "__main__":
    main()
