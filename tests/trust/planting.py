"""Each kind of place that a run leaves, with what is said of somebody in it; run by
`test_privacy.py` in a session of its own, which has to fail."""

import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from prometheus_client import Counter

from scripts.machine.postgresql import Database
from shared.kernel.errors import NotFound
from shared.mail.mailer import Letter, NotNow
from shared.mail.smtp import Server, SmtpMailer
from shared.rpc import answer
from shared.rpc.client import RpcClient
from shared.rpc.faults import refusal_of
from shared.rpc.frames import Delivered
from shared.telemetry.exporting import Exporting, provider_to
from tests.support.collector import collecting
from tests.trust.privacy import planted

SAID = next(one for phrases in planted().values() for one in phrases if "ESSAI" in one)
FILES = (
    "services/vault.log",
    "notices/email/1.eml",
    "mongodb0/t_vault.documents_v1_g1.json",
    "rabbitmq0/00.wal",
    "seaweedfs0/1.dat",
    f"data/{SAID}.pdf",
)


@pytest.mark.parametrize("number", range(len(FILES)))
def test_files(tmp_path: Path, number: int) -> None:
    """Of a process, of a carrier of notices, of servers; the last is said in its name alone."""
    file = tmp_path / FILES[number]
    file.parent.mkdir(parents=True)
    file.write_text("" if SAID in file.name else SAID)


@pytest.mark.parametrize("sender", ["bounce+1@espace.example", "carnet@app.mssante.fr"])
def test_mail_to_a_server(sender: str) -> None:
    """A notice that says it in its text, a secure message in the name of a file."""
    mail = EmailMessage()
    mail["Subject"] = "Re: " + SAID
    mail.set_content(SAID)
    if sender.startswith("carnet"):
        mail.add_attachment(b"", maintype="application", subtype="pdf", filename=f"{SAID}.pdf")
    letter = Letter(sender=sender, recipient="a@b.example", content=mail.as_bytes())
    with pytest.raises(NotNow):
        SmtpMailer(Server(host="127.0.0.1", port=1, tls="none")).deliver(letter)


def test_log() -> None:
    print(json.dumps({"event": "call", "of": SAID}))  # noqa: T201 - as our own logs are written


def test_metric() -> None:
    Counter("planted", "Said of somebody", ["of"]).labels(SAID).inc()


def test_trace(tmp_path: Path) -> None:
    with collecting(tmp_path) as collector:
        provider = provider_to(collector.endpoint, "planted")
        with Exporting(provider).span("planted", "SERVER", None, ()) as span:
            span.set_attribute("of", SAID)
        provider.shutdown()


def test_reply_sent() -> None:
    vars(answer)["error_reply"](NotFound(f"sent: {SAID}"))


def test_reply_that_came() -> None:
    with RpcClient("amqp://127.0.0.1:1") as client:
        body = json.dumps({"error": f"came: {SAID}"}).encode()
        client._replied(Delivered(None, 1, False, "r", "", {}, None, "", body))


def test_refusal() -> None:
    refusal_of({"exc_args": [{"code": "not_found", "message": f"refused: {SAID}"}]})


@pytest.mark.parametrize("file", ["base/5/16385", "pg_wal/000000010000000000000001"])
def test_database(tmp_path_factory: pytest.TempPathFactory, file: str) -> None:
    """As PostgreSQL names them, whose own folder is not below that of the run."""
    database = Database(tmp_path_factory.mktemp("elsewhere"))
    written = database.home / "data" / file
    written.parent.mkdir(parents=True)
    written.write_text(SAID)
    database.stop()
