"""One guarded process: how it starts, becomes ready and ends."""

from __future__ import annotations

import queue
import signal
import sys
from pathlib import Path

import pytest

from cli.process import NotReady, Process, ProcessEnded
from cli.servers import free_port

SERVES = """
import http.server, os, signal, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
        self.wfile.write(os.environ.get("COLOUR", "").encode())
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""


def process(tmp_path: Path, program: str, **environment: str) -> Process:
    port = free_port()
    command = [sys.executable, "-c", program, str(port)]
    return Process("probe", command, tmp_path / "logs" / "probe.log", environment, port)


def test_it_becomes_ready_stops_when_asked_and_starts_again_with_other_settings(
    tmp_path: Path,
) -> None:
    probe = process(tmp_path, SERVES, COLOUR="red")
    ended: queue.SimpleQueue[Process] = queue.SimpleQueue()
    probe.on_end = ended.put
    for colour in ("red", "blue"):
        probe.environment["COLOUR"] = colour
        probe.start()
        probe.wait_ready()
        assert probe.get("/readyz") == (200, colour)
        assert probe.is_running
        assert probe.exit_code is None
        probe.stop()
        assert not probe.is_running
        assert probe.exit_code == 5
    assert ended.empty()


def test_an_end_by_itself_is_heard_with_code_and_last_lines(tmp_path: Path) -> None:
    probe = process(tmp_path, "import sys; print('gone wrong', file=sys.stderr); sys.exit(3)")
    ended: queue.SimpleQueue[Process] = queue.SimpleQueue()
    probe.on_end = ended.put
    probe.start()
    with pytest.raises(ProcessEnded, match="gone wrong"):
        probe.wait_ready()
    assert ended.get(timeout=10) is probe
    assert probe.wait() == 3


def test_a_signal_tells_its_number(tmp_path: Path) -> None:
    probe = process(tmp_path, SERVES)
    probe.start()
    probe.wait_ready()
    probe.signal(signal.SIGKILL)
    assert probe.wait() == 128 + signal.SIGKILL
    probe.signal(signal.SIGKILL)  # of one that has gone: nothing


def test_one_that_never_becomes_ready_is_given_up(tmp_path: Path) -> None:
    probe = process(tmp_path, "import time; time.sleep(600)")
    probe.start()
    with pytest.raises(NotReady):
        probe.wait_ready(limit_s=0.3)
    assert probe.wait(0.1) is None
    probe.stop()
    assert probe.exit_code == 128 + signal.SIGTERM


def test_a_command_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    probe = Process("probe", [str(tmp_path / "none")], tmp_path / "probe.log", {})
    with pytest.raises(ProcessEnded, match="No such file"):
        probe.start()
    assert not probe.is_running
