"""Purchases, offers and clearances."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.norms import seed
from chassis.storage.columns import Instant

revision = "w0005"
down_revision = "w0004"
branch_labels = None
depends_on = "c0004"

_NORMS = Path(__file__).with_suffix(".csv")


def upgrade() -> None:
    op.create_table(
        "purchases",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        *_texts(description=200, reason=500, need_class_code=20, need_words=40),
        sa.Column("need_least_condition", sa.String(40)),
        sa.Column("need_quantity", sa.Integer, nullable=False),
        sa.Column("estimated_price_fen", sa.BigInteger, nullable=False),
        *_texts(region_code=12, unit_id=36, unit_name=200, requested_by=200, corrected_by=1000),
        sa.Column("offered_on", sa.Date),
        sa.Column("answer_by", sa.Date),
        *_texts(approval_id=36, decided_by=200),
        sa.Column("decided_at", Instant),
        *_texts(decision_note=500, clearance_number=40),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_purchases_code"),
    )
    op.create_index("ix_purchases_region_code", "purchases", ["region_code"])
    op.create_index("ix_purchases_state_code", "purchases", ["state", "code"])
    op.create_index("ix_purchases_unit_id", "purchases", ["unit_id"])
    _offers()
    _clearances()
    seed.load(_NORMS)


def downgrade() -> None:
    seed.unload(_NORMS)
    for table in ("clearances", "purchase_offers", "purchases"):
        op.drop_table(table)


def _offers() -> None:
    op.create_table(
        "purchase_offers",
        sa.Column("id", sa.String(36), primary_key=True),
        _refers("purchase_offers", "purchase_id", "purchases"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        _refers("purchase_offers", "item_id", "items"),
        *_texts(item_code=40, item_name=200, owner_name=200, condition=40),
        sa.Column("value_fen", sa.BigInteger, nullable=False),
        sa.Column("refusal", sa.String(40)),
        *_texts(remark=500),
        sa.Column("consented", sa.Boolean, nullable=False),
        *_texts(answered_by=200),
        sa.Column("answered_at", Instant),
        *_texts(transfer_id=36),
    )
    for column in ("purchase_id", "item_id"):
        op.create_index(f"ix_purchase_offers_{column}", "purchase_offers", [column])


def _clearances() -> None:
    op.create_table(
        "clearances",
        sa.Column("id", sa.String(36), primary_key=True),
        *_texts(number=40),
        _refers("clearances", "purchase_id", "purchases"),
        *_texts(purchase_code=40, region_code=12, unit_id=36, unit_name=200, unit_uscc=18),
        *_texts(description=200, class_code=20, words=40, least_condition=40, basis=300),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("estimated_price_fen", sa.BigInteger, nullable=False),
        sa.Column("offers", sa.JSON, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        *_texts(signature=88, public_key=44, key_id=16),
        sa.UniqueConstraint("number", name="uq_clearances_number"),
        sa.UniqueConstraint("signature", name="uq_clearances_signature"),
    )
    for column in ("purchase_id", "unit_id"):
        op.create_index(f"ix_clearances_{column}", "clearances", [column])


def _texts(**lengths: int) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(most), nullable=False) for name, most in lengths.items()]


def _refers(table: str, column: str, to: str) -> sa.Column[Any]:
    key = sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}")
    return sa.Column(column, sa.String(36), key, nullable=False)
