"""Wheels of what the lock files name, for Debian 12's Python, and a wheel of our own code."""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement

from images.base import PYTHON
from images.release import KINDS, ROOT, Release

PIP = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check"]  # errors only
# The newest a wheel may ask for is Debian 12's glibc, 2.36.
GLIBC = ("manylinux2014", "manylinux_2_28", "manylinux_2_36")
# What markers of the lock are held against, whichever Python builds.
TARGET = {
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "python_full_version": f"{PYTHON}.2",
    "python_version": PYTHON,
    "sys_platform": "linux",
}
SOURCES = ("pyproject.toml", "README.md", "services")


def collect(folder: Path, release: Release) -> None:
    """Fills `folder`: wheels/, pip/, and service.txt, gateway.txt with a hash for each wheel.

    Raises CalledProcessError, where a package has no wheel among other things.
    """
    own = _build(folder, release)
    told = f"guanjia=={release.version} --hash=sha256:{_sha256(own)}\n"
    for kind in KINDS:
        locked = folder / f"{kind}.txt"
        locked.write_text(settled((ROOT / "requirements" / locked.name).read_text()))
        _download(locked, folder / "wheels")
        locked.write_text(locked.read_text() + told)
    _download(ROOT / "images" / "pip.txt", folder / "pip", "--no-deps")


def settled(lock: str) -> str:
    """A lock file less what is for other Pythons and systems; no markers are left."""
    kept = []
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        named, backslash, hashes = entry.partition("\\")
        wanted = Requirement(named)
        if wanted.marker is None or wanted.marker.evaluate(TARGET):
            kept.append(f"{wanted.name}{wanted.specifier} {backslash}{hashes}\n")
    return "".join(kept)


def _download(locked: Path, folder: Path, *options: str) -> None:
    machine = platform.machine()
    target = [f"--platform={each}_{machine}" for each in GLIBC]
    target += [f"--python-version={PYTHON}", "--implementation=cp", "--only-binary=:all:"]
    command = [*PIP, "download", "--require-hashes", f"--requirement={locked}", *target, *options]
    subprocess.run([*command, f"--dest={folder}"], check=True)


def _build(folder: Path, release: Release) -> Path:
    """Our wheel, built from a copy: setuptools leaves things behind where it builds."""
    source = folder / "source"
    leftovers = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=leftovers)
        else:
            source.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, source / name)
    command = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    command += [f"--wheel-dir={folder / 'wheels'}", str(source)]
    subprocess.run(command, env=release.environment, check=True)
    shutil.rmtree(source)
    (wheel,) = (folder / "wheels").glob("guanjia-*.whl")
    return wheel


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
