"""`guanjia demo`: the platform in a fresh folder, and one story through all of it."""

from __future__ import annotations

import time
from pathlib import Path

import typer
from rich.text import Text

from cli.call import troubles_told
from cli.demo.acts import tell
from cli.demo.story import Story, WrongTurn
from cli.platform import Platform, Storage
from cli.screen import EXIT_REFUSED, complain, out
from cli.steps import Steps
from cli.up import DATA, alone_in, clear, failures_told


def demo(folder: Path, *, postgres: bool) -> None:
    """Starts everything, tells the story, ends everything."""
    with alone_in(folder):
        clear(folder, *DATA, "logs", "imports")
        began = time.monotonic()
        if not _play(folder, "postgresql" if postgres else "sqlite"):
            raise typer.Exit(EXIT_REFUSED)
        took = time.monotonic() - began
    out.print(Text(f"演示完成，已全部停止 done, all stopped  {took:.1f} s", "bold green"))
    out.print(Text(f"台账、日志、数据库见 {folder}/；持续运行请用 make up", "dim"))


def _play(folder: Path, storage: Storage) -> bool:
    """Whether the story came to its end; interrupted, it does not."""
    steps = Steps()
    platform = Platform(folder, storage=storage, watch=steps)
    try:
        with failures_told():
            out.rule("[bold]管家演示[/] Guanjia demo", align="left")
            with steps:
                platform.start()
            _tell(platform)
            return True
        return False
    finally:
        platform.stop()


def _tell(platform: Platform) -> None:
    try:
        with troubles_told():
            tell(Story(platform.gateway), platform)
    except (typer.Exit, WrongTurn) as failed:
        if isinstance(failed, WrongTurn):
            complain(f"演示与预期不符：{failed.zh}", f"logs: {platform.folder}/logs")
        # A process that died meanwhile explains more.
        platform.check(wait_s=0.2)
        raise typer.Exit(EXIT_REFUSED) from None
