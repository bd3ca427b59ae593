"""`guanjia export`: any list, with all its pages, or any report, as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer

from chassis.contract import Method
from cli import addresses, catalogue
from cli.arguments import WrongArgument, request_of
from cli.call import troubles_told
from cli.catalogue import descriptor_of
from cli.client import Client
from cli.exports import (
    Table,
    Written,
    pages_of,
    refuse_format,
    rows_field,
    table_of,
    write_report,
    write_table,
)
from cli.render.reports import is_report
from cli.screen import EXIT_NO_ANSWER, complain, out, plain


def export(name: str, path: Path, words: Sequence[str], *, gateway: str, user: str) -> None:
    """Writes what one call tells to .xlsx or .csv."""
    with troubles_told():
        refuse_format(path)
        method = catalogue.method(name)
        listed = rows_field(method)
        if listed is None and not is_report(descriptor_of(method.response)):
            raise WrongArgument(
                f"{name} 不是列表，也不是统计表，不能导出",
                f"{name} is neither a list nor a report",
            )
        request = request_of(method, words)
        with Client(addresses.gateway(gateway), user, retries=True) as client:
            if listed is None:
                report: Any = client.call(method, request)
                tell(path, write_report(path, report, request))
            else:
                write_list(client, path, method, request, table_of(listed))


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
