"""`guanjia import properties`: a register, its progress, and what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cli import addresses
from cli.call import troubles_told
from cli.client import Client
from cli.imports import HEADINGS, Outcome, Problem, Ticket, send, write_report
from cli.render.tables import grid
from cli.screen import EXIT_REFUSED, EXIT_USAGE, complain, out, plain
from cli.sheets import Sheet, SpreadsheetRefused, Why, read_rows


def import_properties(
    path: Path, *, sheet: str, report: Path | None, gateway: str, user: str
) -> None:
    with troubles_told():
        address = addresses.gateway(gateway)
        read = _read(path, sheet)
        with Client(address, user, retries=True) as client:
            outcome = _send(client, read, Ticket(path.read_bytes()))
    if outcome.problems:
        out.print(problems_table(outcome.problems))
    out.print(totals(outcome))
    if report and outcome.problems:
        write_report(report, read, outcome.problems)
        out.print(Text("退回明细 refused rows: "), plain(report), sep="", soft_wrap=True)
    if outcome.refused:
        raise typer.Exit(EXIT_REFUSED)


def problems_table(problems: Sequence[Problem]) -> Table:
    table = grid(Text(f"退回的行 refused rows  {len({each.row for each in problems})} 行", "bold"))
    table.add_column("行号", justify="right")
    for heading in ("列", "原值", "说明"):
        table.add_column(heading, overflow="fold")
    table.add_column("原因码", no_wrap=True)
    for each in problems:
        table.add_row(
            str(each.row),
            plain(each.heading),
            plain(each.value),
            plain(each.zh),
            plain(each.reason, "red"),
        )
    return table


def totals(outcome: Outcome) -> Text:
    return Text.assemble(
        ("新增 created ", "green"),
        (str(outcome.created), "bold green"),
        f"  未变 unchanged {outcome.unchanged}",
        ("  退回 refused ", "red" if outcome.refused else ""),
        (str(outcome.refused), "bold red" if outcome.refused else ""),
    )


def _read(path: Path, name: str) -> Sheet:
    try:
        sheet = read_rows(path, HEADINGS, name)
    except SpreadsheetRefused as refused:
        complain(refused.zh, f"{refused.en} [{refused.reason}]")
        raise typer.Exit(EXIT_USAGE) from None
    out.print(plain(f"{path.name} · {sheet.name}：{len(sheet.rows)} 行 rows"))
    strange = [heading for heading in sheet.headings if heading not in HEADINGS]
    missing = [heading for heading in HEADINGS if heading not in sheet.headings]
    left_out = [each for each in sheet.skipped if each.why is not Why.BLANK]
    if strange:
        out.print(plain(f"  不导入的列 columns left out: {'、'.join(strange)}", "dim"))
    if missing:
        out.print(plain(f"  缺少的列 columns missing: {'、'.join(missing)}", "yellow"))
    if left_out:
        told = "、".join(f"{each.number}（{each.why}）" for each in left_out)
        out.print(plain(f"  跳过的行 rows skipped: {told}", "dim"))
    if sheet.others:
        out.print(plain(f"  未读的工作表 sheets not read: {'、'.join(sheet.others)}", "yellow"))
    return sheet


def _send(client: Client, sheet: Sheet, ticket: Ticket) -> Outcome:
    with _progress() as progress:
        task = progress.add_task("导入 importing", total=len(sheet.rows), told="")

        def watch(outcome: Outcome) -> None:
            told = f"新增 {outcome.created} 未变 {outcome.unchanged} 退回 {outcome.refused}"
            progress.update(task, completed=outcome.rows, told=told)

        with ticket:
            return send(client, sheet.rows, ticket, watch)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
        console=out,
    )
