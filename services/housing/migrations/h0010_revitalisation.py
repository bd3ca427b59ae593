"""Plans for idle properties."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.storage.columns import Instant

revision = "h0010"
down_revision = "h0009"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "revitalisations",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column(
            "property_id",
            sa.String(36),
            sa.ForeignKey("properties.id", name="fk_revitalisations_property_id"),
            nullable=False,
        ),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("target_on", sa.Date, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("corrected_by", sa.String(1000), nullable=False),
        sa.Column("approval_id", sa.String(36), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decision_note", sa.String(500), nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("ending_note", sa.String(500), nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_revitalisations_code"),
    )
    running = sa.text("state IN ('draft', 'submitted', 'approved')")
    op.create_index(
        "uq_revitalisations_running_property",
        "revitalisations",
        ["property_id"],
        unique=True,
        postgresql_where=running,
        sqlite_where=running,
    )
    op.create_index("ix_revitalisations_property_id", "revitalisations", ["property_id"])
    op.create_index("ix_revitalisations_region_code", "revitalisations", ["region_code"])
    op.create_index("ix_revitalisations_state_code", "revitalisations", ["state", "code"])
    op.create_index("ix_revitalisations_unit_id", "revitalisations", ["unit_id"])
    op.create_table(
        "revitalisation_actions",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "revitalisation_id",
            sa.String(36),
            sa.ForeignKey("revitalisations.id", name="fk_revitalisation_actions_revitalisation_id"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("done_on", sa.Date, nullable=False),
        sa.Column("gross_fen", sa.BigInteger, nullable=False),
        sa.Column("tax_fen", sa.BigInteger, nullable=False),
        sa.Column("cost_fen", sa.BigInteger, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("recorded_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_revitalisation_actions_done_on", "revitalisation_actions", ["done_on"])
    op.create_index(
        "ix_revitalisation_actions_revitalisation_id",
        "revitalisation_actions",
        ["revitalisation_id"],
    )


def downgrade() -> None:
    for table in ("revitalisation_actions", "revitalisations"):
        op.drop_table(table)
