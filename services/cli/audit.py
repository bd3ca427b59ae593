"""`guanjia audit`: is the trail whole, and a copy of it for those who keep it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from chassis.contract import value_label_of
from cli import addresses, catalogue
from cli.call import troubles_told
from cli.client import Client
from cli.export import write_list
from cli.exports import Column, Table, refuse_format
from cli.exports.lists import column_of
from cli.exports.table import INSTANT, TEXT
from cli.render.columns import columns_of
from cli.render.grid import grid
from cli.screen import EXIT_REFUSED, out, plain
from guanjia.audit.v1 import audit_pb2 as pb

_SERVICE = "audit.VerifyAuditTrail"
_ENTRIES = "audit.ListAuditEntries"


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
    request = pb.ListAuditEntriesRequest(service=service, from_day=since, to_day=until)
    with troubles_told():
        refuse_format(path)
        with Client(addresses.gateway(gateway), user, retries=True) as client:
            write_list(client, path, catalogue.method(_ENTRIES), request, _table())


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


def _table() -> Table:
    """Who when what, in the order of the contract; to the microsecond, as it is sealed."""
    columns = [column_of(source) for source in columns_of(pb.AuditEntry.DESCRIPTOR)]
    return Table("审计记录", [_exact(each) if each.shown == INSTANT else each for each in columns])


def _exact(column: Column) -> Column:
    return replace(column, shown=TEXT, cell=lambda entry: entry.acted_at.ToJsonString())
