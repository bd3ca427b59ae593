"""Clients with certificates, over a real gRPC server."""

from __future__ import annotations

import asyncio
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from prometheus_client import REGISTRY

from chassis.errors import Unauthenticated
from gateway.identity import Call, call_of
from gateway.identity.certificates import Certificates
from gateway.settings import AccessRefused, GatewaySettings
from gateway.tls import add_ports
from tests.waiting import eventually


class Names(grpc.GenericRpcHandler):
    """Answers with the subject of the caller."""

    def service(self, _details: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(self._answer)

    async def _answer(self, _body: bytes, context: Any) -> bytes:
        call = call_of(context, context.invocation_metadata())
        try:
            subject = await Certificates().subject(call)
        except Unauthenticated as error:
            return error.reason.encode()
        return f"{subject} from {call.origin}".encode()


class Ground:
    """Authorities, the files of a gateway, and that gateway's ports."""

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop) -> None:
        self.ours, self.clients, self.strangers = (trustme.CA() for _ in range(3))
        self.folder = folder
        self.loop = loop
        self.server: Any = None
        self.write(self.ours.issue_cert("localhost"), self.clients)

    def write(self, own: trustme.LeafCert, ca: trustme.CA) -> None:
        (self.folder / "tls.key").write_bytes(own.private_key_pem.bytes())
        chain = b"".join(each.bytes() for each in own.cert_chain_pems)
        (self.folder / "tls.crt").write_bytes(chain)
        (self.folder / "ca.crt").write_bytes(ca.cert_pem.bytes())

    def settings(self, **given: Any) -> GatewaySettings:
        files = {
            "tls_certificate": self.folder / "tls.crt",
            "tls_key": self.folder / "tls.key",
            "tls_client_ca": self.folder / "ca.crt",
        }
        settings: GatewaySettings = GatewaySettings.read(**{**files, **given})
        return settings

    def serve(self, **given: Any) -> list[int]:
        """Ports of a server with these settings."""

        async def start() -> list[str]:
            self.server = grpc.aio.server()
            self.server.add_generic_rpc_handlers((Names(),))
            addresses = add_ports(self.server, self.settings(**given))
            await self.server.start()
            return addresses

        return [int(each.rpartition(":")[2]) for each in self.run(start())]

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def ask(self, port: int, shown: tuple[bytes, bytes] | None = None) -> str:
        """The answer to a client that shows (key, certificate)."""
        key, certificate = shown or (None, None)
        credentials = grpc.ssl_channel_credentials(self.ours.cert_pem.bytes(), key, certificate)
        with grpc.secure_channel(f"localhost:{port}", credentials) as channel:
            answer: bytes = channel.unary_unary("/any/Call")(b"", timeout=5)
        return answer.decode()


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = Ground(tmp_path, loop)
    yield made
    if made.server is not None:
        made.run(made.server.stop(0))
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def shown(certificate: trustme.LeafCert) -> tuple[bytes, bytes]:
    return certificate.private_key_pem.bytes(), certificate.cert_chain_pems[0].bytes()


