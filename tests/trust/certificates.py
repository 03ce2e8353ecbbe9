"""Certificates of an authority of the tests' own, in date and out of it."""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


NAME = _name("Essai")


@dataclass
class Authority:
    """``file``: what whoever believes it is given. ``tls``: serves its newest certificate."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    tls: ssl.SSLContext = field(default_factory=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))

    def __post_init__(self) -> None:
        self.file = self.folder / "authority.pem"
        only = x509.BasicConstraints(ca=True, path_length=None)
        made = self._beginning(NAME, self.key, days=1).add_extension(only, critical=True)
        self._write(self.file, made)

    def certify(self, *, days: int) -> None:
        """What is served from now on ends in so many days, or ended so many ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        made = self._beginning(_name("localhost"), key, days=days).add_extension(
            names, critical=False
        )
        certificate, private = self.folder / "server.pem", self.folder / "server.key"
        self._write(certificate, made)
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.tls.load_cert_chain(certificate, private)

    def _beginning(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(NAME)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
        )

    def _write(self, file: Path, made: x509.CertificateBuilder) -> None:
        file.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
