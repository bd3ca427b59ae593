"""Columns that hold personal data: encrypted before they reach the database.

AES-256-GCM; the name of the column is authenticated with it, so that one value
cannot be put in another's place. The first key encrypts, all of them decrypt:
rotate by putting a new one in front.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

HIDDEN = "***"
"""What stands for such a value in the audit trail."""

_NONCE = 12
_DEVELOPMENT = {"development": hashlib.sha256(b"guanjia, not a secret").digest()}
_keys: dict[str, bytes] = dict(_DEVELOPMENT)


class KeyMissing(RuntimeError):
    """A value was encrypted with a key this process does not have, or was tampered with."""


def parse_keys(text: str) -> dict[str, bytes]:
    """`name:base64,name:base64`, each key 32 bytes; raises ValueError."""
    keys = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        name, _, encoded = each.partition(":")
        keys[name] = base64.b64decode(encoded, validate=True)
        named = name.isalnum() and name.isascii() and len(name) <= 20
        if not named or len(keys[name]) != 32:
            raise ValueError("a key is written name:base64 of 32 bytes")
    return keys


def use_keys(keys: Mapping[str, bytes]) -> None:
    """The keys of this process; none means those of development, which are no secret."""
    _keys.clear()
    _keys.update(keys or _DEVELOPMENT)


def keyed(content: bytes) -> bytes:
    """A digest of `content`, 32 bytes, of which nobody without the key can guess what it is
    of. Made with the last key, the one that stays while others rotate."""
    return hmac.digest(list(_keys.values())[-1], content, "sha256")


def digest(value: str, purpose: str) -> str:
    """The same for the same value, and of no use without the key: finds and keeps unique
    what is encrypted."""
    return keyed(f"{purpose}\0{value}".encode()).hex()


class Encrypted(TypeDecorator[str]):
    """A text kept encrypted; `purpose` is `table.column`. An empty text stays empty."""

    impl = String
    cache_ok = True

    def __init__(self, purpose: str, length: int = 200) -> None:
        super().__init__(length)
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if not value:
            return value
        name, key = next(iter(_keys.items()))
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(key).encrypt(nonce, value.encode(), self.purpose.encode())
        return f"{name}:{base64.b64encode(nonce + sealed).decode()}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if not value:
            return value
        name, _, encoded = str(value).partition(":")
        if name not in _keys:
            raise KeyMissing(f"no key {name} for {self.purpose}")
        try:
            sealed = base64.b64decode(encoded, validate=True)
            opened = AESGCM(_keys[name]).decrypt(
                sealed[:_NONCE], sealed[_NONCE:], self.purpose.encode()
            )
        except (InvalidTag, ValueError):
            raise KeyMissing(f"{self.purpose} cannot be decrypted with key {name}") from None
        return opened.decode()
