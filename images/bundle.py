"""`python -m images.bundle [--no-images]`: one tar file for places without a network.

Takes the images from `.run/images`, as `python -m images` leaves them; with --no-images
only the wheels, which are collected anew.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from images import wheels
from images.archive import pack
from images.release import KINDS, ROOT, Release, this_release

FOLDER = ROOT / ".run" / "bundle"
IMAGES = ROOT / ".run" / "images"
LEFTOVERS = shutil.ignore_patterns("__pycache__", "*.pyc", "tests")


class Incomplete(Exception):
    """Something the bundle should hold is not there."""


def make(images: Path | None, folder: Path, release: Release) -> Path:
    """The bundle, written to `folder`. Raises Incomplete or CalledProcessError."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"guanjia-{release.version}"
    with tempfile.TemporaryDirectory(prefix="bundling-", dir=folder) as path:
        content = Path(path, "content")
        content.mkdir()
        if images:
            _take_images(images, content, release)
        else:
            wheels.collect(content, release)
            shutil.rmtree(content / "pip")
        _take_tree(content)
        _render(content / "k8s")
        guide = (ROOT / "images" / "BUNDLE.md").read_text()
        (content / "README.md").write_text(guide.replace("VERSION", release.version))
        _write_sums(content)
        # First written beside, then renamed: a bundle of that name is a whole one.
        pack(content, Path(path, "tar"), release.epoch, name)
        return Path(path, "tar").rename(folder / f"{name}.tar")


def _take_images(images: Path, content: Path, release: Release) -> None:
    (content / "images").mkdir()
    for kind in KINDS:
        archive = images / release.archive(kind)
        if not archive.is_file():
            raise Incomplete(
                f"缺少镜像 {archive}：先 make images，或用 --no-images\n"
                f"No image {archive}: make images first, or use --no-images"
            )
        shutil.copy(archive, content / "images")
        shutil.copy(images / f"{kind}.txt", content)
    for each in ("sbom", "wheels"):
        shutil.copytree(images / each, content / each)


def _take_tree(content: Path) -> None:
    """The manifests, contracts and documents, as they are in the repository."""
    for each in ("docs", "k8s", "proto"):
        shutil.copytree(ROOT / each, content / each, ignore=LEFTOVERS)
    for path in sorted(ROOT.glob("services/*/README.md")):
        shutil.copy(path, content / "docs" / f"{path.parent.name}.md")
    for name in ("README.md", "README.zh-CN.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, content / "docs" / f"guanjia-{name}")


def _render(k8s: Path) -> None:
    """Each overlay as one file, where kubectl is in the virtual environment."""
    kubectl = Path(sys.executable).with_name("kubectl")
    if not kubectl.exists():
        print("未渲染 k8s：虚拟环境中没有 kubectl | k8s not rendered: no kubectl here")
        return
    (k8s / "rendered").mkdir()
    for overlay in sorted(k8s.glob("overlays/*/kustomization.yaml")):
        rendered = k8s / "rendered" / f"{overlay.parent.name}.yaml"
        with rendered.open("wb") as output:
            subprocess.run([kubectl, "kustomize", overlay.parent], stdout=output, check=True)


def _write_sums(content: Path) -> None:
    """As `sha256sum --check` reads them."""
    files = sorted(each for each in content.rglob("*") if each.is_file())
    lines = []
    for each in files:
        with each.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
        lines.append(f"{digest}  {each.relative_to(content)}\n")
    (content / "SHA256SUMS").write_text("".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m images.bundle", description=__doc__)
    parser.add_argument("--images", type=Path, default=IMAGES)
    parser.add_argument("--no-images", action="store_true")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    try:
        made = make(None if asked.no_images else asked.images, asked.folder, this_release())
    except Incomplete as error:
        raise SystemExit(str(error)) from None
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"失败 failed: {' '.join(map(str, error.cmd))}") from None
    print(f"{made}: {made.stat().st_size / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
