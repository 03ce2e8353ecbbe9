"""The real SMTP edge on a free port, over a world; who sends to it; certificates for its TLS."""

import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.messaging.adapters.edge import Edge, Pace
from services.messaging.adapters.smtp_server import Listening, SmtpServer
from services.messaging.adapters.trust import TrustedDomains
from tests.messaging.world import DOCTOR_MAIL, MAILBOX, World

TRUSTED = "hopital.mssante.fr\ncabinet.mssante.fr # a practice\nlabo.mssante.fr\n"
APP = "carnet@app.mssante.fr"


@contextmanager
def serving(world: World, *, per_minute: int = 10_000, **more: Any) -> Iterator[SmtpServer]:
    file = world.home / "trusted"
    if not file.exists():
        file.write_text(TRUSTED)
    workers = ThreadPoolExecutor(4)
    edge = Edge(
        world.app,
        trusted=TrustedDomains(file),
        own_address=APP,
        pace=Pace(per_minute),
        workers=workers,
    )
    listening = Listening(host="127.0.0.1", port=0, max_bytes=15_000_000)
    server = SmtpServer(replace(listening, **more), edge).start()
    try:
        yield server
    finally:
        server.stop()
        workers.shutdown()


def send(
    server: SmtpServer, content: bytes, sender: str = DOCTOR_MAIL, to: str | list[str] = MAILBOX
) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        return client.sendmail(sender, to, content)


def refusal(server: SmtpServer, content: bytes, **how: str) -> tuple[int, bytes]:
    """What the server answers to a mail that it does not take."""
    try:
        send(server, content, **how)
    except smtplib.SMTPRecipientsRefused as refused:
        return next(iter(refused.recipients.values()))
    except smtplib.SMTPResponseException as answer:
        said = answer.smtp_error
        return answer.smtp_code, said if isinstance(said, bytes) else said.encode()
    raise AssertionError("it was taken")


@dataclass
class Certificates:
    """``ca`` signed ``cert`` (for localhost); ``key`` is its key."""

    ca: Path
    cert: Path
    key: Path


def certificates(folder: Path, name: str = "localhost") -> Certificates:
    ca_key, own_key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    ca = _signed("Test CA", ca_key, "Test CA", ca_key, ca=True)
    own = _signed(name, own_key, "Test CA", ca_key, ca=False)
    made = Certificates(folder / f"{name}.ca", folder / f"{name}.crt", folder / f"{name}.key")
    made.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    made.cert.write_bytes(own.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        own_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made


def _signed(name: str, key: Any, issuer: str, issuer_key: Any, *, ca: bool) -> x509.Certificate:
    now = datetime.now(UTC)
    alternatives = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .sign(issuer_key, hashes.SHA256())
    )
