"""What a report does to the answer that it is about, and those that we send ourselves."""

import email
from typing import Any
from uuid import uuid4

import pytest

from services.messaging.adapters.mime import read_mail
from services.messaging.adapters.reports import bounce, receipt
from services.messaging.domain.mail import Report, ReportKind
from services.messaging.domain.mailing import Mailing
from services.messaging.domain.message import own_header_id
from tests.messaging.mails import written
from tests.messaging.world import DOCTOR, DOCTOR_MAIL, NOW, OTHER_MAIL, World

OURS = "5d2c1f6e-7c4c-4f0e-9d53-0b7a5a8f2c11@patient.mssante.fr"


def test_a_mailbox_that_forwards_is_told_by_where_it_forwards_to(world: World) -> None:
    """
    The answer went to one only: it is that one that did not get it.
    """
    started = world.start()
    answer = world.reply(started.conversation_id)
    world.send_due()

    world.app.take_report(
        Report(
            kind=ReportKind.DELIVERY,
            header_id=f"{answer.message_id}@patient.mssante.fr",
            recipient="ailleurs@autre.mssante.fr",
            action="failed",
        )
    )

    conversation = world.app.conversation(started.conversation_id)
    assert conversation
    assert conversation.entries[answer.message_id].deliveries == {DOCTOR.id: "failed"}


def test_an_address_that_nobody_knows_is_none_of_several(world: World) -> None:
    """
    Which of them forwards there is not to be guessed.
    """
    conversation_id = world.conversation_of(world.mail(written(Cc=OTHER_MAIL)))
    world.mail(
        written(
            From=OTHER_MAIL,
            Message_ID="<2@cabinet.mssante.fr>",
            In_Reply_To="<1@hopital.mssante.fr>",
        )
    )
    answer = world.reply(conversation_id)
    world.send_due()

    header_id, who = f"{answer.message_id}@patient.mssante.fr", "ailleurs@autre.mssante.fr"
    world.app.take_report(
        Report(kind=ReportKind.DELIVERY, header_id=header_id, recipient=who, action="failed")
    )

    conversation = world.app.conversation(conversation_id)
    assert conversation
    assert set(conversation.entries[answer.message_id].deliveries.values()) == {"delivered"}


@pytest.mark.parametrize(
    ("action", "status", "failed"), [("failed", "5.1.1", 1), ("delayed", "", 0)]
)
def test_a_notice_that_comes_back_has_failed(
    world: World, action: str, status: str, failed: int
) -> None:
    """
    That a doctor was told of an emergency is in the log; that they were not, too, and once. Their
    server's report was refused, and nobody ever knew.
    """
    world.hear("access.glass_broken", session=str(uuid4()), treating_doctor=DOCTOR.id)
    world.send_due()
    (letter,) = world.box.taken
    header_id = email.message_from_bytes(letter.content)["Message-ID"].strip("<>")
    report = Report(
        kind=ReportKind.DELIVERY, header_id=header_id, recipient=DOCTOR_MAIL, status=status,
        action=action,
    )  # fmt: skip

    assert world.app.take_report(report)
    assert world.app.take_report(report)

    (mailing,) = [r.event for r in world.events() if isinstance(r.event, Mailing.Created)]
    reasons = [r.event.reason for r in world.events() if isinstance(r.event, Mailing.Failed)]
    assert own_header_id(mailing.originator_id) == header_id
    assert reasons == [status] * failed


def test_our_own_reports_are_lines_that_servers_take() -> None:
    """
    RFC 5321 2.3.8: no end of line is half a one.
    """
    about: dict[str, Any] = {"sender": "p@x.fr", "to": DOCTOR_MAIL, "header_id": OURS, "at": NOW}
    failed = bounce(recipient="a@x.fr", status="5.1.1", code="902", **about)
    shown = receipt(recipient="a@x.fr", subject="Résultats", **about)

    for made in (failed, shown):
        assert made.count(b"\n") == made.count(b"\r\n") == made.count(b"\r") > 20
    assert read_mail(failed).report
