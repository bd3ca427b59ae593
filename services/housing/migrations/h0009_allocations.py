"""Allocations of rooms to units."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.norms import seed
from chassis.storage.columns import Instant

revision = "h0009"
down_revision = "h0008"
branch_labels = None

_NORMS = Path(__file__).with_suffix(".csv")


def upgrade() -> None:
    _allocations()
    _allocation_rooms()
    seed.load(_NORMS)


def downgrade() -> None:
    seed.unload(_NORMS)
    op.drop_table("allocation_rooms")
    op.drop_table("allocations")


def _allocations() -> None:
    op.create_table(
        "allocations",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("use", sa.String(40), nullable=False),
        sa.Column("area_m2", sa.Numeric(12, 2), nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("months", sa.Integer, nullable=False),
        sa.Column("property_code", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("override_reason", sa.String(500), nullable=False),
        sa.Column("rent_per_m2_year_fen", sa.BigInteger),
        sa.Column("area_allotted_m2", sa.Numeric(12, 2), nullable=False),
        sa.Column("allotted_on", sa.Date),
        sa.Column("ended_on", sa.Date),
        sa.Column("approval_id", sa.String(36), nullable=False),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("corrected_by", sa.String(1000), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decision_note", sa.String(500), nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_allocations_code"),
    )
    op.create_index("ix_allocations_state_code", "allocations", ["state", "code"])
    op.create_index("ix_allocations_region_code", "allocations", ["region_code"])
    op.create_index("ix_allocations_unit_id", "allocations", ["unit_id"])


def _allocation_rooms() -> None:
    op.create_table(
        "allocation_rooms",
        sa.Column("id", sa.String(36), primary_key=True),
        _reference("allocation_id", "allocations.id"),
        sa.Column("position", sa.Integer, nullable=False),
        _reference("room_id", "rooms.id"),
        sa.Column("property_code", sa.String(64), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("floor", sa.Integer, nullable=False),
        sa.Column("area_m2", sa.Numeric(12, 2), nullable=False),
    )
    for column in ("allocation_id", "room_id"):
        op.create_index(f"ix_allocation_rooms_{column}", "allocation_rooms", [column])


def _reference(column: str, to: str) -> sa.Column[str]:
    key = sa.ForeignKey(to, name=f"fk_allocation_rooms_{column}")
    return sa.Column(column, sa.String(36), key, nullable=False)
