"""Properties that were split or merged."""

import sqlalchemy as sa
from alembic import op

revision = "h0012"
down_revision = "h0011"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "property_lineage",
        sa.Column("id", sa.String(36), primary_key=True),
        _property("from_id"),
        _property("to_id"),
        sa.Column("from_code", sa.String(64), nullable=False),
        sa.Column("to_code", sa.String(64), nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
    )
    for column in ("from_id", "to_id"):
        op.create_index(f"ix_property_lineage_{column}", "property_lineage", [column])


def downgrade() -> None:
    # The release before knows one state of what is history.
    op.execute("UPDATE properties SET use_state = 'disposed' WHERE use_state = 'retired'")
    op.drop_table("property_lineage")


def _property(column: str) -> sa.Column[str]:
    key = sa.ForeignKey("properties.id", name=f"fk_property_lineage_{column}")
    return sa.Column(column, sa.String(36), key, nullable=False)
