"""Leases, rent due, received and refunded, reminders."""

from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from chassis.migrate import aggregate_columns
from chassis.norms import seed
from chassis.storage.columns import Instant

revision = "h0008"
down_revision = "h0007"
branch_labels = None

_FIGURES = Path(__file__).with_suffix(".csv")


def upgrade() -> None:
    _leases()
    _charges()
    _receipts()
    _allotments()
    _refunds()
    _reminders()
    seed.load(_FIGURES)


def downgrade() -> None:
    seed.unload(_FIGURES)
    for table in (
        "lease_reminders",
        "lease_refunds",
        "lease_allotments",
        "lease_receipts",
        "lease_charges",
        "leases",
    ):
        op.drop_table(table)


def _leases() -> None:
    op.create_table(
        "leases",
        _text("code", 64),
        _text("direction", 40),
        _reference("leases", "property_id", "properties", nullable=True),
        _text("property_code", 64),
        sa.Column("property_kind", sa.String(40)),
        _text("premises", 200),
        _text("address", 300),
        _text("region_code", 12),
        _text("unit_id", 36),
        _text("unit_name", 200),
        _text("unit_uscc", 18),
        _text("counterparty", 200),
        _text("contact_phone", 200),
        sa.Column("area_m2", sa.Numeric(12, 2), nullable=False),
        _day("start_on"),
        _day("end_on"),
        _money("rent_fen"),
        sa.Column("period_months", sa.Integer, nullable=False),
        sa.Column("pay_within_days", sa.Integer, nullable=False),
        _money("deposit_fen"),
        sa.Column("tendered", sa.Boolean, nullable=False),
        _text("tender_number", 64),
        sa.Column("whole_property", sa.Boolean, nullable=False),
        _reference("leases", "renews_id", "leases", nullable=True),
        _text("state", 40),
        _day("last_day"),
        sa.Column("terminated_on", sa.Date),
        _text("termination_reason", 500),
        _text("note", 500),
        *aggregate_columns(),
        sa.UniqueConstraint("code", name="uq_leases_code"),
    )
    op.create_index("ix_leases_last_day_id", "leases", ["last_day", "id"])
    for column in ("property_id", "region_code", "unit_id", "unit_uscc"):
        op.create_index(f"ix_leases_{column}", "leases", [column])
    active = sa.text("state = 'active'")
    op.create_index(
        "uq_leases_renews_id",
        "leases",
        ["renews_id"],
        unique=True,
        postgresql_where=active,
        sqlite_where=active,
    )


def _charges() -> None:
    op.create_table(
        "lease_charges",
        sa.Column("id", sa.String(36), primary_key=True),
        _reference("lease_charges", "lease_id", "leases"),
        sa.Column("position", sa.Integer, nullable=False),
        _day("from_on"),
        _day("to_on"),
        _day("due_on"),
        _money("amount_fen"),
        _money("received_fen"),
    )
    op.create_index(
        "uq_lease_charges_lease_id_position", "lease_charges", ["lease_id", "position"], unique=True
    )
    op.create_index("ix_lease_charges_due_on", "lease_charges", ["due_on"])
    still_open = sa.text("received_fen < amount_fen")
    op.create_index(
        "ix_lease_charges_open_due_on",
        "lease_charges",
        ["due_on"],
        postgresql_where=still_open,
        sqlite_where=still_open,
    )


def _receipts() -> None:
    op.create_table(
        "lease_receipts",
        sa.Column("id", sa.String(36), primary_key=True),
        _reference("lease_receipts", "lease_id", "leases"),
        _text("voucher", 64),
        _day("received_on"),
        _money("amount_fen"),
        _text("payer", 200),
        _text("recorded_by", 200),
        _text("reversed_by", 200),
        sa.Column("reversed_at", Instant),
        _text("reversal_reason", 500),
    )
    live = sa.text("reversed_at IS NULL")
    op.create_index(
        "uq_lease_receipts_voucher",
        "lease_receipts",
        ["voucher"],
        unique=True,
        postgresql_where=live,
        sqlite_where=live,
    )
    op.create_index("ix_lease_receipts_lease_id", "lease_receipts", ["lease_id"])


def _allotments() -> None:
    op.create_table(
        "lease_allotments",
        sa.Column("id", sa.String(36), primary_key=True),
        _reference("lease_allotments", "lease_id", "leases"),
        _reference("lease_allotments", "receipt_id", "lease_receipts"),
        _reference("lease_allotments", "charge_id", "lease_charges"),
        _day("received_on"),
        sa.Column("undone_on", sa.Date),
        _money("amount_fen"),
    )
    for column in ("lease_id", "receipt_id", "charge_id", "received_on", "undone_on"):
        op.create_index(f"ix_lease_allotments_{column}", "lease_allotments", [column])


def _refunds() -> None:
    op.create_table(
        "lease_refunds",
        sa.Column("id", sa.String(36), primary_key=True),
        _reference("lease_refunds", "lease_id", "leases"),
        _text("voucher", 64),
        _day("refunded_on"),
        _money("amount_fen"),
        _text("payee", 200),
        _text("recorded_by", 200),
        sa.UniqueConstraint("voucher", name="uq_lease_refunds_voucher"),
    )
    op.create_index("ix_lease_refunds_lease_id", "lease_refunds", ["lease_id"])


def _reminders() -> None:
    op.create_table(
        "lease_reminders",
        sa.Column("id", sa.String(36), primary_key=True),
        _reference("lease_reminders", "lease_id", "leases"),
        _text("level", 40),
        _day("sent_on"),
        _text("text", 1000),
        _money("arrears_fen"),
        _text("sent_by", 200),
    )
    op.create_index("ix_lease_reminders_lease_id", "lease_reminders", ["lease_id"])


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _day(name: str) -> sa.Column[date]:
    return sa.Column(name, sa.Date, nullable=False)


def _money(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _reference(table: str, name: str, to: str, *, nullable: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{name}")
    return sa.Column(name, sa.String(36), key, nullable=nullable)
