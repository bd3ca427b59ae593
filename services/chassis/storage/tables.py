"""The chassis' own tables, the same in every service's database.

outbox   facts committed and not yet (or lately) published
inbox    facts already reacted to, by consumer: makes a reaction happen once
replies  commands already answered, by caller and request_id: makes a call happen once
audit    who did what, in the transaction that did it
numbers  the last number given in each series of business codes

relay_hold  one row while an operator holds publication (see `chassis.operating.holding`)

And what makes a change of the audit trail show (see `chassis.audit.sealing`):

audit_waiting  entries not sealed yet
audit_links    the digest of each entry, and the seal that covers it
audit_seals    the chain: each seal carries the digest of the one before
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from chassis.storage.columns import NAMING, OPEN, Belongs, Instant

metadata = MetaData(naming_convention=NAMING)


def _where(condition: str) -> dict[str, Any]:
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


outbox = Table(
    "outbox",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("exchange", String(100), nullable=False),
    Column("routing_key", String(100), nullable=False),
    Column("envelope", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("returned_at", Instant),
    Index("ix_outbox_fresh", "id", **_where("published_at IS NULL AND returned_at IS NULL")),
    Index(
        "ix_outbox_returned",
        "returned_at",
        **_where("published_at IS NULL AND returned_at IS NOT NULL"),
    ),
    Index("ix_outbox_published_at", "published_at"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String(150), primary_key=True),
    Column("message_id", String(100), primary_key=True),
    Column("received_at", Instant, nullable=False),
    Index("ix_inbox_received_at", "received_at"),
)

replies = Table(
    "replies",
    metadata,
    Column("caller", String(200), primary_key=True),
    Column("request_id", String(100), primary_key=True),
    Column("method", String(100), nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("reply", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Index("ix_replies_created_at", "created_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("principal", String(200), nullable=False),
    Column("region_code", String(12), nullable=False),
    Column("unit_id", String(36), nullable=False),
    Column("origin", String(200), nullable=False),
    Column("act", String(150), nullable=False),
    Column("request_id", String(100), nullable=False),
    Column("result", String(100), nullable=False),
    Column("changes", Text, nullable=False),
    Index("ix_audit_at", "at"),
    Index("ix_audit_principal_id", "principal", "id"),
    info={"scoped": Belongs()},
)

audit_waiting = Table(
    "audit_waiting",
    metadata,
    Column("entry_id", String(36), primary_key=True),
    info={"scoped": OPEN},
)

audit_links = Table(
    "audit_links",
    metadata,
    Column("entry_id", String(36), primary_key=True),
    Column("seal", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_audit_links_seal", "seal"),
    info={"scoped": OPEN},
)

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed_at", Instant, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    info={"scoped": OPEN},
)

numbers = Table(
    "numbers",
    metadata,
    Column("series", String(40), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

relay_hold = Table(
    "relay_hold",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("held_until", Instant, nullable=False),
)
