"""Why assets come in, and what the stores take."""

from pathlib import Path

import sqlalchemy as sa

from chassis.migrate import add_columns, drop_columns
from chassis.norms import seed

revision = "w0011"
down_revision = "w0010"
branch_labels = None
depends_on = "c0004"

_NORMS = Path(__file__).with_suffix(".csv")


def upgrade() -> None:
    add_columns("intakes", sa.Column("kind", sa.String(40), nullable=False, server_default="idle"))
    seed.load(_NORMS)


def downgrade() -> None:
    seed.unload(_NORMS)
    drop_columns("intakes", "kind")
