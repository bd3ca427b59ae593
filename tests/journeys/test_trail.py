"""The audit trail from the command: verified, tampered with, exported."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from cli.platform import Platform
from tests.processes import Caller, a_property
from tests.waiting import eventually

pytestmark = pytest.mark.row("P08")
PHONE, ID_NUMBER = "13800138000", "990101199003070031"


def guanjia(platform: Platform, *words: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    command = [sys.executable, "-P", "-m", "cli.main", *words, "--gateway", platform.gateway]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def sealed(platform: Platform, caller: Caller) -> None:
    """Returns once nothing of housing's trail waits."""
    eventually(
        lambda: caller.call("audit.verify_audit_trail", service="housing").unsealed == 0,
        within_s=20,
    )


@pytest.mark.parametrize("storage", ["sqlite", "postgresql"])
def test_a_trail_somebody_changed_is_told_by_the_command(
    platform_of: Callable[..., Platform], storage: str
) -> None:
    platform = platform_of("housing", storage=storage)
    caller = Caller(platform.gateway)
    for number in range(3):
        caller.call("housing.create_property", property=a_property(f"T-{number}"))
    sealed(platform, caller)
    code, output = guanjia(platform, "audit", "verify", "housing")
    assert code == 0, output
    _tamper(platform, "UPDATE audit SET changes = '[]' WHERE changes LIKE '%T-1%'")
    code, output = guanjia(platform, "audit", "verify", "housing")
    assert (code, "记录被改" in output) == (1, True), output


def test_the_trail_is_exported_and_no_cell_of_it_is_a_formula(
    platform_of: Callable[..., Platform], tmp_path: Path
) -> None:
    platform = platform_of("housing")
    caller = Caller(platform.gateway)
    evil = "=HYPERLINK(1)"
    caller.call("housing.create_property", user=evil, property=a_property("T-1"), request_id=evil)
    for name in ("trail.csv", "trail.xlsx"):
        code, output = guanjia(platform, "audit", "export", "housing", str(tmp_path / name))
        assert code == 0, output
    with (tmp_path / "trail.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:3] == ["标识", "时间", "操作人"]
    assert f"'{evil}" in rows[1]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    code, _ = guanjia(platform, "audit", "export", "housing", str(tmp_path / "trail.pdf"))
    assert code == 2


def test_what_is_sensitive_is_shown_to_those_who_reveal_it_and_nowhere_else(
    platform_of: Callable[..., Platform],
) -> None:
    platform = platform_of("directory", "housing")
    caller = Caller(platform.gateway)
    unit = caller.call(
        "directory.register_unit",
        uscc="91110000600037341L",
        name="云澜市财政局",
        kind="UNIT_KIND_GOVERNMENT_ORGAN",
        level="UNIT_LEVEL_CITY",
        region_code="990100",
        valid_from="2020-01-01",
    )
    person = caller.call(
        "directory.register_person",
        subject="zhang.wei",
        name="张伟",
        unit_id=unit.id,
        post="科员",
        rank="RANK_STAFF",
        phone=PHONE,
        id_number=ID_NUMBER,
        valid_from="2021-01-01",
    )
    assert (person.phone, person.id_number) == ("138****8000", f"9{'*' * 16}1")
    listed = caller.call("directory.list_people").people
    assert [each.phone for each in listed] == ["138****8000"]
    revealed = caller.call("directory.reveal_person", user="root", person_id=person.id)
    assert (revealed.phone, revealed.id_number) == (PHONE, ID_NUMBER)
    entries = caller.call("audit.list_audit_entries", service="directory").entries
    assert [each.act for each in entries if each.principal == "dev:root"] == [
        "directory.reveal_person"
    ]
    eventually(lambda: "张伟" in _everything(platform, "housing"))
    for name in ("directory", "housing"):
        assert not _shown(_everything(platform, name)), name
    for name in platform.processes:
        log = platform.processes[name].log.read_text()
        metrics = platform.metrics(name)
        assert not _shown(log), name
        assert not _shown(metrics), name
        assert "张伟" not in log + metrics, name
        assert "zhang.wei" not in metrics, name


def _shown(content: str) -> bool:
    return PHONE in content or ID_NUMBER in content


def _everything(platform: Platform, service: str) -> str:
    """All that stands in the database of a service."""
    engine = create_engine(platform.layout.databases[service])
    with engine.connect() as connection:
        tables = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'table'")
        ).scalars()
        rows = [
            str(tuple(row))
            for table in tables
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    engine.dispose()
    return "\n".join(rows)


def _tamper(platform: Platform, sql: str) -> None:
    engine = create_engine(platform.layout.databases["housing"])
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER tr_audit_no_update"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        assert connection.execute(text(sql)).rowcount == 1
    engine.dispose()


def test_calendars_are_published_and_copies_rebuilt_from_the_command(
    platform_of: Callable[..., Platform],
) -> None:
    platform = platform_of("directory", "housing")
    code, output = guanjia(platform, "calendar", "2026")
    assert code == 0, output
    code, output = guanjia(platform, "calendar", "2099")
    assert (code, "不含 2099 年" in output) == (2, True), output
    code, output = guanjia(platform, "resync")
    assert code == 0, output
    assert "1 条主数据" in output


_TAKEN_BY_BOTH = (
    "from chassis.principal import Issuer, Principal, Reader",
    "from chassis.settings import ServiceSettings",
    "from chassis.storage import secret",
    "from gateway.settings import GatewaySettings",
    "service, gateway = ServiceSettings.read(), GatewaySettings.read()",
    "secret.parse_keys(service.column_keys.get_secret_value())",
    "ticket = Issuer(gateway.signing_key()).ticket(Principal('a'))",
    "print(Reader(service.public_keys()).principal(ticket).subject)",
)


def test_keys_are_made_that_gateway_and_services_take() -> None:
    command = [sys.executable, "-P", "-m", "cli.main", "keys"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    given = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    code = "\n".join(_TAKEN_BY_BOTH)
    fresh = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, env=given
    )
    assert fresh.stdout.strip() == "a", fresh.stderr
