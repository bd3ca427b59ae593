"""Facts put aside for a person: list, show, replay, discard.

They carry no personal data, as no fact does (see the chassis' README); what is shown here may
be written into a ticket.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from chassis.days import CHINA
from chassis.operating.parking import Parked, Parking, QueueGone, Untrusted
from chassis.operating.trail import Trail
from chassis.publisher import NotConfirmed
from chassis.reactions import ATTEMPTS_HEADER
from chassis.service import Service
from chassis.settings import ServiceSettings

_HEADINGS = ("No.", "id", "fact", "consumer", "reason", "attempts", "parked at", "error")
_NOT_DONE = (QueueGone, NotConfirmed, Untrusted)
_NONE = "没有待人工处理的消息 | nothing is parked"


def list_(service: Service, settings: ServiceSettings, asked: argparse.Namespace) -> int:
    with Parking(service, settings) as parking:
        lines = [_columns(each) for each in islice(parking.messages(), max(asked.most, 1))]
    if not lines:
        print(_NONE)
        return 0
    table = [_HEADINGS, *lines]
    widths = [max(len(line[column]) for line in table) for column in range(len(_HEADINGS) - 1)]
    for line in table:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        print("  ".join([*cells, line[-1]]))
    return 0


def show(service: Service, settings: ServiceSettings, asked: argparse.Namespace) -> int:
    with Parking(service, settings) as parking:
        found = list(_chosen(parking, asked))
    for each in found:
        for name, value in sorted(each.headers.items()):
            print(f"{name}: {_line(value)}")
        print(_pretty(each.body))
    return _outcome(len(found))


def replay(
    service: Service, settings: ServiceSettings, asked: argparse.Namespace, trail: Trail
) -> int:
    """Written down first: a trail may tell of an act that failed, never lack one."""

    def back(parking: Parking, each: Parked) -> None:
        trail.note("parked.replay", _change(each))
        try:
            parking.replay(each)
        except _NOT_DONE:
            trail.note("parked.replay", _change(each), "FAILED")
            raise

    return _each(service, settings, asked, back, "已放回原队列 replayed")


def discard(
    service: Service, settings: ServiceSettings, asked: argparse.Namespace, trail: Trail
) -> int:
    def away(parking: Parking, each: Parked) -> None:
        trail.note("parked.discard", {**_change(each), "because": asked.reason})
        parking.remove(each)

    return _each(service, settings, asked, away, "已丢弃 discarded")


def _each(
    service: Service,
    settings: ServiceSettings,
    asked: argparse.Namespace,
    act: Callable[[Parking, Parked], None],
    done: str,
) -> int:
    number, failed = 0, False
    with Parking(service, settings) as parking:
        for each in _chosen(parking, asked):
            try:
                act(parking, each)
            except _NOT_DONE as error:
                failed = True
                print(f"未处理 not done: {each.id} {each.consumer}: {error}")
                continue
            number += 1
            print(f"{done}: {each.id} {each.fact} {each.consumer}")
    if getattr(asked, "all", False) and not number and not failed:
        print(_NONE)
        return 0
    return 1 if failed else _outcome(number)


def _chosen(parking: Parking, asked: argparse.Namespace) -> Iterator[Parked]:
    every = getattr(asked, "all", False)
    for each in parking.messages():
        if (every or each.id == asked.id) and asked.consumer in ("", each.consumer):
            yield each


def _outcome(number: int) -> int:
    if not number:
        print("没有这样的消息 | no such message is parked")
    return 0 if number else 1


def _change(parked: Parked) -> dict[str, Any]:
    return {
        "message": parked.id,
        "fact": parked.fact,
        "consumer": parked.consumer,
        "reason": parked.headers.get("guanjia-reason", ""),
    }


def _columns(parked: Parked) -> tuple[str, ...]:
    headers = parked.headers
    at = headers.get("guanjia-parked-at")
    error = str(headers.get("guanjia-error", "")).splitlines()
    return (
        str(parked.number),
        _line(parked.id),
        _line(parked.fact),
        _line(parked.consumer),
        _line(headers.get("guanjia-reason", "?")),
        _line(headers.get(ATTEMPTS_HEADER, "?")),
        f"{datetime.fromtimestamp(at, CHINA):%Y-%m-%d %H:%M:%S}" if isinstance(at, int) else "?",
        _line(error[0])[:160] if error else "",
    )


def _pretty(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return _line(body.decode(errors="replace"))


def _line(value: Any) -> str:
    """Nothing that a terminal would act on: a message may hold anything."""
    return "".join(each if each.isprintable() else "�" for each in str(value))
