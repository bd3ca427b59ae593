"""`python -m images [--folder .run/images]`: both images as OCI archives, and their SBOMs."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from images import base, sbom, wheels
from images.buildah import Buildah, become_root, require_tools
from images.release import KINDS, ROOT, Release, this_release

FOLDER = ROOT / ".run" / "images"
BASE = "localhost/guanjia-base"


def build(folder: Path, release: Release) -> None:
    """Leaves <image>.oci.tar, sbom/, wheels/ and the locks in `folder`; replaces what was there.

    Raises SystemExit or CalledProcessError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="building-", dir=folder) as name:
        work, context = Path(name), Path(name, "context")
        buildah = Buildah(work / "storage", release)
        try:
            with _step("软件包 wheels"):
                wheels.collect(context, release)
            with _step("基础镜像 base"):
                base.make(work / "base.tar", release.epoch)
                buildah.base(work / "base.tar", BASE)
            for kind in KINDS:
                with _step(release.image(kind)):
                    _image(buildah, context, kind, release)
        finally:
            buildah.close()
        made = [context / each for each in ("sbom", "wheels", *(f"{kind}.txt" for kind in KINDS))]
        made += [work / release.archive(kind) for kind in KINDS]
        for each in made:
            _replace(each, folder / each.name)


def _image(buildah: Buildah, context: Path, kind: str, release: Release) -> None:
    recipe = ROOT / "Containerfile"
    shutil.copy(ROOT / "images" / "install.py", context)
    (context / "sbom").mkdir(exist_ok=True)
    installed, image = f"localhost/{kind}-installed", f"localhost/{release.image(kind)}"
    buildah.build(recipe, context, f"{kind}-installed", installed)
    with buildah.mounted(installed) as root:
        sbom.describe(root, context / "sbom", kind, release)
    buildah.build(recipe, context, kind, image)
    buildah.save(image, context.parent / release.archive(kind))


def _replace(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    source.rename(target)


@contextmanager
def _step(title: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{title}: {time.monotonic() - began:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m images", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    require_tools()
    become_root()
    folder = asked.folder.resolve()
    try:
        build(folder, this_release())
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"失败 failed: {' '.join(map(str, error.cmd))}") from None
    for each in sorted(folder.glob("*.oci.tar")):
        print(f"{each}: {each.stat().st_size / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
