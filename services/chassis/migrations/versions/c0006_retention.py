"""What is found by its age, to be forgotten."""

from alembic import op

revision = "c0006"
down_revision = "c0005"
branch_labels = None

_FOUND_BY = {"replies": "created_at", "inbox": "received_at"}


def upgrade() -> None:
    for table, column in _FOUND_BY.items():
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table, column in _FOUND_BY.items():
        op.drop_index(f"ix_{table}_{column}", table)
