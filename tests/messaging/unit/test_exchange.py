"""Who may write to whom, and when it ends."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from services.messaging.contract import writing as w
from services.messaging.domain.errors import (
    ExchangeEnded,
    NoReply,
    NotWrittenFirst,
    RecipientClosed,
    RecipientUnknown,
    VisibilityRefused,
)
from services.messaging.domain.exchange import ReplyType
from services.messaging.domain.ports import Mailbox
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.messaging.mails import written
from tests.messaging.world import (
    APP_MAIL,
    CLOSED,
    DOCTOR,
    DOCTOR_MAIL,
    HOSPITAL,
    MAILBOX,
    OTHER,
    OTHER_DOCTOR,
    OTHER_MAIL,
    PARENT,
    PATIENT,
    PHARMACY,
    PHARMACY_MAIL,
    RECORD,
    STRANGER,
    World,
    command,
)


def others_mailbox(world: World) -> str:
    """Of a second person, whose mailbox takes mail."""
    world.access.open(OTHER)
    world.people.mailboxes[CLOSED] = Mailbox(status="open", record_id=OTHER, activated=True)
    return CLOSED


def test_a_professional_writes_and_the_person_answers(world: World) -> None:
    """The mail goes to the mailbox the directory knows, in the same thread."""
    sent = world.start()
    world.reply(sent.conversation_id)
    world.send_due()

    (letter,) = world.box.taken
    assert letter.recipient == DOCTOR_MAIL
    assert letter.sender == MAILBOX
    assert f"In-Reply-To: <{sent.message_id}@patient.mssante.fr>".encode() in letter.content
    lines = world.lines(sent.conversation_id)
    assert lines.conversation.reply_type is ReplyType.REPLY
    assert [line.sender for line in lines.items] == [DOCTOR.id, None]
    assert lines.items[1].deliveries == {DOCTOR.id: "delivered"}


@pytest.mark.parametrize("how", ["[FIN] au revoir", "[fin]", "end", "header"])
def test_the_professional_ends_the_exchange(world: World, how: str) -> None:
    """The person still reads; an answer is refused, and nothing was kept of it."""
    sent = world.start()
    world.reply(sent.conversation_id)
    if how == "end":
        world.send(sent, end=True)
    else:
        thread = f"<{sent.message_id}@patient.mssante.fr>"
        fin = {"X_MSS_MES": "FIN"} if how == "header" else {"Subject": how}
        world.mail(written(In_Reply_To=thread, **fin))
    before = len(world.events())

    with pytest.raises(ExchangeEnded):
        world.reply(sent.conversation_id)

    assert len(world.events()) == before
    lines = world.lines(sent.conversation_id)
    assert lines.conversation.reply_type is ReplyType.REPLY_BLOCKED
    assert world.read(lines.items[-1].message_id).body


def test_three_capitals_in_another_header_end_nothing(world: World) -> None:
    """``X-MSS-MES: FIN`` is exact: other words of that header are not the end."""
    kept = world.mail(written(X_MSS_MES="final"))

    assert world.reply(world.conversation_of(kept)).message_id


def test_a_new_message_opens_the_exchange_again(world: World) -> None:
    """In the thread, or in a new one."""
    sent = world.start(end=True)
    world.send(sent)

    assert world.reply(sent.conversation_id)
    assert world.topics().count("exchange_resumed") == 1
    fresh = world.start()
    assert fresh.conversation_id != sent.conversation_id


def test_a_new_message_that_ends_it_too_opens_nothing(world: World) -> None:
    """Nor is an exchange said to be opened again that nobody had ended."""
    open_ = world.start()
    world.send(open_)
    ended = world.start(end=True)
    world.send(ended, end=True)

    with pytest.raises(ExchangeEnded):
        world.reply(ended.conversation_id)
    assert world.topics().count("exchange_resumed") == 0
    assert world.topics().count("exchange_ended") == 1


@pytest.mark.parametrize(
    ("written_so", "shown"),
    [
        ("Vos résultats [FIN]", "Vos résultats"),
        ("[fin]  Vos   résultats", "Vos résultats"),
        ("Vos résultats", "Vos résultats"),
        ("é" * 201, "é" * 200),
    ],
)
def test_a_subject_is_kept_without_its_mark(world: World, written_so: str, shown: str) -> None:
    """Which is for software; a subject of any length is one line of a list."""
    sent = world.mail(written(Subject=written_so))

    assert world.lines(world.conversation_of(sent)).conversation.subject == shown


def test_one_of_several_is_answered_alone(world: World) -> None:
    """Whom the person names, and nobody else; as they are named, in that order."""
    conversation_id = world.conversation_of(world.mail(written(Cc=OTHER_MAIL)))
    reply = {"From": OTHER_MAIL, "Message_ID": "<2@cabinet.mssante.fr>"}
    world.mail(written(In_Reply_To="<1@hopital.mssante.fr>", **reply))

    world.reply(conversation_id, to=[OTHER_MAIL])
    world.send_due()

    assert [letter.recipient for letter in world.box.taken] == [OTHER_MAIL]


def test_others_are_not_touched(world: World) -> None:
    """One of two participants ends; the other can still be answered, the first cannot."""
    first = world.mail(written(Cc=OTHER_MAIL))
    conversation_id = world.conversation_of(first)
    world.mail(
        written(
            From=OTHER_MAIL, Message_ID="<2@cabinet.mssante.fr>",
            In_Reply_To="<1@hopital.mssante.fr>",
        )
    )  # fmt: skip
    assert world.lines(conversation_id).conversation.reply_type is ReplyType.REPLY_TO_ALL
    world.mail(
        written(
            Subject="[FIN]", Message_ID="<3@hopital.mssante.fr>",
            References="<1@hopital.mssante.fr> <2@cabinet.mssante.fr>",
        )
    )  # fmt: skip

    world.reply(conversation_id)
    world.send_due()

    assert [letter.recipient for letter in world.box.taken] == [OTHER_MAIL]
    with pytest.raises(ExchangeEnded):
        world.reply(conversation_id, to=[DOCTOR.id])


def test_nobody_joins_a_thread_by_naming_it(world: World) -> None:
    """A Message-ID is no secret: a stranger who names one starts a conversation of their own."""
    first = world.mail(written())
    second = world.mail(
        written(
            From=OTHER_MAIL, Message_ID="<9@cabinet.mssante.fr>",
            In_Reply_To="<1@hopital.mssante.fr>",
        )
    )  # fmt: skip

    assert world.conversation_of(first) != world.conversation_of(second)


def test_a_thread_goes_on_from_a_mail_that_came_after_a_merge(world: World) -> None:
    """That one is kept with the source's conversation, though it came to the target: naming it
    alone, without the mails before it, is naming the thread."""
    first = world.mail(written(), others_mailbox(world))
    world.hear("identity.records_merged", source=str(OTHER))
    second = world.mail(
        written(Message_ID="<2@hopital.mssante.fr>", In_Reply_To="<1@hopital.mssante.fr>")
    )
    third = world.mail(
        written(Message_ID="<3@hopital.mssante.fr>", In_Reply_To="<2@hopital.mssante.fr>")
    )

    assert world.conversation_of(second) == world.conversation_of(first)
    assert world.conversation_of(third) == world.conversation_of(first)


def test_a_thread_is_of_one_person(world: World) -> None:
    """Naming what somebody else wrote leads nowhere, also for who wrote with both."""
    theirs = world.start(to=others_mailbox(world))
    thread = f"<{theirs.message_id}@patient.mssante.fr>"
    kept = world.mail(written(In_Reply_To=thread))

    assert world.conversation_of(kept) != theirs.conversation_id


def test_people_write_first_to_nobody(world: World) -> None:
    """No use case starts a conversation for a person; to pharmacies a setting opens one."""
    asked = {"record_id": RECORD, "facility": PHARMACY, "subject": "Question", "body": "Bonjour"}

    with pytest.raises(NotWrittenFirst):
        world.app.write_to_pharmacy(command(w.WriteToPharmacy, **asked), PATIENT)
    with pytest.raises(InvalidRequest):
        world.reply(world.start().conversation_id, to=[OTHER_MAIL])


def test_a_setting_lets_people_write_to_a_pharmacy(tmp_path: Path) -> None:
    """To a pharmacy and to no other facility; it answers in that conversation."""
    world = World(tmp_path, pharmacies=True)
    asked = {"record_id": RECORD, "facility": PHARMACY, "subject": "Question", "body": "Bonjour"}
    sent = world.app.write_to_pharmacy(command(w.WriteToPharmacy, **asked), PATIENT)
    assert world.lines(sent.conversation_id).conversation.reply_type is ReplyType.REPLY
    assert world.reply(sent.conversation_id)
    world.send_due()
    with pytest.raises(NotWrittenFirst):
        world.app.write_to_pharmacy(
            command(w.WriteToPharmacy, **(asked | {"facility": "1750712184"})), PATIENT
        )

    assert [letter.recipient for letter in world.box.taken] == [PHARMACY_MAIL] * 2
    kept = world.mail(
        written(From=PHARMACY_MAIL, In_Reply_To=f"<{sent.message_id}@patient.mssante.fr>")
    )
    assert world.conversation_of(kept) == sent.conversation_id
    world.close()


def test_a_mailbox_that_takes_no_answers_says_so(world: World) -> None:
    """By its sender's word, by the directory (APP), or by the mail itself (RFC 3834)."""
    told = world.start(replies="none")
    software = world.mail(written(From=APP_MAIL))
    automatic = world.mail(written(Message_ID="<7@x.mssante.fr>", Auto_Submitted="auto-generated"))

    for conversation_id in (
        told.conversation_id,
        world.conversation_of(software),
        world.conversation_of(automatic),
    ):
        view = world.lines(conversation_id).conversation
        assert view.reply_type is ReplyType.NO_REPLY
        assert not view.correspondents[0].takes_answers
        with pytest.raises(NoReply):
            world.reply(conversation_id)


