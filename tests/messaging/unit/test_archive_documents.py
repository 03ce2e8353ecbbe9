"""The documents of an archive, each by itself: named, hidden and saved as its sender said of it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest

from services.messaging.adapters.xdm import ZipArchives
from services.messaging.application.taking import Kept
from services.messaging.contract import writing as w
from services.messaging.domain.errors import NotSaveable, VisibilityRefused
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from tests.messaging.mails import carrying, mail
from tests.messaging.unit.test_archives import zipped
from tests.messaging.world import PATIENT, PDF, World, attached, command
from tests.vault.cda import cda as a_cda
from tests.vault.cda import enclosing

M, P, L = "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"
CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
SECRET = replace(PATIENT, secret=True)


def entry(uri: str = "", *codes: str, title: str = "", unique_id: str = "", name: str = "d") -> str:
    """A document entry; ebRIM 3.0 as IHE ITI TF-3 4.2 has it."""
    slot = f'<Slot name="URI"><ValueList><Value>{uri}</Value></ValueList></Slot>' if uri else ""
    said = f'<Name><LocalizedString value="{title}"/></Name>' if title else ""
    named = f'<ExternalIdentifier identificationScheme="{UNIQUE_ID}" value="{unique_id}"/>'
    hidden = "".join(coding(code, name) for code in codes)
    return f'<ExtrinsicObject id="{name}">{slot}{said}{hidden}{named}</ExtrinsicObject>'


def coding(code: str, of: str) -> str:
    return (
        f'<Classification classificationScheme="{CONFIDENTIALITY}" classifiedObject="{of}"'
        f' nodeRepresentation="{code}"/>'
    )


def metadata(*objects: str) -> bytes:
    return (
        '<l:SubmitObjectsRequest xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"'
        ' xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><RegistryObjectList>'
        f"{''.join(objects)}</RegistryObjectList></l:SubmitObjectsRequest>"
    ).encode()


def document(number: int, *codes: str) -> bytes:
    """A CDA that encloses a PDF of its own."""
    return a_cda(
        id_=f'<id root="1.2.3.4" extension="{number}"/>',
        title=f"<title>Compte rendu {number}</title>",
        confidentiality=codes or ("N",),
        body=enclosing(pdf(number)),
    )


def pdf(number: int) -> bytes:
    return PDF + b"%" * number


def archive(*files: tuple[str, bytes], about: Sequence[str] = ()) -> bytes:
    told = [("METADATA.XML", metadata(*about))]
    return zipped(*((f"IHE_XDM/SUBSET01/{name}", data) for name, data in (*told, *files)))


def save(
    world: World, message: Kept | w.Sent, document: int | None, by: Actor = PATIENT, number: int = 1
) -> w.AttachmentKept:
    said = {"type": "DOCPAT09", "message_id": message.message_id, "number": number}
    asked = command(w.SaveAttachment, document=document, **said)
    return world.app.save_attachment_to_record(asked, by)


BOTH = archive(("DOC1.XML", document(1)), ("DOC2.XML", document(2)))


def test_each_document_of_an_archive_is_saved_by_itself(world: World) -> None:
    """IHE ITI TF-1 16: a submission set holds as many as were sent; the first is not the rest."""
    kept = world.mail(carrying(BOTH))

    first, second = save(world, kept, 1), save(world, kept, 2)

    assert [file.data for _, file, _ in world.vault.deposited] == [pdf(1), pdf(2)]
    assert [given["title"] for _, _, given in world.vault.deposited] == [
        "Compte rendu 1", "Compte rendu 2",
    ]  # fmt: skip
    assert first.document_id != second.document_id
    assert (first.duplicate, second.duplicate) == (False, False)
    assert save(world, kept, 2) == w.AttachmentKept(
        document_id=second.document_id, duplicate=True, position=world.app.head().position
    )


def test_who_names_no_document_saves_the_first(world: World) -> None:
    """As callers do who know of one alone."""
    kept = world.mail(carrying(BOTH))

    save(world, kept, None)

    ((_, file, _),) = world.vault.deposited
    assert file.data == pdf(1)


def test_each_archive_of_a_mail_has_its_own(world: World) -> None:
    """Two deposits of a hospital, sent together."""
    made = mail()
    for number in (1, 2):
        data = archive((f"DOC{number}.XML", document(number)))
        made.add_attachment(data, maintype="application", subtype="zip", filename="IHE_XDM.ZIP")
    kept = world.mail(made.as_bytes())

    save(world, kept, 1, number=2)

    ((_, file, _),) = world.vault.deposited
    assert file.data == pdf(2)


def test_documents_are_told_by_their_titles(world: World) -> None:
    """Of the metadata, where they have one: it is what the sender calls them."""
    about = [entry("DOC2.XML", title="Lettre  de&#10;liaison &#x202e;fdp.exe", name="b")]
    kept = world.mail(
        carrying(archive(("DOC1.XML", document(1)), ("DOC2.XML", document(2)), about=about))
    )

    (shown,) = world.read(kept.message_id).attachments

    assert [(one.number, one.title) for one in shown.documents] == [
        (1, "Compte rendu 1"), (2, "Lettre de liaison fdp.exe"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "about",
    [
        [entry("DOC1.XML", "N", name="a"), entry("DOC2.XML", L, name="b")],
        [entry("", "N", name="a", unique_id="1.2.3.4^1"),
         entry("", L, name="b", unique_id="1.2.3.4^2")],
        [entry("DOC1.XML", "N", name="a"), entry("doc2.xml", name="b"), coding(L, "b")],
    ],
    ids=["by its URI", "by its uniqueId", "beside its entry"],
)  # fmt: skip
def test_each_document_is_hidden_as_its_own_entry_says(world: World, about: list[str]) -> None:
    """A minor's secret stays one once it is saved; what is none is not hidden with it. While they
    lie in one message, the message is hidden as the one that is hidden most."""
    kept = world.mail(
        carrying(archive(("DOC1.XML", document(1)), ("DOC2.XML", document(2)), about=about))
    )
    conversation = world.app.conversation(world.conversation_of(kept))
    assert conversation
    assert conversation.confidentiality == [L]

    save(world, kept, 1)
    save(world, kept, 2)

    hidden = [given.get("confidentiality", []) for _, _, given in world.vault.deposited]
    assert hidden == [[], [L]]


def test_a_document_is_hidden_as_it_says_itself(world: World) -> None:
    """In an archive without a word of it in the metadata, or attached bare."""
    both = archive(("DOC1.XML", document(1, L)), ("DOC2.XML", document(2, M)))
    in_archive = world.mail(carrying(both))
    made = mail(Message_ID="<2@hopital.mssante.fr>")
    for number, code in ((3, M), (4, "N")):
        made.add_attachment(document(number, code), maintype="text", subtype="xml", filename="a")
    bare = world.mail(made.as_bytes())

    save(world, in_archive, 1)
    save(world, in_archive, 2)
    save(world, bare, None)
    save(world, bare, None, number=2)

    hidden = [given.get("confidentiality") for _, _, given in world.vault.deposited]
    assert hidden == [[L], [M], [M], None]


def test_what_hides_nobody_knows_which_document_hides_all(world: World) -> None:
    """An entry whose file is not there may be that of any."""
    about = [entry("ABSENT.XML", L, name="a")]
    kept = world.mail(carrying(archive(("DOC1.XML", document(1)), about=about)))

    save(world, kept, 1)

    ((_, _, given),) = world.vault.deposited
    assert given["confidentiality"] == [L]


def test_the_file_beside_an_archive_is_hidden_as_its_message_is(world: World) -> None:
    """The readable PDF beside says what the document says, and cannot say who may not see it."""
    made = mail()
    for data, name in ((archive(("D.XML", document(1, M))), "IHE_XDM.ZIP"), (pdf(1), "cr.pdf")):
        made.add_attachment(data, maintype="application", subtype="x", filename=name)
    kept = world.mail(made.as_bytes())

    save(world, kept, None, number=2)

    ((_, file, given),) = world.vault.deposited
    assert (file.data, given["confidentiality"]) == (pdf(1), [M])


def test_what_a_professional_hides_as_a_whole_is_hidden_when_saved(world: World) -> None:
    """Over RPC they say it of the message; its files say nothing."""
    sent = world.start(confidentiality=[L], attachments=[attached(BOTH, "IHE_XDM.ZIP")])

    save(world, sent, 2)

    ((_, _, given),) = world.vault.deposited
    assert given["confidentiality"] == [L]


def test_what_a_minor_saves_in_secret_stays_secret(world: World) -> None:
    """The vault takes nothing else in such a session, and every save was refused."""
    sent = world.start(attachments=[attached(), attached(BOTH, "IHE_XDM.ZIP")])

    save(world, sent, None, by=SECRET)
    save(world, sent, 2, by=SECRET, number=2)

    assert [given["confidentiality"] for _, _, given in world.vault.deposited] == [[L], [L]]


@pytest.mark.parametrize(
    "about", [[entry("DOC2.XML", P)], [entry("ABSENT.XML", P)], [coding(P, "nothing")]]
)
def test_one_that_is_hidden_from_the_person_keeps_all_of_them_away(
    world: World, about: list[str]
) -> None:
    """An archive is handed over whole: it is refused whole, and its sender told."""
    both = archive(("DOC1.XML", document(1)), ("DOC2.XML", document(2)), about=about)
    with pytest.raises(VisibilityRefused):
        world.mail(carrying(both))
    assert world.events() == []


def test_of_an_archive_that_came_before_that_rule_it_is_not_saved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mask was looked for in its first document alone: what lies there is looked at again."""
    with monkeypatch.context() as before:
        before.setattr(world.app, "hidden_as", lambda _files: {"N"})
        both = archive(("DOC1.XML", document(1)), ("DOC2.XML", document(2, P)))
        kept = world.mail(carrying(both))

    with pytest.raises(Forbidden):
        save(world, kept, 2)
    assert world.vault.deposited == []


