"""Stores, items and intakes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.storage.columns import Instant

revision = "w0001"
down_revision = None
branch_labels = ("warehouse",)


def upgrade() -> None:
    op.create_table(
        "stores",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("owner_name", sa.String(200), nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_stores_code"),
    )
    op.create_table(
        "items",
        sa.Column("code", sa.String(40), nullable=False),
        *_asset_columns(),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("store_id", sa.String(36), nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("owner_name", sa.String(200), nullable=False),
        sa.Column("value_fen", sa.BigInteger, nullable=False),
        sa.Column("borrower_name", sa.String(200), nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_items_code"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_items_store_id"),
    )
    held = sa.text("state <> 'gone'")
    op.create_index(
        "uq_items_held_asset",
        "items",
        ["asset_code"],
        unique=True,
        postgresql_where=held,
        sqlite_where=held,
    )
    op.create_index("ix_items_state_code", "items", ["state", "code"])
    op.create_index("ix_items_store_id_code", "items", ["store_id", "code"])
    op.create_table(
        "intakes",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("service", sa.String(40), nullable=False),
        sa.Column("document_id", sa.String(64), nullable=False),
        sa.Column("document_code", sa.String(64), nullable=False),
        sa.Column("line_id", sa.String(64), nullable=False),
        *_asset_columns(),
        sa.Column("store_id", sa.String(36)),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("value_fen", sa.BigInteger, nullable=False),
        sa.Column("item_id", sa.String(36)),
        sa.Column("rejection_reason", sa.String(40)),
        sa.Column("remark", sa.String(500), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", Instant),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_intakes_code"),
        sa.UniqueConstraint("service", "document_id", "line_id", name="uq_intakes_source"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_intakes_store_id"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_intakes_item_id"),
    )
    op.create_index("ix_intakes_state_code", "intakes", ["state", "code"])
    op.create_index("ix_intakes_document_id_code", "intakes", ["document_id", "code"])
    op.create_index("ix_intakes_asset_code", "intakes", ["asset_code"])


def downgrade() -> None:
    for table in ("intakes", "items", "stores"):
        op.drop_table(table)


def _asset_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("asset_code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("class_code", sa.String(20), nullable=False),
        sa.Column("acquired_on", sa.Date),
        sa.Column("original_value_fen", sa.BigInteger, nullable=False),
        sa.Column("condition", sa.String(40), nullable=False),
    ]
