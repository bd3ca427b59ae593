"""Stocktakes."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.storage.columns import Instant

revision = "w0007"
down_revision = "w0006"
branch_labels = None

_NUMBERS = ("expected", "found", "missing", "misplaced", "unknown", "moved", "adjusted")


def upgrade() -> None:
    op.create_table(
        "stocktakes",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        _refers("stocktakes", "store_id", "stores.id", nullable=False),
        sa.Column("store_name", sa.String(200), nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _NUMBERS),
        sa.Column("opened_by", sa.String(200), nullable=False),
        sa.Column("posted_by", sa.String(200), nullable=False),
        sa.Column("posted_at", Instant),
        sa.Column("undone_by", sa.String(200), nullable=False),
        sa.Column("undone_at", Instant),
        sa.Column("undo_reason", sa.String(500), nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_stocktakes_code"),
    )
    _only_one("uq_stocktakes_open", "stocktakes", ["store_id", "place"], "state = 'open'")
    op.create_index("ix_stocktakes_region_code", "stocktakes", ["region_code"])
    op.create_index("ix_stocktakes_state_code", "stocktakes", ["state", "code"])
    op.create_index("ix_stocktakes_store_id_code", "stocktakes", ["store_id", "code"])
    op.create_index("ix_stocktakes_unit_id", "stocktakes", ["unit_id"])
    _lines()


def downgrade() -> None:
    for table in ("stocktake_lines", "stocktakes"):
        op.drop_table(table)


def _lines() -> None:
    table = "stocktake_lines"
    op.create_table(
        table,
        sa.Column("id", sa.String(36), primary_key=True),
        _refers(table, "stocktake_id", "stocktakes.id", nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        _refers(table, "item_id", "items.id", nullable=True),
        sa.Column("item_code", sa.String(40), nullable=False),
        sa.Column("item_name", sa.String(200), nullable=False),
        sa.Column("tag", sa.String(64), nullable=False),
        sa.Column("is_expected", sa.Boolean, nullable=False),
        sa.Column("is_adjusted", sa.Boolean, nullable=False),
        sa.Column("said_state", sa.String(40)),
        sa.Column("said_store_id", sa.String(36)),
        sa.Column("said_place", sa.String(100), nullable=False),
        sa.Column("scanned_place", sa.String(100), nullable=False),
        sa.Column("scanned_by", sa.String(200), nullable=False),
        sa.Column("scanned_at", Instant),
    )
    of_item = ["stocktake_id", "item_id"]
    op.create_index("uq_stocktake_lines_stocktake_id_item_id", table, of_item, unique=True)
    _only_one("uq_stocktake_lines_unknown", table, ["stocktake_id", "tag"], "item_id IS NULL")
    op.create_index("ix_stocktake_lines_stocktake_id_id", table, ["stocktake_id", "id"])
    op.create_index("ix_stocktake_lines_item_id", table, ["item_id"])


def _refers(table: str, name: str, to: str, *, nullable: bool) -> sa.Column[str]:
    key = sa.ForeignKey(to, name=f"fk_{table}_{name}")
    return sa.Column(name, sa.String(36), key, nullable=nullable)


def _only_one(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name,
        table,
        columns,
        unique=True,
        postgresql_where=condition,
        sqlite_where=condition,
    )
