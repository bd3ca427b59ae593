"""Who plays, and what each may do: the demonstration's people have the rights of their desks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cli.demo.story import Person, Story
from cli.sample.city import CITY


@dataclass(frozen=True)
class Cast:
    """Who plays."""

    admin: Person
    clerk: Person
    head: Person
    finance: Person
    bureau_head: Person
    keeper: Person
    auditor: Person

    @classmethod
    def of(cls, story: Story) -> Cast:
        return cls(
            admin=_person(
                story, "周宁", "system_administrator", "directory.*", "approvals.rules.*"
            ),
            # She may decide as well: but not her own request.
            clerk=_person(story, "李敏", "unit_head", "housing.*", "approvals.approvals.*"),
            head=_person(story, "王建国", "unit_head", *_DECIDING),
            finance=_person(story, "孙丽", "finance_approver", *_DECIDING),
            bureau_head=_person(
                story, "陈立", "bureau_head", "approvals.approvals.*", "warehouse.transfers.get"
            ),
            keeper=_person(story, "赵仓", "store_keeper", "warehouse.*"),
            auditor=_person(story, "何静", "auditor", "audit.*"),
        )


_DECIDING = ("approvals.approvals.*", "housing.disposals.get")


def _person(story: Story, name: str, role: str, *permissions: str) -> Person:
    held: dict[str, Any] = {"role": role, "region": CITY}
    rights = {"name": name, "region": CITY, "permissions": permissions, "roles": [held]}
    return Person(story, name, rights)
