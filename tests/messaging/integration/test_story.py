"""A practice's mail client writes to somebody who has not activated their record, over real SMTP
and all the services as deployed."""

import base64
import email
import io
import smtplib
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest

from scripts.machine.rabbitmq import Broker
from scripts.machine.seaweedfs import ObjectStore
from services.messaging.domain.errors import ExchangeEnded
from shared.kernel.errors import Forbidden, Refusal
from tests.identity.people import TRAITS, new_ins
from tests.messaging.mails import carrying, written
from tests.messaging.world import DOCTOR_MAIL, PDF
from tests.support.deadline import eventually
from tests.support.running import Running, free_port, running
from tests.vault.world import METADATA

WHOLE = {
    "identity": ("rpc", "project", "timers"),
    "access": ("rpc", "project", "follow"),
    "messaging": ("rpc", "project", "follow"),
    "notification": ("rpc", "project", "follow", "timers"),
}
HEARD = ("agenda", "catalogue", "directory", "prescription", "vault")
"""Services that are listened to, or asked: what answers and publishes is enough."""


def needed() -> list[str]:
    whole = [f"{service}.{part}" for service, parts in WHOLE.items() for part in parts]
    return whole + [f"{service}.{part}" for service in HEARD for part in ("rpc", "project")]


@pytest.fixture(scope="module")
def carnet(
    broker: Broker, objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Running, int]]:
    home = tmp_path_factory.mktemp("messaging")
    trusted = home / "trusted"
    trusted.write_text("hopital.mssante.fr\n")
    port = free_port()
    with running(
        broker.uri(broker.new_vhost()),
        home,
        ["keyring.rpc"],
        needed(),
        ["messaging.smtp"],
        objects=objects,
        settings={
            "CARNET_MESSAGING_SMTP_PORT": str(port),
            "CARNET_MESSAGING_TRUSTED_DOMAINS_FILE": str(trusted),
            "CARNET_MESSAGING_QUEUE_SECONDS": "0.1",
            "CARNET_NOTIFICATION_GROUPING_MINUTES": "0",
            "CARNET_NOTIFICATION_SWEEP_SECONDS": "0.2",
        },
    ) as services:
        yield services, port


