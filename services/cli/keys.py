"""`guanjia keys`: the secrets a deployment needs, made on this machine and shown once."""

from __future__ import annotations

import base64
import secrets

from chassis.principal import public_key_of


def show() -> None:
    """One line each, as environment variables."""
    ticket = secrets.token_bytes(32)
    print("# 网关 gateway")
    print(f"GUANJIA_TICKET_KEY={_text(ticket)}")
    print("# 各服务 every service")
    print(f"GUANJIA_TICKET_PUBLIC_KEYS={_text(public_key_of(ticket))}")
    print(f"GUANJIA_COLUMN_KEYS=k1:{_text(secrets.token_bytes(32))}")
    print("# 公物仓 warehouse")
    print(f"GUANJIA_SIGNING_KEY={_text(secrets.token_bytes(32))}")


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
