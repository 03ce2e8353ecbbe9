"""What a report does to the answer that it is about, and those that we send ourselves."""

from typing import Any

from services.messaging.adapters.mime import read_mail
from services.messaging.adapters.reports import bounce, receipt
from services.messaging.domain.mail import Report, ReportKind
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
