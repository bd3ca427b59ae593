"""Which tokens are somebody's, and which are refused."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest

from chassis.errors import DomainError, Unauthenticated
from gateway.identity import Call
from gateway.identity.keys import Keys
from gateway.identity.tokens import MAX_BYTES, Tokens
from gateway.limits import Limit, RateLimited
from tests.gateway.provider import AUDIENCE, ISSUER, Provider, a_key, by_hand


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


class Ground:
    """An identity provider that publishes its keys in a file, and who reads them."""

    def __init__(self, folder: Path, algorithm: str = "ES256", **given: Any) -> None:
        self.provider = Provider()
        self.provider.add("k1", algorithm)
        self.file = self.provider.write(folder / "jwks.json")
        self.clock = Clock()
        self.keys = Keys(str(self.file), 300, self.clock)
        self.tokens = Tokens(self.keys, ISSUER, AUDIENCE, clock=self.clock, **given)

    def subject(self, token: str, scheme: str = "Bearer", peer: str = "192.0.2.1") -> str | None:
        call = Call({"authorization": f"{scheme} {token}"}, peer)
        return asyncio.run(self.tokens.subject(call))

    def refusal(self, token: str, scheme: str = "Bearer") -> str:
        with pytest.raises(Unauthenticated) as refused:
            self.subject(token, scheme)
        assert token[:20] not in f"{refused.value.zh}{refused.value.en}" or not token
        return refused.value.reason


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_s2_a_good_token_names_its_subject(tmp_path: Path, algorithm: str) -> None:
    ground = Ground(tmp_path, algorithm)
    assert ground.subject(ground.provider.token("wang.fang@990101")) == "wang.fang@990101"


def test_s2_a_call_without_a_token_is_left_to_other_identities(ground: Ground) -> None:
    assert asyncio.run(ground.tokens.subject(Call({}))) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://id.990101.example"},
        {"aud": "guanjia-990101"},
        {"aud": ["guanjia-990101", "other"]},
        *({name: None} for name in ("iss", "aud", "exp", "nbf", "sub")),
        {"exp": "soon"},
        {"exp": float("inf")},
        {"exp": {}},
        {"aud": {}},
    ],
    ids=str,
)
def test_s2_claims_that_are_wrong_or_missing_are_refused(
    ground: Ground, claims: dict[str, Any]
) -> None:
    assert ground.refusal(ground.provider.token(**claims)) == "TOKEN_REFUSED"


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_s2_a_token_from_the_future_is_refused(ground: Ground, claim: str) -> None:
    later = int(time.time()) + 3_600
    assert ground.refusal(ground.provider.token(**{claim: later})) == "TOKEN_REFUSED"


def test_s2_an_expired_token_is_told_so_and_half_a_minute_is_forgiven(ground: Ground) -> None:
    now = int(time.time())
    assert ground.subject(ground.provider.token(exp=now - 20)) == "wang"
    assert ground.refusal(ground.provider.token(exp=now - 40)) == "TOKEN_EXPIRED"


def test_s2_a_token_is_verified_once_and_again_when_it_is_over(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = ground.provider.token()
    assert ground.subject(token) == "wang"

    async def expired(_token: str) -> tuple[str, float]:
        raise jwt.ExpiredSignatureError

    monkeypatch.setattr(ground.tokens, "_verified", expired)
    assert ground.subject(token) == "wang"
    ground.clock.now += 300 + 31
    assert ground.refusal(token) == "TOKEN_EXPIRED"


def test_s2_nbf_may_be_missing_only_where_that_is_said(tmp_path: Path) -> None:
    ground = Ground(tmp_path, needs_nbf=False)
    assert ground.subject(ground.provider.token(nbf=None)) == "wang"
    assert ground.refusal(ground.provider.token(nbf=None, iat=None)) == "TOKEN_REFUSED"
    late = int(time.time()) + 3_600
    assert ground.refusal(ground.provider.token(nbf=late)) == "TOKEN_REFUSED"


@pytest.mark.parametrize(
    "subject",
    [
        "cert:spiffe",
        "service:gateway",
        "dev:wang",
        "SERVICE:gateway",
        "anonymous",
        "",
        "王芳",
        "a b",
        "a\n",
        "x" * 151,
        17,
    ],
)
def test_s2_a_subject_that_could_be_taken_for_another_is_refused(
    ground: Ground, subject: Any
) -> None:
    algorithm, key = ground.provider.keys["k1"]
    claims = {**ground.provider.claims(), "sub": subject}
    token = jwt.PyJWS().encode(json.dumps(claims).encode(), key, algorithm, {"kid": "k1"})
    assert ground.refusal(token) == "TOKEN_REFUSED"


Attack = Callable[[Provider], str]

ATTACKS: dict[str, Attack] = {
    "alg none": lambda p: by_hand({"alg": "none", "kid": "k1"}, p.claims()),
    "alg None": lambda p: by_hand({"alg": "None", "kid": "k1"}, p.claims()),
    "alg missing": lambda p: by_hand({"kid": "k1"}, p.claims()),
    "alg a list": lambda p: by_hand({"alg": ["ES256"], "kid": "k1"}, p.claims()),
    "HS256 with the public key": lambda p: by_hand(
        {"alg": "HS256", "kid": "k1"}, p.claims(), p.pem("k1")
    ),
    "HS256 with the JWK": lambda p: by_hand(
        {"alg": "HS256", "kid": "k1"}, p.claims(), json.dumps(p.jwk("k1")).encode()
    ),
    "an algorithm of another key": lambda p: _signed_as(p, "RS256"),
    "an algorithm not allowed": lambda p: _signed_as(p, "RS512"),
    "somebody else's key": lambda p: _signed_as(p, "ES256"),
    "unknown kid": lambda p: _with_kid(p, "k2"),
    "kid a path": lambda p: _with_kid(p, "../../../../dev/null"),
    "kid a URL": lambda p: _with_kid(p, "https://evil.example/k1"),
    "kid with SQL": lambda p: _with_kid(p, "k1' or '1'='1"),
    "kid with NUL": lambda p: _with_kid(p, "k1\0"),
    "kid empty": lambda p: _with_kid(p, ""),
    "kid long": lambda p: _with_kid(p, "k" * 5_000),
    "kid a number": lambda p: by_hand({"alg": "ES256", "kid": 1}, p.claims(), b"x"),
    "kid missing": lambda p: by_hand({"alg": "ES256"}, p.claims(), b"x"),
    "its own key": lambda p: _bringing(p, "jwk"),
    "its own key set": lambda p: p.token(header={"jku": "https://evil.example/jwks"}),
    "its own certificates": lambda p: p.token(header={"x5u": "https://evil.example/x"}),
    "certificates within": lambda p: p.token(header={"x5c": ["MIIB"]}),
    "critical extensions": lambda p: p.token(header={"crit": ["exp"], "exp": 1}),
    "another type": lambda p: p.token(header={"typ": "logout+jwt"}),
    "no signature": lambda p: p.token().rpartition(".")[0] + ".",
    "truncated": lambda p: p.token()[:-10],
    "two parts": lambda p: ".".join(p.token().split(".")[:2]),
    "four parts": lambda p: p.token() + ".eyJ9",
    "claims changed": lambda p: _changed(p),
    "signature of zeros": lambda p: p.token().rpartition(".")[0] + "." + "A" * 86,
    "empty": lambda p: "",
    "dots": lambda p: "..",
    "spaces": lambda p: " " + p.token(),
    "two tokens": lambda p: f"{p.token()}, Bearer {p.token()}",
    "not ASCII": lambda p: "令牌",
    "deep": lambda p: by_hand({"alg": "ES256", "kid": "k1"}, {}).replace("e30", "W1tb" * 1_500),
    "oversized": lambda p: p.token(padding="x" * MAX_BYTES),
}


def _signed_as(provider: Provider, algorithm: str) -> str:
    key = a_key(algorithm)
    return jwt.encode(provider.claims(), key, algorithm, headers={"kid": "k1"})


def _with_kid(provider: Provider, kid: str) -> str:
    algorithm, key = provider.keys["k1"]
    return jwt.encode(provider.claims(), key, algorithm, headers={"kid": kid})


def _bringing(provider: Provider, name: str) -> str:
    other = Provider()
    other.add("k1", "ES256")
    return other.token(header={name: other.jwk("k1")})


def _changed(provider: Provider) -> str:
    parts = provider.token("wang").split(".")
    parts[1] = provider.token("admin").split(".")[1]
    return ".".join(parts)


@pytest.mark.parametrize("attack", ATTACKS)
def test_s26_an_attack_is_refused(ground: Ground, attack: str) -> None:
    assert ground.subject(ground.provider.token()) == "wang"
    assert ground.refusal(ATTACKS[attack](ground.provider)) == "TOKEN_REFUSED"


@pytest.mark.parametrize("scheme", ["Basic", "bearer,", "", "Token"])
def test_s2_another_scheme_is_refused_though_the_token_is_known(
    ground: Ground, scheme: str
) -> None:
    token = ground.provider.token()
    assert ground.subject(token, "bearer") == "wang"
    assert ground.refusal(token, scheme) == "TOKEN_REFUSED"


def test_s2_a_new_key_is_known_at_once_and_a_withdrawn_one_soon_is_not(ground: Ground) -> None:
    old = ground.provider.token()
    assert ground.subject(old) == "wang"
    ground.provider.add("k2", "EdDSA")
    ground.provider.write(ground.file)
    ground.clock.now += 11
    assert ground.subject(ground.provider.token("li", kid="k2")) == "li"
    ground.provider.withdraw("k1")
    ground.provider.write(ground.file)
    assert ground.subject(old) == "wang"
    ground.clock.now += 301
    with pytest.raises(Unauthenticated):
        ground.subject(old)


def test_s2_while_the_provider_is_away_its_last_keys_are_good(ground: Ground) -> None:
    assert ground.subject(ground.provider.token()) == "wang"
    ground.file.write_text("<html>502</html>")
    ground.clock.now += 200
    assert ground.subject(ground.provider.token("li", exp=int(time.time()) + 900)) == "li"
    ground.file.unlink()
    ground.clock.now += 200
    assert ground.subject(ground.provider.token("zhao", exp=int(time.time()) + 900)) == "zhao"


def test_s2_without_keys_nobody_is_known_and_nobody_is_refused(ground: Ground) -> None:
    ground.file.unlink()
    with pytest.raises(DomainError) as refused:
        ground.subject(ground.provider.token())
    assert refused.value.reason == "IDENTITY_PROVIDER_AWAY"
    ground.provider.write(ground.file)
    ground.clock.now += 11
    assert ground.subject(ground.provider.token()) == "wang"


def test_s9_from_an_address_with_too_many_failures_only_known_tokens_count(
    tmp_path: Path,
) -> None:
    failures = Limit("3/minute")
    ground = Ground(tmp_path, failures=failures)
    known = ground.provider.token("known")
    ground.subject(known)
    for _ in range(3):
        failures.take("192.0.2.1")
    with pytest.raises(RateLimited):
        ground.subject(ground.provider.token("li"))
    assert ground.subject(known) == "known", "who had come before goes on"
    assert ground.subject(ground.provider.token("li"), peer="192.0.2.2") == "li"


def test_s2_what_was_wrong_is_logged_and_the_token_is_not(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    token = ground.provider.token("clerk.990101", aud="guanjia-990101")
    ground.refusal(token)
    told = capsys.readouterr().out
    assert "InvalidAudienceError" in told
    assert "clerk.990101" in told
    assert token.split(".")[1] not in told
