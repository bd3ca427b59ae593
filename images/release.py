"""What is built: version, revision and time, the same in labels, SBOMs, wheels and the bundle."""

from __future__ import annotations

import os
import subprocess
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
KINDS = ("service", "gateway")
FIRST_DAY_OF_ZIP = 315532800  # 1980-01-01: a wheel cannot be older


@dataclass(frozen=True)
class Release:
    version: str
    revision: str
    """The commit, with `-dirty` where files differ from it; `unknown` outside of git."""
    epoch: int
    """Seconds since 1970 that every file gets as its time: SOURCE_DATE_EPOCH, or the commit's."""

    @property
    def created(self) -> str:
        return datetime.fromtimestamp(self.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def environment(self) -> dict[str, str]:
        """Ours, with the time for tools that keep to it."""
        return {**os.environ, "SOURCE_DATE_EPOCH": str(self.epoch)}

    def image(self, kind: str) -> str:
        return f"guanjia-{kind}:{self.version}"

    def archive(self, kind: str) -> str:
        """The file name of an image."""
        return f"guanjia-{kind}-{self.version}.oci.tar"


def this_release() -> Release:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct")
    return Release(
        version=project["version"],
        revision=_git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") or "unknown",
        epoch=int(epoch or FIRST_DAY_OF_ZIP),
    )


def _git(*arguments: str) -> str:
    """What git says; nothing where there is no git or no repository."""
    try:
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