def test_a_file_that_the_metadata_describe_is_a_document_too(world: World) -> None:
    """XDM carries any type (IHE ITI TF-1 16.1); what nobody describes is a part of the page."""
    about = [entry("SCAN.PDF", L, title="Radio", unique_id="1.2.3.9")]
    files = (("SCAN.PDF", pdf(1)), ("LOGO.PDF", pdf(2)), ("X.BIN", b"MZ\x90\x00\x03"))
    kept = world.mail(carrying(archive(*files, about=about)))

    (shown,) = world.read(kept.message_id).attachments
    save(world, kept, 1)

    assert [one.title for one in shown.documents] == ["Radio"]
    ((_, file, given),) = world.vault.deposited
    assert (file.data, given["title"], given["confidentiality"]) == (pdf(1), "Radio", [L])


def test_no_file_of_any_type_is_handed_out_that_is_hidden_from_the_person(world: World) -> None:
    """What its entry says was not looked at where an archive held no CDA."""
    for name, data in (("SCAN.PDF", pdf(1)), ("IMAGE.DCM", b"\x00" * 128 + b"DICM")):
        with pytest.raises(VisibilityRefused):
            world.mail(carrying(archive((name, data), about=[entry(name, P)])))
    assert world.events() == []


def test_the_cdas_come_first(world: World) -> None:
    """Whoever names none gets the document that an archive was sent for."""
    about = [entry("A.PDF", title="Image"), entry("B.XML", name="b")]
    kept = world.mail(carrying(archive(("A.PDF", pdf(7)), ("B.XML", document(1)), about=about)))

    (shown,) = world.read(kept.message_id).attachments
    assert [one.title for one in shown.documents] == ["Compte rendu 1", "Image"]


