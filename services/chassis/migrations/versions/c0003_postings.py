"""Copies of postings, and people found by their names."""

import sqlalchemy as sa
from alembic import op

revision = "c0003"
down_revision = "c0002"
branch_labels = None


def upgrade() -> None:
    """Empty until the directory tells of people again."""
    op.create_table(
        "posting_copies",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("person_name", sa.String(100), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("post", sa.String(100), nullable=False),
        sa.Column("rank", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("concurrent", sa.Boolean, nullable=False),
    )
    for column in ("person_id", "unit_id"):
        op.create_index(f"ix_posting_copies_{column}", "posting_copies", [column])
    op.create_index("ix_person_copies_name", "person_copies", ["name"])


def downgrade() -> None:
    op.drop_index("ix_person_copies_name", "person_copies")
    op.drop_table("posting_copies")
