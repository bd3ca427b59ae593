"""Tar files of the same content are the same."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

from images.archive import pack


def packed(folder: Path, names: list[str], mtime: int) -> bytes:
    for name in names:
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        os.utime(path, (mtime, mtime))
    pack(folder / "in", folder / "tar", 1_700_000_000, "guanjia")
    return (folder / "tar").read_bytes()


def test_when_and_in_which_order_files_were_made_does_not_matter(tmp_path: Path) -> None:
    names = ["b", "a/镜像", "a/c"]
    first = packed(tmp_path / "1", names, 1)
    assert packed(tmp_path / "2", names[::-1], 2_000_000_000) == first
    with tarfile.open(tmp_path / "1" / "tar") as content:
        assert content.getnames() == [f"guanjia/{each}" for each in ("a", "a/c", "a/镜像", "b")]
        assert {each.mtime for each in content} == {1_700_000_000}
