"""Where a platform on this machine can be reached: `guanjia.json` in its folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FOLDER = Path(".run")
VARIABLE = "GUANJIA_GATEWAY"
_FILE = "guanjia.json"


class GatewayUnknown(LookupError):
    """Nobody said where the gateway is, and none runs from the usual folder."""


def write(folder: Path, told: dict[str, Any]) -> Path:
    """Notes where things are; readable by the owner only, all of it or nothing."""
    path = folder / _FILE
    draft = path.with_suffix(".draft")
    draft.touch(0o600)
    draft.write_text(json.dumps(told, ensure_ascii=False, indent=2), encoding="utf-8")
    draft.replace(path)
    return path


def forget(folder: Path) -> None:
    (folder / _FILE).unlink(missing_ok=True)


def read(folder: Path) -> dict[str, Any]:
    """What `write` noted; empty where nothing runs."""
    try:
        told: dict[str, Any] = json.loads((folder / _FILE).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return told


def gateway(given: str = "", folder: Path = FOLDER) -> str:
    """The gateway's address: as given, from the environment, or of the platform here."""
    found = given or os.environ.get(VARIABLE, "") or read(folder).get("gateway", "")
    if not found:
        raise GatewayUnknown(str(folder / _FILE))
    return str(found)
