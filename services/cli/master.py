"""`guanjia resync` and `guanjia calendar`: the master data every service keeps a copy of."""

from __future__ import annotations

import uuid
from typing import Any

import typer
from chinese_calendar import constants

from cli import addresses, catalogue
from cli.call import troubles_told
from cli.client import Client
from cli.screen import EXIT_USAGE, complain, out, plain
from guanjia.directory.v1 import directory_pb2 as pb


def resync(*, gateway: str, user: str) -> None:
    """Lets the directory tell everything again; each service brings its copy up to date."""
    method = catalogue.method("directory.RepublishMasterData")
    run = uuid.uuid4()
    told = page = 0
    cursor = ""
    with troubles_told(), Client(addresses.gateway(gateway), user, retries=True) as client:
        while True:
            request = pb.RepublishMasterDataRequest(request_id=f"{run}-{page}", cursor=cursor)
            answer: Any = client.call(method, request)
            told, page, cursor = told + answer.published, page + 1, answer.next_cursor
            if not cursor:
                break
    out.print(plain(f"已重新发布 {told} 条主数据 facts told again"))


def load_calendar(year: int, *, gateway: str, user: str) -> None:
    """Publishes the official calendar of a year that this release knows."""
    request = calendar_of(year)
    if request is None:
        known = sorted({day.year for day in constants.holidays})
        complain(
            f"本版本不含 {year} 年的放假安排（有 {known[0]} 至 {known[-1]} 年），"
            "请按国务院办公厅通知用 directory.PublishCalendarYear 录入",
            f"this release has the years {known[0]} to {known[-1]}; enter the official notice",
        )
        raise typer.Exit(EXIT_USAGE)
    with troubles_told(), Client(addresses.gateway(gateway), user, retries=True) as client:
        client.call(catalogue.method("directory.PublishCalendarYear"), request)
    told = f"放假 {len(request.holidays)} 天，调休上班 {len(request.workdays)} 天"
    out.print(plain(f"已发布 {year} 年工作日历：{told}"))


def calendar_of(year: int) -> pb.PublishCalendarYearRequest | None:
    """The request that publishes a year; None for one without an official table here."""
    off = [day for day in constants.holidays if day.year == year]
    if not off:
        return None
    return pb.PublishCalendarYearRequest(
        request_id=f"calendar-{year}-{uuid.uuid4()}",
        year=year,
        holidays=sorted(day.isoformat() for day in off if day.weekday() < 5),
        workdays=sorted(day.isoformat() for day in constants.workdays if day.year == year),
        source=f"国务院办公厅关于{year}年部分节假日安排的通知",
    )
