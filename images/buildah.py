"""Builds images with buildah: without a daemon, without a network, nothing outside a folder.

Root rights are needed only as far as `buildah unshare` gives them to an ordinary user
(Debian: uidmap). The driver vfs and the isolation chroot work wherever Linux does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from images.archive import pack
from images.release import Release

TOOLS = ("buildah", "mmdebstrap")


def missing_tools() -> list[str]:
    return [each for each in TOOLS if not shutil.which(each)]


def require_tools() -> None:
    """Raises SystemExit with what to install."""
    if missing := " ".join(missing_tools()):
        raise SystemExit(
            f"制作镜像需要 {missing}。Debian、Ubuntu 上：\n"
            f"Images need {missing}. On Debian and Ubuntu:\n"
            f"    sudo apt-get install --no-install-recommends {missing} uidmap"
        )


def become_root() -> None:
    """Starts this program again as root of a user namespace, if an ordinary user runs it."""
    if os.geteuid() != 0:
        _replace(["buildah", "unshare", sys.executable, "-m", *_module_and_arguments()])


class Buildah:
    """Buildah with its storage in `folder`, which `close` removes."""

    def __init__(self, folder: Path, release: Release) -> None:
        self._folder = folder
        self._release = release
        storage = [f"--root={folder / 'root'}", f"--runroot={folder / 'run'}"]
        self._buildah = ["buildah", *storage, "--storage-driver=vfs"]

    def base(self, tar: Path, image: str) -> None:
        """An image of one layer, made of a tar file."""
        recipe = tar.with_suffix(".Containerfile")
        recipe.write_text(f"FROM scratch\nADD {tar.name} /\n")
        self._build(recipe, tar.parent, image)

    def build(self, recipe: Path, context: Path, target: str, image: str) -> None:
        """One stage of a Containerfile; stages built before are not built again."""
        told = {
            "VERSION": self._release.version,
            "REVISION": self._release.revision,
            "CREATED": self._release.created,
        }
        values = [f"--build-arg={name}={value}" for name, value in told.items()]
        self._build(recipe, context, image, f"--target={target}", *values)

    @contextmanager
    def mounted(self, image: str) -> Iterator[Path]:
        """The files of an image, to be read."""
        container = self._said("from", "--pull=never", image)
        try:
            yield Path(self._said("mount", container))
        finally:
            self._said("rm", container)

    def save(self, image: str, archive: Path) -> None:
        """Writes an OCI archive: one image, by its whole name."""
        layout = self._folder / "layout"
        self._said("push", "--quiet", "--format=oci", image, f"oci:{layout}:{image}")
        pack(layout, archive, self._release.epoch)
        shutil.rmtree(layout)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _build(self, recipe: Path, context: Path, image: str, *options: str) -> None:
        command = [*self._buildah, "build", "--isolation=chroot", "--pull=never", "--layers"]
        command += [f"--timestamp={self._release.epoch}", "--format=oci", "--quiet", *options]
        command += [f"--file={recipe}", f"--tag={image}", str(context)]
        # Isolation chroot knows no `--network=none`: the whole of buildah has no network.
        _run(["unshare", "--net", *command])

    def _said(self, *command: str) -> str:
        return _run([*self._buildah, *command]).strip()


def _run(command: list[str]) -> str:
    """Its standard output; raises SystemExit with what it wrote on standard error."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def _module_and_arguments() -> list[str]:
    spec = sys.modules["__main__"].__spec__
    assert spec is not None, "run with python -m"
    return [spec.name.removesuffix(".__main__"), *sys.argv[1:]]


def _replace(command: list[str]) -> NoReturn:
    os.execvp(command[0], command)
