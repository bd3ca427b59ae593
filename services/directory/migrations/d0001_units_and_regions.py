"""Units and regions."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns

revision = "d0001"
down_revision = None
branch_labels = ("directory",)


def upgrade() -> None:
    op.create_table(
        "units",
        sa.Column("uscc", sa.String(18), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("parent_id", sa.String(36)),
        *aggregate_columns(),
        sa.UniqueConstraint("uscc", name="uq_units_uscc"),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name="fk_units_parent_id"),
    )
    op.create_index("ix_units_region_code", "units", ["region_code"])
    op.create_table(
        "regions",
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("parent_code", sa.String(12), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("successor_code", sa.String(12), nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_regions_code"),
    )
    op.create_index("ix_regions_parent_code_code", "regions", ["parent_code", "code"])


def downgrade() -> None:
    op.drop_table("regions")
    op.drop_table("units")
