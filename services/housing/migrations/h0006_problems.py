"""Problems and their evidence."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.storage.columns import Instant

revision = "h0006"
down_revision = "h0005"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "problems",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("detail", sa.String(2000), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column(
            "property_id",
            sa.String(36),
            sa.ForeignKey("properties.id", name="fk_problems_property_id"),
        ),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("found_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("assignee", sa.String(200), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("hard_reason", sa.String(500), nullable=False),
        sa.Column("closing_note", sa.String(500), nullable=False),
        sa.Column("closed_by", sa.String(200), nullable=False),
        sa.Column("closed_at", Instant),
        sa.Column("reopening_reason", sa.String(500), nullable=False),
        sa.Column("opened_by", sa.String(200), nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_problems_code"),
    )
    op.create_index("ix_problems_state_code", "problems", ["state", "code"])
    op.create_index("ix_problems_source_state", "problems", ["source", "state"])
    for column in ("due_on", "property_id", "region_code", "unit_id"):
        op.create_index(f"ix_problems_{column}", "problems", [column])
    op.create_table(
        "problem_evidence",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "problem_id",
            sa.String(36),
            sa.ForeignKey("problems.id", name="fk_problem_evidence_problem_id"),
            nullable=False,
        ),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("added_by", sa.String(200), nullable=False),
        sa.Column("added_at", Instant, nullable=False),
    )
    op.create_index("ix_problem_evidence_problem_id", "problem_evidence", ["problem_id"])


def downgrade() -> None:
    for table in ("problem_evidence", "problems"):
        op.drop_table(table)
