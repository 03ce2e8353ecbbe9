"""The person's copy of their record: whole, readable, and only what they may see."""

import hashlib

import pytest

from services.vault.domain import export
from shared.kernel.actor import Actor
from tests.vault import xds
from tests.vault.cda import AUTHOR as CDA_AUTHOR
from tests.vault.cda import JPEG, PDF, PNG, TEXT, cda, enclosing, replacing
from tests.vault.cda import PATIENT as OF
from tests.vault.exports import archive, begin, put
from tests.vault.world import METADATA, MOTHER, OTHER_RECORD, PATIENT, RECORD, World


def test_the_archive_holds_every_document_as_it_was_deposited(world: World) -> None:
    """Read by Python's own unzip, which checks each checksum."""
    wrapped = cda(body=enclosing(PDF))
    world.deposit(wrapped)
    put(world, PDF)
    put(world, JPEG)
    put(world, TEXT)
    world.deposit(PNG, record_id=str(OTHER_RECORD), metadata=METADATA)

    copy = archive(world)

    assert copy.testzip() is None
    names = set(copy.namelist())
    assert {"INDEX.HTM", "README.TXT", "IHE_XDM/SUBSET01/METADATA.XML"} <= names
    inside = {copy.read(n) for n in names if n.startswith("IHE_XDM/") and "METADATA" not in n}
    assert inside == {wrapped, PDF, JPEG, TEXT}
    (readable,) = [n for n in names if n.startswith("LISIBLE/")]
    assert copy.read(readable) == PDF


def test_the_metadata_follow_the_standard(world: World) -> None:
    """Every rule of ``tests/vault/xds.py``, for documents of each source; the hash and size are
    those of the file at the URI."""
    world.deposit(cda(confidentiality=("N", "R")))
    world.deposit(cda(id_='<id root="1.2.3.4" extension="2"/>', related=replacing("1.2.3.4^1")))
    put(world, PDF, title="Compte rendu & suite ^ <fin>")
    put(world, JPEG, title="T" * 500)
    world.deposit(
        TEXT,
        by=PATIENT,
        record_id=str(RECORD),
        metadata={
            "type": "DOCPAT01", "title": "À moi", "creation": "2026", "service_start": "2026-01",
        },
    )  # fmt: skip

    copy = archive(world)

    entries = xds.check(copy.read("IHE_XDM/SUBSET01/METADATA.XML"))
    titles = [entry.find("{*}Name/{*}LocalizedString").get("value") for entry in entries]
    assert {"Compte rendu & suite ^ <fin>", "À moi", "T" * 500} < set(titles)
    for entry in entries:
        (uri,) = xds.slot(entry, "URI")
        data = copy.read(f"IHE_XDM/SUBSET01/{uri}")
        assert xds.slot(entry, "hash") == [hashlib.sha1(data, usedforsecurity=False).hexdigest()]
        assert xds.slot(entry, "size") == [str(len(data))]
    states = {e.get("id"): e.get("status").rpartition(":")[2] for e in entries}
    assert {*states.values()} == {"Approved", "Deprecated"}
    (newer, older) = xds.replacement(copy.read("IHE_XDM/SUBSET01/METADATA.XML"))
    assert (states[newer], states[older]) == ("Approved", "Deprecated")


def test_the_metadata_say_what_the_header_says(world: World) -> None:
    """The producer's number of the patient, the order and the study, and a professional who is
    known by their hospital alone (XDS: sourcePatientId, referenceIdList, XCN.13)."""
    refers = (
        '<inFulfillmentOf><order><id root="1.2.250.1.748" extension="98^4"/><id root="1.2.9"/>'
        '<a:accessionNumber xmlns:a="urn:dicom-org:ps3-20" root="1.2.250.1.925" extension="105"/>'
        "</order></inFulfillmentOf>"
    )
    own = '<id root="1.2.250.1.748.2" extension="IPP-12"/><patient>'
    author = CDA_AUTHOR.replace("801234567897", "3750712184/A12")
    world.deposit(cda(related=refers, patient=OF.replace("<patient>", own), authors=author))

    (entry,) = xds.check(archive(world).read("IHE_XDM/SUBSET01/METADATA.XML"))

    assert xds.slot(entry, "sourcePatientId") == ["IPP-12^^^&1.2.250.1.748.2&ISO^PI"]
    assert xds.slot(entry, "urn:ihe:iti:xds:2013:referenceIdList") == [
        "98 4^^^&1.2.250.1.748&ISO^urn:ihe:iti:xds:2013:order",
        "1.2.9^^^^urn:ihe:iti:xds:2013:order",
        "105^^^&1.2.250.1.925&ISO^urn:ihe:iti:xds:2013:accession",
    ]
    (person,) = xds.values(entry, "authorPerson")
    assert person == "3750712184/A12^ESSAI^Hélène^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^EI"


