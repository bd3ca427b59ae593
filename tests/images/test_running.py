"""The images at work: as user 10001, on a read-only root, /tmp the only writable folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.client import is_serving
from cli.process import HOST, READY_LIMIT_S, Process
from cli.servers import RabbitMQ, free_port
from tests.images.image import USER, Image
from tests.processes import Caller, a_property, fresh_vhost

pytestmark = pytest.mark.timeout(1800)

PROBE = """
import os, pathlib
print(os.getuid(), os.getgid(), *os.getgroups())
for each in ("/", "/opt/guanjia", "/usr/lib", "/var/lib", "/tmp"):
    try:
        pathlib.Path(each, "probe").write_text("")
        print("written", each)
    except OSError as error:
        print(error.errno, each)
"""

DEVELOPMENT = {"GUANJIA_ENVIRONMENT": "development"}
DATABASE = {"GUANJIA_DATABASE_URL": "sqlite:////tmp/housing.db"}


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "tmp"


@pytest.fixture
def start() -> Iterator[Callable[[Process], Process]]:
    """Starts processes; whatever still runs is ended."""
    started: list[Process] = []

    def one(process: Process) -> Process:
        started.append(process)
        process.start()
        return process

    yield one
    for each in started:
        each.ask_to_stop()
    for each in started:
        each.stop()


def ran(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True)


def test_it_is_not_root_and_writes_to_tmp_only(image: Image, scratch: Path) -> None:
    who, *tried = image.python(scratch, PROBE).splitlines()
    assert set(who.split()) == {str(USER)}
    assert tried.pop() == "written /tmp"
    assert {line.split()[0] for line in tried} <= {"13", "30"}


def test_the_service_prints_its_settings(images: dict[str, Image], scratch: Path) -> None:
    service = images["service"]
    done = ran(service.entry(scratch, "settings", "housing", **DEVELOPMENT, **DATABASE))
    assert done.returncode == 0, done.stderr
    assert "GUANJIA_QUEUE_TYPE=quorum" in done.stdout


def test_the_service_refuses_production_without_keys(
    images: dict[str, Image], scratch: Path
) -> None:
    done = ran(images["service"].entry(scratch, "run", "housing"))
    assert done.returncode == 2
    assert "GUANJIA_TICKET_PUBLIC_KEYS" in done.stderr


def test_the_service_migrates_a_database(images: dict[str, Image], scratch: Path) -> None:
    arguments = ("migrate", "housing", "--no-queues")
    done = ran(images["service"].entry(scratch, *arguments, **DEVELOPMENT, **DATABASE))
    assert done.returncode == 0, done.stderr
    database = scratch / "housing.db"
    assert database.stat().st_size > 0
    assert database.stat().st_uid == USER


def test_the_gateway_image_has_the_command(images: dict[str, Image], scratch: Path) -> None:
    done = ran(images["gateway"].command(scratch, ["guanjia", "--help"], {}))
    assert done.returncode == 0, done.stderr
    assert "import" in done.stdout


def test_service_and_gateway_answer_calls_and_end_in_good_order(
    images: dict[str, Image],
    rabbitmq: RabbitMQ,
    start: Callable[[Process], Process],
    tmp_path: Path,
) -> None:
    shared = {**DEVELOPMENT, "GUANJIA_BROKER_URL": fresh_vhost(rabbitmq)}
    shared["GUANJIA_METRICS_HOST"] = HOST
    service, gateway, log = images["service"], images["gateway"], tmp_path / "log"
    migrated = ran(service.entry(tmp_path / "a", "migrate", "housing", **shared, **DATABASE))
    assert migrated.returncode == 0, migrated.stderr
    port, grpc_port = free_port(), free_port()
    own = {**shared, **DATABASE, "GUANJIA_METRICS_PORT": str(port)}
    command = service.entry(tmp_path / "a", "run", "housing", **own)
    housing = start(Process("housing", command, log, os.environ, port))
    own = {**shared, "GUANJIA_GRPC_HOST": HOST, "GUANJIA_GRPC_PORT": str(grpc_port)}
    command = gateway.entry(tmp_path / "b", GUANJIA_SERVICES="housing", **own)
    door = start(Process("gateway", command, log, os.environ))
    housing.wait_ready()
    door.wait_until(lambda: is_serving(f"{HOST}:{grpc_port}"), READY_LIMIT_S)

    caller = Caller(f"{HOST}:{grpc_port}")
    created = caller.call("housing.create_property", property=a_property("YL-0001"))
    found = caller.call("housing.get_property", property_id=created.id)
    caller.close()

    assert found.code == "YL-0001"
    assert Path(f"/proc/{housing.pid}").stat().st_uid == USER
    for process in (door, housing):
        process.stop()
        assert process.exit_code == 0, process.tail()
    assert {each.name for each in (tmp_path / "b").iterdir()} == set()
