"""`guanjia demo`: the platform in a fresh folder, and one story through all of it."""

from __future__ import annotations

import time
from pathlib import Path

import typer
from rich.text import Text

from cli.call import troubles_told
from cli.demo.acts import tell
from cli.demo.story import Story, WrongTurn
from cli.platform import Platform
from cli.screen import EXIT_REFUSED, complain, out
from cli.steps import Steps
from cli.up import DATA, clear, failures_told, refuse_running


def demo(folder: Path, *, postgres: bool) -> None:
    """Starts everything, tells the story, ends everything."""
    refuse_running(folder)
    clear(folder, *DATA, "logs", "imports")
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    steps = Steps()
    platform = Platform(folder, storage="postgresql" if postgres else "sqlite", watch=steps)
    with failures_told(), troubles_told():
        try:
            out.rule("[bold]管家演示[/] Guanjia demo", align="left")
            with steps:
                platform.start()
            tell(Story(platform.gateway), platform)
        except WrongTurn as wrong:
            complain(f"演示与预期不符：{wrong.zh}", f"logs: {folder}/logs")
            raise typer.Exit(EXIT_REFUSED) from None
        finally:
            platform.stop()
        took = time.monotonic() - began
        out.print(Text(f"演示完成，已全部停止 done, all stopped  {took:.1f} s", "bold green"))
        out.print(Text(f"台账、日志、数据库见 {folder}/；持续运行请用 make up", "dim"))
