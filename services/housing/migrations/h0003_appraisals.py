"""Appraisals of disposals, and their withdrawal after approval."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import add_columns, drop_columns
from chassis.storage.columns import Instant

revision = "h0003"
down_revision = "h0002"
branch_labels = None


def upgrade() -> None:
    add_columns(
        "disposals",
        sa.Column("appraised_value_fen", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("appraised_on", sa.Date),
        _text("appraiser", 200),
        sa.Column("use_state_before", sa.String(40)),
        _text("withdrawn_by", 200),
        sa.Column("withdrawn_at", Instant),
        _text("withdrawal_reason", 500),
        _text("shortfall_reason", 500),
    )
    _released_are("'awaiting_intake', 'withdrawing', 'accepted'")


def downgrade() -> None:
    # The release before knows neither state: what was withdrawn is closed by hand there.
    op.execute("UPDATE disposal_lines SET state = 'awaiting_intake' WHERE state = 'withdrawing'")
    op.execute("UPDATE disposal_lines SET state = 'settled' WHERE state = 'withdrawn'")
    _released_are("'awaiting_intake', 'accepted'")
    drop_columns(
        "disposals",
        "appraised_value_fen",
        "appraised_on",
        "appraiser",
        "use_state_before",
        "withdrawn_by",
        "withdrawn_at",
        "withdrawal_reason",
        "shortfall_reason",
    )


def _released_are(states: str) -> None:
    """An asset stands on one line at most that is in one of these states."""
    released = sa.text(f"state IN ({states})")
    op.drop_index("uq_disposal_lines_released_asset", "disposal_lines")
    op.create_index(
        "uq_disposal_lines_released_asset",
        "disposal_lines",
        ["asset_code"],
        unique=True,
        postgresql_where=released,
        sqlite_where=released,
    )


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")
