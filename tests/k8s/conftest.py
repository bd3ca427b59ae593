"""Every overlay as it is, and again in a copy whose platform has one service more."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from chassis.platform import SERVICES
from chassis.rights import Rights, exchanges_of, rights_of
from tests.k8s.generator import generate
from tests.k8s.manifests import K8S, Overlay

NEW = "vehicles"
OVERLAYS = ("dev", "district", "city", "only-warehouse")
GROWN = ("district", "city")


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of k8s/ generated for the platform and a service nobody has heard of."""
    folder = tmp_path_factory.mktemp("grown") / "k8s"
    shutil.copytree(K8S, folder, ignore=shutil.ignore_patterns("__pycache__"))
    nothing = Rights(user=NEW, configure="^$", write="^$", read="^$", topics=())
    new = generate.Process(NEW, nothing, signs=True)
    services = [*generate.platform(), new]
    gateway = rights_of(SERVICES)[-1]
    exchanges = (*exchanges_of(SERVICES), f"{NEW}.events")
    generate.write(folder, generate.generated(services, gateway, exchanges, "0.0.0"))
    return folder


@pytest.fixture(
    scope="session", params=[*OVERLAYS, *(f"{each}+{NEW}" for each in GROWN)], name="overlay"
)
def an_overlay(request: pytest.FixtureRequest, grown: Path) -> Overlay:
    name, _, more = request.param.partition("+")
    services = ("directory", "warehouse") if name == "only-warehouse" else SERVICES
    return Overlay(name, grown if more else K8S, (*services, more) if more else tuple(services))


@pytest.fixture(scope="session")
def city() -> Overlay:
    return Overlay("city", K8S, tuple(SERVICES))


@pytest.fixture(scope="session")
def crd_schemas() -> Path:
    """The folder of schemas of custom resources, in the public data sets."""
    data = os.environ.get("GUANJIA_DATA") or K8S.parents[1] / "shared" / "data"
    folder = Path(data) / "k8s-crd-schemas"
    if not folder.is_dir():
        pytest.skip(f"no schemas of custom resources in {folder}; set GUANJIA_DATA")
    return folder
