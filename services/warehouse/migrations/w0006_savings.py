"""Savings."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.norms import seed
from chassis.storage import by_code_point

revision = "w0006"
down_revision = "w0005"
branch_labels = None
depends_on = "c0004"

_NORMS = Path(__file__).with_suffix(".csv")


def upgrade() -> None:
    op.create_table(
        "savings",
        sa.Column("code", sa.String(40), nullable=False),
        _refers("transfer_id", "transfers"),
        sa.Column("transfer_code", sa.String(40), nullable=False),
        _refers("transfer_line_id", "transfer_lines"),
        _refers("item_id", "items"),
        sa.Column("item_code", sa.String(40), nullable=False),
        sa.Column("item_name", sa.String(200), nullable=False),
        sa.Column("stay", sa.Integer, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("class_code", by_code_point(20), nullable=False),
        sa.Column("condition", sa.String(40), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("from_unit_id", sa.String(36), nullable=False),
        sa.Column("from_unit_name", sa.String(200), nullable=False),
        sa.Column("store_id", sa.String(36), nullable=False),
        sa.Column("store_name", sa.String(200), nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("booked_on", sa.Date, nullable=False),
        sa.Column("booked_by", sa.String(200), nullable=False),
        sa.Column("price_cap_fen", sa.BigInteger),
        sa.Column("price_cap_source", sa.String(300), nullable=False),
        sa.Column("market_price_fen", sa.BigInteger, nullable=False),
        sa.Column("market_source", sa.String(300), nullable=False),
        sa.Column("condition_ratio", sa.Numeric(18, 4), nullable=False),
        sa.Column("condition_ratio_source", sa.String(300), nullable=False),
        sa.Column("price_fen", sa.BigInteger, nullable=False),
        sa.Column("move_cost_fen", sa.BigInteger, nullable=False),
        sa.Column("repair_cost_fen", sa.BigInteger, nullable=False),
        sa.Column("saving_fen", sa.BigInteger, nullable=False),
        _refers("reverses_id", "savings", nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_savings_code"),
    )
    booked = sa.text("reverses_id IS NULL")
    op.create_index(
        "uq_savings_item_id_stay_turn",
        "savings",
        ["item_id", "stay", "turn"],
        unique=True,
        postgresql_where=booked,
        sqlite_where=booked,
    )
    op.create_index("uq_savings_reverses_id", "savings", ["reverses_id"], unique=True)
    op.create_index("ix_savings_item_id_stay", "savings", ["item_id", "stay"])
    for column in ("booked_on", "region_code", "store_id", "transfer_line_id", "unit_id"):
        op.create_index(f"ix_savings_{column}", "savings", [column])
    seed.load(_NORMS)


def downgrade() -> None:
    seed.unload(_NORMS)
    op.drop_table("savings")


def _refers(column: str, table: str, *, nullable: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey(f"{table}.id", name=f"fk_savings_{column}")
    return sa.Column(column, sa.String(36), key, nullable=nullable)
