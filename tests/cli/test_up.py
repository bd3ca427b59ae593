"""`guanjia up`, for real: reachable, alone in its folder, and nothing outlives it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.cli.running import addresses_in, finished, left_of, start
from tests.waiting import eventually


def test_two_platforms_run_side_by_side_and_end_when_asked(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for each in folders:
        each.mkdir()
    running = [start(each, "up") for each in folders]
    told = [addresses_in(each / ".run") for each in folders]
    assert told[0]["gateway"] != told[1]["gateway"]
    code, output = finished(start(folders[0], "call", "directory.ListUnits", "--json"))
    assert (code, output.strip()) == (0, "{}")
    code, output = finished(start(folders[0], "up"))
    assert code == 1, output
    assert "已有管家在运行" in output
    for process, number in zip(running, (signal.SIGINT, signal.SIGTERM), strict=True):
        process.send_signal(number)
    for process, folder in zip(running, folders, strict=True):
        code, output = finished(process)
        assert code == 0, output
        assert "管家已就绪" in output
        assert not (folder / ".run" / "guanjia.json").exists()
        assert left_of(folder) == []


def test_a_service_that_dies_is_named_and_ends_everything(tmp_path: Path) -> None:
    running = start(tmp_path, "up")
    told = addresses_in(tmp_path / ".run")
    os.kill(told["processes"]["warehouse"]["pid"], signal.SIGKILL)
    code, output = finished(running)
    assert code == 1
    assert "warehouse 意外退出（退出码 137）" in output
    assert "consuming" in output, "the last lines of its log"
    assert left_of(tmp_path) == []


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    running = start(tmp_path, "up")
    addresses_in(tmp_path / ".run")
    assert len(left_of(tmp_path)) > 8
    running.kill()
    running.wait()
    eventually(lambda: not left_of(tmp_path), within_s=40)