def test_the_same_file_in_two_sets_is_one_document() -> None:
    """Hidden as either says of it."""
    told = [metadata(entry("D.XML", code)) for code in ("N", L)]
    found = ZipArchives().read(
        zipped(
            ("IHE_XDM/S1/METADATA.XML", told[0]), ("IHE_XDM/S1/D.XML", document(1)),
            ("IHE_XDM/S2/METADATA.XML", told[1]), ("IHE_XDM/S2/D.XML", document(1)),
        )
    )  # fmt: skip

    assert found
    (document_,) = found.documents
    assert document_.confidentiality == (L, "N")


def test_a_number_that_is_none_is_refused_like_one_that_is_hidden(world: World) -> None:
    """Also of a file that holds no documents."""
    kept = world.mail(carrying(BOTH))
    plain = world.start(attachments=[attached()])

    for message, number in ((kept, 3), (plain, 1)):
        with pytest.raises(Forbidden):
            save(world, message, number)


def test_a_set_that_holds_nothing_to_save_says_so(world: World) -> None:
    """Its metadata are read for what they hide; there is no document of a type that is taken."""
    about = [entry("IMAGE.DCM", "N")]
    kept = world.mail(carrying(archive(("IMAGE.DCM", b"\x00" * 200), about=about)))

    (shown,) = world.read(kept.message_id).attachments
    assert (shown.saveable, shown.documents) == (False, [])
    with pytest.raises(NotSaveable):
        save(world, kept, None)


def test_the_same_request_saves_once(world: World) -> None:
    """A second delivery of it answers what the first did."""
    kept = world.mail(carrying(BOTH))
    said = {"type": "DOCPAT09", "message_id": kept.message_id, "number": 1, "document": 2}
    asked = w.SaveAttachment.model_validate({"request_id": uuid4()} | said)

    first = world.app.save_attachment_to_record(asked, PATIENT)

    assert world.app.save_attachment_to_record(asked, PATIENT) == first
    assert len(world.vault.deposited) == 1
