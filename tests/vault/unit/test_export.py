"""The person's copy of their record: whole, readable, and only what they may see."""

import base64
import hashlib
import io
import zipfile
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.vault.application import exporting
from services.vault.contract.exports import ExportPart, ExportRecord, ExportStatus, ReadExport
from services.vault.contract.life import Delete
from services.vault.domain import export
from services.vault.domain.zipping import Stored, directory, piece
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from tests.vault import xds
from tests.vault.cda import AUTHOR as CDA_AUTHOR
from tests.vault.cda import JPEG, PDF, PNG, TEXT, cda, enclosing, replacing
from tests.vault.cda import PATIENT as OF
from tests.vault.world import AUTHOR, DOCTOR, METADATA, MOTHER, OTHER_RECORD, PATIENT, RECORD, World


def begin(world: World, by: Actor = PATIENT) -> UUID:
    world.project()
    asked = ExportRecord(request_id=uuid4(), record_id=RECORD)
    return world.vault.export_record(asked, by).export_id


def read(
    world: World, export_id: UUID, part: int, offset: int = 0, by: Actor = PATIENT
) -> ExportPart:
    return world.vault.read_export(ReadExport(export_id=export_id, part=part, offset=offset), by)


def whole_part(world: World, export_id: UUID, part: int, by: Actor = PATIENT) -> bytes:
    data, offset = b"", 0
    while True:
        answer = read(world, export_id, part, offset, by)
        data += base64.b64decode(answer.content)
        if answer.next_offset is None:
            assert len(data) == answer.part_size
            assert hashlib.sha256(data).hexdigest() == answer.part_sha256
            return data
        offset = answer.next_offset


def archive(world: World, by: Actor = PATIENT) -> zipfile.ZipFile:
    export_id = begin(world, by)
    shown = world.vault.export_status(ExportStatus(export_id=export_id), by)
    data = b"".join(whole_part(world, export_id, part.number, by) for part in shown.parts)
    shown = world.vault.export_status(ExportStatus(export_id=export_id), by)
    assert shown.complete
    assert shown.size == len(data)
    return zipfile.ZipFile(io.BytesIO(data))


def put(world: World, data: bytes, **metadata: str) -> UUID:
    said = METADATA | metadata
    return world.deposit(data, record_id=str(RECORD), metadata=said).document_id


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
    assert len(entries) == 5
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


def rules_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on nobody reads what is marked R."""
    decide_many = world.access.decide_many

    def stricter(record_id, action, tuples, by, how):  # type: ignore[no-untyped-def]  # as decide_many
        permits = decide_many(record_id, action, tuples, by, how)
        pairs = zip(permits, tuples, strict=True)
        return [permit and "R" not in one.get("confidentiality", ()) for permit, one in pairs]

    monkeypatch.setattr(world.access, "decide_many", stricter)


def test_what_is_hidden_after_it_was_begun_is_not_in_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again at each part."""
    world.deposit(cda(title="<title>Annonce</title>", confidentiality=("N", "R")))
    put(world, PDF)
    export_id = begin(world)
    rules_changed(world, monkeypatch)

    part = whole_part(world, export_id, 0)

    assert b"Annonce" not in part
    assert PDF in part
    assert b"Annonce" not in whole_part(world, export_id, 1)


def test_what_is_deleted_after_it_was_begun_is_not_in_it(world: World) -> None:
    """Its author has taken it back: it is not shown again by any way."""
    put(world, PDF)
    deleted = put(world, JPEG)
    export_id = begin(world)
    world.vault.delete(Delete(request_id=uuid4(), document_id=deleted), AUTHOR)
    world.project()

    part = whole_part(world, export_id, 0)

    assert PDF in part
    assert JPEG not in part


def test_a_part_is_the_same_however_often_it_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a download goes on where it broke off; the first reading alone is kept."""
    monkeypatch.setattr(exporting, "SLICE", 100)
    put(world, PDF)
    export_id = begin(world)

    first = whole_part(world, export_id, 0)
    again = whole_part(world, export_id, 0)

    assert first == again
    assert world.topics().count("vault.export_part_made") == 1


def test_a_part_that_would_be_another_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two halves of two archives make none."""
    world.deposit(cda(confidentiality=("N", "R")))
    export_id = begin(world)
    whole_part(world, export_id, 0)
    rules_changed(world, monkeypatch)

    with pytest.raises(Conflict):
        read(world, export_id, 0)


