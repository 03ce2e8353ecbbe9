"""Archives of other software, and what the documents that come say of who may not see them."""

import io
import zipfile

import pytest

from services.messaging.adapters.xdm import ZipArchives
from services.messaging.domain.errors import VisibilityRefused
from shared.kernel.errors import InvalidRequest
from tests.messaging.mails import carrying, cda, xdm
from tests.messaging.world import PDF, World, attached

L, P = "INVISIBLE_REPRESENTANTS_LEGAUX", "INVISIBLE_PATIENT"
METADATA = b"""<?xml version="1.0"?>
<l:SubmitObjectsRequest xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
 xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><RegistryObjectList><ExtrinsicObject id="d">
<Classification classificationScheme="urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
 classifiedObject="d" nodeRepresentation="N"/></ExtrinsicObject></RegistryObjectList>
</l:SubmitObjectsRequest>"""
PRESENTABLE = (
    b'<?xml-stylesheet type="text/xsl" href="#"?><xsl:stylesheet version="1.0" '
    b'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><html/>'
    b"</xsl:template>" + cda().partition(b"?>")[2] + b"</xsl:stylesheet>"
)


def zipped(*files: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize(
    "files",
    [
        [("IHE_XDM/SUBSET01/METADATA.XML", METADATA), ("IHE_XDM/SUBSET01/DOC00001.XML", cda())],
        [("IHE_XDM/HOPITAL/CR.CDA", cda()), ("IHE_XDM/HOPITAL/METADATA.XML", METADATA)],
        [("IHE_XDM/S1/DOCUMENT", cda()), ("IHE_XDM/S1/METADATA.XML", METADATA)],
        [("ihe_xdm/subset01/metadata.xml", METADATA), ("ihe_xdm/subset01/doc1.xml", cda())],
        [("IHE_XDM\\SUBSET01\\METADATA.XML", METADATA), ("IHE_XDM\\SUBSET01\\D.XML", cda())],
        [
            ("README.TXT", b"Hopital"),
            ("INDEX.HTM", b"<html/>"),
            ("IHE_XDM/", b""),
            ("IHE_XDM/SUBSET01/", b""),
            ("IHE_XDM/SUBSET01/METADATA.XML", METADATA),
            ("IHE_XDM/SUBSET01/DOC00001.PDF", PDF),
            ("IHE_XDM/SUBSET02/METADATA.XML", METADATA),
            ("IHE_XDM/SUBSET02/STYLE.XSL", PRESENTABLE.replace(b"urn:hl7-org:v3", b"urn:x")),
            ("IHE_XDM/SUBSET02/DOC00002.XML", cda()),
        ],
    ],
    ids=["as usual", "its own names", "no extension", "small letters", "Windows", "two sets"],
)
def test_the_cda_is_found_wherever_it_lies(files: list[tuple[str, bytes]]) -> None:
    """IHE ITI TF-2b 3.32.4.1.2.2: one folder for each submission set below IHE_XDM, a METADATA.XML
    in each; the names of folders and documents are free."""
    found = ZipArchives().read(zipped(*files))

    assert found
    assert [(d.data, d.unique_id) for d in found.documents] == [(cda(), "1.2.250.1.213.1.1.9^1")]
    assert found.confidentiality == ("N",)


def test_a_cda_inside_its_stylesheet_is_a_cda() -> None:
    """CI-SIS "autopresentable": the vault takes it, so what comes by mail may be kept."""
    found = ZipArchives().read(xdm(PRESENTABLE))

    assert found
    (document,) = found.documents
    assert (document.data, document.unique_id) == (PRESENTABLE, "1.2.250.1.213.1.1.9^1")


def test_what_hides_any_document_of_an_archive_counts(world: World) -> None:
    """It is handed over whole: a second document that the person may not see must not come with the
    first."""
    both = zipped(("IHE_XDM/SUBSET01/DOC1.XML", cda()), ("IHE_XDM/SUBSET02/DOC2.XML", cda(P, "2")))
    with pytest.raises(VisibilityRefused):
        world.mail(carrying(both))
    assert world.events() == []


def test_metadata_that_cannot_be_read_hide_nothing_from_us(world: World) -> None:
    """The mask may stand in them alone (ANS): an archive whose own cannot be read is refused."""
    unread = METADATA.replace(b'nodeRepresentation="N"', f'nodeRepresentation="{P}"'.encode())[:-5]
    with pytest.raises(InvalidRequest):
        world.mail(carrying(xdm(METADATA=unread)))
    assert world.events() == []


def test_a_document_that_comes_without_an_archive_is_hidden_as_it_says(world: World) -> None:
    """A CDA says in its header who may not see it, however it comes: by mail, or over RPC."""
    with pytest.raises(VisibilityRefused):
        world.mail(carrying(cda(P), "cr.xml"))
    with pytest.raises(VisibilityRefused):
        world.start(attachments=[attached(data=cda(P))])
    assert world.events() == []

    for sent in (
        world.conversation_of(world.mail(carrying(cda(L), "cr.xml"))),
        world.start(attachments=[attached(data=cda(L))]).conversation_id,
    ):
        conversation = world.app.conversation(sent)
        assert conversation
        assert conversation.confidentiality == [L]


def test_a_hidden_document_does_not_join_an_open_conversation(world: World) -> None:
    """Representatives who read it would read the document."""
    sent = world.start()
    with pytest.raises(VisibilityRefused):
        world.send(sent, attachments=[attached(data=cda(L))])

    world.send(sent, attachments=[attached(data=cda())])
    thread = f"<{sent.message_id}@patient.mssante.fr>"
    by_mail = world.mail(carrying(cda(L), "cr.xml", In_Reply_To=thread))
    assert world.conversation_of(by_mail) != sent.conversation_id
