"""What a noun knows of a kind of norm, and which of its figures are in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, null, select

from chassis.errors import IllegalState
from chassis.norms.model import Norm
from chassis.principal import Realm
from chassis.regions import region_prefix
from chassis.spans import covers
from chassis.storage import Reader, UnitOfWork, lies_in


@dataclass(frozen=True)
class Norms:
    """One kind: its name, what people call it, the unit of its figures."""

    kind: str
    label: str
    unit: str

    def in_force(self, source: UnitOfWork | Reader, region_code: str, day: date) -> Figures:
        """The figures of a region on a day, by key; of several the nearest region's."""
        found: dict[str, Any] = {}
        for each in _rows(source, self.kind, day):
            near = region_prefix(each.region_code)
            if region_code.startswith(near) and len(near) >= _near(found.get(each.key)):
                found[each.key] = each
        return Figures(
            self,
            day,
            {key: Decimal(each.value) for key, each in found.items()},
            {key: each.source for key, each in found.items()},
        )

    def everywhere(self, source: UnitOfWork | Reader, day: date) -> list[tuple[str, str, Decimal]]:
        """Region prefix, key and figure of all that are in force on a day, the nearest first."""
        rows = _rows(source, self.kind, day)
        found = [(region_prefix(each.region_code), each.key, Decimal(each.value)) for each in rows]
        return sorted(found, key=lambda each: (-len(each[0]), each))

    def where(self, source: UnitOfWork | Reader, day: date, key: str, region: Any) -> Any:
        """In SQL: the figure of a key that is in force on a day where the column `region`
        says; NULL where none is."""
        found = [each for each in self.everywhere(source, day) if each[1] == key]
        whens = [(lies_in((Realm(near),), region, None), value) for near, _, value in found]
        return case(*whens) if whens else null()


@dataclass(frozen=True)
class Figures:
    """The figures of one kind that are in force somewhere on a day."""

    of: Norms
    day: date
    by_key: dict[str, Decimal]
    sources: dict[str, str] = field(default_factory=dict)

    def key_of(self, code: str) -> str | None:
        """The longest key with which a code begins; None if there is none."""
        return max(filter(code.startswith, self.by_key), key=len, default=None)

    def get(self, key: str = "") -> Decimal | None:
        return self.by_key.get(key)

    def must(self, key: str = "") -> Decimal:
        """Raises IllegalState NO_NORM where none is in force: it is never guessed."""
        if key not in self.by_key:
            told = f"{self.of.label}（{key}）" if key else self.of.label
            raise IllegalState(
                "NO_NORM",
                f"{self.day} 没有施行中的标准：{told}",
                f"no norm {self.of.kind} {key} is in force on {self.day}",
            )
        return self.by_key[key]


def in_force_on(day: date) -> ColumnElement[bool]:
    """The condition that a norm holds on a day."""
    return covers(Norm.valid_from, Norm.valid_to, day)


def _rows(source: UnitOfWork | Reader, kind: str, day: date) -> Any:
    conditions = (Norm.kind == kind, in_force_on(day))
    if isinstance(source, Reader):
        return source.rows(select(Norm.__table__).where(*conditions))
    return source.all(select(Norm).where(*conditions))


def _near(known: Any) -> int:
    return len(region_prefix(known.region_code)) if known is not None else -1
