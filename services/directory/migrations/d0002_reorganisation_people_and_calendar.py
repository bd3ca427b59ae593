"""Units with level and time, their former names, people, postings and the calendar."""

from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.storage.columns import Instant

revision = "d0002"
down_revision = "d0001"
branch_labels = None

_UNITS = sa.table(
    "units",
    sa.column("id", sa.String),
    sa.column("region_code", sa.String),
    sa.column("created_at", Instant),
    sa.column("level", sa.String),
    sa.column("valid_from", sa.Date),
    sa.column("named_from", sa.Date),
    sa.column("successor_ids", sa.Text),
    sa.column("end_source", sa.String),
)
_NEW: dict[str, Any] = {
    "level": sa.String(40),
    "valid_from": sa.Date(),
    "named_from": sa.Date(),
    "successor_ids": sa.Text(),
    "end_source": sa.String(200),
}


def upgrade() -> None:
    _extend_units()
    op.create_table(
        "unit_names",
        _reference("unit_names", "unit_id", "units"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        *aggregate_columns(),
    )
    op.create_index(
        "uq_unit_names_unit_id_valid_from", "unit_names", ["unit_id", "valid_from"], unique=True
    )
    _create_people()
    _create_postings()
    op.create_table(
        "calendar_years",
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("holidays", sa.Text, nullable=False),
        sa.Column("workdays", sa.Text, nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        *aggregate_columns(),
        sa.UniqueConstraint("year", name="uq_calendar_years_year"),
    )


def downgrade() -> None:
    for table in ("calendar_years", "postings", "people", "unit_names"):
        op.drop_table(table)
    op.drop_index("ix_units_parent_id", "units")
    with op.batch_alter_table("units") as units:
        for name in (*_NEW, "valid_to"):
            units.drop_column(name)


def _extend_units() -> None:
    """A unit that is there exists, and has its name, since it was registered."""
    op.add_column("units", sa.Column("valid_to", sa.Date))
    for name, kind in _NEW.items():
        op.add_column("units", sa.Column(name, kind))
    connection = op.get_bind()
    rows = connection.execute(sa.select(_UNITS.c.id, _UNITS.c.region_code, _UNITS.c.created_at))
    for row in rows.all():
        day = row.created_at.astimezone(ZoneInfo("Asia/Shanghai")).date()
        values = {
            "level": _level(row.region_code),
            "valid_from": day,
            "named_from": day,
            "successor_ids": "",
            "end_source": "",
        }
        connection.execute(_UNITS.update().where(_UNITS.c.id == row.id).values(values))
    with op.batch_alter_table("units") as units:
        for name, kind in _NEW.items():
            units.alter_column(name, existing_type=kind, nullable=False)
    op.create_index("ix_units_parent_id", "units", ["parent_id"])


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("subject", sa.String(150), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        _reference("people", "unit_id", "units"),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("post", sa.String(100), nullable=False),
        sa.Column("rank", sa.String(40), nullable=False),
        sa.Column("phone", sa.String(200), nullable=False),
        sa.Column("id_number", sa.String(200), nullable=False),
        sa.Column("id_number_digest", sa.String(64), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        *aggregate_columns(),
    )
    for column in ("subject", "unit_id", "region_code"):
        op.create_index(f"ix_people_{column}", "people", [column])
    for name, column in (("subject", "subject"), ("id_number", "id_number_digest")):
        present = sa.text(f"valid_to IS NULL AND {column} <> ''")
        op.create_index(
            f"uq_people_present_{name}",
            "people",
            [column],
            unique=True,
            postgresql_where=present,
            sqlite_where=present,
        )


def _create_postings() -> None:
    op.create_table(
        "postings",
        _reference("postings", "person_id", "people"),
        _reference("postings", "unit_id", "units"),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("post", sa.String(100), nullable=False),
        sa.Column("rank", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        *aggregate_columns(),
    )
    op.create_index(
        "uq_postings_person_id_valid_from", "postings", ["person_id", "valid_from"], unique=True
    )


def _reference(table: str, column: str, other: str) -> sa.Column[str]:
    key = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{column}")
    return sa.Column(column, sa.String(36), key, nullable=False)


def _level(region_code: str) -> str:
    if len(region_code) > 6:
        return "township"
    if region_code.endswith("0000"):
        return "province"
    return "city" if region_code.endswith("00") else "county"
