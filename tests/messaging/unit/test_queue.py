"""Mail that goes out: tried again, never lost, settled once."""

import email
from email import policy
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.messaging.adapters.mime import read_mail
from services.messaging.adapters.reports import bounce
from services.messaging.contract import reading as r
from services.messaging.domain.attachment import File
from services.messaging.domain.mail import Report, ReportKind
from services.messaging.domain.ports import Copy
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Unavailable
from shared.mail.mailer import Letter
from tests.messaging.mails import cda, written
from tests.messaging.world import (
    CARER,
    DOCTOR,
    DOCTOR_MAIL,
    NOW,
    OTHER_MAIL,
    PARENT,
    PATIENT,
    PDF,
    PHARMACY,
    PHARMACY_MAIL,
    RECORD,
    World,
    attached,
)

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="operator")


def deliveries(world: World, conversation_id: UUID) -> dict[str, str]:
    return world.lines(conversation_id).items[-1].deliveries


def test_what_nobody_takes_is_tried_again_with_longer_pauses(world: World) -> None:
    """A minute, two, four; delivered when the server is back."""
    sent = world.start()
    world.reply(sent.conversation_id)
    world.box.away = True
    assert world.send_due() == 1
    assert world.send_due() == 0
    world.move(minutes=1)
    assert world.send_due() == 1
    world.move(minutes=1)
    assert world.send_due() == 0
    world.move(minutes=1)
    (waiting,) = world.app.undelivered(r.Undelivered(), OPERATOR).items
    assert (waiting.kind, waiting.attempts) == ("reply", 2)
    world.box.away = False
    assert world.send_due() == 1

    assert deliveries(world, sent.conversation_id) == {DOCTOR.id: "delivered"}
    assert world.app.undelivered(r.Undelivered(), OPERATOR).total == 0


def test_a_restart_loses_nothing(world: World) -> None:
    """The queue is in the database of the log."""
    sent = world.start()
    world.reply(sent.conversation_id)
    world.again()

    assert world.send_due() == 1
    assert len(world.box.taken) == 1
    assert deliveries(world, sent.conversation_id) == {DOCTOR.id: "delivered"}


@pytest.mark.parametrize("how", ["refused", "given up"])
def test_what_can_not_be_delivered_is_told_to_the_person(world: World, how: str) -> None:
    """Refused for good at once; taken by nobody for two days after that."""
    sent = world.start()
    world.reply(sent.conversation_id)
    if how == "refused":
        world.box.refuses.add(DOCTOR_MAIL)
    else:
        world.box.away = True
        for _ in range(40):
            world.send_due()
            world.move(hours=4)
    world.send_due()

    assert deliveries(world, sent.conversation_id) == {DOCTOR.id: "failed"}
    assert [m.TYPE for m in world.messages()].count("messaging.delivery_failed") == 1


def test_a_bounce_that_comes_back_settles_the_answer(world: World) -> None:
    """The next server took it, a later one returned it (RFC 3464)."""
    sent = world.start()
    answer = world.reply(sent.conversation_id)
    world.send_due()
    returned = bounce(
        sender="postmaster@hopital.mssante.fr",
        to="x@patient.mssante.fr",
        recipient=DOCTOR_MAIL,
        header_id=f"{answer.message_id}@patient.mssante.fr",
        status="5.1.1",
        code=None,
        at=NOW,
    )
    report = read_mail(returned).report

    assert report
    assert world.app.take_report(report)
    assert deliveries(world, sent.conversation_id) == {DOCTOR.id: "failed"}


