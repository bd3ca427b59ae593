"""What an image holds and what it does not."""

from __future__ import annotations

import json
import re
import stat
from importlib.metadata import distributions
from pathlib import Path

import pytest

from images.release import ROOT, this_release
from images.wheels import settled
from tests.images.image import USER, Image

pytestmark = pytest.mark.timeout(1800)

LIBRARIES = """
import pathlib, subprocess
found = [*pathlib.Path("/opt/guanjia").rglob("*.so*"), *pathlib.Path("/usr/lib").rglob("*.so*")]
loader = next(pathlib.Path("/usr/lib64").glob("ld-linux*"))
for each in found:
    told = subprocess.run([loader, "--list", each], capture_output=True, text=True).stdout
    if "not found" in told:
        print(each, told)
print(len(found))
"""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(image: Image) -> dict[str, str]:
    return {
        canonical(each.name): each.version for each in distributions(path=[str(image.packages)])
    }


def locked(kind: str) -> dict[str, str]:
    """What requirements/ name for Linux and Python 3.11."""
    lock = settled((ROOT / "requirements" / f"{kind}.txt").read_text())
    named = re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE)
    return {canonical(name): version for name, version in named}


def test_an_image_says_what_it_is(image: Image) -> None:
    release, prefix = this_release(), "org.opencontainers.image"
    labels = image.config["Labels"]
    assert labels[f"{prefix}.title"] == f"guanjia-{image.kind}"
    assert labels[f"{prefix}.version"] == release.version
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", labels[f"{prefix}.created"])
    assert labels[f"{prefix}.revision"]
    assert labels[f"{prefix}.description"]


def test_an_image_runs_as_a_user_without_rights(image: Image) -> None:
    assert image.config["User"] == f"{USER}:{USER}"
    assert not [
        each
        for each in image.root.rglob("*")
        if stat.S_ISREG(each.lstat().st_mode)
        and each.lstat().st_mode & (stat.S_ISUID | stat.S_ISGID)
    ]


def test_its_user_can_write_nowhere_but_in_tmp(image: Image) -> None:
    def may_write(path: Path) -> bool:
        found = path.lstat()
        anybody = found.st_mode & stat.S_IWOTH
        return bool(anybody) or USER in (found.st_uid, found.st_gid)

    writable = {
        str(each.relative_to(image.root))
        for each in image.root.rglob("*")
        if not each.is_symlink() and may_write(each)
    }
    assert writable <= {"tmp", "var/tmp", "var/lock", "run/lock"}


def test_exactly_the_locked_packages_are_installed(image: Image) -> None:
    ours = {"guanjia": this_release().version}
    assert installed(image) == locked(image.kind) | ours


def test_the_two_dependency_sets_never_meet(images: dict[str, Image]) -> None:
    service, gateway = installed(images["service"]), installed(images["gateway"])
    assert not [name for name in service if name.startswith("grpcio")]
    assert not {"nameko", "eventlet", "sqlalchemy", "psycopg2-binary"} & gateway.keys()
    assert "grpcio" in gateway
    assert "nameko" in service


def test_there_is_nothing_to_build_install_or_look_around_with(image: Image) -> None:
    tools = {"sh", "bash", "dash", "busybox", "apt", "apt-get", "dpkg", "perl", "openssl", "curl"}
    tools |= {"wget", "cc", "gcc", "g++", "ld", "as", "make", "pip", "pip3", "uv", "git"}
    names = {
        each.name
        for folder in ("usr/bin", "usr/sbin", "opt/guanjia/bin")
        for each in (image.root / folder).iterdir()
    }
    assert "python3.11" in names
    assert not names & tools
    assert not {"pip", "setuptools", "wheel", "pytest"} & installed(image).keys()


def test_nothing_of_the_repository_but_the_code_is_inside(image: Image) -> None:
    assert (image.packages / "chassis" / "__main__.py").is_file()
    assert not [*image.root.rglob(".git"), *image.root.rglob("conftest.py")]
    assert not (image.packages / "tests").exists()
    assert not [*image.root.rglob("*.whl")]
    for name in ("etc/resolv.conf", "etc/hostname", "etc/hosts"):
        assert not (image.root / name).stat().st_size, "of the machine that built it"


def test_every_package_is_compiled(image: Image) -> None:
    for module in (
        *image.packages.glob("chassis/*.py"),
        *image.root.glob("usr/lib/python3.11/*.py"),
    ):
        assert [*module.parent.glob(f"__pycache__/{module.stem}.cpython-*.pyc")], module


def test_every_library_finds_the_libraries_it_needs(image: Image, tmp_path: Path) -> None:
    *missing, number = image.python(tmp_path / "tmp", LIBRARIES).splitlines()
    assert not missing
    assert int(number) > 50


def test_its_bill_of_materials_lists_all_that_is_installed(
    image: Image, images_folder: Path
) -> None:
    inside = image.root / "usr/share/sbom" / f"{image.kind}.cdx.json"
    assert inside.read_bytes() == (images_folder / "sbom" / inside.name).read_bytes()
    bill = json.loads(inside.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    ours = bill["metadata"]["component"]
    listed = {(each["name"], each["version"]) for each in bill["components"]}
    debian = {
        tuple(re.findall(r"^(?:Package|Version): (.*)$", each.read_text(), re.MULTILINE))
        for each in (image.root / "var/lib/dpkg/status.d").iterdir()
    }
    assert {name for name, _ in debian} >= {"libc6", "libssl3", "python3.11-minimal", "tzdata"}
    python = {(canonical(name), version) for name, version in listed - debian}
    assert listed >= debian
    assert python | {("guanjia", ours["version"])} == set(installed(image).items())


def test_every_package_has_a_line_about_its_licence(image: Image) -> None:
    bill = json.loads((image.root / f"usr/share/sbom/{image.kind}.cdx.json").read_text())
    told = (image.root / f"usr/share/sbom/{image.kind}.licenses.txt").read_text().splitlines()
    assert [line.split(":")[0].split(" ")[0] for line in told] == [
        each["name"] for each in bill["components"]
    ]
    for line in told:
        if found := re.search(r"see (/usr/share/doc/\S+)", line):
            assert (image.root / found[1].lstrip("/")).is_file(), line


def test_both_images_begin_with_the_same_layers(images: dict[str, Image]) -> None:
    service, gateway = (each.layers for each in images.values())
    assert service[:2] == gateway[:2]
