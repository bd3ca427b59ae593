"""The chassis' own tables."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.columns import Instant

revision = "c0001"
down_revision = None
branch_labels = ("chassis",)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("exchange", sa.String(100), nullable=False),
        sa.Column("routing_key", sa.String(100), nullable=False),
        sa.Column("envelope", sa.Text, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("published_at", Instant),
        sa.Column("returned_at", Instant),
    )
    fresh = sa.text("published_at IS NULL AND returned_at IS NULL")
    op.create_index("ix_outbox_fresh", "outbox", ["id"], postgresql_where=fresh, sqlite_where=fresh)
    returned = sa.text("published_at IS NULL AND returned_at IS NOT NULL")
    op.create_index(
        "ix_outbox_returned",
        "outbox",
        ["returned_at"],
        postgresql_where=returned,
        sqlite_where=returned,
    )
    op.create_index("ix_outbox_published_at", "outbox", ["published_at"])
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.String(150), primary_key=True),
        sa.Column("message_id", sa.String(100), primary_key=True),
        sa.Column("received_at", Instant, nullable=False),
    )
    op.create_table(
        "replies",
        sa.Column("caller", sa.String(200), primary_key=True),
        sa.Column("request_id", sa.String(100), primary_key=True),
        sa.Column("method", sa.String(100), nullable=False),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("reply", sa.LargeBinary),
        sa.Column("created_at", Instant, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("principal", sa.String(200), nullable=False),
        sa.Column("act", sa.String(150), nullable=False),
        sa.Column("request_id", sa.String(100), nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "numbers",
        sa.Column("series", sa.String(40), primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in ("numbers", "audit", "replies", "inbox", "outbox"):
        op.drop_table(table)
