"""The gateway as it is in service: tokens, certificates, roles from the directory."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from chassis.contract import Method
from chassis.principal import DEVELOPMENT_KEY, Issuer, itself, public_key_of
from chassis.status import reason_of
from cli.platform import Platform
from gateway.settings import GatewaySettings
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.housing.v1 import properties_pb2
from tests.bus import Bus
from tests.gateway.provider import Provider
from tests.processes import METHODS, Caller, Refusal, metric
from tests.waiting import eventually

MakePlatform = Callable[..., Platform]

FIRST = "first.administrator"
UNITS = "directory.list_units"
HEARD_S = 5
"""Well before the 30 s for which an answer is kept: the gateway heard of the change."""


class Client(Caller):
    """A client of the gateway that shows the token of `user`."""

    def __init__(self, address: str, provider: Provider) -> None:
        super().__init__(address)
        self.provider = provider
        self.retry_after = ""

    def send(self, method: Method, request: Message, user: str, timeout: float, *_: Any) -> Any:
        token = self.provider.token(user)
        return self.send_with((("authorization", f"Bearer {token}"),), method, request, timeout)

    def send_with(
        self,
        metadata: tuple[tuple[str, str], ...],
        method: Method,
        request: Message,
        timeout: float = 10,
    ) -> Any:
        stub = self.channel.unary_unary(
            method.path,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=method.response.FromString,
        )
        try:
            return stub(request, timeout=timeout, metadata=metadata)
        except grpc.RpcError as error:
            self.retry_after = dict(error.trailing_metadata() or ()).get("retry-after", "")
            raise Refusal(error) from None

    def refusal(self, name: str, user: str, **fields: Any) -> tuple[str, str]:
        with pytest.raises(Refusal) as refused:
            self.call(name, user=user, **fields)
        return refused.value.code.name, refused.value.reason


class City:
    """A city's deployment in production settings, with an identity provider."""

    def __init__(self, folder: Path, platform_of: MakePlatform) -> None:
        self.provider = Provider()
        self.provider.add("k1")
        self.jwks = self.provider.write(folder / "jwks.json")
        key = secrets.token_bytes(32)
        public = base64.b64encode(public_key_of(key)).decode()
        column_key = base64.b64encode(secrets.token_bytes(32)).decode()
        self.key = key
        self.settings = {
            "GUANJIA_ENVIRONMENT": "production",
            "GUANJIA_TICKET_KEY": base64.b64encode(key).decode(),
            "GUANJIA_OIDC_ISSUER": self.provider.issuer,
            "GUANJIA_OIDC_AUDIENCE": self.provider.audience,
            "GUANJIA_OIDC_JWKS": str(self.jwks),
            "GUANJIA_FIRST_ADMINISTRATOR": FIRST,
        }
        services = ("directory", "housing")
        self.platform = platform_of(
            *services,
            environment={
                "gateway": self.settings,
                **{
                    each: {
                        "GUANJIA_ENVIRONMENT": "production",
                        "GUANJIA_TICKET_PUBLIC_KEYS": public,
                        "GUANJIA_COLUMN_KEYS": f"k1:{column_key}",
                    }
                    for each in services
                },
            },
        )
        self.client = Client(self.platform.gateway, self.provider)

    def grant(self, subject: str, role: str = "viewer", **fields: Any) -> pb.Grant:
        fields.setdefault("region_code", "990100")
        granted: pb.Grant = self.client.call(
            "directory.grant_role", user=FIRST, subject=subject, role=role, **fields
        )
        return granted

    def may(self, user: str, name: str = "housing.list_properties") -> bool:
        try:
            self.client.call(name, user=user)
        except Refusal as refusal:
            assert refusal.reason == "NOT_PERMITTED"
            return False
        return True

    def log(self, **said: Any) -> list[dict[str, Any]]:
        """Lines of the gateway's log that say this."""
        lines = self.platform.processes["gateway"].log.read_text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return [each for each in found if said.items() <= each.items()]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, lasting_platform_of: MakePlatform) -> City:
    """One for all tests of the file: each has people of its own, and leaves it whole."""
    return City(tmp_path_factory.mktemp("city"), lasting_platform_of)


@pytest.mark.row("P08")
def test_s4_only_those_who_were_granted_it_may_and_only_as_long(city: City) -> None:
    assert not city.may("wang")
    assert not city.may(FIRST), "the first administrator fills the directory and no more"
    granted = city.grant("wang")
    eventually(lambda: city.may("wang"), within_s=HEARD_S)
    assert not city.may("li")
    property = {"code": "A-1"}
    assert city.client.refusal("housing.create_property", "wang", property=property) == (
        "PERMISSION_DENIED",
        "NOT_PERMITTED",
    )
    assert city.log(event="not admitted", subject="wang", reason="NOT_PERMITTED")
    began = time.monotonic()
    city.client.call("directory.end_grant", user=FIRST, grant_id=granted.id)
    eventually(lambda: not city.may("wang"), within_s=HEARD_S)
    assert time.monotonic() - began < 1.5


