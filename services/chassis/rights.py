"""Least rights at the broker: what each process may do there, from contracts and code.

One user for each service and one for the gateway, named as they are. A service declares and
uses what carries its name, publishes its own facts, and hears the facts it reacts to. To the
exchange that calls go through it may write replies only; only the gateway may call.

`definitions` is what RabbitMQ imports; for Kubernetes the same rights are resources of the
topology operator.

    python -m chassis.rights --url amqps://rabbitmq.city:5671/guanjia --secrets secrets >rights.json
    rabbitmqctl import_definitions rights.json

makes a folder for each user below `secrets`, with the file GUANJIA_BROKER_URL in it that its
process reads; a password that is there already stays.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from chassis.broker import REPLY_ADDRESS, RPC_EXCHANGE
from chassis.contract import Fact, fact_of
from chassis.platform import GATEWAY, SERVICES
from chassis.service import Service, load
from guanjia.directory.v1 import events_pb2

GATEWAY_HEARS = (fact_of(events_pb2.AccessChanged),)
"""Facts the gateway listens to: whoever's rights changed is asked about again."""

_NOTHING = "^$"
_REPLIES = f"^{REPLY_ADDRESS.pattern}$"


@dataclass(frozen=True)
class Rights:
    """Of one user in one virtual host; regular expressions as RabbitMQ has them.

    `topics` has (exchange, write, read): the routing keys that may be published, and those
    that a queue may be bound with.
    """

    user: str
    configure: str
    write: str
    read: str
    topics: tuple[tuple[str, str, str], ...]


def exchanges_of(services: Iterable[str]) -> tuple[str, ...]:
    """Durable topic exchanges that several processes use, and none of them need declare.

    With those of services that are not deployed, where one that is reacts to their facts.
    """
    known = [load(name) for name in services]
    heard = (
        fact for each in known for reaction in each.reactions.values() for fact in reaction.facts
    )
    own = (f"{each.name}.events" for each in known)
    return (RPC_EXCHANGE, *sorted({*own, *(fact.exchange for fact in heard)}))


def rights_of(services: Iterable[str]) -> tuple[Rights, ...]:
    """The users of a deployment of these services, the gateway last."""
    known = [load(name) for name in services]
    return (*(_of_service(each) for each in known), _of_gateway([each.name for each in known]))


def definitions(
    services: Iterable[str], vhost: str, passwords: Mapping[str, str], prefix: str = ""
) -> dict[str, Any]:
    """Virtual host, users, permissions and shared exchanges, as RabbitMQ imports them.

    prefix  of user names, where several deployments share a broker; passwords by user name
    """
    services = tuple(services)
    rights = rights_of(services)
    return {
        "vhosts": [{"name": vhost}],
        "users": [
            {
                "name": prefix + each.user,
                "password_hash": password_hash(passwords[prefix + each.user]),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for each in rights
        ],
        "permissions": [
            {
                "user": prefix + each.user,
                "vhost": vhost,
                "configure": each.configure,
                "write": each.write,
                "read": each.read,
            }
            for each in rights
        ],
        "topic_permissions": [
            {
                "user": prefix + each.user,
                "vhost": vhost,
                "exchange": exchange,
                "write": write,
                "read": read,
            }
            for each in rights
            for exchange, write, read in each.topics
        ],
        "exchanges": [
            {
                "name": name,
                "vhost": vhost,
                "type": "topic",
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
            for name in exchanges_of(services)
        ],
    }


def password_hash(password: str) -> str:
    """As RabbitMQ keeps it: base64 of a salt of 4 bytes and SHA-256 over salt and password."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _of_service(service: Service) -> Rights:
    name = re.escape(service.name)
    own = rf"^({name}\..+|rpc-{name}|evt-.+--{name}\..+)$"
    heard: dict[str, list[Fact]] = {}
    for reaction in service.reactions.values():
        for fact in reaction.facts:
            heard.setdefault(fact.exchange, []).append(fact)
    foreign = sorted(set(heard) - {f"{service.name}.events"})
    return Rights(
        user=service.name,
        configure=own,
        write=_any(own, RPC_EXCHANGE),
        read=_any(own, RPC_EXCHANGE, *foreign),
        topics=(
            (RPC_EXCHANGE, _REPLIES, rf"^{name}\.\*$"),
            (f"{service.name}.events", _keys(service.facts.values()), _NOTHING),
            *((exchange, _NOTHING, _keys(heard[exchange])) for exchange in foreign),
        ),
    )


def _of_gateway(services: list[str]) -> Rights:
    own = rf"^(rpc\.reply-{GATEWAY}-.+|evt-.+--{GATEWAY}-.+)$"
    names = "|".join(map(re.escape, services))
    heard = {fact.exchange for fact in GATEWAY_HEARS}
    return Rights(
        user=GATEWAY,
        configure=own,
        write=_any(own, RPC_EXCHANGE),
        read=_any(own, RPC_EXCHANGE, *sorted(heard)),
        topics=(
            (RPC_EXCHANGE, rf"^({names})\.[a-z0-9_]+$", _REPLIES),
            *((each, _NOTHING, _keys(GATEWAY_HEARS)) for each in sorted(heard)),
        ),
    )


def _any(own: str, *names: str) -> str:
    return "|".join((own, *(f"^{re.escape(each)}$" for each in names)))


def _keys(facts: Iterable[Fact]) -> str:
    return f"^({'|'.join(sorted({fact.key for fact in facts}))})$"


def write_passwords(folder: Path, users: Iterable[str], url: str) -> dict[str, str]:
    """A new password for each user who has none in `folder`; all of them, by user."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    passwords = {}
    for user in users:
        file = folder / user / "GUANJIA_BROKER_URL"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(0o600)
            file.write_text(
                f"{parts.scheme}://{quote(user, safe='')}:{secrets.token_urlsafe(24)}"
                f"@{place}{parts.path}"
            )
        passwords[user] = unquote(urlsplit(file.read_text().strip()).password or "")
    return passwords


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m chassis.rights")
    parser.add_argument("--url", required=True, help="where services find the broker and vhost")
    parser.add_argument("--secrets", type=Path, required=True, help="folder of a folder a user")
    parser.add_argument("--services", default=",".join(SERVICES), help="those that are deployed")
    parser.add_argument("--prefix", default="", help="of user names, on a broker several share")
    asked = parser.parse_args()
    services = asked.services.split(",")
    users = [asked.prefix + each for each in (*services, GATEWAY)]
    passwords = write_passwords(asked.secrets, users, asked.url)
    vhost = unquote(urlsplit(asked.url).path.removeprefix("/")) or "/"
    print(json.dumps(definitions(services, vhost, passwords, asked.prefix), indent=2))


if __name__ == "__main__":
    main()
