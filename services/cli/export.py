"""`guanjia export`: any list, with all its pages, any report, or any document, as a file."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import typer

from chassis.contract import Method
from cli import addresses, catalogue
from cli.arguments import WrongArgument, request_of
from cli.call import repeatable, troubles_told
from cli.catalogue import descriptor_of
from cli.client import Client
from cli.exports import (
    Table,
    Written,
    is_document,
    other_ending,
    pages_of,
    refuse_format,
    rows_field,
    table_of,
    write_document,
    write_report,
    write_table,
)
from cli.render.reports import is_report
from cli.screen import EXIT_NO_ANSWER, complain, out, plain
from guanjia.document.v1 import document_pb2 as pb


def export(name: str, path: Path, words: Sequence[str], *, gateway: str, user: str) -> None:
    """Writes what one call tells to .xlsx or .csv, or the document that it answers with."""
    with troubles_told():
        method = catalogue.method(name)
        reply = descriptor_of(method.response)
        listed = rows_field(method)
        if listed is None and not is_report(reply) and not is_document(reply):
            raise WrongArgument(
                f"{name} 不是列表、统计表或文书，不能导出",
                f"{name} is no list, no report and no document",
            )
        if not is_document(reply):
            refuse_format(path)
        request: Any = request_of(method, words)
        if method.is_command and not request.request_id:
            request.request_id = str(uuid.uuid4())
        address = addresses.gateway(gateway)
    # Labels that are printed are bound as well: a document may come from a command.
    repeated = repeatable(method, request) if method.is_command else nullcontext()
    with repeated, troubles_told(), Client(address, user, retries=True) as client:
        if listed is not None:
            write_list(client, path, method, request, table_of(listed))
        elif is_document(reply):
            document: Any = client.call(method, request)
            write_document(path, document)
            tell_document(path, document)
        else:
            report: Any = client.call(method, request)
            tell(path, write_report(path, report, request))


def write_list(client: Client, path: Path, method: Method, request: Any, table: Table) -> None:
    """All rows of a list; exit code 3 where a service that was asked did not answer."""
    missing: set[str] = set()
    listed = rows_field(method)
    assert listed is not None

    def rows() -> Iterator[Any]:
        for page in pages_of(client, method, request):
            missing.update(getattr(page, "missing_services", ()))
            yield from getattr(page, listed.name)

    tell(path, write_table(path, table, _counted(rows())))
    if missing:
        names = "、".join(sorted(missing))
        complain(f"以下系统未应答，文件中没有其数据：{names}", f"did not answer: {names}")
        raise typer.Exit(EXIT_NO_ANSWER)


def tell_document(path: Path, document: pb.Document) -> None:
    out.print(plain(f"{path}：{len(document.content):,} 字节 bytes"), soft_wrap=True)
    ending = other_ending(path, document)
    if ending:
        told = f"  内容是 {document.content_type}，文件名宜以 {ending} 结尾 better named {ending}"
        out.print(plain(told, "yellow"), soft_wrap=True)


def tell(path: Path, written: Written) -> None:
    out.print(plain(f"{path}：{written.rows:,} 行 rows"), soft_wrap=True)
    if written.cut:
        told = f"  {written.cut} 个单元格过长，已截短；全文请导出为 .csv cells cut short"
        out.print(plain(told, "yellow"), soft_wrap=True)


def _counted(rows: Iterable[Any]) -> Iterator[Any]:
    """The rows; on a terminal their number is shown as it grows."""
    with out.status("导出 exporting") as status:
        for number, row in enumerate(rows, start=1):
            if not number % 500:
                status.update(f"导出 exporting  {number:,} 行")
            yield row
