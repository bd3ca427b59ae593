"""Every method × every role of the catalogue × in and out of scope, from the contracts.

What a role permits comes from the directory's catalogue, whether a call is admitted
from the gateway's access, what it may touch from the service itself: the parts that
decide in service, over the rows of every table.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from zlib import crc32

import pytest

from chassis.contract import Method
from chassis.errors import PermissionDenied
from chassis.principal import DEVELOPMENT_KEY, Issuer, Principal, Reader, Scope, public_key_of
from chassis.service import Service
from chassis.testing import Harness
from chassis.testing.refusals import must_be_told, told
from chassis.testing.requests import Requests
from chassis.testing.rows import fill
from chassis.testing.strangers import Rows, foreign
from directory.service import service as directory_service
from gateway.access import Access
from gateway.identity import Call
from gateway.rights import Rights, rights_of
from housing.service import service as housing_service
from warehouse.service import service as warehouse_service

SERVICES = {each.name: each for each in (directory_service, housing_service, warehouse_service)}
ROLES = (
    "system_administrator",
    "security_administrator",
    "auditor",
    "unit_clerk",
    "unit_head",
    "bureau_clerk",
    "bureau_head",
    "finance_approver",
    "store_keeper",
    "viewer",
    "platform",
)
METHODS = [(name, key) for name, each in SERVICES.items() for key in each.methods]
HOME = "990101"
pytestmark = [pytest.mark.row("P08"), pytest.mark.row("W11")]


class AnIdentity:
    """Proves the subject a test names."""

    async def start(self) -> None: ...

    async def subject(self, call: Call) -> str | None:
        return call.metadata.get("subject")


@dataclass
class Office:
    """A directory in which `<role>@home` holds that role over the region HOME."""

    directory: Harness
    rights: dict[str, Rights] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for role in ROLES:
            self.directory.call(
                "grant_role",
                user="root",
                subject=f"{role}@home",
                role=role,
                region_code=HOME,
                valid_from="2026-01-01",
            )
        self.access = Access([AnIdentity()], self, Issuer(DEVELOPMENT_KEY))
        self.tickets = Reader([public_key_of(DEVELOPMENT_KEY)])

    async def of(self, subject: str, call: Call) -> Rights:
        if subject not in self.rights:
            access = self.directory.call("resolve_access", subject=subject)
            self.rights[subject] = rights_of(subject, access)
        return self.rights[subject]

    def admitted(self, method: Method, subject: str) -> Principal:
        """The principal the service sees; raises what the gateway answers instead."""
        call = Call({"subject": subject}, "127.0.0.1:1", ())
        return self.tickets.principal(asyncio.run(self.access.admit(method, call)))


@pytest.fixture
def office(harness_of: Callable[..., Harness]) -> Office:
    return Office(harness_of(directory_service))


def permitted(office: Office, role: str) -> set[str]:
    """The methods a role is admitted to, as service.method."""
    found = set()
    for name, key in METHODS:
        method = SERVICES[name].methods[key]
        try:
            office.admitted(method, f"{role}@home")
            found.add(f"{name}.{key}")
        except PermissionDenied as refused:
            must_be_told(refused, method.path)
    return found


def test_the_catalogue_is_what_is_tested(office: Office) -> None:
    listed = office.directory.call("list_roles", page_size=500).roles
    assert {each.code for each in listed} == set(ROLES)


def test_nobody_without_a_role_is_admitted_to_anything(office: Office) -> None:
    for name, key in METHODS:
        with pytest.raises(PermissionDenied):
            office.admitted(SERVICES[name].methods[key], "nobody")


def test_every_method_is_somebodys(office: Office) -> None:
    everything = set.union(*(permitted(office, role) for role in ROLES))
    assert everything == {f"{name}.{key}" for name, key in METHODS}


@pytest.mark.parametrize("role", ["viewer", "platform", "auditor"])
def test_who_only_looks_changes_nothing(office: Office, role: str) -> None:
    for each in permitted(office, role):
        name, _, key = each.partition(".")
        assert not SERVICES[name].methods[key].is_command, each


def test_the_three_administrators_share_no_act_and_do_no_business(office: Office) -> None:
    acts = [
        {
            each
            for each in permitted(office, role)
            if SERVICES[each.partition(".")[0]].methods[each.partition(".")[2]].is_command
        }
        for role in ("system_administrator", "security_administrator", "auditor")
    ]
    for one, other in itertools.combinations(acts, 2):
        assert not one & other
    for each in set.union(*acts):
        assert each.startswith("directory.") or each.endswith(("_approval_rule", "_norm")), each


def test_only_those_who_consent_may_decide(office: Office) -> None:
    deciding = {role for role in ROLES if "housing.decide_approval" in permitted(office, role)}
    assert deciding == {"unit_head", "bureau_head", "finance_approver"}


def test_only_who_keeps_people_sees_their_numbers(office: Office) -> None:
    seeing = {role for role in ROLES if "directory.reveal_person" in permitted(office, role)}
    assert seeing == {"system_administrator"}


@pytest.mark.parametrize("name", SERVICES)
def test_no_role_reaches_beyond_its_scope(
    office: Office, harness_of: Callable[..., Harness], name: str
) -> None:
    service: Service = SERVICES[name]
    harness = harness_of(service)
    requests = Requests(name, fill(harness.database, service))
    hidden: dict[Scope, Rows] = {}
    before: dict[Scope, Rows] = {}
    for role in ROLES:
        for key, method in service.methods.items():
            try:
                principal = office.admitted(method, f"{role}@home")
            except PermissionDenied:
                continue
            scope = principal.scope
            if scope not in before:
                hidden[scope] = foreign(harness.database, service, scope, shared=False)
                before[scope] = foreign(harness.database, service, scope, shared=True)
            request = requests.mild(method, crc32(role.encode()) % 1000)
            said = told(harness.app, key, request, principal)
            ids = {id for rows in hidden[scope].values() for id in rows}
            leaked = [id for id in ids if id in said and id not in str(request)]
            assert not leaked, (role, method.path)
            if method.is_command:
                after = foreign(harness.database, service, principal.scope, shared=True)
                for table, rows in before[scope].items():
                    assert table == "audit" or after[table] == rows, (role, method.path, table)