@pytest.mark.parametrize("what", ["answer", "copy"])
def test_a_bounce_that_is_faster_than_our_own_note_counts(
    world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """A relay may know at once that nobody has that mailbox: its report then comes while the
    queue still notes that the relay took the mail."""
    sent = world.start()
    if what == "answer":
        world.reply(sent.conversation_id)
    else:
        asked(world, OTHER_MAIL)

    def taken_and_returned(letter: Letter) -> None:
        header_id = email.message_from_bytes(letter.content)["Message-ID"].strip("<>")
        report = Report(
            kind=ReportKind.DELIVERY,
            header_id=header_id,
            recipient=letter.recipient,
            status="5.1.1",
            action="failed",
        )
        assert world.app.take_report(report)

    monkeypatch.setattr(world.box, "deliver", taken_and_returned)
    assert world.send_due() == 1

    assert world.send_due() == 0
    if what == "answer":
        assert deliveries(world, sent.conversation_id) == {DOCTOR.id: "failed"}
    else:
        assert world.topics().count("mail_failed") == 1


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (ReportKind.DELIVERY, "4.4.7"),
        (ReportKind.DELIVERY, "2.0.0"),
        (ReportKind.DISPOSITION, ""),
        (ReportKind.DISPOSITION, "5.0.0"),
    ],
)
def test_only_what_will_never_come_has_failed(world: World, kind: ReportKind, status: str) -> None:
    """RFC 3463, 2: class 4 may still come and class 2 did; that it was shown says nothing of it."""
    sent = world.start()
    header_id = f"{world.reply(sent.conversation_id).message_id}@patient.mssante.fr"
    world.send_due()

    report = Report(kind=kind, header_id=header_id, recipient=DOCTOR_MAIL, status=status)

    assert world.app.take_report(report)
    assert deliveries(world, sent.conversation_id) == {DOCTOR.id: "delivered"}


def test_a_report_of_nothing_of_ours_is_not_taken(world: World) -> None:
    """Else anybody could fill the mailbox through the empty sender."""
    strange = bounce(
        sender="a@b.fr", to="x@y.fr", recipient="z@t.fr", header_id=f"{uuid4()}@patient.mssante.fr",
        status="5.1.1", code=None, at=NOW,
    )  # fmt: skip
    report = read_mail(strange).report

    assert report
    assert not world.app.take_report(report)


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (PATIENT, "DOMINIQUE PAT-TROIS"),
        (PARENT, "DOMINIQUE PAT-TROIS, par son représentant légal"),
        (CARER, "DOMINIQUE PAT-TROIS, par un aidant"),
    ],
)
def test_who_writes_in_their_place_is_said(world: World, by: Actor, name: str) -> None:
    """The correspondent must know whether the patient wrote."""
    sent = world.start()
    world.reply(sent.conversation_id, by, attachments=[attached()])
    world.send_due()

    made = email.message_from_bytes(world.box.taken[0].content, policy=policy.default)
    assert made["From"].addresses[0].display_name == name
    assert [part.get_filename() for part in made.iter_attachments()] == ["resultats.pdf"]


def asked(world: World, *to: str, codes: tuple[str, ...] = ("N",), **more: Any) -> None:
    copies_id = uuid4()
    world.vault.copies[copies_id] = Copy(
        file=File(name="CR", media_type="text/xml", data=cda()),
        shown=File(name="CR", media_type="application/pdf", data=PDF),
        title="CR de consultation",
        unique_id="1.2.3^4",
        type="34112-3",
        confidentiality=codes,
    )
    world.hear(
        "vault.copies_asked",
        copies_id=str(copies_id),
        document_id=str(uuid4()),
        to=list(to),
        confidentiality=list(codes),
        **more,
    )


def test_each_correspondent_gets_the_document(world: World) -> None:
    """IHE_XDM.ZIP and its PDF, subject as the ANS writes it, the answer to who deposited; the code
    of the CDA (référentiel socle MSSanté no 2, ECO.2.4.1)."""
    asked(world, OTHER_MAIL, DOCTOR.id, "279035121518989@patient.mssante.fr")
    world.send_due()

    assert {letter.recipient for letter in world.box.taken} == {OTHER_MAIL, DOCTOR_MAIL}
    made = email.message_from_bytes(world.box.taken[0].content, policy=policy.default)
    assert made["Subject"] == "XDM/1.0/DDM+CR de consultation PAT-TROIS DOMINIQUE 1979-03-28"
    assert made["Reply-To"] == DOCTOR_MAIL
    assert made["X-MSS-CODECDA"] == "34112-3"
    assert [p.get_filename() for p in made.iter_attachments()] == ["IHE_XDM.ZIP", "document.pdf"]


