"""Roles with the standard ones, grants and delegations."""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.storage.columns import new_id

revision = "d0003"
down_revision = "d0002"
branch_labels = None

_EVERYBODY = [
    "directory.units.get",
    "directory.units.list",
    "directory.regions.get",
    "directory.regions.list",
    "directory.calendar.get",
    "directory.calendar.list",
]
_PEOPLE = ["directory.people.get", "directory.people.list"]
_HOUSING = [
    f"housing.{noun}.{act}"
    for noun in (
        "properties",
        "rooms",
        "standards",
        "titles",
        "checks",
        "allocations",
        "leases",
        "revitalisations",
        "disposals",
        "problems",
        "repairs",
    )
    for act in ("get", "list")
]
_WAREHOUSE = [
    f"warehouse.{noun}.{act}"
    for noun in (
        "stores",
        "intakes",
        "items",
        "transfers",
        "purchases",
        "savings",
        "stocktakes",
        "labels",
        "disposals",
    )
    for act in ("get", "list")
]
_APPROVALS = ["approvals.approvals.get", "approvals.approvals.list"]
_READING = [
    *_HOUSING,
    *_WAREHOUSE,
    *_APPROVALS,
    "approvals.rules.list",
    "norms.norms.list",
    *_PEOPLE,
]
_DECIDING = ["approvals.approvals.*"]
_DELEGATING = [
    "directory.delegations.delegate",
    "directory.delegations.end",
    "directory.delegations.list",
]

STANDARD = {
    "system_administrator": (
        "系统管理员",
        [
            "directory.units.*",
            "directory.people.*",
            "directory.regions.*",
            "directory.calendar.*",
            "directory.master.*",
            "approvals.rules.*",
            "norms.norms.*",
        ],
    ),
    "security_administrator": (
        "安全管理员",
        [
            "directory.roles.*",
            "directory.grants.*",
            "directory.delegations.*",
            "directory.access.*",
            *_PEOPLE,
        ],
    ),
    "auditor": ("审计员", ["audit.*"]),
    "unit_clerk": (
        "单位经办人",
        [
            *_HOUSING,
            "norms.norms.list",
            "housing.disposals.create",
            "housing.disposals.submit",
            "housing.allocations.request",
            "housing.repairs.apply",
            "housing.problems.answer",
            *_WAREHOUSE,
            "warehouse.intakes.offer",
            "warehouse.intakes.import",
            "warehouse.transfers.create",
            "warehouse.transfers.submit",
            "warehouse.transfers.hand_over",
            "warehouse.transfers.receive",
            "warehouse.purchases.request",
            "warehouse.purchases.answer",
            "warehouse.labels.bind",
            "warehouse.labels.print",
            *_APPROVALS,
            "approvals.approvals.recall",
        ],
    ),
    "unit_head": (
        "单位负责人",
        [*_HOUSING, *_WAREHOUSE, *_DECIDING, *_DELEGATING],
    ),
    "bureau_clerk": (
        "机关事务局经办人",
        [
            "housing.*",
            *_WAREHOUSE,
            *_APPROVALS,
            "approvals.approvals.recall",
            "norms.norms.list",
        ],
    ),
    "bureau_head": (
        "机关事务局负责人",
        [*_READING, *_DECIDING, *_DELEGATING],
    ),
    "finance_approver": ("财政审批人", [*_READING, *_DECIDING]),
    "store_keeper": ("仓管员", ["warehouse.*"]),
    "viewer": ("查阅", _READING),
    "platform": ("对接系统", _READING),
}


def upgrade() -> None:
    op.create_table(
        "roles",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("permissions", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        *aggregate_columns(),
    )
    op.create_index("uq_roles_code_valid_from", "roles", ["code", "valid_from"], unique=True)
    op.create_table(
        "grants",
        sa.Column("subject", sa.String(150), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        *aggregate_columns(),
    )
    op.create_index("ix_grants_subject_id", "grants", ["subject", "id"])
    op.create_index("ix_grants_role_id", "grants", ["role", "id"])
    op.create_table(
        "delegations",
        sa.Column("from_subject", sa.String(150), nullable=False),
        sa.Column("to_subject", sa.String(150), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.String(36), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        *aggregate_columns(),
    )
    for column in ("from_subject", "to_subject"):
        op.create_index(f"ix_delegations_{column}_id", "delegations", [column, "id"])
    install_standard_roles(op.get_bind())


def downgrade() -> None:
    for table in ("delegations", "grants", "roles"):
        op.drop_table(table)


def install_standard_roles(connection: sa.Connection) -> None:
    """Puts them into an empty table."""
    now = datetime.now(UTC)
    columns: dict[str, Any] = {
        "code": sa.String,
        "name": sa.String,
        "permissions": sa.Text,
        "valid_from": sa.Date,
        "id": sa.String,
        "version": sa.Integer,
        "created_at": sa.DateTime(timezone=True),
        "updated_at": sa.DateTime(timezone=True),
    }
    roles = sa.table("roles", *(sa.column(name, kind) for name, kind in columns.items()))
    rows = [
        {
            "code": code,
            "name": name,
            "permissions": " ".join([*permissions, *_EVERYBODY]),
            "valid_from": date(2000, 1, 1),
            "id": new_id(),
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }
        for code, (name, permissions) in STANDARD.items()
    ]
    connection.execute(sa.insert(roles), rows)
