"""Documents others can check without asking: Ed25519 over the UTF-8 of a canonical text.

A service that issues such documents says so (`Service.signs`); the key is a setting of its
process. Who has the public key checks them anywhere, with any implementation of RFC 8032.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chassis.principal import public_key_of

DEVELOPMENT_KEY = hashlib.sha256(b"guanjia, not a secret, for documents").digest()
"""Signs documents where nothing else is set. Production refuses it."""

SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class Signed:
    """A text with its signature and the key it is checked with, each in base64."""

    content: str
    signature: str
    public_key: str
    key_id: str


_key = DEVELOPMENT_KEY


def use_key(key: bytes) -> None:
    """The key of this process, 32 bytes."""
    global _key
    _key = key


def canonical(said: Mapping[str, Any]) -> str:
    """JSON of texts, whole numbers, lists and objects in the one way it can be written: keys in
    order, no white space, nothing escaped that need not be."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sign(content: str) -> Signed:
    """Signs with the key of this process."""
    public = public_key_of(_key)
    signature = Ed25519PrivateKey.from_private_bytes(_key).sign(content.encode())
    return Signed(content, _text(signature), _text(public), key_id(public))


def is_signed(content: bytes, signature: str, public_key: str) -> bool:
    """Whether the owner of `public_key` signed exactly these bytes."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def key_id(public_key: bytes) -> str:
    """A short name of a key: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
