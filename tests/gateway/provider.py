"""An identity provider for tests: keys, their JWKS, and tokens good and bad."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER = "https://id.990100.example"
AUDIENCE = "guanjia-990100"


def a_key(algorithm: str) -> Any:
    match algorithm:
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Provider:
    """Signs with the last key that was added."""

    issuer: str = ISSUER
    audience: str = AUDIENCE
    keys: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def add(self, kid: str, algorithm: str = "ES256", key: Any = None) -> None:
        self.keys[kid] = algorithm, key or a_key(algorithm)

    def withdraw(self, kid: str) -> None:
        del self.keys[kid]

    def jwk(self, kid: str) -> dict[str, Any]:
        algorithm, key = self.keys[kid]
        plain = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
        return {**plain, "kid": kid, "use": "sig", "alg": algorithm}

    def jwks(self, *more: dict[str, Any]) -> bytes:
        return json.dumps({"keys": [*map(self.jwk, self.keys), *more]}).encode()

    def write(self, path: Path) -> Path:
        path.write_bytes(self.jwks())
        return path

    def claims(self, sub: str = "wang", **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": sub,
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            **changed,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, sub: str = "wang", *, kid: str = "", header: Any = None, **claims: Any) -> str:
        """A token; a claim given as None is left out."""
        kid = kid or list(self.keys)[-1]
        algorithm, key = self.keys[kid]
        headers = {"kid": kid, **(header or {})}
        return jwt.encode(self.claims(sub, **claims), key, algorithm, headers=headers)

    def pem(self, kid: str) -> bytes:
        public = self.keys[kid][1].public_key()
        pem: bytes = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes = b"") -> str:
    """A token no library would make: any header, HS256 with any secret, or no signature."""
    parts = [_text(json.dumps(each).encode()) for each in (header, claims)]
    signed = ".".join(parts)
    signature = hmac.digest(secret, signed.encode(), hashlib.sha256) if secret else b""
    return f"{signed}.{_text(signature)}"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
