"""An image as it is shipped: its settings, its files, and processes in it."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

USER = 10001

# In a mount namespace of its own: the root read-only, one folder writable.
ENTER = """
set -e
root=$1 scratch=$2; shift 2
mount --bind "$root" "$root"
mount --bind "$scratch" "$root/tmp"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro,nosuid "$root"
exec "$@"
"""


class Image:
    """An OCI archive with one image; `root` has its files after `unpack`."""

    def __init__(self, archive: Path, root: Path) -> None:
        self.archive = archive
        self.root = root
        self.kind = root.name
        self.layers: list[str] = []
        self.config: dict[str, Any] = {}

    def unpack(self) -> Image:
        self.root.mkdir(parents=True)
        with tarfile.open(self.archive) as content:
            (listed,) = _json(content, "index.json")["manifests"]
            manifest = _json(content, _blob(listed["digest"]))
            self.config = _json(content, _blob(manifest["config"]["digest"]))["config"]
            self.layers = [each["digest"] for each in manifest["layers"]]
            for digest in self.layers:
                layer = content.extractfile(_blob(digest))
                assert layer is not None
                with layer, tarfile.open(fileobj=layer, mode="r:gz") as files:
                    assert not [each for each in files if "/.wh." in each.name], "a removed file"
                    files.extractall(self.root, filter="fully_trusted")
        return self

    @property
    def packages(self) -> Path:
        (found,) = self.root.glob("opt/guanjia/lib/python3.*/site-packages")
        return found

    def command(
        self, scratch: Path, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> list[str]:
        """Runs `arguments` in the image as its user, with `scratch` as /tmp.

        The process that is started becomes that of the image: signals reach it.
        """
        scratch.mkdir(exist_ok=True)
        scratch.chmod(0o1777)
        variables = [
            *self.config["Env"],
            *(f"{name}={value}" for name, value in environment.items()),
        ]
        user, _, group = self.config["User"].partition(":")
        enter = ["unshare", "--mount", "sh", "-c", ENTER, "sh", str(self.root), str(scratch)]
        become = ["env", "-i", *variables, "/usr/sbin/chroot", f"--userspec={user}:{group}"]
        return [*enter, *become, str(self.root), *arguments]

    def entry(self, scratch: Path, *arguments: str, **environment: str) -> list[str]:
        """The command of its entry point."""
        return self.command(scratch, [*self.config["Entrypoint"], *arguments], environment)

    def python(self, scratch: Path, code: str) -> str:
        """What a few lines of Python print inside; fails if they do."""
        command = self.command(scratch, ["python", "-c", code], {})
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _json(content: tarfile.TarFile, name: str) -> Any:
    file = content.extractfile(name)
    assert file is not None
    return json.load(file)
