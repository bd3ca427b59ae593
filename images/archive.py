"""A tar file that is the same whenever and by whomever it is made from the same files."""

from __future__ import annotations

import tarfile
from pathlib import Path


def pack(folder: Path, tar: Path, epoch: int, name: str = "") -> None:
    """Writes what is in `folder` to `tar`, below a folder `name` where one is given."""

    def settle(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = epoch
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with tarfile.open(tar, "w", format=tarfile.PAX_FORMAT) as output:
        for each in sorted(folder.rglob("*")):
            path = Path(name, each.relative_to(folder))
            output.add(each, str(path), recursive=False, filter=settle)
