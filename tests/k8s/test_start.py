"""Real processes with the settings, secrets and files their pods have."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from chassis.platform import SERVICES
from cli import keys
from cli.process import Process
from cli.servers import free_port
from tests.k8s.generator import credentials
from tests.k8s.manifests import GATEWAY, Overlay, Pod
from tests.waiting import eventually


def moved(overlay: Overlay, pod: Pod, root: Path) -> dict[str, str]:
    """Its environment, with absolute paths below `root`."""
    told = overlay.environment(pod)
    return {name: f"{root}{value}" if value[:1] == "/" else value for name, value in told.items()}


@pytest.fixture
def root(city: Overlay, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """What is mounted into pods, by the name of the process: <root>/<process>/run/secrets/…"""
    keys.show()
    known = credentials.read_keys(capsys.readouterr().out)
    made = {
        each["metadata"]["name"]: each["stringData"]
        for each in credentials.secrets_for(city.documents, known)
    }
    authority = trustme.CA()
    leaf = authority.issue_cert("guanjia-gateway")
    made["guanjia-ca"] = made["guanjia-client-ca"] = {"ca.crt": authority.cert_pem}
    made["guanjia-gateway-tls"] = {
        "tls.crt": leaf.cert_chain_pems[0],
        "tls.key": leaf.private_key_pem,
    }
    for pod in city.processes.values():
        folders = {each["name"]: each["mountPath"] for each in pod.container["volumeMounts"]}
        for volume in pod.spec["volumes"]:
            for source in volume.get("projected", {}).get("sources", [volume]):
                secret = source.get("secret", {})
                name = secret.get("secretName") or secret.get("name")
                for item in secret.get("items", []):
                    path = Path(f"{tmp_path}/{pod.process}{folders[volume['name']]}/{item['path']}")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    value = made[name][item["key"]]
                    path.write_bytes(value.encode() if isinstance(value, str) else value.bytes())
    return tmp_path


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_accepts_its_production_settings(name: str, city: Overlay, root: Path) -> None:
    pod = city.processes[name]
    environment = {"PATH": os.environ["PATH"], **moved(city, pod, root / name)}
    done = subprocess.run(
        [sys.executable, "-m", "chassis", "settings", name],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "GUANJIA_ENVIRONMENT=production" in done.stdout
    assert f"GUANJIA_BROKER_CA={root / name}/etc/guanjia/ca/ca.crt" in done.stdout


@pytest.fixture
def gateway(city: Overlay, root: Path) -> Iterator[Process]:
    """The gateway of the city, on free ports of this machine; its broker is not there."""
    port = free_port()
    pod = city.processes[GATEWAY]
    environment = moved(city, pod, root / GATEWAY) | {
        "GUANJIA_BROKER_URL": "amqps://127.0.0.1:1/guanjia",
        "GUANJIA_GRPC_HOST": "127.0.0.1",
        "GUANJIA_GRPC_PORT": "0",
        "GUANJIA_GRPC_MTLS_PORT": "0",
        "GUANJIA_METRICS_HOST": "127.0.0.1",
        "GUANJIA_METRICS_PORT": str(port),
    }
    process = Process(
        GATEWAY,
        [sys.executable, "-m", "gateway"],
        root / "gateway.log",
        environment,
        port,
    )
    process.start()
    yield process
    process.stop()


def test_the_gateway_starts_and_is_not_ready_without_its_broker(
    city: Overlay, gateway: Process
) -> None:
    """A roll-out that cannot reach the broker has to stop at its first pod."""
    container = city.processes[GATEWAY].container

    def probed(probe: str) -> int | None:
        try:
            return gateway.get(container[probe]["httpGet"]["path"])[0]
        except OSError:
            assert gateway.is_running, gateway.tail()
            return None

    assert eventually(lambda: probed("livenessProbe")) == 200
    assert probed("readinessProbe") == 503
