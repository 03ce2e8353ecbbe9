"""What comes with a message: recognised, bounded, kept sealed, saved to the record."""

import base64
from uuid import UUID, uuid4

import pytest

from services.messaging.adapters.xdm import ZipArchives
from services.messaging.contract import reading as r
from services.messaging.contract import writing as w
from services.messaging.domain.attachment import File, recognise, safe_name
from services.messaging.domain.consistency import require_consistent
from services.messaging.domain.errors import NotSaveable, VisibilityRefused
from services.messaging.domain.ports import Copy, Person
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, TooLarge
from tests.messaging.mails import carrying, cda, written, xdm
from tests.messaging.world import (
    CARER,
    DOCTOR_MAIL,
    NOW,
    PATIENT,
    PDF,
    RECORD,
    World,
    attached,
    command,
)

N, M, P, L = "N", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"


@pytest.mark.parametrize("secret", [False, True])
@pytest.mark.parametrize("in_dmp", [False, True])
@pytest.mark.parametrize("to_patient", [False, True])
@pytest.mark.parametrize("codes", [(), (M,), (P,), (L,), (M, L), (M, P), (P, L), (M, P, L)])
def test_the_three_rows_are_right_and_no_other(
    codes: tuple[str, ...], *, to_patient: bool, in_dmp: bool, secret: bool
) -> None:
    """ANS, règles de gestion MSSanté: row 1 all N; row 2 hidden from the patient, to
    professionals only; row 3 masked or hidden from representatives, to the patient only, and
    not in the DMP. Never from a secret session."""
    masked, from_patient, from_parents = (one in codes for one in (M, P, L))
    right = not secret and (
        (not masked and not from_patient and not from_parents)
        or (from_patient and not masked and not from_parents and not to_patient)
        or (not from_patient and (masked or from_parents) and to_patient and not in_dmp)
    )

    def check() -> None:
        require_consistent(
            codes,
            to_patient=to_patient,
            to_professionals=not to_patient,
            secret=secret,
            in_dmp=in_dmp,
        )

    if right:
        check()
    else:
        with pytest.raises(VisibilityRefused):
            check()


def test_types_are_told_by_bytes() -> None:
    """Whatever its name: a program, an archive that is none, a page are not taken."""
    assert recognise(PDF) == "application/pdf"
    assert recognise(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert recognise("Été".encode()) == "text/plain"
    assert recognise(cda()) == "text/xml"
    for bad in (b"MZ\x90\x00\x03", b"\x7fELF\x02\x01", b"Rar!\x1a\x07\x00", b"", b"a\x00b"):
        assert recognise(bad) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("a\r\nBcc: x@y.fr", "a_Bcc_ x@y.fr"),
        ("", "piece-3.pdf"),
        (None, "piece-3.pdf"),
        ("résultats.pdf", "résultats.pdf"),
    ],
)
def test_names_are_only_names(name: str | None, shown: str) -> None:
    """No path, no second line."""
    assert safe_name(name, "application/pdf", 3) == shown


def test_attachments_are_sealed_and_served_to_who_may_read(world: World) -> None:
    """What lies in the store is not the file; who may not read the message gets none of it."""
    sent = world.start(attachments=[attached()])
    opened = world.app.open_attachment(
        r.OpenAttachment(message_id=sent.message_id, number=1), PATIENT
    )

    assert base64.b64decode(opened.content) == PDF
    assert opened.attachment.saveable
    assert all(PDF not in kept for kept in world.objects.kept.values())
    world.access.close(RECORD)
    with pytest.raises(Forbidden):
        world.app.open_attachment(r.OpenAttachment(message_id=sent.message_id, number=1), PATIENT)


