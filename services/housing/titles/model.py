"""Title (权属登记): the case of a property until it is registered.

in progress ⇄ obstacle → registered
   └──────────────┴→ not registrable (by consent only) → in progress

The state is the property's `title_state`; the case changes it and writes down how.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.errors import IllegalState
from chassis.storage import Aggregate, Base, Within, words
from chassis.storage.columns import new_id
from housing.properties.model import GONE, Property, TitleState, UseState

STATE_NAMES = {
    TitleState.REGISTERED: "已登记",
    TitleState.IN_PROGRESS: "办理中",
    TitleState.OBSTACLE: "存在障碍",
    TitleState.NOT_REGISTRABLE: "不可登记",
}
UNDER_WAY = (TitleState.IN_PROGRESS, TitleState.OBSTACLE)
_HAS_CERTIFICATE = text("certificate_number <> ''")
_HAS_UNIT_NUMBER = text("unit_number <> ''")


@dataclass(frozen=True)
class Mover:
    """Who moves a case, on which day."""

    by: str
    on: date


@dataclass(frozen=True)
class Certificate:
    number: str
    unit_number: str
    holder_name: str
    registered_on: date
    area_m2: Decimal | None


@dataclass
class Proposal:
    """An exemption as a document that consent is asked for."""

    id: str
    code: str
    region_code: str
    unit_id: str
    unit_name: str
    proposed_by: str

    def authors(self) -> Sequence[str]:
        return [self.proposed_by]


class TitleMove(Base):
    __tablename__ = "title_moves"
    scoped = Within("titles", "title_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    title_id: Mapped[str] = mapped_column(ForeignKey("titles.id"))
    position: Mapped[int] = mapped_column(Integer)
    from_state: Mapped[TitleState] = mapped_column(words(TitleState))
    to_state: Mapped[TitleState] = mapped_column(words(TitleState))
    moved_on: Mapped[date] = mapped_column(Date)
    moved_by: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(500))

    __table_args__ = (Index("ix_title_moves_title_id", "title_id"),)


class Title(Aggregate, Base):
    __tablename__ = "titles"
    scoped = Within("properties", "property_id")

    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"), unique=True)
    certificate_number: Mapped[str] = mapped_column(String(100))
    unit_number: Mapped[str] = mapped_column(String(28))
    holder_name: Mapped[str] = mapped_column(String(200))
    certificate_area_m2: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    registered_on: Mapped[date | None] = mapped_column(Date)
    obstacle: Mapped[str] = mapped_column(String(500))
    handler: Mapped[str] = mapped_column(String(200))
    expected_on: Mapped[date | None] = mapped_column(Date)
    exemption_reason: Mapped[str] = mapped_column(String(500))
    exemption_pending: Mapped[bool] = mapped_column(Boolean)
    approval_id: Mapped[str] = mapped_column(String(36))
    moves: Mapped[list[TitleMove]] = relationship(
        order_by=TitleMove.position, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index(
            "uq_titles_certificate_number",
            "certificate_number",
            unique=True,
            postgresql_where=_HAS_CERTIFICATE,
            sqlite_where=_HAS_CERTIFICATE,
        ),
        Index(
            "uq_titles_unit_number",
            "unit_number",
            unique=True,
            postgresql_where=_HAS_UNIT_NUMBER,
            sqlite_where=_HAS_UNIT_NUMBER,
        ),
    )

    @classmethod
    def of(cls, building: Property) -> Title:
        """A case that nothing was done about yet."""
        return cls(
            property_id=building.id,
            certificate_number="",
            unit_number="",
            holder_name="",
            obstacle="",
            handler="",
            exemption_reason="",
            exemption_pending=False,
            approval_id="",
        )

    def begin(
        self, building: Property, mover: Mover, handler: str, expected_on: date | None
    ) -> None:
        """Opens the case, or goes on once its obstacle is gone."""
        self._require("开始办理", "begin", building, *UNDER_WAY)
        if self.moves and building.title_state is TitleState.IN_PROGRESS:
            raise IllegalState.move("开始办理", "begin", "办理中", "in_progress")
        self.obstacle, self.handler, self.expected_on = "", handler, expected_on
        self._move(building, TitleState.IN_PROGRESS, mover, f"经办人：{handler}")

    def record(self, building: Property, mover: Mover, certificate: Certificate) -> None:
        """The certificate is there. Of a property that the register says is registered it
        is written down once."""
        known = () if self.certificate_number else (TitleState.REGISTERED,)
        self._require("登记权证", "record the title", building, *UNDER_WAY, *known)
        self.certificate_number = certificate.number
        self.unit_number = certificate.unit_number
        self.holder_name = certificate.holder_name
        self.registered_on = certificate.registered_on
        self.certificate_area_m2 = certificate.area_m2
        self.obstacle, self.expected_on = "", None
        building.title_number = certificate.number
        self._move(building, TitleState.REGISTERED, mover, certificate.number)

    def meet_obstacle(
        self, building: Property, mover: Mover, obstacle: str, expected_on: date | None
    ) -> None:
        """Something is in the way; said again, something else is."""
        self._require("报告障碍", "report an obstacle", building, *UNDER_WAY)
        self.obstacle, self.expected_on = obstacle, expected_on
        self._move(building, TitleState.OBSTACLE, mover, obstacle)

    def propose_exemption(self, building: Property, reason: str, approval_id: str) -> None:
        """Consent is asked for; until it is decided the case waits."""
        self.require_proposable(building)
        self.exemption_reason, self.approval_id = reason, approval_id
        self.exemption_pending = True

    def require_proposable(self, building: Property) -> None:
        self._require("申请不予登记", "propose an exemption", building, *UNDER_WAY)

    def exempt(self, building: Property, mover: Mover) -> None:
        """Consent was given: it counts no more among what can be registered."""
        self.exemption_pending = False
        self._require("认定为不可登记", "exempt", building, *UNDER_WAY)
        self._move(building, TitleState.NOT_REGISTRABLE, mover, self.exemption_reason)

    def drop_exemption(self) -> None:
        """Consent was refused, or is not asked for any more."""
        self.exemption_pending = False

    def revive(self, building: Property, mover: Mover, reason: str) -> None:
        self._require("恢复办理", "revive", building, TitleState.NOT_REGISTRABLE)
        self._move(building, TitleState.IN_PROGRESS, mover, reason)

    def _move(self, building: Property, to: TitleState, mover: Mover, note: str) -> None:
        self.touch()
        self.moves.append(
            TitleMove(
                id=new_id(),
                position=len(self.moves) + 1,
                from_state=building.title_state,
                to_state=to,
                moved_on=mover.on,
                moved_by=mover.by,
                note=note[:500],
            )
        )
        building.title_state = to

    def _require(self, zh: str, en: str, building: Property, *states: TitleState) -> None:
        if building.use_state in GONE:
            name = "已处置" if building.use_state is UseState.DISPOSED else "已注销"
            raise IllegalState.move(zh, en, name, str(building.use_state))
        if self.exemption_pending:
            raise IllegalState(
                "EXEMPTION_PENDING",
                f"不予登记的申请尚在审批中，不能{zh}",
                f"cannot {en} while consent to an exemption is being asked for",
            )
        if building.title_state not in states:
            state = building.title_state
            raise IllegalState.move(zh, en, STATE_NAMES[state], str(state))
