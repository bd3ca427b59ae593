"""The private servers: what they keep, and that they leave nothing behind.

Each test starts servers of its own: some it kills, and none may outlive it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kombu.connection import Connection
from sqlalchemy import create_engine, text

from cli.guard import children_of
from cli.servers import PostgreSQL, RabbitMQ, ServerFailed, free_port
from cli.servers.server import Server

QUEUE = "survivors"


def family(process: int) -> set[int]:
    """A process and all that came of it."""
    return {process}.union(*(family(child) for child in children_of(process)))


def alive(processes: set[int]) -> set[int]:
    def lives(process: int) -> bool:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        return state != "Z"  # one that waits for its parent to take note has ended

    return {process for process in processes if lives(process)}


def gone_within(seconds: float, processes: set[int]) -> bool:
    deadline = time.monotonic() + seconds
    while alive(processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(processes)


def guarded(*servers: Server) -> set[int]:
    """The servers, their guards, and all that came of both."""
    guards = [server._guard for server in servers]
    return set().union(*(family(guard.pid) for guard in guards if guard))


def put(broker: RabbitMQ, *messages: str) -> None:
    with Connection(broker.url, transport_options={"confirm_publish": True}) as connection:
        queue = connection.SimpleQueue(QUEUE)
        for each in messages:
            queue.put(each, delivery_mode="persistent")
        queue.close()


def take(broker: RabbitMQ) -> str:
    with Connection(broker.url) as connection:
        queue = connection.SimpleQueue(QUEUE)
        message = queue.get(timeout=5)
        message.ack()
        queue.close()
        return str(message.payload)


def run(database: PostgreSQL, statement: str) -> list[object]:
    engine = create_engine(database.url("register"))
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return list(result.scalars()) if result.returns_rows else []
    finally:
        engine.dispose()


def test_a_broker_keeps_a_persistent_message_over_kill(tmp_path: Path) -> None:
    with RabbitMQ(tmp_path) as broker:
        put(broker, "kept")
        url, processes = broker.url, guarded(broker)
        broker.kill()
        assert not alive(processes)
        with pytest.raises(ServerFailed):
            broker.ctl("list_queues")

        broker.start()
        assert broker.url == url
        assert broker.ctl("list_queues", "name", "messages").split()[-2:] == [QUEUE, "1"]
        assert take(broker) == "kept"
        processes = guarded(broker)
    assert not alive(processes)


def test_a_database_keeps_a_committed_row_over_kill_and_stop(tmp_path: Path) -> None:
    with PostgreSQL(tmp_path) as database:
        database.create_database("register")
        run(database, "create table house (name text)")
        run(database, "insert into house values ('东楼')")
        for end in (database.kill, database.stop):
            processes = guarded(database)
            assert len(processes) > 5  # the guard, the postmaster, its workers
            end()
            assert not alive(processes)
            database.start()
            assert run(database, "select name from house") == ["东楼"]
        database.drop_database("register")
        with pytest.raises(ServerFailed, match="register"):
            database.drop_database("register")


def test_two_of_each_run_side_by_side(tmp_path: Path) -> None:
    brokers = [RabbitMQ(tmp_path / f"rabbitmq{n}", management=False) for n in range(2)]
    databases = [PostgreSQL(tmp_path / f"postgresql{n}", durable=False) for n in range(2)]
    servers: list[Server] = [*brokers, *databases]
    try:
        with ThreadPoolExecutor(len(servers)) as pool:
            list(pool.map(lambda server: server.start(), servers))
        # The threads that started them are gone; the servers are not.
        for n, (broker, database) in enumerate(zip(brokers, databases, strict=True)):
            put(broker, f"message {n}")
            database.create_database("register")
        assert [take(broker) for broker in brokers] == ["message 0", "message 1"]
        with pytest.raises(ServerFailed, match="port in use"):
            PostgreSQL(tmp_path / "third", databases[0].port).start()
        processes = guarded(*servers)
    finally:
        for server in servers:
            server.stop()
    assert not alive(processes)


STARTER = """
import sys, time
from pathlib import Path
from cli.servers import PostgreSQL, RabbitMQ
broker = RabbitMQ(Path(sys.argv[1], "rabbitmq"), management=False)
database = PostgreSQL(Path(sys.argv[1], "postgresql"), durable=False)
database.start()
broker.start()
print("started", flush=True)
time.sleep(600)
"""


def test_servers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        assert starter.stdout.readline() == "started\n"
        processes = family(starter.pid) - {starter.pid}
        names = {Path(f"/proc/{each}/comm").read_text().strip() for each in processes}
        assert {"beam.smp", "epmd", "erl_child_setup", "postgres"} <= names
        starter.kill()
    assert gone_within(10, processes)


def test_a_server_ends_with_its_guard(tmp_path: Path) -> None:
    with PostgreSQL(tmp_path, durable=False) as database:
        processes = guarded(database)
        assert database._guard
        database._guard.kill()
        assert gone_within(5, processes)
        assert not database.running


def test_a_frozen_server_answers_once_thawed_and_can_be_stopped(tmp_path: Path) -> None:
    with PostgreSQL(tmp_path, durable=False) as database:
        database.create_database("register")
        database.freeze()
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(run, database, "select 1")
            with pytest.raises(TimeoutError):
                answer.result(timeout=0.5)
            database.thaw()
            assert answer.result(timeout=5) == [1]
        database.freeze()
        database.stop()
        assert not database.running


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(0o700)
    database = PostgreSQL(tmp_path)
    with pytest.raises(ServerFailed, match=r"postgresql\.conf"):
        database.start()
    assert not database.running


def test_a_folder_has_one_server_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PostgreSQL(tmp_path, durable=False) as first:
        with pytest.raises(ServerFailed, match="is already running"):
            first.start()
        monkeypatch.setattr("cli.servers.server.START_LIMIT", 0.2)
        with pytest.raises(ServerFailed, match="is in use"):
            PostgreSQL(tmp_path, durable=False).start()


def test_a_port_is_handed_out_once() -> None:
    ports = {free_port() for _ in range(200)}
    assert len(ports) == 200
    script = "from cli.servers import free_port; print(*{free_port() for _ in range(200)})"
    other = subprocess.check_output([sys.executable, "-c", script], text=True)
    assert ports.isdisjoint(map(int, other.split()))