def test_sizes_are_those_of_the_settings(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Per file, and per message; what is left is answered."""
    world = World(tmp_path, file_bytes=1000, message_bytes=1500)
    assert world.start(attachments=[attached(b"a" * 900)]).remaining_bytes == 600
    for files in ([attached(b"a" * 1001)], [attached(b"a" * 900), attached(b"b" * 900)]):
        with pytest.raises(TooLarge):
            world.start(attachments=files)
    assert len(world.objects.kept) == 1
    world.close()


def test_the_person_attaches_files_documents_and_the_profile(world: World) -> None:
    """A document as the one who attaches it may open it."""
    sent = world.start()
    given = [attached(), {"document_id": str(uuid4())}, {"profile": True}]
    answer = world.reply(sent.conversation_id, attachments=given)

    names = [one.name for one in world.read(answer.message_id).attachments]
    assert names == ["resultats.pdf", "Compte rendu", "profil-medical.pdf"]
    with pytest.raises(Forbidden):
        world.reply(sent.conversation_id, CARER, attachments=[{"document_id": str(uuid4())}])


def test_an_xdm_is_opened_and_its_cda_saved(world: World) -> None:
    """The CDA inside goes to the vault, which knows one that came directly by its uniqueId."""
    content = cda(document="42")
    kept = world.mail(carrying(xdm(content)))
    message = world.app.message(kept.message_id)
    assert message
    assert message.attachments[0].unique_id == "1.2.250.1.213.1.1.9^42"
    world.vault.known = True

    saved = world.app.save_attachment_to_record(
        command(w.SaveAttachment, message_id=kept.message_id, number=1), PATIENT
    )

    assert saved.duplicate
    ((record_id, file, given),) = world.vault.deposited
    assert (record_id, file.data, file.media_type, given) == (RECORD, content, "text/xml", {})
    assert world.topics()[-1] == "attachment_saved"


def test_another_archive_is_kept_and_not_saved(world: World) -> None:
    """Only what holds a CDA can be kept in the record."""
    kept = world.mail(carrying(xdm(b"<?xml version='1.0'?><note/>")))

    with pytest.raises(NotSaveable):
        world.app.save_attachment_to_record(
            command(w.SaveAttachment, message_id=kept.message_id, number=1), PATIENT
        )


@pytest.mark.parametrize("code", [P])
def test_what_is_hidden_from_the_person_is_not_taken_for_them(world: World, code: str) -> None:
    """By mail as over RPC: it would tell them before the consultation."""
    with pytest.raises(VisibilityRefused):
        world.mail(carrying(xdm(cda(code))))
    with pytest.raises(VisibilityRefused):
        world.start(confidentiality=[code])
    assert world.events() == []


def test_a_mask_that_comes_by_mail_hides_from_representatives(world: World) -> None:
    """Whether the CDA says so or the metadata beside it."""
    kept = world.mail(carrying(xdm(cda(L))))

    conversation = world.app.conversation(world.conversation_of(kept))
    assert conversation
    assert conversation.confidentiality == [L]


def test_an_archive_does_not_grow_without_bound(world: World) -> None:
    """A megabyte that inflates to more than may be held is refused, and nothing is kept."""
    bomb = xdm(b"<a>" + b" " * 60_000_000 + b"</a>")

    assert len(bomb) < 100_000
    with pytest.raises(InvalidRequest):
        world.mail(carrying(bomb))
    with pytest.raises(InvalidRequest):
        world.mail(carrying(xdm()[:-30]))
    assert world.events() == []


def test_a_billion_laughs_is_no_cda() -> None:
    """No document type is read in what comes by mail."""
    laughs = b'<!DOCTYPE a [<!ENTITY b "lol">]><ClinicalDocument xmlns="urn:hl7-org:v3"/>'

    assert ZipArchives().read(xdm(laughs)) is None


def test_an_archive_of_ours_is_read_back() -> None:
    """What we send to correspondents is what we would take from them, with its PDF beside."""
    archives = ZipArchives()
    copy = Copy(
        file=File(name="CR", media_type="text/xml", data=cda(document="7")),
        shown=File(name="CR", media_type="application/pdf", data=PDF),
        title="CR",
        unique_id="1.2.3^7",
        type="34112-3",
        confidentiality=("N",),
    )
    person = Person(family="PAT", given="DOMINIQUE", born="1979-03-28", ins=None)

    archive, pdf = archives.make(copy, person, NOW)

    found = archives.read(archive.data)
    assert found
    assert (found.cda, found.unique_id) == (cda(document="7"), "1.2.250.1.213.1.1.9^7")
    assert (archive.name, pdf.data) == ("IHE_XDM.ZIP", PDF)


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


def test_drafts_are_their_writers(world: World) -> None:
    """Kept, changed, sent or discarded; a representative's is not the person's."""
    sent = world.start()
    asked = {"conversation_id": sent.conversation_id}
    draft = world.app.save_draft(command(w.SaveDraft, **asked, body="a"), PATIENT).draft_id
    world.app.save_draft(command(w.SaveDraft, **asked, body="b", draft_id=draft), PATIENT)
    other = world.app.save_draft(command(w.SaveDraft, **asked, body="c"), CARER).draft_id

    def bodies(by=PATIENT) -> list[str]:  # type: ignore[no-untyped-def]
        world.project()
        return [one.body for one in world.app.drafts(r.Drafts(record_id=RECORD), by).items]

    assert (bodies(), bodies(CARER)) == (["b"], ["c"])
    with pytest.raises(Forbidden):
        world.app.discard_draft(command(w.DiscardDraft, draft_id=other), PATIENT)
    world.reply(sent.conversation_id, draft_id=draft)
    assert bodies() == []


def test_words_are_found_in_subject_names_and_messages(world: World) -> None:
    """From the first letters, without accents; and not what may not be seen."""
    world.mail(written("Votre hémoglobine est normale", Subject="Bilan"))
    world.start(subject="Autre chose")

    assert world.listed(text="hemoglo").total == 1
    assert world.listed(text="dupont bilan").total == 1
    assert world.listed(text="cholesterol").total == 0
    assert world.listed().unread == 2


def test_reading_counts_down_and_is_told_once(world: World) -> None:
    """A professional who reads what they wrote marks nothing."""
    sent = world.start()
    assert world.listed(unread=True).total == 1
    for _ in range(2):
        world.read(sent.message_id)

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
