"""`guanjia audit`: is the trail whole, and a copy of it for those who keep it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
import xlsxwriter
from rich.text import Text

from chassis.contract import labels_of, value_label_of
from cli import addresses, catalogue
from cli.call import troubles_told
from cli.client import Client
from cli.render.tables import grid
from cli.screen import EXIT_REFUSED, EXIT_USAGE, complain, out, plain
from cli.sheets import formulas
from guanjia.audit.v1 import audit_pb2 as pb

_SERVICE = "audit.VerifyAuditTrail"
_COLUMNS = [field.name for field in pb.AuditEntry.DESCRIPTOR.fields]
_ROWS_A_SHEET = 1_000_000


def verify(services: Sequence[str], *, gateway: str, user: str) -> None:
    """Checks the trail of each service; exit code 1 if anything was changed."""
    problems: list[tuple[str, Any]] = []
    table = grid(Text("审计日志 audit trail", "bold"))
    table.add_column("系统")
    for heading in ("记录", "签封", "未签封", "问题"):
        table.add_column(heading, justify="right")
    table.add_column("链尾 head")
    with troubles_told(), Client(addresses.gateway(gateway), user, retries=True) as client:
        for service in services or catalogue.domains():
            answers = list(_stretches(client, service))
            found = [each for answer in answers for each in answer.problems]
            problems += [(service, each) for each in found]
            table.add_row(
                service,
                str(sum(each.entries for each in answers)),
                str(sum(each.seals for each in answers)),
                str(answers[-1].unsealed),
                Text(str(len(found)), "bold red" if found else "green"),
                answers[-1].head,
            )
    out.print(table)
    for service, each in problems:
        kind = pb.AuditProblemKind.DESCRIPTOR.values_by_number[each.kind]
        told = f"{service}：{value_label_of(kind)}  签封 {each.seal}  记录 {each.entry_id or '—'}"
        out.print(Text("✗ ", "bold red"), plain(told), sep="")
    if problems:
        raise typer.Exit(EXIT_REFUSED)


def export(path: Path, *, service: str, since: str, until: str, gateway: str, user: str) -> None:
    """Writes a service's entries to .xlsx or .csv."""
    if path.suffix not in (".xlsx", ".csv"):
        complain("只能导出为 .xlsx 或 .csv", "name a file that ends in .xlsx or .csv")
        raise typer.Exit(EXIT_USAGE)
    with troubles_told(), Client(addresses.gateway(gateway), user, retries=True) as client:
        rows = _entries(client, service, since, until)
        written = _write_book(path, rows) if path.suffix == ".xlsx" else _write_text(path, rows)
    out.print(plain(f"{path}：{written} 条记录 entries"), soft_wrap=True)


def _stretches(client: Client, service: str) -> Iterator[Any]:
    method = catalogue.method(_SERVICE)
    next_seal = 0
    while True:
        request = pb.VerifyAuditTrailRequest(service=service, next_seal=next_seal)
        answer: Any = client.call(method, request)
        yield answer
        next_seal = answer.next_seal
        if not next_seal:
            return


def _entries(client: Client, service: str, since: str, until: str) -> Iterator[list[str]]:
    method = catalogue.method("audit.ListAuditEntries")
    token = ""
    while True:
        request = pb.ListAuditEntriesRequest(
            service=service, page_size=200, page_token=token, from_day=since, to_day=until
        )
        page: Any = client.call(method, request)
        for entry in page.entries:
            yield [_cell(entry, name) for name in _COLUMNS]
        token = page.next_page_token
        if not token:
            return


def _cell(entry: Any, name: str) -> str:
    value = getattr(entry, name)
    return str(value.ToJsonString()) if name == "acted_at" else str(value)


def _headings() -> list[str]:
    return list(labels_of(pb.AuditEntry.DESCRIPTOR).values())


def _write_book(path: Path, rows: Iterator[list[str]]) -> int:
    written = 0
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = _new_page(book)
        for row in rows:
            if written and not written % _ROWS_A_SHEET:
                page = _new_page(book)
            for column, text in enumerate(row):
                page.write_string(written % _ROWS_A_SHEET + 1, column, text[: formulas.LONGEST])
            written += 1
    return written


def _new_page(book: Any) -> Any:
    page = book.add_worksheet()
    page.write_row(0, 0, _headings())
    return page


def _write_text(path: Path, rows: Iterator[list[str]]) -> int:
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_headings())
        for row in rows:
            writer.writerow([formulas.harmless(text) for text in row])
            written += 1
    return written