def test_a_dormant_record_keeps_the_message_and_says_so(world: World) -> None:
    """The message waits; notification hears that this person is to be invited."""
    world.people.mailboxes[MAILBOX] = Mailbox(status="open", record_id=RECORD, activated=False)
    sent = world.start()

    told = [m for m in world.messages() if m.TYPE == "messaging.message_received"]
    assert [m.model_dump()["dormant"] for m in told] == [True]
    assert world.read(sent.message_id).body == "Bonjour"


def test_closed_opposed_and_unknown_are_refused_by_a_code(world: World) -> None:
    """Opposed answers as unknown: identity tells nobody of an opposition. So does a mailbox that
    no INS can have; an address elsewhere is none."""
    with pytest.raises(RecipientClosed):
        world.start(to=CLOSED)
    for nobodys in ("279035199999942", "100000000000000", "jean.dupont"):
        with pytest.raises(RecipientUnknown):
            world.start(to=f"{nobodys}@patient.mssante.fr")
    with pytest.raises(InvalidRequest):
        world.start(to="somebody@elsewhere.fr")
    assert world.events() == []


def test_nothing_is_sent_from_a_secret_session(world: World) -> None:
    """The matrix of the ANS has no row with CONNEXION_SECRETE=Y."""
    with pytest.raises(VisibilityRefused):
        world.start(by=replace(DOCTOR, secret=True))


