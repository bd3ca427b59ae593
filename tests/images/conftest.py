"""The images, built once, and the root file system of each.

Building takes a minute of calm: GUANJIA_IMAGES names a folder where `make images` has left
them, and then those are looked at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from images.__main__ import build
from images.buildah import missing_tools
from images.release import KINDS, this_release
from tests.images.image import Image


@pytest.fixture(scope="session")
def images_folder(run_folder: Path) -> Path:
    """What `python -m images` leaves."""
    if given := os.environ.get("GUANJIA_IMAGES"):
        return Path(given).resolve()
    if missing := missing_tools():
        pytest.skip(f"apt-get install {' '.join(missing)} (and GUANJIA_IMAGES is not set)")
    if os.geteuid() != 0:
        pytest.skip("builds as root; GUANJIA_IMAGES may name what `make images` has built")
    folder = run_folder / "images"
    build(folder, this_release())
    return folder


@pytest.fixture(scope="session")
def images(images_folder: Path, run_folder: Path) -> Iterator[dict[str, Image]]:
    """By kind, unpacked."""
    if os.geteuid() != 0:
        pytest.skip("needs root, for files of several owners and to run as user 10001")
    release, folder = this_release(), run_folder / "roots"
    yield {
        kind: Image(images_folder / release.archive(kind), folder / kind).unpack() for kind in KINDS
    }
    shutil.rmtree(folder)


@pytest.fixture(params=KINDS)
def image(images: dict[str, Image], request: pytest.FixtureRequest) -> Image:
    return images[request.param]