def test_a_part_of_the_same_size_may_be_another() -> None:
    """What a part is, is told by what it holds."""
    begun = export.Export.begin(uuid4(), RECORD, [[uuid4()]], uuid4(), PATIENT)
    part = export.Part(size=3, sha256="a" * 64, files=(), left_out=())
    begun.make(0, part, PATIENT)

    begun.make(0, part, PATIENT)
    with pytest.raises(Conflict):
        begun.make(0, replace(part, sha256="b" * 64), PATIENT)


def test_many_documents_make_several_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its own submission set; the index comes last, and says what was not read."""
    monkeypatch.setattr(export, "PART_DOCUMENTS", 2)
    for number in range(5):
        put(world, TEXT + b"%d" % number)
    export_id = begin(world)

    with pytest.raises(Conflict) as refused:
        read(world, export_id, 3)
    assert refused.value.fields == {"part": "0, 1, 2"}
    with pytest.raises(InvalidRequest):
        read(world, export_id, 4)
    copy = archive(world)
    sets = [n for n in copy.namelist() if n.endswith("METADATA.XML")]
    assert [len(xds.check(copy.read(name))) for name in sets] == [2, 2, 1]


def test_a_large_document_has_a_part_of_its_own(world: World) -> None:
    big = PDF[:-6] + b"%" + b"x" * 3_000_000 + b"\n%%EOF\n"
    for number in range(3):
        put(world, big.replace(b"x", b"%d" % number, 1))

    copy = archive(world)

    assert len([n for n in copy.namelist() if n.endswith("METADATA.XML")]) == 3


def test_a_damaged_document_is_said_to_be(world: World) -> None:
    """The rest of the copy is had all the same."""
    lost = put(world, PDF, title="Perdu")
    put(world, JPEG, title="Gardé")
    (key,) = [k for k in world.objects.kept if lost.hex in k]
    del world.objects.kept[key]
    export_id = begin(world)

    assert read(world, export_id, 0).left_out == [lost]
    page = whole_part(world, export_id, 1).decode(errors="replace")
    assert "Document illisible" in page
    assert "Perdu" in page


@pytest.mark.parametrize(
    "other",
    [
        MOTHER,
        DOCTOR,
        replace(PATIENT, secret=True),
        replace(PATIENT, id=str(OTHER_RECORD), record_id=OTHER_RECORD),
    ],
    ids=["representative", "doctor", "secret session", "someone else"],
)
def test_only_who_asked_for_it_reads_it(world: World, other: Actor) -> None:
    put(world, PDF)
    export_id = begin(world)

    for ask in (
        lambda: read(world, export_id, 0, by=other),
        lambda: world.vault.export_status(ExportStatus(export_id=export_id), other),
    ):
        with pytest.raises(Forbidden):
            ask()


def test_nothing_is_read_of_a_record_closed_since(world: World) -> None:
    put(world, PDF)
    export_id = begin(world)
    world.access.close(RECORD)

    with pytest.raises(Forbidden):
        read(world, export_id, 0)


def test_an_erased_record_has_no_export(world: World) -> None:
    put(world, PDF)
    export_id = begin(world)
    world.keys.erase(RECORD)

    with pytest.raises(Forbidden):
        read(world, export_id, 0)


def test_it_is_traced(world: World) -> None:
    put(world, PDF)
    begin(world)

    assert world.topics()[-1] == "vault.record_exported"


def test_an_empty_record_has_a_copy_too(world: World) -> None:
    copy = archive(world)

    assert copy.namelist() == ["INDEX.HTM", "README.TXT"]


def test_an_archive_beyond_four_gigabytes(world: World) -> None:
    """ZIP64: offsets that 32 bits cannot hold; read by Python's own unzip, on a sparse file."""
    start = 5 * 2**30
    made = piece([("A.TXT", b"hello")], world.clock.now())
    files = [
        Stored(name=f.name, crc=f.crc, size=f.size, offset=start + f.offset) for f in made.files
    ]
    end = directory(files, start + len(made.data), world.clock.now())
    with Sparse(start, made.data + end) as sparse, zipfile.ZipFile(sparse) as copy:
        assert copy.read("A.TXT") == b"hello"


class Sparse(io.RawIOBase):
    """Zeros up to ``start``, then ``data``."""

    def __init__(self, start: int, data: bytes) -> None:
        self._start, self._data, self._at = start, data, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        size = self._start + len(self._data)
        self._at = offset + {0: 0, 1: self._at, 2: size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        size = size if size >= 0 else self._start + len(self._data) - self._at
        zeros = b"\0" * max(0, min(size, self._start - self._at))
        inside = max(0, self._at - self._start)
        taken = zeros + self._data[inside : inside + size - len(zeros)]
        self._at += len(taken)
        return taken
