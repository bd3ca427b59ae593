"""A JSON Web Key Set (RFC 7517): which of its keys may verify which algorithms.

Only public keys for signatures are taken, each for the algorithms that fit it, so
that no token chooses how it is verified.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import AllowedPublicKeys, ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from chassis import logs

log = logs.get("keys")

_MIN_RSA_BITS = 2_048


@dataclass(frozen=True)
class Key:
    """A public key and the algorithms it verifies."""

    public: AllowedPublicKeys
    algorithms: frozenset[str]


def parse(content: bytes) -> dict[str, Key]:
    """The usable keys of a JWKS, by id; raises ValueError if there is none."""
    try:
        listed = json.loads(content)["keys"]
    except (KeyError, TypeError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        raise ValueError("not a JSON Web Key Set")
    found: dict[str, Key] = {}
    for plain in listed:
        kid = plain.get("kid") if isinstance(plain, dict) else None
        try:
            if not isinstance(kid, str) or not 0 < len(kid) <= 200 or kid in found:
                raise ValueError("no id of its own")
            found[kid] = _key(plain)
        except (ValueError, TypeError, KeyError, InvalidKeyError) as error:
            log.warning("key left out", kid=str(kid)[:200], why=str(error)[:200])
    if not found:
        raise ValueError("no usable key")
    return found


def _key(plain: dict[str, Any]) -> Key:
    if plain.get("use", "sig") != "sig" or "verify" not in plain.get("key_ops", ["verify"]):
        raise ValueError("not for signatures")
    if "d" in plain or "k" in plain:
        raise ValueError("a private or shared key; the identity provider must not publish it")
    public: Any
    match plain.get("kty"), plain.get("crv"):
        case "RSA", _:
            public, algorithms = RSAAlgorithm.from_jwk(plain), {"RS256", "PS256"}
        case "EC", "P-256":
            public, algorithms = ECAlgorithm.from_jwk(plain), {"ES256"}
        case "OKP", "Ed25519":
            public, algorithms = OKPAlgorithm.from_jwk(plain), {"EdDSA"}
        case kind:
            raise ValueError(f"unknown kind of key {kind}")
    if isinstance(public, RSAPublicKey) and public.key_size < _MIN_RSA_BITS:
        raise ValueError("an RSA key of less than 2048 bits")
    if "alg" in plain:
        algorithms &= {plain["alg"]}
    if not algorithms:
        raise ValueError(f"not for {plain['alg']}")
    return Key(public, frozenset(algorithms))
