"""The identity of development."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from chassis.errors import InvalidInput
from chassis.principal import EVERYWHERE, HeldRole, Principal, Realm, developer
from gateway.identity import Call
from gateway.identity.development import Development
from gateway.settings import GatewaySettings

PERMISSION = "housing.properties.list"


def principal(user: str = "", rights: Any = None, permission: str = PERMISSION) -> Principal:
    word = Development(GatewaySettings.read(environment="development"))
    metadata = {"guanjia-user": quote(user)} if user else {}
    if rights is not None:
        metadata["guanjia-rights"] = quote(
            rights if isinstance(rights, str) else json.dumps(rights)
        )
    call = Call(metadata)

    async def found() -> Principal:
        subject = await word.subject(call)
        assert subject is not None
        return (await word.of(subject, call)).principal(permission, "")

    return asyncio.run(found())


def test_everybody_is_who_they_say_and_may_do_everything() -> None:
    for named, subject in (("王芳", "dev:王芳"), ("", "dev:anonymous")):
        found = principal(named) if named else principal()
        assert replace(found, permission="") == developer(subject)
    assert len(principal("x" * 500).subject) == len("dev:") + 150


def test_a_caller_may_be_of_a_unit_and_still_do_everything() -> None:
    found = principal("wang", {"unit_id": "u1", "unit_name": "机关事务管理局"})
    assert found.scope == EVERYWHERE
    assert (found.unit_id, found.unit_name) == ("u1", "机关事务管理局")
    assert found.holding("approver", "990101", "u9")


def test_a_caller_may_be_a_clerk_of_one_unit() -> None:
    rights = {
        "permissions": ["housing.properties.*"],
        "region": "990101",
        "units": ["u1"],
        "roles": [{"role": "clerk", "region": "990100", "units": ["u1"], "on_behalf_of": "li"}],
        "name": "王芳",
        "unit_id": "u1",
    }
    found = principal("wang", rights)
    assert found.scope == (Realm("990101", ("u1",)),)
    assert found.roles == (HeldRole("clerk", Realm("9901", ("u1",)), "li"),)
    assert (found.name, found.region_code) == ("王芳", "990101")
    assert principal("wang", rights, "housing.disposals.list").scope == ()
    assert principal("wang", {"permissions": []}).scope == ()
    assert principal("wang", {"permissions": ["*"]}).roles == ()


@pytest.mark.parametrize(
    "rights",
    ["{", "[]", "1", "null", '{"permissions": 1}', '{"roles": [{}]}', '{"units": 3}', "[" * 9_000],
)
def test_rights_that_cannot_be_read_are_told_so(rights: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        principal("wang", rights)
    assert refused.value.violations[0].field == "guanjia-rights"