@pytest.mark.row("P08")
def test_s4_nobody_makes_themself_an_administrator(city: City) -> None:
    city.grant("officer", "security_administrator")
    grant = {"role": "viewer", "region_code": "990100"}
    eventually(lambda: city.may("officer", "directory.list_grants"), within_s=HEARD_S)
    assert city.client.refusal("directory.grant_role", "officer", subject="officer", **grant) == (
        "PERMISSION_DENIED",
        "OWN_GRANT",
    )
    assert city.client.call("directory.grant_role", user="officer", subject="qian", **grant).id
    assert not city.may("officer")


@pytest.mark.row("P08")
def test_s14_a_call_that_did_not_come_through_the_gateway_is_refused(city: City) -> None:
    key, request = "housing.list_properties", properties_pb2.ListPropertiesRequest()
    all_seeing = itself("mallory", "housing.properties.list")
    good = Issuer(city.key).ticket(all_seeing)
    body, _, signature = good.partition(".")
    forged = {
        "nobody's": "",
        "another key's": Issuer(secrets.token_bytes(32)).ticket(all_seeing),
        "development's": Issuer(DEVELOPMENT_KEY).ticket(all_seeing),
        "for another call": Issuer(city.key).ticket(itself("mallory", "housing.properties.get")),
        "unsigned": f"{body}.",
        "another's words": f"{body[:-4]}AAAA.{signature}",
        "no ticket": "x" * 10_000,
    }
    with Bus(city.platform.broker_url) as bus:
        for name, ticket in forged.items():
            kind, answer = bus.call(key, request.SerializeToString(), ticket=ticket)
            told = status_pb2.Status.FromString(answer)
            assert (kind, reason_of(told)) == ("error", "NO_TICKET"), name
        assert bus.call(key, request.SerializeToString(), ticket=good)[0] == ""


@pytest.mark.row("P03")
def test_p03_a_districts_token_is_refused_by_the_city_and_logged(city: City) -> None:
    gateway, refused = city.platform.processes["gateway"], "guanjia_refused_admissions_total"
    before = metric(gateway, refused, reason="TOKEN_REFUSED")
    city.grant("clerk")
    eventually(lambda: city.may("clerk"), within_s=HEARD_S)
    district = Provider(audience="guanjia-990101", keys=city.provider.keys)
    clerk = Client(city.platform.gateway, district)
    assert clerk.refusal("housing.list_properties", "clerk") == (
        "UNAUTHENTICATED",
        "TOKEN_REFUSED",
    )
    own = Provider(issuer="https://id.990101.example", audience="guanjia-990101")
    own.add("k1")
    clerk = Client(city.platform.gateway, own)
    assert clerk.refusal("housing.list_properties", "clerk")[1] == "TOKEN_REFUSED"
    (line, other) = city.log(event="token refused", claimed_sub="clerk")
    assert line["claimed_aud"] == "guanjia-990101"
    assert "InvalidAudienceError" in line["why"]
    assert "InvalidSignatureError" in other["why"]
    assert line["peer"] == "127.0.0.1"
    assert metric(gateway, refused, reason="TOKEN_REFUSED") == before + 2
    _, text = gateway.get("/metrics")
    assert "clerk" not in text


def test_s4_what_is_not_known_yet_waits_for_the_directory_and_what_is_does_not(
    city: City,
) -> None:
    assert not city.may("wu")
    city.grant("wu")
    eventually(lambda: city.may("wu"), within_s=HEARD_S)  # so the gateway has heard of the change
    city.platform.processes["directory"].stop()
    assert city.may("wu")
    assert city.client.refusal("housing.list_properties", "zheng")[0] == "UNAVAILABLE"
    city.platform.restart("directory")
    assert eventually(lambda: _is_refused(city, "zheng"))


def _is_refused(city: City, user: str) -> bool:
    return city.client.refusal("housing.list_properties", user)[1] == "NOT_PERMITTED"


def test_s2_keys_are_rotated_while_it_serves(city: City) -> None:
    city.provider.add("k2", "RS256")
    city.provider.write(city.jwks)

    def is_known() -> bool:
        try:
            return not city.may("zhou")
        except AssertionError:
            return False  # at most once in ten seconds for a key it does not know

    assert eventually(is_known)


@pytest.fixture
def strict(city: City) -> Iterator[City]:
    """The city while a client has two calls a minute."""
    name = "GUANJIA_RATE_PER_CLIENT"
    city.platform.restart("gateway", {name: "2/minute"})
    yield city
    usual = GatewaySettings.model_fields["rate_per_client"].default
    city.platform.restart("gateway", {name: usual})


