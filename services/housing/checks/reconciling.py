"""Compares a whole region at once, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from chassis.storage import UnitOfWork, within
from chassis.storage.columns import new_id
from housing.checks.model import Check, Finding, Survey
from housing.checks.rules import FindingState
from housing.problems.model import ProblemSource
from housing.problems.opening import Found, open_problems
from housing.properties.lineage import PropertyLineage
from housing.properties.model import GONE, Property
from housing.titles.model import Title

_TITLES = {
    FindingState.AREA_DIFFERS: "证实不符",
    FindingState.UNBOOKED: "账外房产",
    FindingState.NOT_FOUND: "盘亏",
}


class Comparison:
    """Register, titles and surveys of a check, and what it found before."""

    def __init__(self, uow: UnitOfWork, check: Check) -> None:
        self._uow = uow
        self._check = check
        cards = within(select(Property), Property.region_code, check.region_code)
        self._cards: Sequence[Property] = uow.all(cards.order_by(Property.code))
        self._surveys: Sequence[Survey] = uow.all(
            select(Survey).where(Survey.check_id == check.id).order_by(Survey.id)
        )
        titles = uow.all(
            select(Title)
            .where(
                Title.property_id.in_(
                    within(select(Property.id), Property.region_code, check.region_code)
                ),
                Title.certificate_area_m2.is_not(None),
            )
            .options(lazyload(Title.moves))
        )
        self._certificates = {each.property_id: each.certificate_area_m2 for each in titles}
        found = uow.all(select(Finding).where(Finding.check_id == check.id))
        self._by_property = {each.property_id: each for each in found if each.property_id}
        self._by_survey = {each.survey_id: each for each in found if each.survey_id}

    def reconcile(self) -> None:
        """Brings every finding up to date, and opens the problems that are due."""
        findings = []
        for card, survey in self._pairs():
            finding = self._known(card, survey) or Finding(id=new_id(), check_id=self._check.id)
            finding.compare(self._check, card, survey, self._certificate(card))
            findings.append(finding)
        self._open_problems(findings)
        self._uow.add(*findings)

    def _pairs(self) -> Iterator[tuple[Property | None, Survey | None]]:
        """Each card with its survey, then what was surveyed without one.

        What left the register since it was compared stays as it was found; what came of it
        by a split or a merger is no other find, if it was surveyed.
        """
        by_code = {each.property_code: each for each in self._surveys if each.property_code}
        gone = {each.code: each.id for each in self._cards if each.use_state in GONE}
        surveyed = [id for id in gone.values() if self._was_surveyed(id)]
        came_of = self._successors_of(surveyed)
        booked = set()
        for card in self._cards:
            if card.code not in gone and card.id not in came_of:
                booked.add(card.code)
                yield card, by_code.get(card.code)
        for survey in self._surveys:
            left = gone.get(survey.property_code)
            known = left and (left in self._by_property or survey.id in self._by_survey)
            if survey.property_code not in booked and not known:
                yield None, survey

    def _was_surveyed(self, property_id: str) -> bool:
        found = self._by_property.get(property_id)
        return found is not None and found.survey_id is not None

    def _successors_of(self, ids: Sequence[str]) -> set[str]:
        """What became of properties that were split or merged, to the last."""
        found: set[str] = set()
        while ids:
            after = select(PropertyLineage).where(PropertyLineage.from_id.in_(ids))
            ids = [each.to_id for each in self._uow.all(after) if each.to_id not in found]
            found |= set(ids)
        return found

    def _known(self, card: Property | None, survey: Survey | None) -> Finding | None:
        """What was found before: of the card, or of the survey when it had none yet."""
        found = self._by_property.get(card.id) if card is not None else None
        if found is None and survey is not None:
            found = self._by_survey.get(survey.id)
        return found

    def _certificate(self, card: Property | None) -> Decimal | None:
        return self._certificates.get(card.id) if card is not None else None

    def _open_problems(self, findings: Sequence[Finding]) -> None:
        """One for each finding that does not match and never had one."""
        due = [
            each
            for each in findings
            if each.state is not FindingState.MATCHED and each.problem_id is None
        ]
        opened = open_problems(self._uow, [self._found(each) for each in due])
        for finding, problem in zip(due, opened, strict=True):
            finding.problem_id = problem.id

    def _found(self, finding: Finding) -> Found:
        label = finding.property_code or finding.name
        return Found(
            title=f"{self._check.code} {_TITLES[finding.state]}：{label}",
            source=ProblemSource.RECONCILIATION,
            holder=finding.holder(),
            property_id=finding.property_id,
            detail=_detail(finding),
        )


def _detail(finding: Finding) -> str:
    """What was found, in a sentence."""
    told = [finding.name]
    if finding.register_area_m2 is not None:
        told.append(f"登记面积 {finding.register_area_m2} ㎡")
    if finding.certificate_area_m2 is not None:
        told.append(f"证载面积 {finding.certificate_area_m2} ㎡")
    if finding.surveyed_area_m2 is not None:
        told.append(f"实测面积 {finding.surveyed_area_m2} ㎡")
    if finding.difference_m2 is not None:
        told.append(f"相差 {finding.difference_m2:+} ㎡")
    if finding.difference_percent is not None:
        told.append(f"差率 {finding.difference_percent:+}%")
    if finding.state is FindingState.UNBOOKED:
        told.append("有实物而无账" if finding.property_id is None else "登记为未入账")
    if finding.state is FindingState.NOT_FOUND:
        told.append("有账而未实测到实物")
    return "，".join(told)
