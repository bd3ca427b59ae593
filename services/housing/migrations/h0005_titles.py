"""Title registration."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.norms import seed

revision = "h0005"
down_revision = "h0004"
branch_labels = None

_NORMS = Path(__file__).with_suffix(".csv")


def upgrade() -> None:
    op.create_table(
        "titles",
        sa.Column(
            "property_id",
            sa.String(36),
            sa.ForeignKey("properties.id", name="fk_titles_property_id"),
            nullable=False,
        ),
        sa.Column("certificate_number", sa.String(100), nullable=False),
        sa.Column("unit_number", sa.String(28), nullable=False),
        sa.Column("holder_name", sa.String(200), nullable=False),
        sa.Column("certificate_area_m2", sa.Numeric(12, 2)),
        sa.Column("registered_on", sa.Date),
        sa.Column("obstacle", sa.String(500), nullable=False),
        sa.Column("handler", sa.String(200), nullable=False),
        sa.Column("expected_on", sa.Date),
        sa.Column("exemption_reason", sa.String(500), nullable=False),
        sa.Column("exemption_pending", sa.Boolean, nullable=False),
        sa.Column("approval_id", sa.String(36), nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("property_id", name="uq_titles_property_id"),
    )
    for column in ("certificate_number", "unit_number"):
        given = sa.text(f"{column} <> ''")
        op.create_index(
            f"uq_titles_{column}",
            "titles",
            [column],
            unique=True,
            postgresql_where=given,
            sqlite_where=given,
        )
    op.create_table(
        "title_moves",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "title_id",
            sa.String(36),
            sa.ForeignKey("titles.id", name="fk_title_moves_title_id"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("from_state", sa.String(40), nullable=False),
        sa.Column("to_state", sa.String(40), nullable=False),
        sa.Column("moved_on", sa.Date, nullable=False),
        sa.Column("moved_by", sa.String(200), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
    )
    op.create_index("ix_title_moves_title_id", "title_moves", ["title_id"])
    seed.load(_NORMS)


def downgrade() -> None:
    seed.unload(_NORMS)
    for table in ("title_moves", "titles"):
        op.drop_table(table)
