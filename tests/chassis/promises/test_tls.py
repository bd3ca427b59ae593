"""Broker and database over TLS (S15): only who is named and signed right is spoken to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from chassis.settings import Environment, ServiceSettings, SettingsRefused, SharedSettings
from cli.platform import Platform
from cli.process import Process, ProcessEnded
from cli.servers import PostgreSQL, RabbitMQ, free_port
from tests.processes import Caller, approved_disposal, intakes_of, management
from tests.waiting import eventually

MakePlatform = Callable[..., Platform]


@dataclass(frozen=True)
class Guarded:
    """A broker and a database that speak TLS as `named`, and who signed for them."""

    broker: RabbitMQ
    broker_url: str
    postgresql: PostgreSQL
    ca: Path
    stranger: Path


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("tls")
    authority, stranger = trustme.CA(), trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    chain, key, ca, other = (folder / each for each in ("chain", "key", "ca", "other"))
    certificate.cert_chain_pems[0].write_to_path(chain)
    key.touch(0o600)
    certificate.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(ca)
    stranger.cert_pem.write_to_path(other)
    port = free_port()
    broker = RabbitMQ(
        folder / "rabbitmq",
        settings={
            "listeners.ssl.default": f"127.0.0.1:{port}",
            "ssl_options.certfile": str(chain),
            "ssl_options.keyfile": str(key),
            "ssl_options.versions.1": "tlsv1.2",
        },
    )
    database = PostgreSQL(
        folder / "postgresql",
        durable=False,
        settings={"ssl": "on", "ssl_cert_file": str(chain), "ssl_key_file": str(key)},
    )
    with broker, database:
        yield Guarded(broker, f"amqps://guest:guest@127.0.0.1:{port}//", database, ca, other)


@pytest.fixture
def over_tls(guarded: Guarded, platform_of: MakePlatform) -> Callable[..., Platform]:
    """Makes a platform that speaks TLS; `changes` are other values of services' variables."""

    def make(*services: str, **changes: str) -> Platform:
        known = {"GUANJIA_BROKER_CA": str(guarded.ca), "GUANJIA_DATABASE_CA": str(guarded.ca)}
        return platform_of(
            *services,
            storage="postgresql",
            broker=guarded.broker_url,
            postgresql=guarded.postgresql,
            environment={"gateway": known, **dict.fromkeys(services, known | changes)},
        )

    return make


def test_s15_calls_and_facts_go_over_tls(
    guarded: Guarded, over_tls: Callable[..., Platform]
) -> None:
    platform = over_tls("housing", "warehouse")
    caller = Caller(platform.gateway)
    disposal = approved_disposal(caller, 5)
    eventually(lambda: len(intakes_of(caller, disposal.id)) == 5)
    for each in range(20):
        assert len(intakes_of(caller, disposal.id)) == 5, each

    def connections() -> list[bool]:
        told = json.loads(management(guarded.broker, "connections"))
        return [each["ssl"] for each in told if "@" in each.get("user_provided_name", "")]

    # Housing and warehouse have two that consume and one that publishes, the gateway has one.
    assert all(eventually(lambda: found if len(found := connections()) >= 6 else None))


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("GUANJIA_BROKER_CA", "RabbitMQ"),
        ("GUANJIA_DATABASE_CA", "certificate verify failed"),
    ],
)
def test_s15_a_certificate_nobody_we_know_signed_ends_the_start(
    guarded: Guarded, over_tls: Callable[..., Platform], variable: str, told: str
) -> None:
    with pytest.raises(ProcessEnded) as ended:
        over_tls("housing", **{variable: str(guarded.stranger)})
    assert_refused(ended.value.process, told, "certificate verify failed")


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("GUANJIA_BROKER_URL", lambda it: it.broker_url.replace("127.0.0.1", "localhost")),
        (
            "GUANJIA_DATABASE_URL",
            lambda it: it.postgresql.url("postgres").replace("127.0.0.1", "localhost"),
        ),
    ],
)
def test_s15_a_certificate_for_another_host_ends_the_start(
    guarded: Guarded,
    over_tls: Callable[..., Platform],
    variable: str,
    url: Callable[[Guarded], str],
) -> None:
    with pytest.raises(ProcessEnded) as ended:
        over_tls("housing", **{variable: url(guarded)})
    assert_refused(ended.value.process, "localhost")


def assert_refused(process: Process, *told: str) -> None:
    assert process.exit_code == 2
    last = "\n".join(process.tail())
    for each in told:
        assert each in last
    assert "Traceback" not in last


PRODUCTION = {"environment": Environment.PRODUCTION, "ticket_public_keys": "x", "column_keys": "x"}


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("amqp://u:p@rabbitmq.city:5672/v", False),
        ("amqps://u:p@rabbitmq.city:5671/v", True),
        ("amqp://u:p@127.0.0.1:5672/v", True),
        ("amqp://u:p@10.0.0.7/v", False),
        ("amqp://u:p@[::1]/v", True),
    ],
)
def test_s15_production_speaks_plainly_to_a_broker_on_this_machine_only(
    url: str, is_safe: bool
) -> None:
    assert is_taken(SharedSettings, environment=Environment.PRODUCTION, broker_url=url) is is_safe
    assert is_taken(SharedSettings, environment=Environment.DEVELOPMENT, broker_url=url)


@pytest.mark.parametrize(
    ("url", "ca", "is_safe"),
    [
        ("postgresql+psycopg2://u:p@db.city/housing", None, False),
        ("postgresql+psycopg2://u:p@db.city/housing?sslmode=require", None, False),
        ("postgresql+psycopg2://u:p@db.city/housing?sslmode=verify-full", None, True),
        ("postgresql+psycopg2://u:p@db.city/housing", "ca.pem", True),
        ("postgresql+psycopg2://u:p@127.0.0.1/housing", None, True),
        ("sqlite:///housing.db", None, True),
    ],
)
def test_s15_production_checks_the_certificate_of_a_database_elsewhere(
    url: str, ca: str | None, is_safe: bool
) -> None:
    given = {**PRODUCTION, "database_url": url, "database_ca": ca}
    assert is_taken(ServiceSettings, **given) is is_safe


def is_taken(settings: type[SharedSettings], **given: object) -> bool:
    try:
        settings.read(**given)
    except SettingsRefused as error:
        assert "u:p" not in str(error), "what is refused may hold a password"
        return False
    return True
