"""Norms: dated figures with their source."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns

revision = "c0004"
down_revision = "c0003"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "norms",
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("value", sa.Numeric(18, 4), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("source", sa.String(300), nullable=False),
        *aggregate_columns(),
    )
    op.create_index(
        "uq_norms_kind_key_region_code_valid_from",
        "norms",
        ["kind", "key", "region_code", "valid_from"],
        unique=True,
    )
    still = sa.text("valid_to IS NULL")
    op.create_index(
        "uq_norms_open",
        "norms",
        ["kind", "key", "region_code"],
        unique=True,
        postgresql_where=still,
        sqlite_where=still,
    )


def downgrade() -> None:
    op.drop_table("norms")