def test_a_minor_answers_in_secret_only_where_parents_cannot_read(world: World) -> None:
    """What a secret session records is hidden from representatives: also that it read."""
    secret = replace(PATIENT, secret=True)
    open_to_parents = world.start()
    hidden = world.start(confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"])

    with pytest.raises(VisibilityRefused):
        world.reply(open_to_parents.conversation_id, secret)
    world.read(open_to_parents.message_id, secret)
    assert world.listed(PARENT).unread == 1
    assert world.reply(hidden.conversation_id, secret)


def test_only_its_correspondents_and_the_person_read_a_conversation(world: World) -> None:
    """Not another professional, nor another facility, nor another person."""
    sent = world.start()

    for nobody in (OTHER_DOCTOR, HOSPITAL, STRANGER):
        with pytest.raises(Forbidden):
            world.lines(sent.conversation_id, nobody)
        with pytest.raises(Forbidden):
            world.read(sent.message_id, nobody)
    assert world.lines(sent.conversation_id, DOCTOR).total == 1
    assert world.listed(DOCTOR).total == 1
    with pytest.raises(Forbidden):
        world.listed(OTHER_DOCTOR)


def test_one_that_is_not_there_looks_like_one_not_to_be_seen(world: World) -> None:
    """Same refusal, and access was asked the same as of any other."""
    there, asked = world.start().conversation_id, []
    for reader in (OTHER_DOCTOR, HOSPITAL, STRANGER):
        for conversation_id in (there, uuid4()):
            world.access.asked.clear()
            with pytest.raises(Forbidden):
                world.lines(conversation_id, reader)
            asked.append([(one.action, one.resource["kind"]) for one in world.access.asked])

    assert asked[::2] == asked[1::2]
    assert all(len(one) == 1 for one in asked)


@pytest.mark.parametrize("then", ["stays", "trashed", "deleted"])
def test_who_answers_a_secret_by_mail_tells_it_to_nobody_else(world: World, then: str) -> None:
    """A mail cannot say that it is hidden; it quotes what it answers. It began a conversation
    that representatives read, wherever it brought no hidden document of its own."""
    secret = replace(PATIENT, secret=True)
    hidden = world.start(confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"])
    answer = world.reply(hidden.conversation_id, secret, body="Je ne veux pas qu’ils le sachent.")
    asked = command(w.OfConversation, conversation_id=hidden.conversation_id)
    if then != "stays":
        world.app.trash(asked, secret)
    if then == "deleted":
        world.app.delete_conversation(
            command(w.OfConversation, conversation_id=hidden.conversation_id), secret
        )

    kept = world.mail(
        written("> Je ne veux pas", In_Reply_To=f"<{answer.message_id}@patient.mssante.fr>")
    )

    with pytest.raises(Forbidden):
        world.read(kept.message_id, PARENT)
    assert world.listed(PARENT).items == []
    assert world.read(kept.message_id, secret).body
    assert (world.conversation_of(kept) == hidden.conversation_id) is (then == "stays")


def test_what_answers_nobody_s_secret_is_open(world: World) -> None:
    """Only who is in a conversation answers in it: another's mail is hidden as it says itself."""
    hidden = world.start(confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"])
    thread = f"<{hidden.message_id}@patient.mssante.fr>"

    kept = world.mail(written(From=OTHER_MAIL, In_Reply_To=thread))

    assert world.read(kept.message_id, PARENT).body


def test_representatives_never_see_what_is_hidden_from_them(world: World) -> None:
    """A minor's secret: not the conversation, not its count, and no answer in it."""
    hidden = world.start(confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"])
    world.start()

    assert world.listed(PATIENT).total == 2
    assert (world.listed(PARENT).total, world.listed(PARENT).unread) == (1, 1)
    with pytest.raises(Forbidden):
        world.read(hidden.message_id, PARENT)
    with pytest.raises(Forbidden):
        world.reply(hidden.conversation_id, PARENT)


def test_the_same_request_sends_once(world: World) -> None:
    """A caller that repeats its request gets the first answer."""
    asked = command(w.StartConversation, to=MAILBOX, subject="a", body="b")

    first = world.app.start_conversation(asked, DOCTOR)

    assert world.app.start_conversation(asked, DOCTOR) == first
    assert world.topics().count("message_received") == 1
