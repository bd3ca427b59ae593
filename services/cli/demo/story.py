"""How the story is told: acts with their time, and who did what."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cli import catalogue
from cli.client import Client
from cli.screen import out, plain

WAIT_LIMIT_S = 20.0


class WrongTurn(AssertionError):
    """The story did not go as it should."""

    def __init__(self, zh: str) -> None:
        super().__init__(zh)
        self.zh = zh


class Story:
    """Prints what happens as it happens; its people speak to one gateway."""

    def __init__(self, gateway: str) -> None:
        self.gateway = gateway
        self.took: dict[str, float] = {}
        self._began = time.monotonic()

    @contextmanager
    def act(self, title: str) -> Iterator[None]:
        out.print()
        out.rule(Text(f"{len(self.took) + 1} {title}", "bold"), align="left")
        began = time.monotonic()
        yield
        self.took[title] = time.monotonic() - began

    def told(self, who: str, what: str, seconds: float | None = None) -> None:
        """One line: who, what, how long it took."""
        line = Table.grid(expand=True, padding=(0, 1))
        line.add_column(width=10, style="cyan")
        line.add_column(ratio=1, overflow="fold")
        line.add_column(justify="right", style="dim", no_wrap=True)
        line.add_row(plain(who), plain(what), "" if seconds is None else duration(seconds))
        out.print(line)

    def fact(self, publisher: str, label: str, consumer: str) -> None:
        self.told("", f"⇢ {publisher} ─ {label} → {consumer}")

    def show(self, *parts: RenderableType) -> None:
        for part in parts:
            out.print(part)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


class Person:
    """Somebody who calls the gateway."""

    def __init__(self, story: Story, name: str, rights: Mapping[str, Any]) -> None:
        self.name = name
        self.client = Client(story.gateway, name, rights=rights)
        self._story = story

    def asks(self, method: str, told: Callable[[Any], str] | str = "", **fields: Any) -> Any:
        """The reply; `told` says in the story what it means."""
        found = catalogue.method(method)
        if found.is_command:
            fields.setdefault("request_id", str(uuid.uuid4()))
        began = time.monotonic()
        reply = self.client.call(found, found.request(**fields))
        took = time.monotonic() - began
        what = told if isinstance(told, str) else told(reply)
        if what:
            self._story.told(self.name, f"{what}  {method}", took)
        return reply

    def waits(self, what_zh: str, look: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:
        """What `look` sees once it is `enough`; there is nothing to be woken by."""
        deadline = time.monotonic() + WAIT_LIMIT_S
        while not enough(seen := look()):
            if time.monotonic() > deadline:
                raise WrongTurn(f"{WAIT_LIMIT_S:.0f} 秒内没有等到：{what_zh}")
            time.sleep(0.02)
        return seen


def expect(condition: bool, zh: str) -> None:
    if not condition:
        raise WrongTurn(zh)


def duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
