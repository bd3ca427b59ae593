"""Settings in manifests are settings of the processes, and with them the processes start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chassis.settings import ServiceSettings
from gateway.settings import GatewaySettings
from tests.k8s import operators
from tests.k8s.generator import credentials
from tests.k8s.manifests import GATEWAY, Overlay, Pod

FOLDER = "GUANJIA_SECRETS_DIR"


def known(pod: Pod) -> set[str]:
    fields = (GatewaySettings if pod.process == GATEWAY else ServiceSettings).model_fields
    return {f"GUANJIA_{name.upper()}" for name in fields} | {FOLDER}


def given(overlay: Overlay, pod: Pod) -> set[str]:
    variables = {name for name in overlay.environment(pod) if name.startswith("GUANJIA_")}
    return variables | {item["key"] for item in secret_volume(pod)["items"]}


def secret_volume(pod: Pod) -> dict[str, object]:
    (volume,) = [each["secret"] for each in pod.spec["volumes"] if each["name"] == "secrets"]
    return dict(volume)


def test_every_setting_in_a_manifest_is_one_of_its_process(overlay: Overlay) -> None:
    for pod in overlay.pods:
        assert given(overlay, pod) <= known(pod), pod.name


def test_every_file_a_setting_names_is_mounted(overlay: Overlay) -> None:
    for pod in overlay.pods:
        mounted = _mounted(pod)
        for name, value in overlay.environment(pod).items():
            if name != FOLDER and name.startswith("GUANJIA_") and value.startswith("/"):
                assert value in mounted, (pod.name, name)
        assert overlay.environment(pod)[FOLDER] == str(Path(mounted[0]).parent)


def _mounted(pod: Pod) -> list[str]:
    """Paths of the files of secrets in a pod, its own secret's first."""
    folders = {each["name"]: each["mountPath"] for each in pod.container["volumeMounts"]}
    paths = []
    for volume in pod.spec["volumes"]:
        secret = volume.get("secret") or next(
            (each["secret"] for each in volume.get("projected", {}).get("sources", [])), {}
        )
        paths += [f"{folders[volume['name']]}/{each['path']}" for each in secret.get("items", [])]
    return paths


def test_only_who_signs_has_a_key_to_sign_with_and_only_the_gateway_makes_tickets(
    city: Overlay,
) -> None:
    keys = {pod.name: given(city, pod) for pod in city.pods}
    holders = {
        key: {name for name, has in keys.items() if key in has}
        for key in ("GUANJIA_SIGNING_KEY", "GUANJIA_TICKET_KEY")
    }
    assert holders == {
        "GUANJIA_SIGNING_KEY": {"guanjia-warehouse"},
        "GUANJIA_TICKET_KEY": {"guanjia-gateway"},
    }


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "keys"], capture_output=True, text=True, check=True
    )
    return dict(credentials.read_keys(done.stdout))


def test_credentials_has_every_key_the_manifests_ask_for(
    overlay: Overlay, keys: dict[str, str]
) -> None:
    made = {
        each["metadata"]["name"]: each["stringData"]
        for each in credentials.secrets_for(overlay.documents, keys)
    }
    for pod in overlay.pods:
        volume = secret_volume(pod)
        wanted = {item["key"] for item in volume["items"]}  # type: ignore[attr-defined]
        assert wanted <= made[volume["secretName"]].keys()  # type: ignore[index]
    for name in overlay.services:
        told, user = made[f"guanjia-{name}"], made[f"rabbitmq-user-{name}"]
        role = made[f"postgresql-role-{name}"]
        broker = told["GUANJIA_BROKER_URL"].removeprefix("amqps://")
        assert broker.startswith(f"{user['username']}:{user['password']}@")
        assert f"//{role['username']}:{role['password']}@" in told["GUANJIA_DATABASE_URL"]
        for url in (told["GUANJIA_BROKER_URL"], told["GUANJIA_DATABASE_URL"]):
            assert url.partition("@")[2].partition("/")[0].partition(":")[0] in operators.hosts(
                overlay
            )


def test_a_key_that_is_missing_is_named(city: Overlay, keys: dict[str, str]) -> None:
    del keys["GUANJIA_SIGNING_KEY"]
    with pytest.raises(credentials.NotMade, match="guanjia-warehouse: GUANJIA_SIGNING_KEY"):
        list(credentials.secrets_for(city.documents, keys))
