"""Which ways are safe: TLS that checks whom it speaks to, or this machine itself."""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Exposed(ValueError):
    """A URL would send secrets over a network in the open, or to whoever answers."""


def is_loopback(host: str) -> bool:
    """Whether what is sent there stays on this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def broker_options(url: str, ca: Path | None) -> dict[str, Any] | None:
    """How py-amqp wraps the socket for `amqps://`; None for `amqp://`.

    Certificate and host name are checked against `ca` (PEM), or the system's authorities.
    """
    parts = urlsplit(url)
    if parts.scheme != "amqps":
        return None
    return {
        "cert_reqs": ssl.CERT_REQUIRED,
        "ca_certs": str(ca) if ca else None,
        "server_hostname": parts.hostname,
        "tls_minimum_version": ssl.TLSVersion.TLSv1_2,
    }


def require_safe_broker(url: str) -> None:
    """Raises Exposed for plain AMQP to another machine."""
    parts = urlsplit(url)
    if parts.scheme != "amqps" and not is_loopback(parts.hostname or ""):
        raise Exposed(
            "生产环境连接其他主机上的 RabbitMQ 须用 amqps:// | "
            "GUANJIA_BROKER_URL must be amqps:// where the broker is another machine"
        )


def require_safe_database(url: str, ca: Path | None) -> None:
    """Raises Exposed for a database on another machine whose certificate is not checked."""
    parts = urlsplit(url)
    checked = ca is not None or parse_qs(parts.query).get("sslmode") == ["verify-full"]
    if (
        parts.scheme.startswith("postgresql")
        and not checked
        and not is_loopback(parts.hostname or "")
    ):
        raise Exposed(
            "生产环境连接其他主机上的 PostgreSQL 须校验证书 | "
            "set GUANJIA_DATABASE_CA, or sslmode=verify-full in GUANJIA_DATABASE_URL, "
            "where the database is another machine"
        )
