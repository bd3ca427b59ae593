"""What k8s/README.md tells an operator to write works as it stands there."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

import pytest

from chassis.platform import SERVICES
from tests.k8s.manifests import GATEWAY, K8S, Overlay


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Overlay:
    """The overlay of the book, written where it says."""
    folder = tmp_path_factory.mktemp("ours") / "k8s"
    shutil.copytree(K8S, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (example,) = re.findall(r"```yaml\n(.+?)```", (K8S / "README.md").read_text(), re.S)
    text = textwrap.dedent(example)
    name = re.match(r"# k8s/(overlays/\S+)\n", text)
    assert name is not None
    path = folder / name[1]
    path.parent.mkdir()
    path.write_text(text)
    return Overlay(path.parent.name, folder, tuple(SERVICES))


def test_images_come_from_the_registry_with_the_tag_of_the_release(
    ours: Overlay, city: Overlay
) -> None:
    tags = {pod.name: pod.container["image"].rpartition(":")[2] for pod in city.pods}
    for pod in ours.pods:
        kind = "gateway" if pod.process == GATEWAY else "service"
        assert pod.container["image"] == f"registry.example/guanjia-{kind}:{tags[pod.name]}"


def test_settings_and_names_are_ours(ours: Overlay) -> None:
    told = ours.environment(ours.processes[GATEWAY])
    assert told["GUANJIA_REGION_CODE"] == "990102"
    assert told["GUANJIA_FIRST_ADMINISTRATOR"] and told["GUANJIA_GRPC_PORT"] == "50051"
    for route in ours.of_kind("GRPCRoute", "TLSRoute"):
        assert route["spec"]["hostnames"] == ["office.example"]
    listeners = ours.named("Gateway", "guanjia")["spec"]["listeners"]
    assert {each["hostname"] for each in listeners} == {"office.example"}
    assert "office.example" in ours.named("Certificate", "guanjia-gateway-tls")["spec"]["dnsNames"]


def test_every_folder_the_book_names_is_there() -> None:
    text = (K8S / "README.md").read_text()
    table = text.partition("| folder |")[2].partition("\n\n")[0]
    named = [
        name
        for row in table.splitlines()[2:]
        for name in re.findall(r"`([a-z0-9-]+(?:/[a-z0-9-]+)*)/?`", row.split("|")[1])
    ]
    assert len(named) > 8
    missing = [name for name in named if not (K8S / name).is_dir()]
    assert missing == []
    components = {path.name for path in Path(K8S / "components").iterdir()}
    assert components <= set(re.findall(r"`([a-z0-9-]+)`", table))