def named(ca: trustme.CA, *names: x509.GeneralName) -> tuple[bytes, bytes]:
    """A client certificate with these names, and a common name that lies."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.load_pem_x509_certificate(ca.cert_pem.bytes()).subject
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "admin.example")]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signer: Any = load_pem_private_key(ca.private_key_pem.bytes(), None)
    made = builder.sign(signer, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, made.public_bytes(Encoding.PEM)


def test_s1_a_certificate_names_its_client_by_uri_before_dns_and_never_by_cn(
    ground: Ground,
) -> None:
    (port,) = ground.serve()
    dns, uri = x509.DNSName("Link.990101.example"), x509.UniformResourceIdentifier("spiffe://d/a")
    assert ground.ask(port, named(ground.clients, dns)) == (
        "cert:link.990101.example from link.990101.example"
    )
    assert (
        ground.ask(port, named(ground.clients, dns, uri)) == "cert:spiffe://d/a from spiffe://d/a"
    )
    assert ground.ask(port, named(ground.clients)) == "CERTIFICATE_REFUSED"
    email = x509.RFC822Name("admin@example")
    assert ground.ask(port, named(ground.clients, email)) == "CERTIFICATE_REFUSED"


@pytest.mark.parametrize("name", ["", "x" * 200, "a b", "a\nb", "王", "*.example"])
def test_s1_a_name_that_is_no_plain_text_is_refused(name: str) -> None:
    with pytest.raises(Unauthenticated):
        asyncio.run(Certificates().subject(Call({}, "192.0.2.1", (name,))))


def test_s1_without_a_certificate_of_the_authority_nobody_gets_in(ground: Ground) -> None:
    (port,) = ground.serve()
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
    refused: list[tuple[bytes, bytes] | None] = [
        None,
        shown(ground.strangers.issue_cert("link.example")),
        shown(ground.ours.issue_cert("link.example")),
        shown(ground.clients.issue_cert("link.example", not_after=past)),
    ]
    for each in refused:
        with pytest.raises(grpc.RpcError) as error:
            ground.ask(port, each)
        assert error.value.code() is grpc.StatusCode.UNAVAILABLE
    good = ground.clients.issue_cert("link.example")
    assert ground.ask(port, shown(good)).startswith("cert:link.example")


def test_s1_a_second_port_is_for_certificates_where_one_is_set(ground: Ground) -> None:
    plain, mutual = ground.serve(grpc_mtls_port=0)
    client = shown(ground.clients.issue_cert("link.example"))
    assert ground.ask(plain) == "None from 127.0.0.1"
    assert ground.ask(plain, client) == "None from 127.0.0.1"
    assert ground.ask(mutual, client) == "cert:link.example from link.example"
    with pytest.raises(grpc.RpcError):
        ground.ask(mutual)


def served(port: int, ca: trustme.CA, **limits: Any) -> tuple[str, int] | None:
    """TLS version and serial number of the certificate shown; None if refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ca.cert_pem.bytes().decode())
    context.set_alpn_protocols(["h2"])
    for name, value in limits.items():
        setattr(context, name, value)
    try:
        with (
            socket.create_connection(("127.0.0.1", port), 5) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            certificate = secure.getpeercert(binary_form=True)
            assert certificate is not None
            serial = x509.load_der_x509_certificate(certificate).serial_number
            return str(secure.version()), serial
    except ssl.SSLError:
        return None


def test_s1_tls_is_1_2_or_newer(ground: Ground) -> None:
    port = ground.serve(tls_client_ca=None)[0]
    version = ssl.TLSVersion
    for one, told in ((version.TLSv1_2, "TLSv1.2"), (version.TLSv1_3, "TLSv1.3")):
        found = served(port, ground.ours, minimum_version=one, maximum_version=one)
        assert found is not None
        assert found[0] == told
    with pytest.warns(DeprecationWarning):
        old = version.TLSv1_1
        assert served(port, ground.ours, minimum_version=old, maximum_version=old) is None


def test_s1_certificates_are_read_again_without_a_restart(ground: Ground) -> None:
    (port,) = ground.serve()
    first = served(port, ground.ours)
    client = shown(ground.clients.issue_cert("link.example"))
    assert ground.ask(port, client)
    ground.write(ground.ours.issue_cert("localhost"), ground.strangers)
    assert served(port, ground.ours) != first
    with pytest.raises(grpc.RpcError):
        ground.ask(port, client)
    assert ground.ask(port, shown(ground.strangers.issue_cert("now.example")))


@pytest.mark.parametrize("file", ["tls.crt", "tls.key", "ca.crt"])
@pytest.mark.parametrize("how", ["empty", "rubbish", "gone"])
def test_s1_a_broken_new_certificate_leaves_the_old_one_serving(
    ground: Ground, file: str, how: str
) -> None:
    (port,) = ground.serve()
    path = ground.folder / file
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(b"" if how == "empty" else b"-----BEGIN CERTIFICATE-----\nxx\n")
    client = shown(ground.clients.issue_cert("link.example"))
    assert ground.ask(port, client)
    assert served(port, ground.ours) is not None
    path.write_bytes(content)
    assert ground.ask(port, client)


def test_s1_a_certificate_serves_once_its_key_has_come_too(ground: Ground) -> None:
    (port,) = ground.serve()
    first = served(port, ground.ours)
    new = ground.ours.issue_cert("localhost")
    (ground.folder / "tls.crt").write_bytes(new.cert_chain_pems[0].bytes())
    assert served(port, ground.ours) == first
    (ground.folder / "tls.key").write_bytes(new.private_key_pem.bytes())
    assert eventually(lambda: served(port, ground.ours) != first)


@pytest.mark.parametrize(
    "given",
    [
        lambda folder: {"tls_key": None},
        lambda folder: {"tls_certificate": None, "tls_key": None},
        lambda folder: {"tls_key": folder / "ca.crt"},
        lambda folder: {"tls_certificate": folder / "ca.crt"},
        lambda folder: {"tls_certificate": folder / "none"},
        lambda folder: {"tls_client_ca": None, "grpc_mtls_port": 0},
        lambda folder: {
            "tls_certificate": None,
            "tls_key": None,
            "tls_client_ca": None,
            "grpc_host": "0.0.0.0",
        },
    ],
)
def test_s1_settings_that_would_serve_in_the_open_are_refused(
    ground: Ground, given: Callable[[Path], dict[str, Any]]
) -> None:
    with pytest.raises(AccessRefused):
        ground.serve(**given(ground.folder))


def test_when_the_certificate_ends_is_told_and_told_anew(ground: Ground) -> None:
    ends = datetime.datetime(2031, 5, 1, tzinfo=datetime.UTC)
    ground.write(ground.ours.issue_cert("localhost", not_after=ends), ground.clients)
    [port] = ground.serve()
    assert told_end() == ends.timestamp()
    later = datetime.datetime(2032, 5, 1, tzinfo=datetime.UTC)
    ground.write(ground.ours.issue_cert("localhost", not_after=later), ground.clients)
    ground.ask(port, shown(ground.clients.issue_cert("link.example")))
    assert told_end() == later.timestamp()


def told_end() -> float | None:
    name = "guanjia_certificate_expires_timestamp_seconds"
    return REGISTRY.get_sample_value(name, {"certificate": "tls.crt"})
