"""The `guanjia` command.

Exit codes: 0 done; 1 refused by the service, or a process failed; 2 wrong usage;
3 the gateway did not answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import addresses

app = typer.Typer(
    name="guanjia",
    help="管家：机关事务管理开放平台 Open platform for government-offices administration",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
trail = typer.Typer(help="审计日志 The audit trail", no_args_is_help=True)
app.add_typer(trail, name="audit")

Gateway = Annotated[
    str,
    typer.Option(
        envvar=addresses.VARIABLE,
        metavar="HOST:PORT",
        help="网关地址，默认取自 .run/guanjia.json",
    ),
]
User = Annotated[str, typer.Option(help="以何人名义（开发身份） on whose behalf")]
Unit = Annotated[str, typer.Option(help="以哪个单位经办人的身份（开发身份） as a clerk of a unit")]


Folder = Annotated[Path, typer.Option(help="放数据、日志与地址的文件夹")]
Postgres = Annotated[bool, typer.Option("--postgres", help="用 PostgreSQL 代替 SQLite")]


@app.command()
def up(
    folder: Folder = addresses.FOLDER,
    postgres: Postgres = False,
    keep: Annotated[
        bool, typer.Option("--keep/--fresh", help="保留上次的数据，或清空重来 keep or drop data")
    ] = True,
) -> None:
    """在本机启动全部服务，直到 Ctrl-C Run everything on this machine."""
    from cli import up as running

    running.up(folder, postgres=postgres, keep=keep)


@app.command()
def demo(folder: Folder = addresses.FOLDER / "demo", postgres: Postgres = False) -> None:
    """演示：从台账导入到公物仓入仓 Tell one story through all services."""
    from cli import demo as telling

    telling.demo(folder, postgres=postgres)


@app.command()
def call(
    method: Annotated[str, typer.Argument(help="如 housing.GetProperty")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[名称=值]...", help="如 property_id=…")
    ] = None,
    data: Annotated[str, typer.Option(help="请求的 JSON，或 @文件，@- 为标准输入")] = "",
    json: Annotated[bool, typer.Option("--json", help="输出 JSON print proto3 JSON")] = False,
    gateway: Gateway = "",
    user: User = "",
    unit: Unit = "",
    deadline: Annotated[float, typer.Option(min=0, help="时限（秒），0 为接口自身时限")] = 0,
    help_method: Annotated[
        bool, typer.Option("--help-method", help="列出该接口的参数 show its fields")
    ] = False,
) -> None:
    """调用一个接口 Call one method."""
    from cli import call as calling

    if help_method:
        calling.help_method(method)
        return
    calling.call(
        method,
        arguments or [],
        data=data,
        as_json=json,
        gateway=gateway,
        user=user,
        unit=unit,
        deadline_s=deadline,
    )


@app.command()
def methods(
    service: Annotated[str, typer.Argument(help="只列该服务，如 housing")] = "",
) -> None:
    """列出全部接口及所需权限 List methods, their kind and permission."""
    from cli import call as calling

    calling.methods(service)


@app.command("import")
def import_ledger(
    noun: Annotated[
        str, typer.Argument(metavar="[台账]", help="如 properties；不填则列出全部 none lists them")
    ] = "",
    file: Annotated[
        Path | None, typer.Argument(metavar="[文件]", help=".xlsx .xls .ods .csv")
    ] = None,
    sheet: Annotated[str, typer.Option(help="工作表名，默认自动查找")] = "",
    report: Annotated[
        Path | None, typer.Option(metavar="XLSX", help="退回的行另存为 save refused rows to")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="XLSX", help="写一份空白模板 write an empty template")
    ] = None,
    gateway: Gateway = "",
    user: User = "",
) -> None:
    """导入台账 Import a ledger from a spreadsheet."""
    from cli import ledgers

    if not noun:
        ledgers.show_all()
    elif template:
        ledgers.make_template(noun, template, instead_of=file)
    else:
        ledgers.import_ledger(noun, file, sheet=sheet, report=report, gateway=gateway, user=user)


@app.command("export")
def export_call(
    method: Annotated[str, typer.Argument(help="列表、统计表或文书，如 housing.ListProperties")],
    file: Annotated[Path, typer.Argument(metavar="文件", help=".xlsx 或 .csv；文书按其格式")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[名称=值]...", help="如 kind=办公用房")
    ] = None,
    gateway: Gateway = "",
    user: User = "",
) -> None:
    """导出列表（全部页）、统计表或文书 Write a whole list, a report or a document to a file."""
    from cli import export

    export.export(method, file, arguments or [], gateway=gateway, user=user)


@trail.command("verify")
def verify_audit(
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[系统]...", help="默认全部 all by default")
    ] = None,
    gateway: Gateway = "",
    user: User = "",
) -> None:
    """核验审计日志是否被改、删、插 Find changed, removed and inserted entries."""
    from cli import audit

    audit.verify(services or [], gateway=gateway, user=user)


@trail.command("export")
def export_audit(
    service: Annotated[str, typer.Argument(metavar="系统", help="如 housing")],
    file: Annotated[Path, typer.Argument(metavar="文件", help=".xlsx 或 .csv")],
    since: Annotated[str, typer.Option(metavar="日期", help="起始日期，如 2026-01-31")] = "",
    until: Annotated[str, typer.Option(metavar="日期", help="截止日期")] = "",
    gateway: Gateway = "",
    user: User = "",
) -> None:
    """导出审计日志 Write the entries to a file."""
    from cli import audit

    audit.export(file, service=service, since=since, until=until, gateway=gateway, user=user)


@app.command()
def resync(gateway: Gateway = "", user: User = "") -> None:
    """由目录服务重新发布主数据，各系统重建副本 Rebuild the copies of master data."""
    from cli import master

    master.resync(gateway=gateway, user=user)


@app.command()
def calendar(
    year: Annotated[int, typer.Argument(metavar="年份")], gateway: Gateway = "", user: User = ""
) -> None:
    """发布某年的工作日历 Publish the official calendar of a year."""
    from cli import master

    master.load_calendar(year, gateway=gateway, user=user)


@app.command()
def keys() -> None:
    """生成生产环境所需密钥 Make the secrets a deployment needs."""
    from cli import keys as making

    making.show()


if __name__ == "__main__":
    app()
