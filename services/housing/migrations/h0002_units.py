"""Whose a property and a disposal are, and the consent to a disposal."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import add_columns, drop_columns

revision = "h0002"
down_revision = "h0001"
branch_labels = None


def upgrade() -> None:
    add_columns("properties", _text("unit_id", 36))
    op.create_index("ix_properties_unit_id", "properties", ["unit_id"])
    op.create_index("ix_properties_unit_uscc", "properties", ["unit_uscc"])
    add_columns(
        "disposals",
        _text("region_code", 12),
        _text("unit_id", 36),
        _text("unit_name", 200),
        _text("approval_id", 36),
        _text("corrected_by", 1000),
    )
    # Nobody was asked for consent to these: they are submitted again.
    op.execute("UPDATE disposals SET state = 'draft' WHERE state = 'submitted'")
    for column in ("region_code", "unit_name"):
        op.execute(
            f"UPDATE disposals SET {column} = (SELECT p.{column} FROM properties p "
            "WHERE p.id = disposals.property_id) WHERE property_id IS NOT NULL"
        )
    op.create_index("ix_disposals_region_code", "disposals", ["region_code"])
    op.create_index("ix_disposals_unit_id", "disposals", ["unit_id"])


def downgrade() -> None:
    op.drop_index("ix_disposals_unit_id", "disposals")
    op.drop_index("ix_disposals_region_code", "disposals")
    drop_columns("disposals", "region_code", "unit_id", "unit_name", "approval_id", "corrected_by")
    op.drop_index("ix_properties_unit_uscc", "properties")
    op.drop_index("ix_properties_unit_id", "properties")
    drop_columns("properties", "unit_id")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")
