"""TLS of the gateway's ports: 1.2 or newer, certificates read again when their files change.

gRPC asks before each handshake whether there is a newer certificate (this works with
grpc.aio as it does with threads). A new pair is taken once certificate and key belong
together; until then the old one serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from chassis import logs, metrics
from chassis.probes import PortTaken
from chassis.tls import is_loopback
from gateway.settings import AccessRefused, GatewaySettings

log = logs.get("tls")

_UNUSABLE = (OSError, ValueError, TypeError)
"""What a file that is missing, broken or locked by a password raises."""


def add_ports(server: Any, settings: GatewaySettings) -> list[str]:
    """Opens the configured ports; their addresses. Raises AccessRefused or PortTaken."""
    addresses = []
    host = f"[{settings.grpc_host}]" if ":" in settings.grpc_host else settings.grpc_host
    for port, files in _ports(settings):
        address = f"{host}:{port}"
        credentials = files and files.credentials()
        try:
            if credentials is None:
                number = server.add_insecure_port(address)
            else:
                number = server.add_secure_port(address, credentials)
        except RuntimeError as error:
            raise PortTaken(host, port, error) from None
        addresses.append(f"{host}:{number}")
    return addresses


@dataclass(frozen=True)
class Files:
    """Paths of PEM files. With `client_ca` a client must show a certificate signed by it."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def credentials(self) -> grpc.ServerCredentials:
        """For a port; raises AccessRefused where the files are not good."""
        try:
            seen = self._stamp()
            first = self._read()
        except _UNUSABLE as error:
            raise AccessRefused(f"证书不可用 | the certificate cannot be used: {error}") from None

        def newer() -> Any:
            nonlocal seen
            try:
                stamp = self._stamp()
                if stamp == seen:
                    return None
                seen = stamp
                read = self._read()
            except _UNUSABLE as error:
                log.error("the new certificate cannot be used, the old one is", error=str(error))
                return None
            log.info("certificate read again", certificate=str(self.certificate))
            return read

        return grpc.dynamic_ssl_server_credentials(first, newer, self.client_ca is not None)

    def _stamp(self) -> tuple[tuple[int, int, int], ...]:
        paths = (self.certificate, self.key, self.client_ca)
        stats = [path.stat() for path in paths if path is not None]
        return tuple((each.st_mtime_ns, each.st_ino, each.st_size) for each in stats)

    def _read(self) -> Any:
        certificate, key = self.certificate.read_bytes(), self.key.read_bytes()
        ca = self.client_ca.read_bytes() if self.client_ca else None
        chain = x509.load_pem_x509_certificates(certificate)
        own = chain[0].public_key()
        if _bytes(own) != _bytes(load_pem_private_key(key, None).public_key()):
            raise ValueError("certificate and key do not belong together")
        if ca is not None:
            x509.load_pem_x509_certificates(ca)
        ends = min(each.not_valid_after_utc for each in chain)
        metrics.certificate_expires.labels(self.certificate.name).set(ends.timestamp())
        return grpc.ssl_server_certificate_configuration([(key, certificate)], ca)


def _ports(settings: GatewaySettings) -> list[tuple[int, Files | None]]:
    certificate, key, ca = settings.tls_certificate, settings.tls_key, settings.tls_client_ca
    if certificate is None or key is None:
        if certificate or key or ca or settings.grpc_mtls_port is not None:
            raise AccessRefused(
                "GUANJIA_TLS_CERTIFICATE 与 GUANJIA_TLS_KEY 须同时设置 | "
                "GUANJIA_TLS_CERTIFICATE and GUANJIA_TLS_KEY are needed"
            )
        if not is_loopback(settings.grpc_host):
            raise AccessRefused(
                "未配置 TLS 时只允许监听本机地址 | without TLS the gateway serves loopback only"
            )
        return [(settings.grpc_port, None)]
    if settings.grpc_mtls_port is None:
        return [(settings.grpc_port, Files(certificate, key, ca))]
    if ca is None:
        raise AccessRefused("GUANJIA_GRPC_MTLS_PORT 需要 GUANJIA_TLS_CLIENT_CA | needs it")
    return [
        (settings.grpc_port, Files(certificate, key)),
        (settings.grpc_mtls_port, Files(certificate, key, ca)),
    ]


def _bytes(key: Any) -> bytes:
    found: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return found
