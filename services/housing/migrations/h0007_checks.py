"""Checks, what they surveyed, and what they found."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.storage.columns import Instant

revision = "h0007"
down_revision = "h0006"
branch_labels = None


def upgrade() -> None:
    _checks()
    _surveys()
    _findings()


def downgrade() -> None:
    for table in ("check_findings", "check_surveys", "checks"):
        op.drop_table(table)


def _checks() -> None:
    op.create_table(
        "checks",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("tolerance_percent", sa.Numeric(18, 4), nullable=False),
        sa.Column("reconciled_at", Instant),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("closed_by", sa.String(200), nullable=False),
        sa.Column("closed_at", Instant),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_checks_code"),
    )
    op.create_index("ix_checks_state_code", "checks", ["state", "code"])
    op.create_index("ix_checks_region_code", "checks", ["region_code"])


def _surveys() -> None:
    op.create_table(
        "check_surveys",
        sa.Column("id", sa.String(36), primary_key=True),
        _to("check_surveys", "check_id", "checks", nullable=False),
        sa.Column("property_code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("surveyed_area_m2", sa.Numeric(12, 2), nullable=False),
        sa.Column("certificate_area_m2", sa.Numeric(12, 2)),
        sa.Column("surveyed_on", sa.Date, nullable=False),
        sa.Column("surveyor", sa.String(200), nullable=False),
        sa.Column("found_use", sa.String(100), nullable=False),
    )
    _unique("check_surveys", "property_code <> ''", "property_code")
    _unique("check_surveys", "property_code = ''", "name", "address")


def _findings() -> None:
    areas = ("register", "certificate", "surveyed")
    op.create_table(
        "check_findings",
        sa.Column("id", sa.String(36), primary_key=True),
        _to("check_findings", "check_id", "checks", nullable=False),
        _to("check_findings", "property_id", "properties"),
        _to("check_findings", "survey_id", "check_surveys"),
        _to("check_findings", "problem_id", "problems"),
        sa.Column("property_code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("unit_name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("account_state", sa.String(40)),
        *(sa.Column(f"{name}_area_m2", sa.Numeric(12, 2)) for name in areas),
        sa.Column("difference_m2", sa.Numeric(12, 2)),
        sa.Column("difference_percent", sa.Numeric(14, 1)),
        sa.Column("certificate_difference_m2", sa.Numeric(12, 2)),
    )
    op.create_index("ix_check_findings_check_id_state", "check_findings", ["check_id", "state"])
    _unique("check_findings", "property_id IS NOT NULL", "property_id")
    _unique("check_findings", "survey_id IS NOT NULL", "survey_id")


def _to(table: str, column: str, other: str, *, nullable: bool = True) -> sa.Column[str]:
    key = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{column}")
    return sa.Column(column, sa.String(36), key, nullable=nullable)


def _unique(table: str, where: str, *columns: str) -> None:
    """Within a check, among the rows for which `where` holds."""
    op.create_index(
        f"uq_{table}_check_id_{'_'.join(columns)}",
        table,
        ["check_id", *columns],
        unique=True,
        postgresql_where=sa.text(where),
        sqlite_where=sa.text(where),
    )
