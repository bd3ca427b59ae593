"""Norms of labels: the classes whose cards must have one."""

from pathlib import Path

from chassis.norms import seed

revision = "w0010"
down_revision = "w0009"
branch_labels = None
depends_on = "c0004"

_NORMS = Path(__file__).with_suffix(".csv")


def upgrade() -> None:
    seed.load(_NORMS)


def downgrade() -> None:
    seed.unload(_NORMS)
