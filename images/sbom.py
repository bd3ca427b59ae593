"""What is in an image: CycloneDX (JSON) of its Python and Debian packages, and their licences."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from email.parser import HeaderParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from images.base import PYTHON, SUITE
from images.release import ROOT, Release

PACKAGES = f"opt/guanjia/lib/python{PYTHON}/site-packages"
REGISTER = "var/lib/dpkg/status.d"


def describe(root: Path, folder: Path, kind: str, release: Release) -> None:
    """Writes <kind>.cdx.json and <kind>.licenses.txt about the image whose files are at `root`."""
    path = folder / f"{kind}.cdx.json"
    bill = _of_python(root / PACKAGES, folder, release)
    bill["metadata"]["component"] |= {"name": f"guanjia-{kind}", "type": "container"}
    bill["components"] += [_of_debian(root, each) for each in sorted((root / REGISTER).iterdir())]
    path.write_text(json.dumps(bill, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    lines = (f"{each['name']} {each['version']}: {_licenses(each)}" for each in bill["components"])
    (folder / f"{kind}.licenses.txt").write_text("".join(f"{line}\n" for line in lines))


def _of_python(packages: Path, folder: Path, release: Release) -> dict[str, Any]:
    """CycloneDX of the distributions in a folder, ours among them."""
    # cyclonedx-py asks an interpreter for its path. The image's own cannot run here.
    answer = folder / "path.sh"
    answer.write_text(f"#!/bin/sh\necho '{json.dumps([str(packages)])}'\n")
    answer.chmod(0o755)
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    command += ["--spec-version=1.6", f"--pyproject={ROOT / 'pyproject.toml'}", str(answer)]
    done = subprocess.run(command, env=release.environment, capture_output=True, text=True)
    answer.unlink()
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    bill: dict[str, Any] = json.loads(done.stdout)
    return bill


def _of_debian(root: Path, entry: Path) -> dict[str, Any]:
    control = HeaderParser().parsestr(entry.read_text())
    name, version, machine = control["Package"], control["Version"], control["Architecture"]
    purl = f"pkg:deb/debian/{name}@{quote(version, safe='')}?arch={machine}&distro={SUITE}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "licenses": [{"license": {"name": each}} for each in _debian_licenses(root, name)],
        "properties": [{"name": "guanjia:copyright", "value": f"/usr/share/doc/{name}/copyright"}],
    }


def _debian_licenses(root: Path, package: str) -> list[str]:
    """Short names of a copyright file that machines can read; else where to read it."""
    path = root / "usr/share/doc" / package / "copyright"
    text = path.read_text(errors="replace") if path.is_file() else ""
    if not text.startswith("Format:"):
        return [f"see /usr/share/doc/{package}/copyright"]
    return sorted(set(re.findall(r"^License:[ \t]*(\S.*)$", text, re.MULTILINE)))


def _licenses(component: dict[str, Any]) -> str:
    told = [
        each.get("expression") or each["license"].get("id") or each["license"]["name"]
        for each in component.get("licenses", [])
    ]
    return "; ".join(told) or "not told by the package"