def test_what_a_document_replaces_is_said_across_sets(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The former version may have come in a part before; who reads both sets finds the chain."""
    monkeypatch.setattr(export, "PART_DOCUMENTS", 1)
    world.deposit(cda())
    world.deposit(cda(id_='<id root="1.2.3.4" extension="2"/>', related=replacing("1.2.3.4^1")))

    copy = archive(world)

    first, second = (copy.read(f"IHE_XDM/SUBSET0{n}/METADATA.XML") for n in (1, 2))
    (former,), (newer,) = xds.check(first), xds.check(second)
    assert xds.replacement(second) == (newer.get("id"), former.get("id"))


def test_the_metadata_of_who_has_no_qualified_identity(world: World) -> None:
    """The record's own number stands in the place of the INS."""
    world.identities.unproven = {RECORD}
    put(world, PDF)

    (entry,) = xds.check(archive(world).read("IHE_XDM/SUBSET01/METADATA.XML"))

    (patient,) = {v for v in xds.identified(entry).values() if v.endswith("^PI")}
    assert patient.startswith(str(RECORD))


@pytest.mark.parametrize("odd", ["\x00", "\x0b", "\x1f", "\ufffe"])
def test_the_metadata_are_xml_whatever_was_said(world: World, odd: str) -> None:
    """XML 1.0, 2.2: one character that no XML may hold would make all of a set unreadable."""
    act = {"code": f"A{odd}B", "system": "1.2", "display": f"Acte{odd}court"}
    said = METADATA | {"event_codes": [act], "title": f"Sortie{odd}le 3", "author": f"80{odd}9"}
    world.deposit(PDF, record_id=str(RECORD), metadata=said)

    (entry,) = xds.check(archive(world).read("IHE_XDM/SUBSET01/METADATA.XML"))

    texts = set(entry.xpath(".//@value"))
    assert {"Sortie le 3", "Acte court"} <= texts
    assert entry.xpath("//@nodeRepresentation[. = 'A B']")
    values = [value.text for value in entry.iter(f"{xds.RIM}Value")]
    assert any(value.startswith("80 9^") for value in values)


def test_the_page_lists_and_opens_them(world: World) -> None:
    """Titles as they are, harmless; each link leads to a file of the archive."""
    world.deposit(cda(body=enclosing(PDF), title="<title>Radio du genou</title>"))
    put(world, TEXT, title='<script>alert("x")</script>')

    copy = archive(world)

    page = copy.read("INDEX.HTM").decode()
    assert "Radio du genou" in page
    assert "<script" not in page
    links = [part.split('"')[0] for part in page.split('href="')[1:]]
    assert len(links) == 2
    assert set(links) <= set(copy.namelist())
    assert [n for n in links if n.startswith("LISIBLE/")]
    assert "DOMINIQUE PAT-TROIS" in page


def test_names_in_the_archive_say_nothing(world: World) -> None:
    """They show in logs and on screens; and XDM asks for eight capitals and three."""
    put(world, PDF, title="Sérologie")

    for name in archive(world).namelist():
        for step in name.split("/"):
            stem, _, extension = step.partition(".")
            assert len(stem) <= 8
            assert len(extension) <= 3
            assert step == step.upper()


@pytest.mark.parametrize("hidden_from", [PATIENT, MOTHER])
def test_what_is_hidden_is_not_in_it(world: World, hidden_from: Actor) -> None:
    """Nor its title in the page, nor its place in the count."""
    put(world, PDF, title="Visible")
    world.deposit(cda(title="<title>Annonce</title>", confidentiality=("N", "INVISIBLE_PATIENT")))

    copy = archive(world, hidden_from)

    assert len([n for n in copy.namelist() if "DOC0" in n]) == 1
    assert all(b"Annonce" not in copy.read(name) for name in copy.namelist())


def test_it_is_traced(world: World) -> None:
    put(world, PDF)
    begin(world)

    assert world.topics()[-1] == "vault.record_exported"


def test_an_empty_record_has_a_copy_too(world: World) -> None:
    copy = archive(world)

    assert copy.namelist() == ["INDEX.HTM", "README.TXT"]
