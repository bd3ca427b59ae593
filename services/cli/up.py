"""`guanjia up`: everything on this machine, until Ctrl-C."""

from __future__ import annotations

import fcntl
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from cli import addresses
from cli.platform import Platform
from cli.process import NotReady, ProcessEnded
from cli.screen import EXIT_REFUSED, complain, err, out, plain
from cli.servers import RabbitMQ, ServerFailed
from cli.steps import Steps

DATA = ("data", "rabbitmq", "postgresql")


def up(folder: Path, *, postgres: bool, keep: bool) -> None:
    with alone_in(folder):
        if not keep:
            clear(folder, *DATA)
        steps = Steps()
        platform = Platform(folder, storage="postgresql" if postgres else "sqlite", watch=steps)
        try:
            with failures_told():
                _run(platform, steps)
        finally:
            out.print(Text("正在停止 stopping …", "dim"))
            platform.stop()
            out.print(Text("已全部停止 all stopped", "dim"))


def _run(platform: Platform, steps: Steps) -> None:
    began = time.monotonic()
    with steps:
        platform.start()
    took = time.monotonic() - began
    out.print(Text(f"管家已就绪 Guanjia is ready  {took:.1f} s", "bold green"))
    out.print(_where(platform))
    while True:
        platform.check(wait_s=1)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Refuses a folder in which another platform runs."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = addresses.read(folder).get("pid", "?")
            complain(f"{folder} 里已有管家在运行（进程 {pid}）", "already running in that folder")
            raise typer.Exit(EXIT_REFUSED) from None
        yield


def clear(folder: Path, *names: str) -> None:
    """Removes what an earlier run left; of a folder somebody named, nothing else."""
    for name in names:
        shutil.rmtree(folder / name, ignore_errors=True)


@contextmanager
def failures_told() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal end in good order; a failure with its log."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, signal.default_int_handler)
    try:
        yield
        return
    except KeyboardInterrupt:
        return
    except ProcessEnded as error:
        code = error.process.exit_code
        told = f"{error.process.name} 意外退出（退出码 {code}）"
        _tell_failure(told, f"{error.process.name} ended by itself", error.tail, error.process.log)
    except NotReady as error:
        _tell_failure(f"{error.process.name} 未能就绪", str(error), error.tail, error.process.log)
    except ServerFailed as error:
        complain(str(error))
    raise typer.Exit(EXIT_REFUSED)


def _tell_failure(zh: str, en: str, tail: list[str], log: Path) -> None:
    complain(zh, en)
    err.print(plain(f"  {log}", "dim"), soft_wrap=True)
    for line in tail:
        err.print(plain(f"    {line}", "dim"), soft_wrap=True)


def _where(platform: Platform) -> Table:
    usual = platform.folder == addresses.FOLDER.resolve()
    option = "" if usual else f" --gateway {platform.gateway}"
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("  网关 gateway", f"{platform.gateway} (gRPC)")
    table.add_row("  调用 call", plain(f"guanjia call housing.ListProperties{option}", "green"))
    table.add_row("  接口 methods", plain("guanjia methods", "green"))
    table.add_row("  日志 logs", plain(f"{platform.folder}/logs"))
    for name, process in platform.processes.items():
        table.add_row(f"  指标 {name}", plain(process.metrics_url))
    if isinstance(platform.broker, RabbitMQ):
        table.add_row("  RabbitMQ", plain(f"{platform.broker.management_url} guest / guest"))
    table.add_row("  身份 identity", "开发身份，不验证任何人 nobody is checked")
    table.add_row("  停止 stop", "Ctrl-C")
    return table
