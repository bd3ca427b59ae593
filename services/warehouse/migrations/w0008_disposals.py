"""Disposal batches, their sales and their lines."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.storage.columns import Instant

revision = "w0008"
down_revision = "w0007"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "disposal_batches",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("corrected_by", sa.String(1000), nullable=False),
        sa.Column("approval_id", sa.String(36), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decision_note", sa.String(500), nullable=False),
        sa.Column("receiver", sa.String(200), nullable=False),
        sa.Column("income_fen", sa.BigInteger, nullable=False),
        sa.Column("completed_on", sa.Date),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_disposal_batches_code"),
    )
    op.create_index("ix_disposal_batches_region_code", "disposal_batches", ["region_code"])
    op.create_index("ix_disposal_batches_state_code", "disposal_batches", ["state", "code"])
    op.create_index("ix_disposal_batches_unit_id", "disposal_batches", ["unit_id"])
    _sales()
    _lines()


def downgrade() -> None:
    for table in ("disposal_batch_lines", "disposal_batch_sales", "disposal_batches"):
        op.drop_table(table)


def _sales() -> None:
    op.create_table(
        "disposal_batch_sales",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "disposal_batch_id",
            sa.String(36),
            sa.ForeignKey("disposal_batches.id", name="fk_disposal_batch_sales_disposal_batch_id"),
            nullable=False,
        ),
        sa.Column("voucher", sa.String(64), nullable=False),
        sa.Column("buyer", sa.String(200), nullable=False),
        sa.Column("sold_on", sa.Date, nullable=False),
        sa.Column("income_fen", sa.BigInteger, nullable=False),
        sa.Column("recorded_by", sa.String(200), nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.UniqueConstraint("voucher", name="uq_disposal_batch_sales_voucher"),
    )
    op.create_index(
        "ix_disposal_batch_sales_disposal_batch_id", "disposal_batch_sales", ["disposal_batch_id"]
    )


def _lines() -> None:
    op.create_table(
        "disposal_batch_lines",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "disposal_batch_id",
            sa.String(36),
            sa.ForeignKey("disposal_batches.id", name="fk_disposal_batch_lines_disposal_batch_id"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column(
            "item_id",
            sa.String(36),
            sa.ForeignKey("items.id", name="fk_disposal_batch_lines_item_id"),
            nullable=False,
        ),
        sa.Column("item_code", sa.String(40), nullable=False),
        sa.Column("asset_code", sa.String(64), nullable=False),
        sa.Column("item_name", sa.String(200), nullable=False),
        sa.Column("original_value_fen", sa.BigInteger, nullable=False),
        sa.Column("value_fen", sa.BigInteger, nullable=False),
        sa.Column("appraised_fen", sa.BigInteger, nullable=False),
        sa.Column("appraiser", sa.String(200), nullable=False),
        sa.Column("appraised_on", sa.Date),
        sa.Column("income_fen", sa.BigInteger, nullable=False),
        sa.Column("left_on", sa.Date),
        sa.Column(
            "sale_id",
            sa.String(36),
            sa.ForeignKey("disposal_batch_sales.id", name="fk_disposal_batch_lines_sale_id"),
        ),
    )
    for column in ("disposal_batch_id", "item_id", "left_on"):
        op.create_index(f"ix_disposal_batch_lines_{column}", "disposal_batch_lines", [column])
    listed = sa.text("state = 'listed'")
    op.create_index(
        "uq_disposal_batch_lines_listed_item",
        "disposal_batch_lines",
        ["item_id"],
        unique=True,
        postgresql_where=listed,
        sqlite_where=listed,
    )
