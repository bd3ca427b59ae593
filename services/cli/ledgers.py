"""`guanjia import`: a ledger, its progress, and what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cli import addresses
from cli.arguments import WrongArgument
from cli.call import troubles_told
from cli.client import Client
from cli.imports import (
    Ledger,
    Outcome,
    Problem,
    Ticket,
    all_ledgers,
    ledger,
    send,
    write_report,
    write_template,
)
from cli.render.grid import grid
from cli.screen import EXIT_REFUSED, EXIT_USAGE, complain, out, plain
from cli.sheets import Sheet, SpreadsheetRefused, Why, read_rows


def import_ledger(
    noun: str, path: Path | None, *, sheet: str, report: Path | None, gateway: str, user: str
) -> None:
    with troubles_told():
        found = ledger(noun)
        if path is None:
            raise WrongArgument(
                f"要导入哪个文件？空白模板：guanjia import {noun} --template {noun}.xlsx",
                "name the file to import, or --template for an empty one",
            )
        address = addresses.gateway(gateway)
        read = _read(path, found, sheet)
        with Client(address, user, retries=True) as client:
            outcome = _send(client, found, read, Ticket(found, path.read_bytes()))
    if outcome.problems:
        out.print(problems_table(outcome.problems))
    out.print(totals(outcome))
    if report and outcome.problems:
        with troubles_told():
            write_report(report, read, outcome.problems)
        out.print(Text("退回明细 refused rows: "), plain(report), sep="", soft_wrap=True)
    if outcome.refused:
        raise typer.Exit(EXIT_REFUSED)


def make_template(noun: str, path: Path, *, instead_of: Path | None) -> None:
    with troubles_told():
        found = ledger(noun)
        if instead_of:
            raise WrongArgument(
                "--template 只写空白模板，不与导入同时进行", "either a template or an import"
            )
        write_template(path, found)
    out.print(plain(f"{path}：{len(found.columns)} 列 columns"), soft_wrap=True)


def show_all() -> None:
    """Every ledger there is, by the name it is imported under."""
    table = grid()
    for heading in ("台账", "接口", "列"):
        table.add_column(heading, overflow="fold")
    for each in all_ledgers().values():
        name = f"{each.method.service}.{each.method.name}"
        table.add_row(plain(each.noun), plain(name), plain(" ".join(each.headings), "dim"))
    out.print(table)


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


def _read(path: Path, found: Ledger, name: str) -> Sheet:
    try:
        sheet = read_rows(path, found.headings, name)
    except SpreadsheetRefused as refused:
        complain(refused.zh, f"{refused.en} [{refused.reason}]")
        raise typer.Exit(EXIT_USAGE) from None
    out.print(plain(f"{path.name} · {sheet.name}：{len(sheet.rows)} 行 rows"))
    strange = [heading for heading in sheet.headings if heading not in found.headings]
    missing = [heading for heading in found.headings if heading not in sheet.headings]
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


def _send(client: Client, found: Ledger, sheet: Sheet, ticket: Ticket) -> Outcome:
    with _progress() as progress:
        task = progress.add_task("导入 importing", total=len(sheet.rows), told="")

        def watch(outcome: Outcome) -> None:
            told = f"新增 {outcome.created} 未变 {outcome.unchanged} 退回 {outcome.refused}"
            progress.update(task, completed=outcome.rows, told=told)

        with ticket:
            return send(client, found, sheet.rows, ticket, watch)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
        console=out,
    )
