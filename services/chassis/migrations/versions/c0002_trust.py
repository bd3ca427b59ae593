"""Audit sealed in a chain, approvals, copies of the directory."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.migrate import add_columns, aggregate_columns, drop_columns
from chassis.storage.columns import Instant

revision = "c0002"
down_revision = "c0001"
branch_labels = None

_APPEND_ONLY = ("audit", "audit_links", "audit_seals")
_TABLES = (
    "calendar_copies",
    "region_copies",
    "person_copies",
    "unit_copies",
    "approval_steps",
    "approvals",
    "approval_rules",
    "audit_seals",
    "audit_links",
    "audit_waiting",
)


def upgrade() -> None:
    _audit()
    _approvals()
    _copies()
    _forbid_changes()


def downgrade() -> None:
    _allow_changes()
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index("ix_audit_principal_id", "audit")
    drop_columns("audit", "region_code", "unit_id", "origin", "result")


def _audit() -> None:
    add_columns("audit", _text("region_code", 12), _text("unit_id", 36), _text("origin", 200))
    add_columns("audit", sa.Column("result", sa.String(100), nullable=False, server_default="OK"))
    op.create_index("ix_audit_principal_id", "audit", ["principal", "id"])
    op.create_table("audit_waiting", sa.Column("entry_id", sa.String(36), primary_key=True))
    op.execute("INSERT INTO audit_waiting (entry_id) SELECT id FROM audit")
    op.create_table(
        "audit_links",
        sa.Column("entry_id", sa.String(36), primary_key=True),
        sa.Column("seal", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_links_seal", "audit_links", ["seal"])
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sealed_at", Instant, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )


def _approvals() -> None:
    op.create_table(
        "approval_rules",
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("least_fen", sa.BigInteger, nullable=False),
        sa.Column("below_fen", sa.BigInteger, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("steps", sa.JSON, nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        *aggregate_columns(),
    )
    op.create_index("ix_approval_rules_kind_id", "approval_rules", ["kind", "id"])
    op.create_table(
        "approvals",
        sa.Column("service", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("document_code", sa.String(64), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("requested_by_name", sa.String(100), nullable=False),
        sa.Column("applicants", sa.String(1000), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        *aggregate_columns(),
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "uq_approvals_pending_document",
        "approvals",
        ["document_id"],
        unique=True,
        postgresql_where=pending,
        sqlite_where=pending,
    )
    op.create_table(
        "approval_steps",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "approval_id",
            sa.String(36),
            sa.ForeignKey("approvals.id", name="fk_approval_steps_approval_id"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("escalation_role", sa.String(64), nullable=False),
        sa.Column("workdays", sa.Integer, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("opened_at", Instant),
        sa.Column("due_at", Instant),
        sa.Column("holder", sa.String(200), nullable=False),
        sa.Column("passed_by", sa.String(200), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_by_name", sa.String(100), nullable=False),
        sa.Column("on_behalf_of", sa.String(200), nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("note", sa.String(500), nullable=False),
    )
    op.create_index("ix_approval_steps_approval_id", "approval_steps", ["approval_id"])
    opened = sa.text("state = 'open'")
    op.create_index(
        "ix_approval_steps_open",
        "approval_steps",
        ["opened_at", "id"],
        postgresql_where=opened,
        sqlite_where=opened,
    )


def _copies() -> None:
    op.create_table(
        "unit_copies",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("uscc", sa.String(18), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("parent_id", sa.String(36), nullable=False),
        sa.Column("valid_from", sa.String(10), nullable=False),
        sa.Column("valid_to", sa.String(10), nullable=False),
        sa.Column("successor_id", sa.String(36), nullable=False),
        sa.Column("as_of_version", sa.Integer, nullable=False),
    )
    op.create_index("ix_unit_copies_uscc", "unit_copies", ["uscc"])
    op.create_index("ix_unit_copies_successor_id", "unit_copies", ["successor_id"])
    op.create_table(
        "person_copies",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("post", sa.String(100), nullable=False),
        sa.Column("rank", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.String(10), nullable=False),
        sa.Column("valid_to", sa.String(10), nullable=False),
        sa.Column("as_of_version", sa.Integer, nullable=False),
    )
    op.create_index("ix_person_copies_subject", "person_copies", ["subject"])
    op.create_table(
        "region_copies",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("parent_code", sa.String(12), nullable=False),
        sa.Column("valid_from", sa.String(10), nullable=False),
        sa.Column("valid_to", sa.String(10), nullable=False),
        sa.Column("successor_code", sa.String(12), nullable=False),
        sa.Column("as_of_version", sa.Integer, nullable=False),
    )
    op.create_table(
        "calendar_copies",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("holidays", sa.JSON, nullable=False),
        sa.Column("workdays", sa.JSON, nullable=False),
        sa.Column("as_of_version", sa.Integer, nullable=False),
    )


def _forbid_changes() -> None:
    """What is written to the trail stays, whoever asks; a chain shows what a superuser did."""
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for act in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER tr_{table}_no_{act} BEFORE {act} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION guanjia_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END$$"
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER tr_{table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
            f"ON {table} EXECUTE FUNCTION guanjia_append_only()"
        )


def _allow_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for act in ("update", "delete"):
                op.execute(f"DROP TRIGGER tr_{table}_no_{act}")
        return
    for table in _APPEND_ONLY:
        op.execute(f"DROP TRIGGER tr_{table}_append_only ON {table}")
    op.execute("DROP FUNCTION guanjia_append_only()")


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")
