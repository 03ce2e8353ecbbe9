"""Software that writes, and the mailbox that its mail names to be answered at."""

import pytest

from services.messaging.domain.correspondent import Correspondent, MailboxKind
from services.messaging.domain.errors import (
    ExchangeEnded,
    NoReply,
)
from services.messaging.domain.exchange import ReplyType
from tests.messaging.mails import written
from tests.messaging.world import (
    APP_MAIL,
    DOCTOR,
    DOCTOR_MAIL,
    World,
)


def results(number: int = 1, reply_to: str = f"Dr Dupont <{DOCTOR_MAIL}>", **more: str) -> bytes:
    """What a laboratory's software sends."""
    return written(
        From=APP_MAIL, Reply_To=reply_to, Message_ID=f"<{number}@labo.mssante.fr>", **more
    )


def letters(world: World) -> list[str]:
    world.box.taken.clear()
    world.send_due()
    return [letter.recipient for letter in world.box.taken]


def test_software_is_answered_where_it_says(world: World) -> None:
    """ANS, mapping MSS of a CDA transmitted by HL7v2: FROM the BAL applicative, REPLY TO the
    mailbox to answer at. Whoever reads there answers in the same conversation, and is then written
    to once.
    """
    conversation_id = world.conversation_of(world.mail(results()))
    view = world.lines(conversation_id).conversation
    assert view.reply_type is ReplyType.REPLY
    assert [(c.address, c.answers_to, c.takes_answers) for c in view.correspondents] == [
        (APP_MAIL, DOCTOR_MAIL, True)
    ]
    sent = world.reply(conversation_id)
    assert letters(world) == [DOCTOR_MAIL]

    thread = f"<{sent.message_id}@patient.mssante.fr>"
    answer = world.mail(written(In_Reply_To=thread, Message_ID="<2@hopital.mssante.fr>"))
    assert world.conversation_of(answer) == conversation_id
    world.reply(conversation_id)
    assert letters(world) == [DOCTOR_MAIL]

    world.mail(written(In_Reply_To=thread, Message_ID="<3@hopital.mssante.fr>", X_MSS_MES="FIN"))
    assert world.lines(conversation_id).conversation.reply_type is ReplyType.REPLY_BLOCKED
    for to in (None, [APP_MAIL], [DOCTOR.id]):
        with pytest.raises(ExchangeEnded):
            world.reply(conversation_id, to=to)


def test_software_that_ends_the_exchange_is_answered_no_more(world: World) -> None:
    """And one that names nobody any more is answered no more either: the last mail says it."""
    conversation_id = world.conversation_of(world.mail(results()))
    world.mail(results(2, In_Reply_To="<1@labo.mssante.fr>", X_MSS_MES="FIN"))
    with pytest.raises(ExchangeEnded):
        world.reply(conversation_id)

    world.mail(results(3, "", In_Reply_To="<1@labo.mssante.fr>"))

    assert world.lines(conversation_id).conversation.reply_type is ReplyType.NO_REPLY


@pytest.mark.parametrize(
    ("reply_to", "more"),
    [
        (APP_MAIL, {}),
        ("autre.logiciel@labo.mssante.fr", {}),
        ("279035121518989@patient.mssante.fr", {}),
        (f"{DOCTOR_MAIL}, accueil@hopital.mssante.fr", {}),
        ("Dr Dupont", {}),
        (DOCTOR_MAIL, {"Auto_Submitted": "auto-generated"}),
    ],
)
def test_software_that_names_no_one_mailbox_that_people_read_takes_no_answers(
    world: World, reply_to: str, more: dict[str, str]
) -> None:
    """Another BAL applicative, a person of this service, several, none; nor does what says that
    it is automatic (RFC 3834)."""
    other = Correspondent(address="autre.logiciel@labo.mssante.fr", kind=MailboxKind.APP)
    world.directory.published = (*world.directory.published, other)

    conversation_id = world.conversation_of(world.mail(results(1, reply_to, **more)))

    with pytest.raises(NoReply):
        world.reply(conversation_id)


def test_whoever_writes_themselves_is_answered_where_they_write(world: World) -> None:
    """A Reply-To of theirs is not looked at: the directory knows whose their mailbox is."""
    kept = world.mail(written(Reply_To="accueil@hopital.mssante.fr"))

    world.reply(world.conversation_of(kept))

    assert letters(world) == [DOCTOR_MAIL]
