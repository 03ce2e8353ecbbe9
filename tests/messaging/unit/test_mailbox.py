"""A person's mailbox: trash, drafts, search, what is left of merged and erased records."""

from uuid import UUID

import pytest

from services.messaging.contract import reading as r
from services.messaging.contract import writing as w
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden
from tests.messaging.mails import written
from tests.messaging.world import CARER, DOCTOR_MAIL, PATIENT, RECORD, World, attached, command


def test_the_trash_gives_back_and_forgets(world: World) -> None:
    """Restored it is whole; deleted, its attachments are removed from the store."""
    sent = world.start(attachments=[attached()])
    asked = {"conversation_id": sent.conversation_id}
    with pytest.raises(Conflict):
        world.app.delete_conversation(command(w.OfConversation, **asked), PATIENT)
    world.app.trash(command(w.OfConversation, **asked), PATIENT)
    assert (world.listed().total, world.listed(trashed=True).total) == (0, 1)
    world.app.restore(command(w.OfConversation, **asked), PATIENT)
    assert world.listed().total == 1
    world.app.trash(command(w.OfConversation, **asked), PATIENT)

    world.app.delete_conversation(command(w.OfConversation, **asked), PATIENT)

    assert world.listed(trashed=True).total == 0
    for _ in range(2):
        world.app.sweep_orphans()
    assert world.objects.kept == {}
    with pytest.raises(Forbidden):
        world.read(sent.message_id)


def test_time_empties_the_trash(world: World) -> None:
    """After the time of the setting, and not before."""
    sent = world.start(attachments=[attached()])
    world.app.trash(command(w.OfConversation, conversation_id=sent.conversation_id), PATIENT)
    world.project()
    world.move(days=29)
    world.app.empty_trash()
    assert world.app.conversation(sent.conversation_id)
    world.move(days=2)
    world.app.empty_trash()

    assert world.app.conversation(sent.conversation_id) is None


def test_a_new_mail_does_not_vanish_in_the_trash(world: World) -> None:
    """It starts a conversation that is seen."""
    kept = world.mail(written())
    thrown = world.conversation_of(kept)
    world.app.trash(command(w.OfConversation, conversation_id=thrown), PATIENT)

    again = world.mail(
        written(Message_ID="<2@hopital.mssante.fr>", In_Reply_To="<1@hopital.mssante.fr>")
    )

    assert world.conversation_of(again) != thrown
    assert world.listed().total == 1


def test_a_new_message_takes_its_conversation_out_of_the_trash(world: World) -> None:
    """Written by a correspondent in a conversation that the person threw away: it is seen, and
    time does not delete it unread. Its correspondent is not said to have taken it out."""
    sent = world.start()
    world.app.trash(command(w.OfConversation, conversation_id=sent.conversation_id), PATIENT)
    world.move(days=29)
    world.send(sent)
    world.project()
    world.move(days=2)
    world.app.empty_trash()

    assert (world.listed().total, world.listed(trashed=True).total) == (1, 0)
    (restored,) = [m for m in world.messages() if m.TYPE == "messaging.conversation_restored"]
    assert restored.by == {"kind": "service", "id": "messaging"}
    world.send(sent)
    assert world.topics().count("conversation_restored") == 1


def test_drafts_are_their_writers(world: World) -> None:
    """Kept, changed, sent or discarded; a representative's is not the person's."""
    sent = world.start()
    asked = {"conversation_id": sent.conversation_id}
    draft = world.app.save_draft(command(w.SaveDraft, **asked, body="a"), PATIENT).draft_id
    world.app.save_draft(command(w.SaveDraft, **asked, body="b", draft_id=draft), PATIENT)
    other = world.app.save_draft(command(w.SaveDraft, **asked, body="c"), CARER).draft_id

    def bodies(by: Actor = PATIENT) -> list[str]:
        world.project()
        return [one.body for one in world.app.drafts(r.Drafts(record_id=RECORD), by).items]

    assert (bodies(), bodies(CARER)) == (["b"], ["c"])
    with pytest.raises(Forbidden):
        world.app.discard_draft(command(w.DiscardDraft, draft_id=other), PATIENT)
    world.reply(sent.conversation_id, draft_id=draft)
    assert bodies() == []
    with pytest.raises(Forbidden):
        world.reply(sent.conversation_id, draft_id=draft)
    with pytest.raises(Forbidden):
        world.app.save_draft(command(w.SaveDraft, **asked, body="d", draft_id=draft), PATIENT)


def test_words_are_found_in_subject_names_and_messages(world: World) -> None:
    """From the first letters, without accents; and not what may not be seen."""
    world.mail(written("Votre hémoglobine est normale", Subject="Bilan"))
    world.start(subject="Autre chose")

    assert world.listed(text="hemoglo").total == 1
    assert world.listed(text="dupont bilan").total == 1
    assert world.listed(text="cholesterol").total == 0
    assert world.listed().unread == 2


def test_reading_counts_down_and_is_told_once(world: World) -> None:
    """A professional who reads what they wrote marks nothing; what the person wrote was never
    unread."""
    sent = world.start(attachments=[attached()])
    world.reply(sent.conversation_id)
    assert world.listed(unread=True).total == 1
    assert world.lines(sent.conversation_id).conversation.unread == 1
    for _ in range(2):
        world.read(sent.message_id)
    assert world.lines(sent.conversation_id).conversation.unread == 0

    assert (world.listed(unread=True).total, world.listed().unread) == (0, 0)
    assert world.topics().count("message_read") == 1


def test_a_correspondent_who_practises_no_more_is_marked(world: World) -> None:
    """The person is warned before they write."""
    sent = world.start()
    key = world.lines(sent.conversation_id).conversation.correspondents[0].key
    world.directory.retired.add(key)

    (who,) = world.lines(sent.conversation_id).conversation.correspondents
    assert who.inactive


def test_merged_records_are_read_as_one_until_they_are_split(world: World) -> None:
    """What came to the source is listed under the target, by the target's rights."""
    source = UUID(int=7)
    world.start()
    world.hear("identity.records_merged", position=1, source=str(source))
    assert world.app.kin(RECORD) == [RECORD, source]
    world.hear("identity.records_split", position=2, source=str(source))
    assert world.app.kin(RECORD) == [RECORD]


def test_an_erased_record_leaves_no_file_and_no_mail(world: World) -> None:
    """Its stored attachments and what waited to be sent go with its keys."""
    sent = world.start(attachments=[attached()])
    world.reply(sent.conversation_id)
    world.hear("identity.record_erased", certificate={})

    assert world.objects.kept == {}
    assert world.send_due() == 0


def test_what_others_hear_holds_no_word_of_it(world: World) -> None:
    """No subject, name, address or text in any message."""
    sent = world.start(subject="Hémochromatose", body="positif", attachments=[attached()])
    world.reply(sent.conversation_id, body="ma réponse")
    told = " ".join(str(message) for message in world.messages())

    for word in ("moch", "positif", "DUPONT", DOCTOR_MAIL, "ponse", "resultats"):
        assert word not in told


def test_a_stolen_read_model_says_nothing(world: World) -> None:
    """Ids, instants and counts alone."""
    world.start(subject="Hémochromatose")
    world.project()

    stored = str(world.documents.find(limit=100).items)
    assert "moch" not in stored.lower()
    assert "dupont" not in stored.lower()
