"""Holding publication."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.columns import Instant

revision = "c0005"
down_revision = "c0004"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "relay_hold",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("held_until", Instant, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("relay_hold")
