"""Repairs and warranties."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.norms import seed
from chassis.storage.columns import Instant

revision = "h0011"
down_revision = "h0010"
branch_labels = None

_NORMS = Path(__file__).with_suffix(".csv")


def upgrade() -> None:
    op.create_table(
        "repairs",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column(
            "property_id",
            sa.String(36),
            sa.ForeignKey("properties.id", name="fk_repairs_property_id"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("area_m2", sa.Numeric(14, 2), nullable=False),
        sa.Column("asked_fen", sa.BigInteger, nullable=False),
        sa.Column("approved_fen", sa.BigInteger, nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("corrected_by", sa.String(1000), nullable=False),
        sa.Column("reviewed_by", sa.String(200), nullable=False),
        sa.Column("reviewed_at", Instant),
        sa.Column("review_note", sa.String(500), nullable=False),
        sa.Column("approval_id", sa.String(36), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decision_note", sa.String(500), nullable=False),
        sa.Column("scheduled_from", sa.Date),
        sa.Column("scheduled_to", sa.Date),
        sa.Column("contractor", sa.String(200), nullable=False),
        sa.Column("accepted_on", sa.Date),
        sa.Column("settled_fen", sa.BigInteger, nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_repairs_code"),
    )
    op.create_index("ix_repairs_property_id", "repairs", ["property_id"])
    op.create_index("ix_repairs_region_code", "repairs", ["region_code"])
    op.create_index("ix_repairs_state_code", "repairs", ["state", "code"])
    op.create_index("ix_repairs_unit_id", "repairs", ["unit_id"])
    op.create_index("ix_repairs_year_kind", "repairs", ["year", "kind"])
    op.create_table(
        "repair_lines",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "repair_id",
            sa.String(36),
            sa.ForeignKey("repairs.id", name="fk_repair_lines_repair_id"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("component", sa.String(40), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.Column("area_m2", sa.Numeric(12, 2), nullable=False),
        sa.Column("asked_fen", sa.BigInteger, nullable=False),
        sa.Column("approved_fen", sa.BigInteger, nullable=False),
        sa.Column("warranty_until", sa.Date),
    )
    op.create_index("ix_repair_lines_repair_id", "repair_lines", ["repair_id"])
    seed.load(_NORMS)


def downgrade() -> None:
    seed.unload(_NORMS)
    for table in ("repair_lines", "repairs"):
        op.drop_table(table)
