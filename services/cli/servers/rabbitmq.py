"""A private RabbitMQ node, run as whoever runs this.

It has nothing in common with a RabbitMQ of the machine: not the ports 5672 and 4369, not
the cookie in the home folder, not /etc/rabbitmq.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import amqp

from cli.guard import Plan
from cli.packages import find_rabbitmq
from cli.servers.server import HOST, Server, ServerFailed, free_port

CONFIGURATION = """\
listeners.tcp.default = {host}:{port}
disk_free_limit.absolute = 16MB
raft.wal_max_size_bytes = 33554432
"""
MANAGEMENT = """\
management.tcp.ip = {host}
management.tcp.port = {port}
"""
PROMETHEUS = """\
prometheus.tcp.ip = {host}
prometheus.tcp.port = {port}
"""
# Two schedulers that sleep when they have nothing to do, and few threads for files.
VM_FLAGS = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none +SDcpu 1:1 +SDio 2"


class RabbitMQ(Server):
    title = "RabbitMQ"

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        management: bool = True,
        plugins: Iterable[str] = (),
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`settings` are lines of rabbitmq.conf."""
        super().__init__(folder, port)
        self._settings = settings or {}
        self._plugins = {*plugins, *(["rabbitmq_management"] if management else [])}
        self._management_port = free_port() if management else 0
        self._metrics_port = free_port() if "rabbitmq_prometheus" in self._plugins else 0
        self._distribution_port = free_port()
        self._epmd_port = free_port()
        self._home = self.folder / "rabbitmq"

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{HOST}:{self.port}//"

    @property
    def management_url(self) -> str:
        """Of the HTTP API and the web pages; guest, guest."""
        if not self._management_port:
            raise ServerFailed("RabbitMQ 没有管理插件 runs without the management plugin")
        return f"http://{HOST}:{self._management_port}"

    @property
    def metrics_address(self) -> str:
        """Where Prometheus reads it, `host:port`."""
        if not self._metrics_port:
            raise ServerFailed("RabbitMQ 没有指标插件 runs without the plugin rabbitmq_prometheus")
        return f"{HOST}:{self._metrics_port}"

    def ctl(self, *arguments: str) -> str:
        """What rabbitmqctl prints on its standard output."""
        if not self.running:
            raise ServerFailed("RabbitMQ 没有运行 is not running")
        done = subprocess.run(
            [str(self._home / "sbin" / "rabbitmqctl"), "--quiet", *arguments],
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise ServerFailed(f"rabbitmqctl {' '.join(arguments)}\n{done.stderr}{done.stdout}")
        return done.stdout

    def _plan(self) -> Plan:
        configuration = CONFIGURATION.format(host=HOST, port=self.port)
        if self._management_port:
            configuration += MANAGEMENT.format(host=HOST, port=self._management_port)
        if self._metrics_port:
            configuration += PROMETHEUS.format(host=HOST, port=self._metrics_port)
        configuration += "".join(f"{key} = {value}\n" for key, value in self._settings.items())
        (self.folder / "rabbitmq.conf").write_text(configuration)
        (self.folder / "enabled_plugins").write_text(f"[{','.join(sorted(self._plugins))}].")
        self._write_once("nodename", f"guanjia-{secrets.token_hex(4)}@localhost")
        self._write_once(".erlang.cookie", secrets.token_hex(20))
        self._make_home()
        epmd = shutil.which("epmd")
        return Plan(
            [str(self._home / "sbin" / "rabbitmq-server")],
            companions=[[epmd, "-address", HOST, "-port", str(self._epmd_port)]] if epmd else [],
            # Messages and queues are on disk within a moment. The management plugin then
            # sleeps for five seconds (rabbitmq/rabbitmq-server#11070), which we do not.
            grace=2.0,
        )

    def _answers(self) -> bool:
        try:
            # Not kombu's connection, which sleeps for a second before it fails.
            with amqp.Connection(f"{HOST}:{self.port}", connect_timeout=5):
                return True
        except (OSError, amqp.AMQPError):
            return False

    def _environment(self) -> dict[str, str]:
        foreign = ("RABBITMQ_", "ERL_", "NOTIFY_SOCKET")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        folder = str(self.folder)
        node = (self.folder / "nodename").read_text()
        port = self._distribution_port
        return kept | {
            "HOME": folder,
            "LC_ALL": "C.UTF-8",
            "ERL_CRASH_DUMP_SECONDS": "0",
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_ALLOW_INPUT": "1",  # exec: the process the guard started is the VM
            "RABBITMQ_SERVER_START_ARGS": "-noinput",
            # Named here, and not by RabbitMQ later, which would start a VM to look for epmd.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{VM_FLAGS} -sname {node}"
            f" -kernel inet_dist_use_interface {{{HOST.replace('.', ',')}}}"
            f" inet_dist_listen_min {port} inet_dist_listen_max {port}",
            "RABBITMQ_CTL_ERL_ARGS": "-dist_listen false",  # needs no port, starts no epmd
            "RABBITMQ_NODENAME": node,
            "RABBITMQ_DIST_PORT": str(port),
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/none",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_CONFIG_FILES": f"{folder}/none",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{folder}/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_PLUGINS_EXPAND_DIR": f"{folder}/expanded",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{folder}/generated",
            "RABBITMQ_SCHEMA_DIR": f"{folder}/schema",
            "RABBITMQ_MNESIA_BASE": folder,
            "RABBITMQ_MNESIA_DIR": f"{folder}/data",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_LOGS": "-",
        }

    def _make_home(self) -> None:
        """An installation without the plugins that are not used.

        The node looks for each of its thousand modules in one folder after another; with
        half of the folders it starts in three fifths of the time.
        """
        scripts = find_rabbitmq()
        if scripts is None:
            raise ServerFailed("没有 RabbitMQ，请运行 no RabbitMQ, please run: make setup")
        plugins = scripts.parent / "plugins"
        used = _with_dependencies(plugins, {"rabbit", *self._plugins})
        shutil.rmtree(self._home, ignore_errors=True)
        shutil.copytree(scripts, self._home / "sbin")
        (self._home / "escript").symlink_to(scripts.parent / "escript")
        (self._home / "plugins").mkdir()
        for each in plugins.iterdir():
            name = each.name.partition("-")[0]
            if name in used or not name.startswith("rabbitmq_") or each.suffix == ".ez":
                (self._home / "plugins" / each.name).symlink_to(each)

    def _write_once(self, name: str, text: str) -> None:
        path = self.folder / name
        if not path.exists():
            path.touch(0o600)  # Erlang refuses a cookie that others can read
            path.write_text(text)


def _with_dependencies(plugins: Path, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    open_ = list(names)
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            for manifest in plugins.glob(f"{name}-*/ebin/{name}.app"):
                open_ += re.findall(r"\brabbitmq_\w+", manifest.read_text())
    return found
