"""Where keys come from, and which are taken."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chassis.errors import Unavailable
from gateway.identity.jwks import parse
from gateway.identity.keys import MAX_BYTES, Keys
from tests.gateway.provider import Provider


class Server(ThreadingHTTPServer):
    """Answers every path with `content`, or leads to it elsewhere."""

    content = b""
    status = 200
    asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/jwks"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        if not self.server.status:
            self.wfile.write(b"rubbish\r\n\r\n")
            return
        elsewhere = self.path != "/jwks"
        self.send_response(200 if elsewhere else self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join(5)


@pytest.fixture
def provider() -> Provider:
    made = Provider()
    made.add("k1")
    return made


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def knows(keys: Keys, kid: str) -> bool:
    try:
        return asyncio.run(keys.key(kid)) is not None
    except Unavailable:
        return False


def test_s2_keys_come_from_a_url(server: Server, provider: Provider) -> None:
    server.content = provider.jwks()
    assert knows(Keys(server.url, 300), "k1")


@pytest.mark.parametrize("status", [0, 302, 404, 500])
def test_s2_an_answer_from_elsewhere_or_an_error_is_no_key(
    server: Server, provider: Provider, status: int
) -> None:
    server.content, server.status = provider.jwks(), status
    keys = Keys(server.url, 300)
    assert not knows(keys, "k1")
    assert server.asked == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"keys": {}}', b'{"keys": []}', b"[" * 100_000, b" " * MAX_BYTES + b"{}"],
    ids=lambda content: f"{content[:20]!r} {len(content)}",
)
def test_s2_what_is_no_key_set_is_refused_whole(server: Server, content: bytes) -> None:
    server.content = content
    assert not knows(Keys(server.url, 300), "k1")


def test_s2_an_unknown_key_is_asked_for_at_once_but_not_again_and_again(
    server: Server, provider: Provider
) -> None:
    clock = Clock()
    server.content = provider.jwks()
    keys = Keys(server.url, 300, clock)
    assert knows(keys, "k1")
    assert server.asked == 1
    provider.add("k2")
    server.content = provider.jwks()
    clock.now += 11
    assert knows(keys, "k2")
    for number in range(50):
        assert not knows(keys, f"made-up-{number}")
    assert server.asked == 2
    clock.now += 11
    assert not knows(keys, "made-up")
    assert server.asked == 3


def test_s2_many_who_wait_for_the_same_keys_ask_once(server: Server, provider: Provider) -> None:
    server.content = provider.jwks()

    async def many() -> list[Any]:
        keys = Keys(server.url, 300)
        return await asyncio.gather(*(keys.key("k1") for _ in range(50)))

    assert all(asyncio.run(many()))
    assert server.asked == 1


def test_s2_keys_are_read_again_when_due_and_kept_while_the_source_is_away(
    server: Server, provider: Provider
) -> None:
    clock = Clock()
    server.content = provider.jwks()
    keys = Keys(server.url, 300, clock)
    assert asyncio.run(keys.current()) == 1
    clock.now += 301
    server.status = 500
    assert asyncio.run(keys.current()) == 1
    assert server.asked == 2
    assert knows(keys, "k1")
    server.status = 200
    clock.now += 11
    provider.withdraw("k1")
    provider.add("k2")
    server.content = provider.jwks()

    async def until_changed() -> None:
        while await keys.current() == 1:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(until_changed(), 10))
    assert knows(keys, "k2")
    assert not knows(keys, "k1")


def _jwk(**changed: Any) -> dict[str, Any]:
    provider = Provider()
    provider.add("other")
    return {**provider.jwk("other"), **changed}


def _weak() -> dict[str, Any]:
    provider = Provider()
    provider.add("other", "RS256", rsa.generate_private_key(65537, 1024))
    return provider.jwk("other")


def _other_curve() -> dict[str, Any]:
    provider = Provider()
    provider.add("other", "ES384", ec.generate_private_key(ec.SECP384R1()))
    return provider.jwk("other")


@pytest.mark.parametrize(
    "plain",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "other", "alg": "HS256"},
        _jwk(use="enc"),
        _jwk(key_ops=["sign"]),
        _jwk(alg="none"),
        _jwk(alg="HS256"),
        _jwk(alg="RS256"),
        _jwk(kid=""),
        _jwk(kid=7),
        _jwk(kid="k1"),
        _jwk(d="AAAA"),
        _jwk(x="AAAA"),
        _jwk(crv="P-384"),
        {"kid": "other"},
        "other",
        _weak(),
        _other_curve(),
    ],
)
def test_s2_only_public_keys_for_signatures_are_taken(provider: Provider, plain: Any) -> None:
    assert set(parse(provider.jwks(plain))) == {"k1"}


def test_s2_a_key_verifies_only_what_fits_it() -> None:
    provider = Provider()
    for kid, algorithm in (("r", "RS256"), ("p", "PS256"), ("e", "ES256"), ("d", "EdDSA")):
        provider.add(kid, algorithm)
    any_rsa = {**provider.jwk("r"), "kid": "any"}
    del any_rsa["alg"]
    found = parse(provider.jwks(any_rsa))
    assert {kid: set(key.algorithms) for kid, key in found.items()} == {
        "r": {"RS256"},
        "p": {"PS256"},
        "e": {"ES256"},
        "d": {"EdDSA"},
        "any": {"RS256", "PS256"},
    }
