"""Holding publication: for a while the relays of a service send nothing.

Commands go on being accepted, and their facts wait in the outbox. Databases are backed up
one after the other; while every service is held no fact crosses from one to another between
the first snapshot and the last. So no backup has an effect whose cause is missing in its
publisher's.

A hold is a row with a deadline, which each relay reads with the facts it takes. The lock beside
it is shared by relays for the length of a batch and had alone by whoever puts a hold on: once
`hold` returns, no relay is in the middle of sending. PostgreSQL's clock counts, not that of a
replica. SQLite has no such lock, and one process: there it is a file.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exc, exists, func, insert, literal, select
from sqlalchemy import text as sql

from chassis.application import utc_now
from chassis.storage.columns import Instant
from chassis.storage.database import Database
from chassis.storage.tables import relay_hold

_LOCK = 0x686F6C64  # any number; the same for all relays of a database
_LOOK_S = 0.05


class NotHeld(RuntimeError):
    """The hold that was asked for did not come about."""


class StillSending(NotHeld):
    """A relay did not finish its batch in time."""


class HeldAlready(NotHeld):
    """Another hold counts still. Taken over, it would end under whoever stands on it."""


def held(database: Database) -> ColumnElement[bool]:
    """For a statement: whether the service is held at that moment."""
    return exists().where(relay_hold.c.held_until > _in(database, 0))


@contextmanager
def sending(database: Database, connection: Connection | None = None) -> Iterator[bool]:
    """For a batch of facts: nobody puts a hold on meanwhile; False if somebody is just doing so.

    On PostgreSQL that lasts until the transaction of `connection` ends.
    """
    if connection is not None:
        locked = connection.execute(_SHARED, {"lock": _LOCK}).scalar_one()
        yield bool(locked)
        return
    with _file(database, fcntl.LOCK_SH) as locked:
        yield locked


def hold(database: Database, seconds: float, patience_s: float = 60) -> datetime:
    """Holds the service from now on; until when. One hold at a time: raises HeldAlready.

    Returns once no relay is sending. Raises StillSending if one is for longer than
    `patience_s`; that is what the lock timeout of a PostgreSQL `database` should be.
    """
    try:
        with database.transaction() as connection:
            over = relay_hold.c.held_until <= _in(database, 0)
            connection.execute(delete(relay_hold).where(over))
            connection.execute(insert(relay_hold).values(id=1, held_until=_in(database, seconds)))
            until: datetime = connection.execute(select(relay_hold.c.held_until)).scalar_one()
    except exc.IntegrityError:
        raise HeldAlready(
            "该服务已在暂停中：可能另有备份正在进行；确认没有后先 release | the service is held "
            "already, by another backup perhaps; if there is none, release it first"
        ) from None
    # Whoever begins a batch from here on reads that row; those before have to come to an end.
    if not _alone(database, patience_s):
        release(database)
        raise StillSending(
            "转发器仍在发布，未能暂停；请检查 RabbitMQ 后重试 | "
            "a relay is still sending, nothing is held: look at RabbitMQ, then try again"
        )
    return until


def release(database: Database) -> bool:
    """Ends the hold; False if it had ended by itself, or there was none."""
    with database.transaction() as connection:
        was_held = connection.execute(select(held(database))).scalar_one()
        connection.execute(delete(relay_hold))
    return bool(was_held)


def _alone(database: Database, patience_s: float) -> bool:
    """Waits until nobody is sending; False if that takes too long."""
    if not database.is_sqlite:
        try:
            with database.transaction() as connection:
                connection.execute(_ALONE, {"lock": _LOCK})
        except exc.DBAPIError as error:
            if getattr(error.orig, "pgcode", "") in _TIMEOUTS:
                return False
            raise
        return True
    ends_at = time.monotonic() + patience_s
    while True:
        with _file(database, fcntl.LOCK_EX) as alone:
            if alone or time.monotonic() > ends_at:
                return alone
        time.sleep(_LOOK_S)


def _in(database: Database, seconds: float) -> ColumnElement[Any]:
    """An instant so many seconds from now."""
    span = timedelta(seconds=seconds)
    if database.is_sqlite:
        return literal(utc_now() + span, Instant)
    return func.clock_timestamp() + literal(span)


@contextmanager
def _file(database: Database, mode: int) -> Iterator[bool]:
    """Whether the lock beside a SQLite file could be had, for as long as the block lasts."""
    if not database.url.database:
        yield True
        return
    with Path(f"{database.url.database}.relay").open("w") as file:
        try:
            fcntl.flock(file, mode | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


_SHARED = sql("SELECT pg_try_advisory_xact_lock_shared(:lock)")
_ALONE = sql("SELECT pg_advisory_xact_lock(:lock)")
_TIMEOUTS = ("55P03", "57014")  # of waiting for a lock, of a statement