def mails(folder: Path) -> list[Any]:
    whole = folder.glob("[!.]*.eml")  # one that is being written has a dot before its name
    files = sorted(whole, key=lambda file: file.stat().st_mtime_ns)
    return [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def test_from_a_dormant_record_to_the_end_of_an_exchange(carnet: tuple[Running, int]) -> None:
    """Refused while nobody is there; then kept, and the person invited, without a word of it;
    they activate, read and answer; the practice ends with [FIN], and the next answer is refused.
    """
    services, port = carnet
    ins = new_ins()
    mailbox = f"{ins['value']}@patient.mssante.fr"

    def write(content: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail(DOCTOR_MAIL, mailbox, content)

    def to_them(**headers: str) -> dict[str, str]:
        return {"To": mailbox, **headers}

    with pytest.raises(smtplib.SMTPRecipientsRefused, match=r"5\.1\.1 \[902\]"):
        write(written(**to_them()))

    contact = {"email": "pat@example.org"}
    asked = {"traits": TRAITS, "ins": ins, "contact": contact}
    record_id = services.command("identity.announce_record", "operator", asked)["record_id"]
    services.move(timedelta(days=43) + _to_noon(services.clock.now()))

    def is_taken() -> bool:
        try:
            write(carrying(PDF, "resultats.pdf", **to_them(Subject="Hémochromatose")))
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
            return False  # the second: access has not heard yet that the record was opened
        return True

    eventually(is_taken, within=30)
    outside = services.home / "notices" / "email"
    eventually(lambda: len(mails(outside)) == 1, within=30)
    (invitation,) = mails(outside)
    assert invitation["To"] == "pat@example.org"
    assert "activez" in invitation.get_content()
    for word in ("mochromatose", "dupont", "hopital", ins["value"], record_id):
        assert word not in invitation.as_string().lower()

    code = services.command("identity.new_activation_code", "operator", {"record_id": record_id})
    as_person = {"record_id": record_id}
    activation = {"record_id": record_id, "activation_code": code["activation_code"]}
    services.command("identity.activate", "patient", activation, **as_person)
    eventually(lambda: listed(services, record_id)["total"] == 1, within=30)
    (conversation,) = listed(services, record_id)["items"]
    assert (conversation["subject"], conversation["unread"]) == ("Hémochromatose", 1)
    of_it = {"conversation_id": conversation["conversation_id"]}
    (line,) = services.call("messaging.messages", "patient", of_it, **as_person)["items"]
    opened = {"message_id": line["message_id"]}
    message = services.call("messaging.read", "patient", opened, **as_person)
    assert [one["name"] for one in message["attachments"]] == ["resultats.pdf"]

    answer = of_it | {"body": "Merci docteur"}
    services.command("messaging.reply", "patient", answer, **as_person)
    queue = services.home / "mail"
    eventually(lambda: len(mails(queue)) == 1, within=30)
    (sent,) = mails(queue)
    assert (sent["To"], sent["In-Reply-To"]) == (DOCTOR_MAIL, "<1@hopital.mssante.fr>")

    end = to_them(
        Subject="[FIN] Hémochromatose",
        Message_ID="<2@hopital.mssante.fr>",
        In_Reply_To=str(sent["Message-ID"]),
    )
    write(written("Bonne continuation", **end))
    with pytest.raises(Refusal) as refused:
        services.command("messaging.reply", "patient", answer, **as_person)
    assert refused.value.code == ExchangeEnded.code
    assert services.call("messaging.messages", "patient", of_it, **as_person)["total"] == 3
    assert "mochromatose" not in services.logs()


def test_a_deposit_serves_its_correspondents(carnet: tuple[Running, int]) -> None:
    """One act: the document in the record, and by secure mail at each correspondent's, in an
    IHE_XDM.ZIP that we would take, with the PDF beside."""
    services, _ = carnet
    asked = {"traits": TRAITS, "ins": new_ins(), "checked_with": "CN"}
    record_id = services.command("identity.announce_record", "operator", asked)["record_id"]
    services.move(timedelta(days=43) + _to_noon(services.clock.now()))
    deposit = {
        "record_id": record_id,
        "content": base64.b64encode(PDF).decode(),
        "metadata": METADATA,
        "copies_to": ["anne.martin@cabinet.mssante.fr", "gone@cabinet.mssante.fr"],
    }

    def is_in() -> bool:
        try:
            services.command(
                "vault.deposit", "facility", deposit, SubjectOrganizationID="1750712184",
                software="dpi",
            )  # fmt: skip
        except Forbidden:
            return False
        return True

    eventually(is_in, within=30)
    queue = services.home / "mail"

    def sent() -> list[Any]:
        return [one for one in mails(queue) if str(one["Subject"]).startswith("XDM/1.0/DDM+")]

    eventually(lambda: len(sent()) == 2, within=30)
    copy = sent()[0]
    files = {part.get_filename(): part.get_content() for part in copy.iter_attachments()}
    assert copy["Subject"] == "XDM/1.0/DDM+Attestation de sortie PAT-TROIS DOMINIQUE 1979-03-28"
    assert files["document.pdf"] == PDF
    with zipfile.ZipFile(io.BytesIO(files["IHE_XDM.ZIP"])) as archive:
        assert archive.read("IHE_XDM/SUBSET01/DOC0001.PDF") == PDF
        assert b"86531-1" in archive.read("IHE_XDM/SUBSET01/METADATA.XML")


def _to_noon(now: datetime) -> timedelta:
    """Outside of quiet hours, whenever this test runs."""
    return timedelta(hours=12) - timedelta(hours=now.hour, minutes=now.minute)


def listed(services: Running, record_id: str) -> Any:
    asked = {"record_id": record_id}
    return services.call("messaging.conversations", "patient", asked, record_id=record_id)
