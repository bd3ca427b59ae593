"""What refuses to start, and why it says so."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from chassis.service import load
from tests.storage import PostgreSQLStorage


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "GUANJIA_ENVIRONMENT": "development", **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_r01_a_process_that_is_not_patched_refuses_to_start() -> None:
    code = "from chassis.runner import main; raise SystemExit(main(['run', 'housing']))"
    refused = run("-c", code)
    assert refused.returncode == 2
    assert "python -m chassis run" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg", "mysql"])
def test_r01_r22_a_driver_that_would_block_the_process_refuses_to_start(driver: str) -> None:
    refused = run(
        "-m", "chassis", "run", "housing", GUANJIA_DATABASE_URL=f"{driver}://u@127.0.0.1/x"
    )
    assert refused.returncode == 2
    assert "postgresql+psycopg2://" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_r22_a_sqlite_file_serves_one_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    assert (
        run(
            "-m", "chassis", "migrate", "housing", "--no-queues", GUANJIA_DATABASE_URL=url
        ).returncode
        == 0
    )
    from chassis.storage import Database

    held = Database(url)
    held.claim()
    refused = run("-m", "chassis", "run", "housing", GUANJIA_DATABASE_URL=url)
    held.close()
    assert refused.returncode == 2
    assert "one process" in refused.stderr


def test_a_database_that_is_not_migrated_refuses_to_start(tmp_path: Path) -> None:
    refused = run(
        "-m", "chassis", "run", "housing", GUANJIA_DATABASE_URL=f"sqlite:///{tmp_path / 'x.db'}"
    )
    assert refused.returncode == 2
    assert "migrate housing" in refused.stderr


def test_an_unknown_service_and_a_wrong_setting_are_named() -> None:
    assert "no service canteens" in run("-m", "chassis", "run", "canteens").stderr
    refused = run("-m", "chassis", "run", "housing", GUANJIA_RPC_WORKERS="many")
    assert refused.returncode == 2
    assert "GUANJIA_RPC_WORKERS: " in refused.stderr
    refused = run("-m", "chassis", "run", "housing", GUANJIA_RETRY_DELAYS_S="1,10")
    assert refused.returncode == 2
    assert "retry_delays_s" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("secret", ["geheim/1", "geheim#1", "geheim?1", "[geheim"])
def test_s17_a_broker_url_that_cannot_be_read_is_refused_without_showing_it(secret: str) -> None:
    url = f"amqp://u:{secret}@127.0.0.1/"
    for command in (("-m", "chassis", "settings", "housing"), ("-m", "gateway")):
        refused = run(*command, GUANJIA_BROKER_URL=url)
        assert refused.returncode == 2
        assert "GUANJIA_BROKER_URL" in refused.stderr
        assert "geheim" not in refused.stdout + refused.stderr


@pytest.mark.parametrize("missing", ["nowhere", "a-file"])
def test_s17_a_folder_of_secrets_that_cannot_be_read_is_named(tmp_path: Path, missing: str) -> None:
    (tmp_path / "a-file").touch()
    for command in (("-m", "chassis", "settings", "housing"), ("-m", "gateway")):
        refused = run(*command, GUANJIA_SECRETS_DIR=str(tmp_path / missing))
        assert refused.returncode == 2
        assert "GUANJIA_SECRETS_DIR" in refused.stderr and missing in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_port_that_is_taken_is_named_and_never_shared(tmp_path: Path) -> None:
    database = {"GUANJIA_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    assert run("-m", "chassis", "migrate", "housing", "--no-queues", **database).returncode == 0
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for refused in (
            run("-m", "chassis", "run", "housing", GUANJIA_METRICS_PORT=port, **database),
            run("-m", "gateway", GUANJIA_METRICS_PORT=port),
            run("-m", "gateway", GUANJIA_GRPC_PORT=port),
        ):
            assert refused.returncode == 2, refused.stderr
            assert port in refused.stderr.splitlines()[-1] and "端口" in refused.stderr
            assert "Traceback" not in refused.stderr


def test_tables_of_another_role_are_told_in_a_sentence(
    postgresql_storage: PostgreSQLStorage,
) -> None:
    """As after a restore by an administrator."""
    url = make_url(postgresql_storage.of(load("housing")))
    admin = create_engine(url)
    with admin.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS stranger"))
        connection.execute(text("CREATE ROLE stranger LOGIN"))
    admin.dispose()
    stranger = url.set(username="stranger").render_as_string(hide_password=False)
    refused = run("-m", "chassis", "run", "housing", GUANJIA_DATABASE_URL=stranger)
    assert refused.returncode == 2, refused.stderr
    assert "permission denied for table" in refused.stderr and "所有者" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_settings_are_printed_with_secrets_masked() -> None:
    printed = run("-m", "chassis", "settings", "housing", GUANJIA_BROKER_URL="amqp://u:geheim@h/")
    assert printed.returncode == 0
    assert "GUANJIA_BROKER_URL" in printed.stdout
    assert "geheim" not in printed.stdout


def test_r31_failpoints_are_refused_in_production() -> None:
    refused = run(
        "-m",
        "chassis",
        "run",
        "housing",
        GUANJIA_ENVIRONMENT="production",
        GUANJIA_FAILPOINT="before_commit:kill",
    )
    assert refused.returncode == 2
    assert "GUANJIA_FAILPOINT" in refused.stderr


def test_r31_an_unknown_failpoint_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    refused = run(
        "-m",
        "chassis",
        "run",
        "housing",
        GUANJIA_DATABASE_URL=url,
        GUANJIA_FAILPOINT="somewhere:kill",
    )
    assert refused.returncode == 2
    assert "somewhere" in refused.stderr


def test_r09_services_have_no_way_to_call_one_another() -> None:
    services = Path(__file__).parents[3] / "services"
    names = {"directory", "housing", "warehouse"}
    for name in names:
        others = names - {name}
        for file in (services / name).rglob("*.py"):
            text = file.read_text()
            for other in others | {"chassis.broker", "chassis.publisher", "gateway", "cli"}:
                assert f"import {other}" not in text and f"from {other}" not in text, file


def test_r24_the_gateway_loads_neither_eventlet_nor_nameko_nor_a_database() -> None:
    code = (
        "import sys, gateway.server; "
        "print([m for m in ('eventlet', 'nameko', 'sqlalchemy', 'psycopg2') if m in sys.modules])"
    )
    assert run("-c", code).stdout.strip() == "[]"


def test_r24_a_service_loads_no_grpc() -> None:
    code = (
        "import eventlet; eventlet.monkey_patch(); import sys, chassis.runner as r; "
        "[r.load(n) for n in ('directory', 'housing', 'warehouse')]; "
        "print([m for m in sys.modules if m == 'grpc' or m.startswith('grpc.')])"
    )
    assert run("-W", "ignore", "-c", code).stdout.strip() == "[]"
