"""What a call takes, and which calls there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chassis.contract import Method, label_of, value_label_of
from chassis.enums import numbers_of
from cli.catalogue import descriptor_of
from cli.render.grid import grid
from cli.render.values import is_instant
from cli.screen import plain

_TYPES = {
    FieldDescriptor.CPPTYPE_STRING: "文字 text",
    FieldDescriptor.CPPTYPE_BOOL: "是/否 bool",
    FieldDescriptor.CPPTYPE_DOUBLE: "数字 number",
    FieldDescriptor.CPPTYPE_FLOAT: "数字 number",
}


def guide_of(name: str, method: Method) -> Iterator[RenderableType]:
    """The fields of a request, each with label and type, and an example."""
    kind = "命令 command" if method.is_command else "查询 query"
    yield Text.assemble((name, "bold"), f"  {kind} · {method.permission}")
    fields = list(_fields(descriptor_of(method.request), ""))
    table = grid()
    for heading in ("参数", "名称", "类型"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "类型")
    for path, field in fields:
        table.add_row(plain(path), plain(label_of(field)), plain(_type_of(field)))
    yield table
    first = next((path for path, _ in fields if path != "request_id"), "")
    example = f"guanjia call {name} {first}=…" if first else f"guanjia call {name}"
    yield Text.assemble("例 ", plain(example, "green"))
    if method.is_command:
        yield Text("request_id 不填则自动生成 made up when not given", "dim")


def methods_table(methods: Mapping[str, Method]) -> Table:
    table = grid()
    for heading in ("接口", "类型", "时限", "权限"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "时限" else "left")
    for name, method in methods.items():
        kind = Text("命令 command", "yellow") if method.is_command else Text("查询 query")
        table.add_row(name, kind, f"{method.deadline_ms / 1000:g} s", method.permission)
    return table


def _fields(descriptor: Descriptor, above: str) -> Iterator[tuple[str, FieldDescriptor]]:
    for field in descriptor.fields:
        path = above + field.name
        nested = field.message_type
        if nested is None or is_instant(field):
            yield path + (".0" if field.is_repeated else ""), field
        elif nested.GetOptions().map_entry:
            yield f"{path}.<键>", field
        else:
            yield from _fields(nested, f"{path}.0." if field.is_repeated else f"{path}.")


def _type_of(field: FieldDescriptor) -> str:
    if field.enum_type is not None:
        values = field.enum_type.values_by_number
        words = numbers_of(field.enum_type)
        return "、".join(
            f"{value_label_of(values[number])}({word})" for word, number in words.items() if word
        )
    if field.message_type is not None:
        return "时间 RFC 3339" if is_instant(field) else "文字 text"
    if field.name.endswith("_fen"):
        return "整数（分） fen"
    return _TYPES.get(field.cpp_type, "整数 integer")
