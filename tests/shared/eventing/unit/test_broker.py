"""A broker that is not surely ours is told nothing."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from shared.eventing.broker import Publisher


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long kombu waits before it tries once more is no rule."""
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda _: None)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of ``localhost``, signed by itself; with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), "localhost"
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return file


@contextmanager
def answering(certificate: Path) -> Iterator[tuple[int, list[bytes]]]:
    """A server that hangs up on what it is told first; its port, and what that was."""
    heard: list[bytes] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    plain, _ = server.accept()
                    with suppress(OSError), context.wrap_socket(plain, server_side=True) as told:
                        heard.append(told.recv(8))

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(2)
    thread.join(10)


def publish_to(host: str, port: int) -> None:
    Publisher(f"amqps://{host}:{port}//", "vault.events", "topic")


def test_a_broker_with_a_certificate_of_nobody_we_know_is_told_nothing(certificate: Path) -> None:
    """Not even that we speak AMQP; least of all a password."""
    with answering(certificate) as (port, heard), pytest.raises(ssl.SSLCertVerificationError):
        publish_to("localhost", port)
    assert not any(heard)


def test_a_broker_under_another_name_than_its_certificates_is_told_nothing(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An authority signs for many: one of them must not be taken for our broker."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with answering(certificate) as (port, heard), pytest.raises(ssl.SSLCertVerificationError):
        publish_to("127.0.0.1", port)
    assert not any(heard)


def test_a_broker_of_that_name_by_an_authority_we_know_is_spoken_to(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AMQP 0-9-1, 4.2.2: the first eight bytes say what is spoken."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with answering(certificate) as (port, heard), pytest.raises(OSError):  # noqa: PT011 - hung up
        publish_to("localhost", port)
    assert b"AMQP\x00\x00\x09\x01" in heard
