"""What runs on one machine, and with which settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.platform import Platform


def test_each_process_has_its_own_port_log_and_database(tmp_path: Path) -> None:
    platform = Platform(tmp_path, services=("housing", "warehouse"))
    assert list(platform.processes) == ["housing", "warehouse", "gateway"]
    told = [each.environment for each in platform.processes.values()]
    assert len({each["GUANJIA_METRICS_PORT"] for each in told}) == 3
    assert told[0]["GUANJIA_DATABASE_URL"] != told[1]["GUANJIA_DATABASE_URL"]
    assert "GUANJIA_DATABASE_URL" not in told[2]
    assert told[2]["GUANJIA_SERVICES"] == "housing,warehouse"
    assert all(each["GUANJIA_ENVIRONMENT"] == "development" for each in told)


def test_a_failpoint_reaches_the_service_or_one_replica_and_never_its_migration(
    tmp_path: Path,
) -> None:
    platform = Platform(
        tmp_path,
        services=("housing",),
        storage="postgresql",
        replicas={"housing": 2},
        environment={
            "housing": {"GUANJIA_RPC_WORKERS": "2"},
            "housing-2": {"GUANJIA_FAILPOINT": "before_commit:kill"},
        },
    )
    first, second = (platform.processes[name].environment for name in ("housing", "housing-2"))
    assert first["GUANJIA_RPC_WORKERS"] == second["GUANJIA_RPC_WORKERS"] == "2"
    assert "GUANJIA_FAILPOINT" not in first
    assert second["GUANJIA_FAILPOINT"] == "before_commit:kill"
    assert first["GUANJIA_DATABASE_URL"] == second["GUANJIA_DATABASE_URL"]
    assert platform.layout.migration("housing").environment["GUANJIA_FAILPOINT"] == ""


def test_replicas_on_a_sqlite_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="PostgreSQL"):
        Platform(tmp_path, replicas={"housing": 2})
