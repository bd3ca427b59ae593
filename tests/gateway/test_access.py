"""From what a call brings to a ticket, and to a refusal."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from chassis.contract import Method, contract_of, methods_of
from chassis.errors import Exhausted, PermissionDenied, Unauthenticated
from chassis.principal import (
    DEVELOPMENT_KEY,
    EVERYWHERE,
    HeldRole,
    Issuer,
    Principal,
    Reader,
    Realm,
    public_key_of,
)
from chassis.settings import SettingsRefused
from gateway.access import Access
from gateway.composition import access_of
from gateway.identity import Call, call_of
from gateway.limits import Limit, RateLimited
from gateway.rights import Grant, Rights
from gateway.settings import AccessRefused, GatewaySettings
from guanjia.directory.v1 import directory_pb2
from tests.gateway.fake_bus import FakeBus

KEY = base64.b64encode(b"k" * 32).decode()
LIST: Method = methods_of(contract_of("housing"))["list_properties"]
SUBMIT: Method = methods_of(contract_of("housing"))["submit_disposal"]


class Named:
    """Somebody with a header of their own."""

    def __init__(self, header: str) -> None:
        self.header = header

    async def start(self) -> None:
        return

    async def subject(self, call: Call) -> str | None:
        return call.metadata.get(self.header)


class Fixed:
    def __init__(self, *grants: Grant, **given: Any) -> None:
        self.rights = Rights("wang", grants=grants, **given)

    async def of(self, subject: str, call: Call) -> Rights:
        return self.rights


def access(*grants: Grant, rates: tuple[str, str] = ("", ""), **given: Any) -> Access:
    identities = [Named("token"), Named("certificate")]
    return Access(identities, Fixed(*grants, **given), Issuer(DEVELOPMENT_KEY), *rates)


def admitted(to: Access, method: Method = LIST, call: Call | None = None) -> Principal:
    call = call or Call({"token": "wang"}, "192.0.2.1")
    return Reader([public_key_of(DEVELOPMENT_KEY)]).principal(asyncio.run(to.admit(method, call)))


def refusals(reason: str) -> float:
    found = REGISTRY.get_sample_value("guanjia_refused_admissions_total", {"reason": reason})
    return found or 0


def test_s4_the_ticket_says_who_calls_what_they_may_touch_and_from_where() -> None:
    here, there = Realm("9901", ("u1",)), Realm("9902")
    to = access(
        Grant(("housing.properties.*",), here),
        Grant(("housing.*",), there),
        roles=(HeldRole("clerk", here),),
        unit_id="u1",
    )
    found = admitted(to)
    assert found.scope == (here, there)
    assert found.roles == (HeldRole("clerk", here),)
    assert (found.unit_id, found.origin) == ("u1", "192.0.2.1")
    assert admitted(to, SUBMIT).scope == (there,)
    through = Call({"token": "wang"}, "192.0.2.1", ("spiffe://console",))
    assert admitted(to, LIST, through).origin == "spiffe://console"


def test_s4_without_a_permission_nobody_gets_in_and_it_is_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = refusals("NOT_PERMITTED")
    with pytest.raises(PermissionDenied) as refused:
        admitted(access(Grant(("housing.properties.list",), Realm())), SUBMIT)
    assert refused.value.reason == "NOT_PERMITTED"
    assert refused.value.metadata == {"permission": SUBMIT.permission}
    told = capsys.readouterr().out
    assert "wang" in told
    assert SUBMIT.path in told
    assert refusals("NOT_PERMITTED") == before + 1


def test_s4_who_says_nothing_of_themself_is_not_known() -> None:
    with pytest.raises(Unauthenticated, match="NO_IDENTITY"):
        admitted(access(Grant(("*",), Realm())), LIST, Call({}))


def test_s2_who_says_it_twice_is_not_known() -> None:
    class Context:
        def auth_context(self) -> dict[str, Any]:
            return {}

        def peer(self) -> str:
            return "ipv6:%5B::1%5D:4711"

    for name in ("authorization", "guanjia-user", "guanjia-rights"):
        call = call_of(Context(), ((name, "a"), ("x", "1"), ("x", "2"), (name, "a")))
        assert call.repeated == name
        assert call.metadata == {name: "a", "x": "1"}
        assert call.peer == "::1"
        with pytest.raises(Unauthenticated, match="AMBIGUOUS_IDENTITY"):
            admitted(access(Grant(("*",), Realm())), LIST, call)


def test_s9_a_client_is_limited_over_all_methods_and_for_each() -> None:
    every = Grant(("*",), Realm())
    to = access(every, rates=("3/minute", "2/minute"))
    admitted(to)
    admitted(to)
    with pytest.raises(RateLimited):
        admitted(to)
    with pytest.raises(RateLimited):
        admitted(to, SUBMIT)
    assert admitted(to, LIST, Call({"token": "li"}))


def test_s9_an_address_that_proves_nothing_is_told_to_wait() -> None:
    fixed = Fixed(Grant(("*",), Realm()))
    to = Access([Named("token")], fixed, Issuer(DEVELOPMENT_KEY), failures=Limit("2/minute"))
    stranger = Call({}, "192.0.2.9")
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            admitted(to, LIST, stranger)
    with pytest.raises(RateLimited):
        admitted(to, LIST, stranger)
    assert admitted(to)


def test_more_rights_than_a_message_can_carry_are_refused_before_they_end_the_connection() -> None:
    units = tuple(f"{each:036}" for each in range(3_000))
    with pytest.raises(Exhausted, match="TOO_MANY_RIGHTS"):
        admitted(access(Grant(("*",), Realm("9901", units))))


def configured(**given: Any) -> tuple[Access, Any]:
    settings = GatewaySettings.read(**given)
    return access_of(settings, FakeBus())  # type: ignore[arg-type]


OIDC = {
    "oidc_issuer": "https://id.example",
    "oidc_audience": "guanjia",
    "oidc_jwks": "https://id.example/jwks",
}


def test_s2_in_production_proof_is_asked_for() -> None:
    to, directory = configured(environment="production", ticket_key=KEY, **OIDC)
    assert directory is not None
    with pytest.raises(Unauthenticated, match="NO_IDENTITY"):
        asyncio.run(to.admit(LIST, Call({"guanjia-user": "admin"})))


def test_s2_where_proof_is_configured_nobody_is_taken_at_their_word() -> None:
    to, _ = configured(environment="development", tls_client_ca=Path("ca.crt"))
    with pytest.raises(Unauthenticated, match="NO_IDENTITY"):
        asyncio.run(to.admit(LIST, Call({"guanjia-user": "admin"})))


@pytest.mark.parametrize(
    "given",
    [
        {"ticket_key": KEY},
        {"grpc_host": "0.0.0.0", "environment": "development"},
        OIDC,
        {"ticket_key": "c2hvcnQ=", **OIDC},
        {"ticket_key": "not base64!", **OIDC},
        {"ticket_key": base64.b64encode(DEVELOPMENT_KEY).decode(), **OIDC},
        {"ticket_key": KEY, **OIDC, "oidc_jwks": "http://id.example/jwks"},
        *({"ticket_key": KEY, **OIDC, name: ""} for name in OIDC),
    ],
    ids=str,
)
def test_s17_settings_that_would_let_strangers_in_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(AccessRefused) as refused:
        configured(**{"environment": "production", **given})
    assert str(given.get("ticket_key", "secret")) not in str(refused.value)


def test_s17_a_refused_setting_is_not_shown() -> None:
    with pytest.raises(SettingsRefused) as refused:
        GatewaySettings.read(environment="development", ticket_key=["hunter2"])
    assert "hunter2" not in str(refused.value)


def test_development_is_limited_only_where_that_is_set() -> None:
    def ask(to: Access) -> None:
        asyncio.run(to.admit(LIST, Call({"guanjia-user": "wang"})))

    free, directory = configured(environment="development")
    assert directory is None
    for _ in range(300):
        ask(free)
    limited, _ = configured(environment="development", rate_per_client="1/minute")
    ask(limited)
    with pytest.raises(RateLimited):
        ask(limited)


def test_everywhere_is_everywhere() -> None:
    assert admitted(access(Grant(("*",), Realm()))).scope == EVERYWHERE


def test_s4_the_first_administrator_may_fill_the_directory_and_nothing_else() -> None:
    bus = FakeBus({"directory.resolve_access": directory_pb2.Access()})
    settings = GatewaySettings.read(
        environment="production", ticket_key=KEY, first_administrator="wang", **OIDC
    )
    _, directory = access_of(settings, bus)  # type: ignore[arg-type]
    assert directory is not None
    first, other = (asyncio.run(directory.of(each, Call({}))) for each in ("wang", "li"))
    for permission in ("directory.grants.grant", "approvals.rules.define"):
        assert first.scope(permission) == EVERYWHERE
        assert other.scope(permission) == ()
    for permission in ("approvals.approvals.decide", "housing.properties.list", "audit.x.y"):
        assert first.scope(permission) == ()
