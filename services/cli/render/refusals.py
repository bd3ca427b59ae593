"""An error as people read it: Chinese, the fields concerned, English below."""

from __future__ import annotations

from collections.abc import Iterator

from google.rpc import code_pb2, error_details_pb2
from rich.console import Group, RenderableType
from rich.text import Text

from chassis.contract import Method
from chassis.status import violations_of
from chassis.wire import labels_in
from cli.catalogue import descriptor_of
from cli.client import Refused
from cli.render.grid import grid
from cli.screen import plain


def refusal(refused: Refused) -> Group:
    return Group(*_parts(refused))


def texts_of(refused: Refused) -> tuple[str, str]:
    """What the service says, in Chinese and in English."""
    told = {}
    message = error_details_pb2.LocalizedMessage()
    for detail in refused.status.details:
        if detail.Unpack(message):
            told[message.locale] = message.message
    return told.get("zh-CN", refused.status.message), told.get("en", "")


def _parts(refused: Refused) -> Iterator[RenderableType]:
    zh, en = texts_of(refused)
    code = code_pb2.Code.Name(refused.status.code)
    yield Text.assemble(("✗ ", "bold red"), plain(zh, "bold"))
    yield Text.assemble("  ", plain(f"{refused.reason or '-'} · {code}", "red"))
    violations = [each for each in violations_of(refused.status) if each.field]
    if violations:
        table = grid()
        for heading in ("字段", "名称", "说明", "原因码"):
            table.add_column(heading, overflow="fold")
        for each in violations:
            label = _label(refused.method, each.field)
            zh_alone = each.zh.removeprefix(f"{label}：")
            table.add_row(
                plain(each.field), plain(label), plain(zh_alone), plain(each.reason, "red")
            )
        yield table
    if en:
        yield Text.assemble("  ", plain(en, "dim"))


def _label(method: Method, field: str) -> str:
    """The field may be one of the resource rather than of the request."""
    kinds = (method.request, method.response)
    return next(filter(None, (labels_in(descriptor_of(kind), field) for kind in kinds)), "")
