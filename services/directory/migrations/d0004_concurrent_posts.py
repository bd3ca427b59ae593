"""Posts beside the main one, and the region of each posting."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import add_columns, drop_columns

revision = "d0004"
down_revision = "d0003"
branch_labels = None

_ONE_AFTER_THE_OTHER = ("uq_postings_person_id_valid_from", ["person_id", "valid_from"])


def upgrade() -> None:
    """What is there are main postings."""
    name, _ = _ONE_AFTER_THE_OTHER
    op.drop_index(name, "postings")
    add_columns(
        "postings",
        sa.Column("region_code", sa.String(12), nullable=False, server_default=""),
        sa.Column("concurrent", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.execute(
        "UPDATE postings SET region_code = "
        "(SELECT units.region_code FROM units WHERE units.id = postings.unit_id)"
    )
    for column in ("person_id", "unit_id"):
        op.create_index(f"ix_postings_{column}", "postings", [column])
    _create_unique("main", ["person_id", "valid_from"], "NOT concurrent")
    _create_unique("concurrent", ["person_id", "unit_id", "post", "valid_from"], "concurrent")


def downgrade() -> None:
    """The release before knows of main postings only: the others are lost."""
    for index in ("uq_postings_concurrent", "uq_postings_main"):
        op.drop_index(index, "postings")
    for column in ("unit_id", "person_id"):
        op.drop_index(f"ix_postings_{column}", "postings")
    op.execute("DELETE FROM postings WHERE concurrent")
    drop_columns("postings", "concurrent", "region_code")
    name, columns = _ONE_AFTER_THE_OTHER
    op.create_index(name, "postings", columns, unique=True)


def _create_unique(kind: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        f"uq_postings_{kind}",
        "postings",
        columns,
        unique=True,
        postgresql_where=where,
        sqlite_where=where,
    )
