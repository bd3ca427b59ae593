"""Transfers."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.norms import seed
from chassis.storage.columns import Instant

revision = "w0004"
down_revision = "w0003"
branch_labels = None
depends_on = "c0004"

_NORMS = Path(__file__).with_suffix(".csv")


def upgrade() -> None:
    op.create_table(
        "transfers",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("need_class_code", sa.String(20), nullable=False),
        sa.Column("need_words", sa.String(40), nullable=False),
        sa.Column("need_least_condition", sa.String(40)),
        sa.Column("need_quantity", sa.Integer, nullable=False),
        sa.Column("to_place", sa.String(100), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("corrected_by", sa.String(1000), nullable=False),
        sa.Column("approval_id", sa.String(36), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decision_note", sa.String(500), nullable=False),
        sa.Column("due_at", Instant),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_transfers_code"),
    )
    op.create_index("ix_transfers_region_code", "transfers", ["region_code"])
    op.create_index("ix_transfers_state_code", "transfers", ["state", "code"])
    op.create_index("ix_transfers_unit_id", "transfers", ["unit_id"])
    op.create_table(
        "transfer_lines",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "transfer_id",
            sa.String(36),
            sa.ForeignKey("transfers.id", name="fk_transfer_lines_transfer_id"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column(
            "item_id",
            sa.String(36),
            sa.ForeignKey("items.id", name="fk_transfer_lines_item_id"),
            nullable=False,
        ),
        sa.Column("item_code", sa.String(40), nullable=False),
        sa.Column("item_name", sa.String(200), nullable=False),
        sa.Column("from_region_code", sa.String(12), nullable=False),
        sa.Column("from_unit_id", sa.String(36), nullable=False),
        sa.Column("from_unit_name", sa.String(200), nullable=False),
        sa.Column("from_store_id", sa.String(36)),
        sa.Column("from_place", sa.String(100), nullable=False),
        sa.Column("value_fen", sa.BigInteger, nullable=False),
        sa.Column("stay", sa.Integer, nullable=False),
        sa.Column("handed_over_by", sa.String(200), nullable=False),
        sa.Column("handed_over_at", Instant),
        sa.Column("received_by", sa.String(200), nullable=False),
        sa.Column("received_at", Instant),
        sa.Column("refusal_reason", sa.String(40)),
        sa.Column("remark", sa.String(500), nullable=False),
    )
    for column in ("transfer_id", "item_id", "from_unit_id"):
        op.create_index(f"ix_transfer_lines_{column}", "transfer_lines", [column])
    seed.load(_NORMS)


def downgrade() -> None:
    seed.unload(_NORMS)
    for table in ("transfer_lines", "transfers"):
        op.drop_table(table)
