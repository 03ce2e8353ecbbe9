"""What comes with a message: recognised, bounded, kept sealed, saved to the record."""

import base64
from pathlib import Path
from uuid import uuid4

import pytest

from services.messaging.adapters.xdm import ZipArchives
from services.messaging.application.taking import Kept
from services.messaging.contract import reading as r
from services.messaging.contract import writing as w
from services.messaging.domain.attachment import File, recognise, safe_name
from services.messaging.domain.consistency import require_consistent
from services.messaging.domain.errors import NotSaveable, VisibilityRefused
from services.messaging.domain.ports import Copy, Person
from shared.kernel.errors import Forbidden, InvalidRequest, TooLarge
from tests.messaging.mails import carrying, cda, xdm
from tests.messaging.world import CARER, NOW, PATIENT, PDF, RECORD, World, attached, command
from tests.vault.cda import cda as a_cda
from tests.vault.cda import enclosing

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
    assert recognise(PDF) == recognise(b"\xef\xbb\xbf" + PDF) == "application/pdf"
    assert recognise(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert recognise(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") == "image/png"
    assert recognise(b"II*\x00\x08\x00") == recognise(b"MM\x00*\x00\x08") == "image/tiff"
    assert recognise(b"{\\rtf1\\ansi}") == "application/rtf"
    assert recognise(b"\xef\xbb\xbf" + cda()) == "text/xml"
    assert recognise(cda().decode().encode("utf-16")) == "text/xml"
    assert recognise("Été".encode()) == recognise("L’œil".encode("cp1252")) == "text/plain"
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
        ("r" * 97 + ".pdf", "r" * 96 + ".pdf"),
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


def test_an_attachment_that_is_not_there_is_refused_like_one_that_is_hidden(world: World) -> None:
    """Else the numbers would tell how many there are."""
    sent = world.start(attachments=[attached()])
    for number in (2, 1000):
        with pytest.raises(Forbidden):
            world.app.open_attachment(
                r.OpenAttachment(message_id=sent.message_id, number=number), PATIENT
            )


def test_sizes_are_those_of_the_settings(tmp_path: Path) -> None:
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
    document = uuid4()
    world.vault.documents[document] = File(
        name="Compte rendu", media_type="application/pdf", data=PDF
    )
    world.vault.hidden_from.add(CARER.id)
    given = [attached(), {"document_id": str(document)}, {"profile": True}]
    answer = world.reply(sent.conversation_id, attachments=given)

    names = [one.name for one in world.read(answer.message_id).attachments]
    assert names == ["resultats.pdf", "Compte rendu", "profil-medical.pdf"]
    with pytest.raises(Forbidden):
        world.reply(sent.conversation_id, CARER, attachments=[{"document_id": str(document)}])


def test_an_xdm_is_opened_and_its_cda_known_again(world: World) -> None:
    """The CDA inside goes to the vault, which knows one that came directly by its uniqueId."""
    content, document = cda(document="42"), uuid4()
    world.vault.known[RECORD, content] = document
    kept = world.mail(carrying(xdm(content)))
    message = world.app.message(kept.message_id)
    assert message
    (inside,) = message.attachments[0].documents
    assert inside.unique_id == "1.2.250.1.213.1.1.9^42"
    (shown,) = world.read(kept.message_id).attachments
    assert shown.saveable

    saved = save(world, kept)

    assert (saved.document_id, saved.duplicate) == (document, True)
    assert world.vault.deposited == []
    assert world.topics()[-1] == "attachment_saved"


def test_of_a_cda_that_is_new_the_person_keeps_the_file(world: World) -> None:
    """The vault takes no CDA from a person; the file inside is theirs to add, of the day it
    came."""
    kept = world.mail(carrying(xdm(a_cda(body=enclosing(PDF)))))
    saved = save(world, kept, type="DOCPAT09", title="Mutuelle")

    assert not saved.duplicate
    ((record_id, file, given),) = world.vault.deposited
    assert (record_id, file.media_type, file.data) == (RECORD, "application/pdf", PDF)
    came = {"creation": "2026-11-21T08:30:00.000Z", "service_start": "2026-11-21T08:30:00.000Z"}
    assert given == {"type": "DOCPAT09", "title": "Mutuelle"} | came


def test_a_new_cda_without_a_file_is_not_saved(world: World) -> None:
    """There is nothing in it that a person may add."""
    kept = world.mail(carrying(xdm(a_cda())))
    with pytest.raises(NotSaveable):
        save(world, kept, type="DOCPAT09", title="Mutuelle")


def test_a_file_is_saved_by_its_own_name(world: World) -> None:
    """The vault wants to know what it is; its name is its title unless they say another."""
    sent = world.start(attachments=[attached()])
    with pytest.raises(InvalidRequest):
        save(world, sent)
    save(world, sent, type="DOCPAT09")

    ((_, file, given),) = world.vault.deposited
    assert (file.data, given["title"]) == (PDF, "resultats.pdf")


def save(world: World, message: Kept | w.Sent, **said: str) -> w.AttachmentKept:
    asked = command(w.SaveAttachment, message_id=message.message_id, number=1, **said)
    return world.app.save_attachment_to_record(asked, PATIENT)


def test_another_archive_is_kept_and_not_saved(world: World) -> None:
    """Only what holds a CDA can be kept in the record."""
    kept = world.mail(carrying(xdm(b"<?xml version='1.0'?><note/>")))

    (shown,) = world.read(kept.message_id).attachments
    assert not shown.saveable
    with pytest.raises(NotSaveable):
        save(world, kept)


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
    (read,) = found.documents
    assert (read.data, read.unique_id) == (cda(document="7"), "1.2.250.1.213.1.1.9^7")
    assert (archive.name, pdf.data) == ("IHE_XDM.ZIP", PDF)
