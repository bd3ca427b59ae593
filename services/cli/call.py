"""`guanjia call` and `guanjia methods`."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from google.protobuf import json_format
from google.protobuf.message import Message
from rich.text import Text

from chassis.contract import Method
from cli import addresses, catalogue
from cli.acting import rights_within
from cli.arguments import WrongArgument, request_of
from cli.client import Client, NoAnswer, Refused
from cli.credentials import CredentialsUnreadable
from cli.render.guide import guide_of, methods_table
from cli.render.refusals import refusal
from cli.render.reports import way_down
from cli.render.tables import next_page_of, tables_of
from cli.screen import EXIT_NO_ANSWER, EXIT_REFUSED, EXIT_USAGE, command, complain, err, out, plain


def call(
    name: str,
    words: Sequence[str],
    *,
    data: str,
    as_json: bool,
    gateway: str,
    user: str,
    unit: str,
    deadline_s: float,
) -> None:
    """Calls one method and prints its reply."""
    with troubles_told():
        method = catalogue.method(name)
        request: Any = request_of(method, words, _read_data(data))
        if method.is_command and not request.request_id:
            request.request_id = str(uuid.uuid4())
        address = addresses.gateway(gateway)
        rights = rights_within(address, user, unit)
    with (
        repeatable(method, request),
        troubles_told(),
        Client(address, user, rights=rights) as client,
    ):
        reply = client.call(method, request, deadline_s)
    if as_json:
        plain_reply = json_format.MessageToDict(reply, preserving_proto_field_name=True)
        print(json.dumps(plain_reply, ensure_ascii=False, indent=2))
        return
    for part in tables_of(reply, out.width):
        out.print(part)
    _hint_next_page(name, words, reply)
    hint = way_down(reply)
    if hint is not None:
        out.print(hint, soft_wrap=True)


def help_method(name: str) -> None:
    with troubles_told():
        for part in guide_of(name, catalogue.method(name)):
            out.print(part)


def methods(service: str) -> None:
    with troubles_told():
        out.print(methods_table(catalogue.methods_of_service(service)))


@contextmanager
def troubles_told() -> Iterator[None]:
    """Ends the command with a message and an exit code instead of a stack trace."""
    try:
        yield
    except catalogue.UnknownName as unknown:
        close = f"，是否指：{'、'.join(unknown.close)}" if unknown.close else ""
        complain(f"没有名为“{unknown.name}”的{unknown.what_zh}{close}", f"unknown: {unknown.name}")
        raise typer.Exit(EXIT_USAGE) from None
    except WrongArgument as wrong:
        complain(wrong.zh, wrong.en)
        raise typer.Exit(EXIT_USAGE) from None
    except addresses.GatewayUnknown:
        complain(
            f"不知道网关地址：请先运行 guanjia up，或用 --gateway、{addresses.VARIABLE} 指明",
            "no gateway known; run guanjia up, or name it",
        )
        raise typer.Exit(EXIT_NO_ANSWER) from None
    except CredentialsUnreadable as error:
        complain("凭据文件读不了", str(error))
        raise typer.Exit(EXIT_USAGE) from None
    except NoAnswer as silent:
        complain(f"网关 {silent.address} 无应答", silent.detail)
        raise typer.Exit(EXIT_NO_ANSWER) from None
    except Refused as refused:
        err.print(refusal(refused))
        raise typer.Exit(EXIT_REFUSED) from None


@contextmanager
def repeatable(method: Method, request: Any) -> Iterator[None]:
    """Says under which request_id a command that failed may be sent again."""
    try:
        yield
    except typer.Exit:
        if method.is_command:
            told = f"重试请用同一请求标识 repeat with: request_id={request.request_id}"
            err.print(plain(told, "yellow"), soft_wrap=True)
        raise


def _read_data(data: str) -> str:
    if not data.startswith("@"):
        return data
    if data == "@-":
        return sys.stdin.read()
    try:
        return Path(data[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongArgument(f"读不了文件“{data[1:]}”", str(error)) from None


def _hint_next_page(name: str, words: Sequence[str], reply: Message) -> None:
    token = next_page_of(reply)
    if token:
        kept = [word for word in words if not word.startswith("page_token=")]
        again = command("guanjia", "call", name, *kept, f"page_token={token}")
        out.print(Text("下一页 next page: "), plain(again, "green"), sep="", soft_wrap=True)