def test_s9_over_the_rate_a_client_hears_when_to_come_back(strict: City) -> None:
    for _ in range(2):
        strict.may("wang")
    with pytest.raises(Refusal) as refused:
        strict.client.call(UNITS, user="wang")
    assert refused.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refused.value.reason == "RATE_LIMITED"
    assert 1 <= int(strict.client.retry_after) <= 60
    retry = error_details_pb2.RetryInfo()
    assert any(each.Unpack(retry) for each in refused.value.status.details)
    assert 0 < retry.retry_delay.ToTimedelta().total_seconds() <= 60
    assert strict.client.refusal(UNITS, "li")[1] == "NOT_PERMITTED"


def test_s26_metadata_that_lies_repeats_or_is_oversized_is_refused(city: City) -> None:
    client, good = city.client, f"Bearer {city.provider.token(FIRST)}"
    method: Any = METHODS[UNITS]
    send = (method, method.request())
    assert client.send_with((("authorization", good),), *send) is not None
    forged = public_key_of(b"x" * 32).hex()
    for metadata, reason in (
        ((("authorization", good), ("authorization", good)), "AMBIGUOUS_IDENTITY"),
        ((("guanjia-user", FIRST),), "NO_IDENTITY"),
        ((("guanjia-principal", forged),), "NO_IDENTITY"),
        ((("authorization-bin", b"x"),), "NO_IDENTITY"),
    ):
        with pytest.raises(Refusal) as refused:
            client.send_with(metadata, *send)  # type: ignore[arg-type]
        assert refused.value.reason == reason
    with pytest.raises(Refusal) as refused:
        client.send_with((("authorization", good), ("x-big", "x" * 20_000)), *send)
    assert refused.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert client.send_with((("authorization", good),), *send) is not None


@pytest.fixture
def mutual(city: City, tmp_path: Path) -> Iterator[Callable[[str], Client]]:
    """Makes clients of a second gateway of the city, known by a certificate of that name."""
    ours, clients = trustme.CA(), trustme.CA()
    own = ours.issue_cert("localhost")
    own.private_key_pem.write_to_path(tmp_path / "tls.key")
    own.cert_chain_pems[0].write_to_path(tmp_path / "tls.crt")
    clients.cert_pem.write_to_path(tmp_path / "ca.crt")
    environment = {
        **os.environ,
        "GUANJIA_BROKER_URL": city.platform.broker_url,
        "GUANJIA_SERVICES": "directory,housing",
        "GUANJIA_TLS_CERTIFICATE": str(tmp_path / "tls.crt"),
        "GUANJIA_TLS_KEY": str(tmp_path / "tls.key"),
        "GUANJIA_TLS_CLIENT_CA": str(tmp_path / "ca.crt"),
        "GUANJIA_GRPC_MTLS_PORT": "0",
        "GUANJIA_GRPC_HOST": "0.0.0.0",
        **city.settings,
    }
    log = tmp_path / "mutual.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "gateway"], env=environment, stderr=file
        )
    made: list[Client] = []

    def ports() -> list[str]:
        told = [json.loads(line) for line in log.read_text().splitlines()]
        return next((each["grpc"] for each in told if each["event"] == "started"), [])

    def client_of(name: str) -> Client:
        port = eventually(ports)[1].rpartition(":")[2]
        leaf = clients.issue_cert(name, common_name=FIRST)
        client = Client("localhost:1", city.provider)
        client.channel = grpc.secure_channel(
            f"localhost:{port}",
            grpc.ssl_channel_credentials(
                ours.cert_pem.bytes(),
                leaf.private_key_pem.bytes(),
                leaf.cert_chain_pems[0].bytes(),
            ),
        )
        grpc.channel_ready_future(client.channel).result(20)
        made.append(client)
        return client

    yield client_of
    for each in made:
        each.close()
    process.terminate()
    assert process.wait(40) == 0


def test_s1_a_system_known_by_its_certificate_may_what_was_granted_to_it(
    city: City, mutual: Callable[[str], Client]
) -> None:
    link = mutual("link.990101.example")
    method = METHODS["housing.list_properties"]

    def answer() -> str:
        try:
            link.send_with((), method, method.request())
        except Refusal as refusal:
            return refusal.reason
        return "OK"

    # Until the bus is there, the rights of nobody are known.
    eventually(lambda: answer() == "NOT_PERMITTED")
    city.grant("cert:link.990101.example", "platform")
    eventually(lambda: answer() == "OK", within_s=HEARD_S)
    # Through the system, but in a person's name: the person's rights count.
    token = (("authorization", f"Bearer {city.provider.token('li')}"),)
    with pytest.raises(Refusal) as refused:
        link.send_with(token, method, method.request())
    assert refused.value.reason == "NOT_PERMITTED"
    bad = (("authorization", "Bearer x.y.z"),)
    with pytest.raises(Refusal) as refused:
        link.send_with(bad, method, method.request())
    assert refused.value.reason == "TOKEN_REFUSED"
