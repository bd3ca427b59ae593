"""What k8s/README.md tells an operator to write works as it stands there."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

import pytest

from chassis.platform import SERVICES
from tests.k8s.generator import credentials
from tests.k8s.manifests import GATEWAY, K8S, Overlay
from tests.k8s.test_schemas import validate_custom


def examples() -> list[str]:
    """An overlay, and what is added to its patches to have databases from a backup."""
    found = re.findall(r"```yaml\n(.+?)```", (K8S / "README.md").read_text(), re.S)
    return [textwrap.dedent(each) for each in found]


def written(folder: Path, text: str) -> Overlay:
    """The overlay of the book, in a copy of k8s/, where it says."""
    shutil.copytree(K8S, folder, ignore=shutil.ignore_patterns("__pycache__"))
    name = re.match(r"# k8s/(overlays/\S+)\n", text)
    assert name is not None
    path = folder / name[1]
    path.parent.mkdir()
    path.write_text(text)
    return Overlay(path.parent.name, folder, tuple(SERVICES))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Overlay:
    return written(tmp_path_factory.mktemp("ours") / "k8s", examples()[0])


@pytest.fixture(scope="module")
def recovered(tmp_path_factory: pytest.TempPathFactory) -> Overlay:
    overlay, patch = examples()
    folder = tmp_path_factory.mktemp("recovered") / "k8s"
    return written(folder, overlay + textwrap.indent(patch, "  "))


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


def test_databases_are_read_from_their_backup_and_saved_beside_it(
    recovered: Overlay, crd_schemas: Path
) -> None:
    cluster = recovered.named("Cluster", "postgresql")
    validate_custom(cluster, crd_schemas)
    spec = cluster["spec"]
    assert spec["bootstrap"].keys() == {"recovery"}
    (source,), (plugin,) = spec["externalClusters"], spec["plugins"]
    assert spec["bootstrap"]["recovery"]["source"] == source["name"]
    read, kept = source["plugin"]["parameters"], plugin["parameters"]
    assert read["barmanObjectName"] == kept["barmanObjectName"]
    assert read["serverName"] == cluster["metadata"]["name"] != kept["serverName"]


def test_secrets_can_be_made_for_databases_from_a_backup(recovered: Overlay) -> None:
    asked = {
        item["key"]
        for pod in recovered.processes.values()
        for volume in pod.spec["volumes"]
        for item in volume.get("secret", {}).get("items", [])
    }
    made = credentials.secrets_for(recovered.documents, dict.fromkeys(asked, "key"))
    names = {each["metadata"]["name"] for each in made}
    assert {f"postgresql-role-{name}" for name in SERVICES} <= names


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
