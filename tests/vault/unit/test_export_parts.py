"""A copy is read in parts, each by who asked for it and as the rules are by then."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.vault.application import exporting
from services.vault.contract.exports import ExportStatus
from services.vault.contract.life import Delete
from services.vault.domain import export
from services.vault.domain.zipping import Stored, directory, piece
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from tests.vault import xds
from tests.vault.cda import JPEG, PDF, TEXT, cda
from tests.vault.exports import archive, begin, put, read, whole_part
from tests.vault.world import AUTHOR, DOCTOR, MOTHER, OTHER_RECORD, PATIENT, RECORD, World


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
    assert re.findall(r"illisible, non joint :</strong> (\w+)", page) == ["Perdu"]
    assert "1 document joint" in page


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


@pytest.mark.parametrize("start", [2**32 - 1, 5 * 2**30])
def test_an_archive_beyond_four_gigabytes(start: int) -> None:
    """ZIP64: offsets that 32 bits cannot hold, the last of which says that they are elsewhere;
    read by Python's own unzip, on a sparse file. A second is of two, as DOS counted."""
    moment = datetime(2026, 11, 21, 9, 30, 44, tzinfo=UTC)
    made = piece([("A.TXT", b"hello")], moment)
    files = [
        Stored(name=f.name, crc=f.crc, size=f.size, offset=start + f.offset) for f in made.files
    ]
    end = directory(files, start + len(made.data), moment)
    with Sparse(start, made.data + end) as sparse, zipfile.ZipFile(sparse) as copy:
        assert copy.read("A.TXT") == b"hello"
        assert copy.getinfo("A.TXT").date_time == (2026, 11, 21, 9, 30, 44)


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
