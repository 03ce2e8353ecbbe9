"""TLS by setting: a broker with a certificate, and whoever is not sure of it stays out."""

import datetime
import ipaddress
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from scripts.cli.processes import ROOT
from scripts.machine.files import kept_ports
from scripts.machine.rabbitmq import Broker
from shared.eventing.broker import Outgoing, Publisher
from shared.rpc.link import LOST, Hooks, Link

pytestmark = pytest.mark.long
EXAMPLES = ROOT / "scripts" / "conformance" / "examples"
JARS = [Path(f"/usr/share/java/{name}.jar") for name in ("amqp-client", "slf4j-api", "slf4j-nop")]


class TlsBroker(Broker):
    """The same node with one more listener, for TLS."""

    @property
    def tls_port(self) -> int:
        return kept_ports(self.home / "tls.json", ("amqps",))["amqps"]

    def _write_configuration(self) -> None:
        super()._write_configuration()
        with (self.home / "rabbitmq.conf").open("a") as file:
            file.write(
                f"listeners.ssl.1 = 127.0.0.1:{self.tls_port}\n"
                f"ssl_options.certfile = {self.home}/server.pem\n"
                f"ssl_options.keyfile = {self.home}/server.key\n"
                "ssl_options.verify = verify_none\n"
            )

    def tls_uri(self, host: str) -> str:
        plain = self.uri()
        credentials = plain.partition("://")[2].rpartition("@")[0]
        return f"amqps://{credentials}@{host}:{self.tls_port}/%2F"


@pytest.fixture(scope="module")
def broker_with_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsBroker]:
    home = tmp_path_factory.mktemp("tls")
    _certificate(home)
    server = TlsBroker(home)
    server.start()
    yield server
    server.stop()


def _certificate(home: Path) -> None:
    """Its own authority; for ``localhost``, and not for the address of the same machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (home / "server.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (home / "server.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


def publish(uri: str) -> None:
    publisher = Publisher(uri, "tls.events", "topic")
    publisher.publish([Outgoing("head", "{}")])
    publisher.close()


def connect(uri: str) -> None:
    link = Link(uri, "test", Hooks(opened=lambda _: None, delivered=lambda _: None))
    link.open(5.0)
    link.close()


@pytest.mark.parametrize("use", [publish, connect], ids=["events", "rpc"])
def test_a_broker_that_is_known_is_spoken_to(
    broker_with_tls: TlsBroker, use: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Authorities are the system's, or those of SSL_CERT_FILE."""
    assert callable(use)
    monkeypatch.setenv("SSL_CERT_FILE", str(broker_with_tls.home / "server.pem"))
    use(broker_with_tls.tls_uri("localhost"))


@pytest.mark.parametrize("use", [publish, connect], ids=["events", "rpc"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"], ids=["authority", "name"])
def test_one_that_is_not_is_left(
    broker_with_tls: TlsBroker, use: object, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown authority, or a known one's certificate for another name: whoever stands
    between us and the broker has one of these."""
    assert callable(use)
    if host == "127.0.0.1":
        monkeypatch.setenv("SSL_CERT_FILE", str(broker_with_tls.home / "server.pem"))
    with pytest.raises(LOST):
        use(broker_with_tls.tls_uri(host))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"], ids=["authority", "name"])
@pytest.mark.parametrize("language", ["python", "java"])
def test_examples_for_integrators_give_no_stranger_their_token(
    broker_with_tls: TlsBroker, host: str, language: str
) -> None:
    """What is copied from us would: Java's client believes any certificate unless told otherwise,
    Python's one of any authority that is believed, for a name of its own."""
    home, believed = broker_with_tls.home, host == "127.0.0.1"
    environ = {"CARNET_AMQP_URI": broker_with_tls.tls_uri(host), "TOKEN": "a token"}
    if language == "java":
        if not (shutil.which("java") and all(jar.exists() for jar in JARS)):
            pytest.skip("no client of Java here: apt-get install librabbitmq-client-java")
        options = _believing(home) if believed else []
        command = ["java", *options, "-cp", ":".join(map(str, JARS)), f"{EXAMPLES}/Call.java"]
        refused = "SSLHandshakeException"
    else:
        environ |= {"SSL_CERT_FILE": str(home / "server.pem")} if believed else {}
        command, refused = [sys.executable, f"{EXAMPLES}/call.py"], "CERTIFICATE_VERIFY_FAILED"
    ended = subprocess.run(
        [*command, "identity", "head"],
        env=environ | {"PATH": os.environ["PATH"]},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert refused in ended.stderr


def _believing(home: Path) -> list[str]:
    """The certificate's own authority, as Java takes it."""
    store = home / "believed.p12"
    given = ["-file", f"{home}/server.pem", "-keystore", f"{store}", "-storetype", "PKCS12"]
    command = ["keytool", "-importcert", "-noprompt", *given, "-storepass", "changeit"]
    subprocess.run(command, capture_output=True, check=True)
    name = "-Djavax.net.ssl.trustStore"
    return [f"{name}={store}", f"{name}Password=changeit"]
