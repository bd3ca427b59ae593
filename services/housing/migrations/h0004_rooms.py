"""Rooms, who uses them, who sits in them, and how much of them is theirs by law."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.norms import seed

revision = "h0004"
down_revision = "h0003"
branch_labels = None
depends_on = "c0004"  # norms, which the revisions from here on load

_NORMS = Path(__file__).with_suffix(".csv")
_STILL = sa.text("to_on IS NULL")


def upgrade() -> None:
    _rooms()
    _tenures()
    _seats()
    seed.load(_NORMS)


def downgrade() -> None:
    seed.unload(_NORMS)
    for table in ("seats", "tenures", "rooms"):
        op.drop_table(table)


def _rooms() -> None:
    op.create_table(
        "rooms",
        sa.Column(
            "property_id",
            sa.String(36),
            sa.ForeignKey("properties.id", name="fk_rooms_property_id"),
            nullable=False,
        ),
        sa.Column("property_code", sa.String(64), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("floor", sa.Integer, nullable=False),
        sa.Column("use", sa.String(40), nullable=False),
        sa.Column("area_m2", sa.Numeric(12, 2), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("reserved_for", sa.String(36), nullable=False),
        sa.Column("closed_on", sa.Date),
        *aggregate_columns(),
    )
    op.create_index("uq_rooms_property_id_code", "rooms", ["property_id", "code"], unique=True)
    op.create_index("ix_rooms_property_code_code", "rooms", ["property_code", "code"])
    op.create_index("ix_rooms_unit_id_property_code", "rooms", ["unit_id", "property_code", "code"])
    op.create_index("ix_rooms_region_code", "rooms", ["region_code"])
    op.create_index("ix_rooms_reserved_for", "rooms", ["reserved_for"])


def _tenures() -> None:
    op.create_table(
        "tenures",
        sa.Column("id", sa.String(36), primary_key=True),
        _of_room("tenures"),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date),
        sa.Column("allocation_id", sa.String(36), nullable=False),
    )
    op.create_index("ix_tenures_room_id", "tenures", ["room_id"])
    _unique_while_running("tenures", "room_id")


def _seats() -> None:
    op.create_table(
        "seats",
        _of_room("seats"),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("person_name", sa.String(100), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date),
        *aggregate_columns(),
    )
    for column in ("room_id", "person_id", "unit_id"):
        op.create_index(f"ix_seats_{column}", "seats", [column])
    _unique_while_running("seats", "room_id", "person_id")


def _of_room(table: str) -> sa.Column[str]:
    key = sa.ForeignKey("rooms.id", name=f"fk_{table}_room_id")
    return sa.Column("room_id", sa.String(36), key, nullable=False)


def _unique_while_running(table: str, *columns: str) -> None:
    op.create_index(
        f"uq_{table}_running",
        table,
        list(columns),
        unique=True,
        postgresql_where=_STILL,
        sqlite_where=_STILL,
    )
