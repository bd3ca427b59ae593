"""Check (资产清查): what is on the register of a region, and what is really there.

running → closed
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import IllegalState
from chassis.storage import Aggregate, Base, Belongs, Instant, Stateful, Within, words
from housing.checks import rules
from housing.checks.rules import FindingState
from housing.properties.model import AccountState, Property

_AREA = Numeric(12, 2)
_HAS_CODE = text("property_code <> ''")
_HAS_NO_CODE = text("property_code = ''")
_HAS_PROPERTY = text("property_id IS NOT NULL")
_HAS_SURVEY = text("survey_id IS NOT NULL")


class CheckState(StrEnum):
    RUNNING = "running"
    CLOSED = "closed"


STATE_NAMES = {CheckState.RUNNING: "进行中", CheckState.CLOSED: "已结束"}


class Check(Stateful[CheckState], Aggregate, Base):
    """Belongs to its region; the units there see what it leads to as problems of theirs."""

    __tablename__ = "checks"
    scoped = Belongs(unit="")
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    region_code: Mapped[str] = mapped_column(String(12))
    as_of: Mapped[date] = mapped_column(Date)
    state: Mapped[CheckState] = mapped_column(words(CheckState))
    tolerance_percent: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    reconciled_at: Mapped[datetime | None] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(200))
    closed_by: Mapped[str] = mapped_column(String(200), default="")
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_checks_state_code", "state", "code"),
        Index("ix_checks_region_code", "region_code"),
    )

    def take_surveys(self) -> None:
        """More was surveyed: it is to be reconciled again."""
        self.require("导入实测数据", "take surveys", CheckState.RUNNING)
        self.reconciled_at = None
        self.touch()

    def reconcile(self, at: datetime, tolerance_percent: Decimal) -> None:
        self.require("核对", "reconcile", CheckState.RUNNING)
        self.reconciled_at, self.tolerance_percent = at, tolerance_percent

    def close(self, by: str, at: datetime) -> None:
        self.require("结束清查", "close", CheckState.RUNNING)
        if self.reconciled_at is None:
            raise IllegalState(
                "NOT_RECONCILED",
                "尚未核对，或核对后又有新的实测数据，请先核对",
                "not reconciled, or not since more was surveyed; reconcile it first",
            )
        self.state = CheckState.CLOSED
        self.closed_by, self.closed_at = by, at


class Survey(Base):
    """One thing that was found and measured: known by its code, else by name and address."""

    __tablename__ = "check_surveys"
    scoped = Within("checks", "check_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    check_id: Mapped[str] = mapped_column(ForeignKey("checks.id"))
    property_code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    surveyed_area_m2: Mapped[Decimal] = mapped_column(_AREA)
    certificate_area_m2: Mapped[Decimal | None] = mapped_column(_AREA)
    surveyed_on: Mapped[date] = mapped_column(Date)
    surveyor: Mapped[str] = mapped_column(String(200))
    found_use: Mapped[str] = mapped_column(String(100))

    __table_args__ = (
        Index(
            "uq_check_surveys_check_id_property_code",
            "check_id",
            "property_code",
            unique=True,
            postgresql_where=_HAS_CODE,
            sqlite_where=_HAS_CODE,
        ),
        Index(
            "uq_check_surveys_check_id_name_address",
            "check_id",
            "name",
            "address",
            unique=True,
            postgresql_where=_HAS_NO_CODE,
            sqlite_where=_HAS_NO_CODE,
        ),
    )


class Finding(Base):
    """What a check says of one property, or of something surveyed without a card."""

    __tablename__ = "check_findings"
    scoped = Within("checks", "check_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    check_id: Mapped[str] = mapped_column(ForeignKey("checks.id"))
    property_id: Mapped[str | None] = mapped_column(ForeignKey("properties.id"))
    survey_id: Mapped[str | None] = mapped_column(ForeignKey("check_surveys.id"))
    problem_id: Mapped[str | None] = mapped_column(ForeignKey("problems.id"))
    property_code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[FindingState] = mapped_column(words(FindingState))
    account_state: Mapped[AccountState | None] = mapped_column(words(AccountState))
    register_area_m2: Mapped[Decimal | None] = mapped_column(_AREA)
    certificate_area_m2: Mapped[Decimal | None] = mapped_column(_AREA)
    surveyed_area_m2: Mapped[Decimal | None] = mapped_column(_AREA)
    difference_m2: Mapped[Decimal | None] = mapped_column(_AREA)
    difference_percent: Mapped[Decimal | None] = mapped_column(Numeric(14, 1))
    certificate_difference_m2: Mapped[Decimal | None] = mapped_column(_AREA)

    __table_args__ = (
        Index("ix_check_findings_check_id_state", "check_id", "state"),
        Index(
            "uq_check_findings_check_id_property_id",
            "check_id",
            "property_id",
            unique=True,
            postgresql_where=_HAS_PROPERTY,
            sqlite_where=_HAS_PROPERTY,
        ),
        Index(
            "uq_check_findings_check_id_survey_id",
            "check_id",
            "survey_id",
            unique=True,
            postgresql_where=_HAS_SURVEY,
            sqlite_where=_HAS_SURVEY,
        ),
    )

    def compare(
        self,
        check: Check,
        card: Property | None,
        survey: Survey | None,
        certificate_area_m2: Decimal | None,
    ) -> None:
        """Says anew what the register (`card`), the title and the survey tell, not both of
        card and survey None."""
        self._name(check, card, survey)
        register = card.floor_area_m2 if card is not None else None
        surveyed = survey.surveyed_area_m2 if survey is not None else None
        if certificate_area_m2 is None and survey is not None:
            certificate_area_m2 = survey.certificate_area_m2
        self.account_state = card.account_state if card is not None else None
        self.register_area_m2 = register
        self.surveyed_area_m2 = surveyed
        self.certificate_area_m2 = certificate_area_m2
        self.difference_m2 = rules.difference(register, surveyed)
        self.difference_percent = rules.difference_percent(register, surveyed)
        self.certificate_difference_m2 = rules.difference(certificate_area_m2, surveyed)
        booked = self.account_state is not AccountState.UNBOOKED
        self.state = rules.state_of(register, surveyed, check.tolerance_percent, booked=booked)

    def holder(self) -> dict[str, str]:
        return {
            "region_code": self.region_code,
            "unit_id": self.unit_id,
            "unit_name": self.unit_name,
        }

    def _name(self, check: Check, card: Property | None, survey: Survey | None) -> None:
        self.property_id = card.id if card is not None else None
        self.survey_id = survey.id if survey is not None else None
        named = card.holder() if card is not None else {"region_code": check.region_code}
        self.region_code = named["region_code"]
        self.unit_id, self.unit_name = named.get("unit_id", ""), named.get("unit_name", "")
        if card is not None:
            self.property_code, self.name = card.code, card.name
        elif survey is not None:
            self.property_code, self.name = survey.property_code, survey.name
