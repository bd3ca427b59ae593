"""Properties and disposals."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.storage.columns import Instant

revision = "h0001"
down_revision = None
branch_labels = ("housing",)


def upgrade() -> None:
    op.create_table(
        "properties",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("floors", sa.Integer, nullable=False),
        sa.Column("floor_area_m2", sa.Numeric(12, 2), nullable=False),
        sa.Column("usable_area_m2", sa.Numeric(12, 2), nullable=False),
        sa.Column("book_value_fen", sa.BigInteger, nullable=False),
        sa.Column("use_state", sa.String(40), nullable=False),
        sa.Column("account_state", sa.String(40), nullable=False),
        sa.Column("title_state", sa.String(40), nullable=False),
        sa.Column("title_number", sa.String(100), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("unit_uscc", sa.String(18), nullable=False),
        sa.Column("built_year", sa.Integer, nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_properties_code"),
    )
    op.create_index("ix_properties_region_code", "properties", ["region_code"])
    op.create_index("ix_properties_kind_use_state", "properties", ["kind", "use_state"])
    op.create_table(
        "disposals",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column(
            "property_id",
            sa.String(36),
            sa.ForeignKey("properties.id", name="fk_disposals_property_id"),
        ),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decision_note", sa.String(500), nullable=False),
        sa.Column("income_fen", sa.BigInteger, nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_disposals_code"),
    )
    op.create_index("ix_disposals_property_id", "disposals", ["property_id"])
    op.create_index("ix_disposals_state_code", "disposals", ["state", "code"])
    op.create_table(
        "disposal_lines",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "disposal_id",
            sa.String(36),
            sa.ForeignKey("disposals.id", name="fk_disposal_lines_disposal_id"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("asset_code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("class_code", sa.String(20), nullable=False),
        sa.Column("acquired_on", sa.Date),
        sa.Column("original_value_fen", sa.BigInteger, nullable=False),
        sa.Column("condition", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("answer_due_at", Instant),
        sa.Column("remark", sa.String(500), nullable=False),
    )
    op.create_index("ix_disposal_lines_disposal_id", "disposal_lines", ["disposal_id"])
    op.create_index("ix_disposal_lines_asset_code", "disposal_lines", ["asset_code"])
    released = sa.text("state IN ('awaiting_intake', 'accepted')")
    op.create_index(
        "uq_disposal_lines_released_asset",
        "disposal_lines",
        ["asset_code"],
        unique=True,
        postgresql_where=released,
        sqlite_where=released,
    )
    op.create_index(
        "ix_disposal_lines_state_answer_due_at", "disposal_lines", ["state", "answer_due_at"]
    )


def downgrade() -> None:
    for table in ("disposal_lines", "disposals", "properties"):
        op.drop_table(table)
