"""How the command proves who it is: read from the environment, never from arguments.

GUANJIA_TOKEN             an OIDC token
GUANJIA_TLS_CA            the authority of the gateway's certificate; turns TLS on
GUANJIA_TLS_CERTIFICATE   a client certificate, and
GUANJIA_TLS_KEY           its key
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc


class CredentialsUnreadable(Exception):
    """A file the environment names cannot be read."""


def channel(address: str, options: Sequence[tuple[str, Any]]) -> Any:
    """A channel to the gateway: with TLS where an authority is named."""
    authority = _file("GUANJIA_TLS_CA")
    if authority is None:
        return grpc.insecure_channel(address, options)
    proof = grpc.ssl_channel_credentials(
        authority, _file("GUANJIA_TLS_KEY"), _file("GUANJIA_TLS_CERTIFICATE")
    )
    return grpc.secure_channel(address, proof, options)


def metadata() -> tuple[tuple[str, str], ...]:
    token = os.environ.get("GUANJIA_TOKEN", "").strip()
    return (("authorization", f"Bearer {token}"),) if token else ()


def _file(variable: str) -> bytes | None:
    path = os.environ.get(variable, "")
    if not path:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CredentialsUnreadable(f"{variable}={path}: {error.strerror}") from None
