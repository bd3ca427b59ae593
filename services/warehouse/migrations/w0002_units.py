"""Whose stores, items and intakes are."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import add_columns, drop_columns

revision = "w0002"
down_revision = "w0001"
branch_labels = None


def upgrade() -> None:
    add_columns("stores", _text("owner_uscc", 18), _text("unit_id", 36))
    add_columns("items", _text("region_code", 12), _text("unit_id", 36), _text("owner_uscc", 18))
    op.execute(
        "UPDATE items SET region_code = "
        "(SELECT s.region_code FROM stores s WHERE s.id = items.store_id)"
    )
    op.create_index("ix_stores_unit_id", "stores", ["unit_id"])
    op.create_index("ix_items_unit_id", "items", ["unit_id"])
    add_columns("intakes", _text("region_code", 12), _text("unit_id", 36), _text("unit_name", 200))
    op.create_index("ix_intakes_region_code", "intakes", ["region_code"])
    op.create_index("ix_intakes_unit_id", "intakes", ["unit_id"])


def downgrade() -> None:
    op.drop_index("ix_intakes_unit_id", "intakes")
    op.drop_index("ix_intakes_region_code", "intakes")
    drop_columns("intakes", "region_code", "unit_id", "unit_name")
    op.drop_index("ix_items_unit_id", "items")
    drop_columns("items", "region_code", "unit_id", "owner_uscc")
    op.drop_index("ix_stores_unit_id", "stores")
    drop_columns("stores", "owner_uscc", "unit_id")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")
