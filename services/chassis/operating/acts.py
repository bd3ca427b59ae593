"""`python -m chassis hold | release | resend | parked …`: as the runner offers them.

Each act opens what it needs by itself and works while the service runs. Exit codes: 0 done;
1 not, or not all of it (says what); 2 refused to start.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from chassis import migrate
from chassis.broker import LOST
from chassis.days import CHINA
from chassis.operating import holding, parked, resending
from chassis.operating.trail import Trail
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.storage.database import Database

Act = Callable[[Service, ServiceSettings, argparse.Namespace], int]

_PATIENCE_S = 60


def register(acts: Any) -> None:
    """Adds the acts to the subparsers `acts`."""
    holding_ = _add(acts, "hold", _hold, "let the relays send nothing for a while")
    holding_.add_argument("--seconds", type=float, default=300, help="ends by itself after")
    _add(acts, "release", _release, "let the relays send again; 1 if the hold was over before")
    again = _add(acts, "resend", _resend, "tell published facts again")
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("--since", type=_instant, help="published since; without a zone, in China")
    which.add_argument("--id", action="append", help="of this id; may be given again")
    again.add_argument("--fact", default="", help="only facts of this routing key")
    _named(again)
    kinds = acts.add_parser("parked", help="facts put aside for a person").add_subparsers(
        required=True, metavar="ACT"
    )
    listing = _add(kinds, "list", _telling(parked.list_), "a line for each parked message")
    listing.add_argument("--most", type=int, default=100, help="lines at most")
    showing = _add(kinds, "show", _telling(parked.show), "headers and body of a parked message")
    replaying = _add(kinds, "replay", _audited(parked.replay), "back into the queue it came from")
    discarding = _add(kinds, "discard", _audited(parked.discard), "remove it, with a reason")
    discarding.add_argument("--reason", type=_line, required=True, help="for the audit trail")
    every = replaying.add_mutually_exclusive_group(required=True)
    every.add_argument("--all", action="store_true", help="every parked message")
    every.add_argument("id", nargs="?", default="", help="as `parked list` tells it")
    for each in (showing, discarding):
        each.add_argument("id", help="as `parked list` tells it")
    for each in (showing, replaying, discarding):
        each.add_argument("--consumer", default="", help="only where several have parked it")
    _named(replaying)
    _named(discarding)


def _add(acts: Any, name: str, act: Act, help: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = acts.add_parser(name, help=help, description=help)
    made.add_argument("service")
    made.set_defaults(act=act)
    return made


def _named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as", dest="operator", type=_line, required=True, help="who you are; for the audit trail"
    )


def _hold(service: Service, settings: ServiceSettings, asked: argparse.Namespace) -> int:
    with _database(service, settings) as database:
        try:
            until = holding.hold(database, asked.seconds, _PATIENCE_S)
        except holding.NotHeld as error:
            print(error)
            return 1
    told = until.astimezone(CHINA).isoformat(timespec="seconds")
    print(f"{service.name} 已暂停发布，至 {told} 自行恢复 | held until {told}")
    return 0


def _release(service: Service, settings: ServiceSettings, _: argparse.Namespace) -> int:
    with _database(service, settings) as database:
        if holding.release(database):
            print(f"{service.name} 已恢复发布 | sends again")
            return 0
    print(
        f"{service.name} 此前已不在暂停中：若正在备份，各库备份可能互不一致，请重做 | was not held "
        "any more: backups taken meanwhile may not fit together, take them again"
    )
    return 1


def _resend(service: Service, settings: ServiceSettings, asked: argparse.Namespace) -> int:
    if asked.fact and asked.fact not in service.facts:
        print(f"{service.name} 不发布 {asked.fact} | publishes no such fact: {asked.fact}")
        return 1
    with _database(service, settings) as database:
        trail = Trail(database, settings.region_code, asked.operator)
        gone = resending.missing(trail, asked.id or [])
        chosen = resending.of(asked.id) if asked.id else resending.since(asked.since)
        told = {"since": asked.since.isoformat() if asked.since else "", "fact": asked.fact}
        marked = resending.resend(trail, chosen & resending.named(asked.fact), told)
    print(f"{service.name} 将重发 {marked} 条 | facts to be sent again: {marked}")
    for id in gone:
        print(f"发件箱中已无 {id} | no longer in the outbox: {id}")
    return 1 if gone else 0


def _audited(act: Callable[..., int]) -> Act:
    """Gives `act` the trail it writes into."""

    def run(service: Service, settings: ServiceSettings, asked: argparse.Namespace) -> int:
        with _database(service, settings) as database:
            trail = Trail(database, settings.region_code, asked.operator)
            return act(service, settings, asked, trail)

    return _telling(run)


def _telling(act: Act) -> Act:
    """Says it in words when the broker goes away meanwhile."""

    def run(service: Service, settings: ServiceSettings, asked: argparse.Namespace) -> int:
        try:
            return act(service, settings, asked)
        except LOST as error:
            print(f"RabbitMQ 连接中断 | connection to RabbitMQ lost: {error}")
            return 1

    return run


@contextmanager
def _database(service: Service, settings: ServiceSettings) -> Iterator[Database]:
    """Not claimed: what an operator does on SQLite are short transactions beside the service."""
    limit_ms = _PATIENCE_S * 1_000
    url = settings.database_url.get_secret_value()
    database = Database(url, 2, limit_ms, limit_ms, settings.database_ca)
    try:
        migrate.require_current(database, service)
        yield database
    finally:
        database.close()


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=CHINA)


def _line(text: str) -> str:
    if not text.strip() or len(text) > 150 or not text.isprintable():
        raise argparse.ArgumentTypeError("one line of 1 to 150 characters")
    return text.strip()