def test_one_that_can_never_be_made_keeps_nobody_waiting(world: World) -> None:
    """The document was deleted before its copy left: that has failed, what is behind it leaves."""
    asked(world, OTHER_MAIL)
    world.vault.copies.clear()
    world.move(minutes=1)
    world.reply(world.start().conversation_id)
    world.send_due()

    assert [letter.recipient for letter in world.box.taken] == [DOCTOR_MAIL]
    assert world.topics().count("mail_failed") == 1
    assert world.app.undelivered(r.Undelivered(), OPERATOR).total == 0


def test_one_that_cannot_be_made_now_is_tried_again_and_keeps_nobody_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vault is out of reach: that copy waits, alone, and leaves once it is back."""

    def away(_copies_id: UUID) -> Copy:
        raise Unavailable("away")

    asked(world, OTHER_MAIL)
    world.move(minutes=1)
    world.reply(world.start().conversation_id)
    with monkeypatch.context() as patched:
        patched.setattr(world.vault, "copy_of", away)
        world.send_due()
    assert [letter.recipient for letter in world.box.taken] == [DOCTOR_MAIL]
    world.move(minutes=1)
    world.send_due()

    assert [letter.recipient for letter in world.box.taken] == [DOCTOR_MAIL, OTHER_MAIL]


@pytest.mark.parametrize(
    ("codes", "secret", "sent"),
    [
        (("N",), False, 1),
        (("INVISIBLE_PATIENT",), False, 1),
        (("MASQUE_PS",), False, 0),
        (("INVISIBLE_REPRESENTANTS_LEGAUX",), False, 0),
        (("N",), True, 0),
    ],
)
def test_what_may_not_go_there_goes_nowhere(
    world: World, codes: tuple[str, ...], *, secret: bool, sent: int
) -> None:
    """The document is in the DMP: rows 1 and 2 alone; never from a secret session."""
    asked(world, OTHER_MAIL, codes=codes, secret=secret)
    world.send_due()

    assert len(world.box.taken) == sent


def test_a_pharmacy_is_told_of_a_prescription_and_not_whose(world: World) -> None:
    """Its software finds it among those received."""
    world.hear("prescription.prescription_sent", prescription_id=str(uuid4()), facility=PHARMACY)
    world.send_due()

    (letter,) = world.box.taken
    assert letter.recipient == PHARMACY_MAIL
    for word in (b"PAT-TROIS", b"DOMINIQUE", str(RECORD).encode(), b"279035"):
        assert word not in letter.content


def test_the_treating_doctor_is_told_of_an_emergency_access(world: World) -> None:
    """CSP R1111-48: the holder (by notification) and the treating doctor, at once."""
    world.hear("access.glass_broken", session=str(uuid4()), treating_doctor=DOCTOR.id)
    world.hear("access.glass_broken", position=2, session=str(uuid4()), treating_doctor=None)
    world.send_due()

    (letter,) = world.box.taken
    made = email.message_from_bytes(letter.content, policy=policy.default)
    assert letter.recipient == DOCTOR_MAIL
    assert "DOMINIQUE PAT-TROIS" in made.get_content()
    assert "21 novembre 2026 à 9 h 30" in made.get_content()


def test_a_receipt_goes_out_when_it_was_asked_for(world: World) -> None:
    """RFC 8098, to the sender alone: one that asks for another's mailbox gets none."""
    world.mail(written(Disposition_Notification_To=DOCTOR_MAIL))
    world.mail(
        written(Message_ID="<2@h.mssante.fr>", Disposition_Notification_To="victim@elsewhere.fr")
    )
    world.send_due()

    (letter,) = world.box.taken
    assert (letter.sender, letter.recipient) == ("", DOCTOR_MAIL)
    assert b"disposition-notification" in letter.content
    assert b"Original-Message-ID: <1@hopital.mssante.fr>" in letter.content


def test_the_same_mail_again_is_the_same_message(world: World) -> None:
    """Its sender did not hear our answer and sent it again; another one under its id is kept."""
    first = world.mail(written())
    again = world.mail(written())
    other = world.mail(written("Autre texte"))

    assert (again.message_id, again.known) == (first.message_id, True)
    assert other.message_id != first.message_id
    assert world.topics().count("message_received") == 2
