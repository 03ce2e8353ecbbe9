"""A content is what its bytes say."""

import struct
import zlib
from pathlib import Path

import pytest

from services.vault.contract.reading import Open
from services.vault.domain import content
from services.vault.domain.active_content import active_parts
from services.vault.domain.content import recognise, require_declared
from shared.kernel.errors import InvalidRequest
from tests.vault.cda import ACTIVE, JPEG, PDF, PNG, RTF, TEXT, TIFF, carrying, cda, enclosing
from tests.vault.world import DOCTOR, METADATA, RECORD, World


def tiff(*strips: tuple[int, int]) -> bytes:
    """Of 100 bytes behind its head: two strips, by where they begin and how long they are."""
    fields = b""
    for tag, values in ((273, [s for s, _ in strips]), (279, [n for _, n in strips])):
        fields += struct.pack("<HHI2H", tag, 3, 2, *values)
    return struct.pack("<2sHIH", b"II", 42, 8, 2) + fields + bytes(4 + 64)


def tiff_described(at: int) -> bytes:
    """Its one field is ten letters, wherever it says; behind its directory there are 20 bytes."""
    return struct.pack("<2sHIH", b"II", 42, 8, 1) + struct.pack("<HHII", 270, 2, 10, at) + bytes(24)


def tiff_of_one_list() -> bytes:
    """Its four lists are the same 30 numbers: read as often as it says, they are no end of work."""
    fields = b"".join(struct.pack("<HHII", tag, 4, 30, 62) for tag in (273, 279, 324, 325))
    return struct.pack("<2sHIH", b"II", 42, 8, 4) + fields + bytes(4 + 120)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (cda(), content.CDA),
        (b"\xef\xbb\xbf  \n<!-- c --><a/>", content.CDA),
        ("<a/>".encode("utf-16"), content.CDA),
        (PDF, content.PDF),
        (JPEG, content.JPEG),
        (PNG, content.PNG),
        (TIFF, content.TIFF),
        (b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x00\x00\x03" + bytes(12), content.TIFF),
        (tiff((40, 30), (70, 32)), content.TIFF),
        (tiff_described(len(tiff_described(0)) - 10), content.TIFF),
        (RTF, content.RTF),
        (TEXT, content.TEXT),
        ("Été à l'hôpital".encode("latin-1"), content.TEXT),
        ("L’œil : 20 € de reste à charge…".encode("cp1252"), content.TEXT),
        ("L’œil".encode("utf-16"), content.TEXT),
        (b"\xfe\xff" + "L’œil".encode("utf-16-be"), content.TEXT),
        (b"\xef\xbb\xbf" + PDF, content.PDF),
        (b"\x1b%-12345X@PJL JOB\r\n" + PDF, content.PDF),
        (b"\x00" * 1019 + PDF, content.PDF),
        (JPEG + b"\x00\x00\x00\x18ftypmp42" * 1000, content.JPEG),
    ],
)
def test_formats_taken(data: bytes, media_type: str) -> None:
    """The formats of the DMP (JDV_J60), told apart without a name."""
    assert recognise(data) == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00",
        b"PK\x03\x04archive",
        b"\x7fELF",
        b"text with a \x00 byte",
        b"escape \x1b[2J",
        b"C1 \x81 control",
        "escape \x1b[2J".encode("utf-16"),
        "C1 \x85 control".encode(),
        b"\xff\xfe\x00\xd8",
        b"some words, then\n" + PDF[:-8],
        JPEG.replace(b"\x00\x10JFIF", b"\x00\x12JFIF\xff\xd9")[:-2],
        PDF[:-8],
        JPEG[:-2],
        PNG[:20],
        PNG.replace(b"IDAT", b"IDAU"),
        TIFF[:-8],
        tiff((40, 30), (70, 33)),
        tiff((40, 30), (103, 0)),
        tiff_described(len(tiff_described(0)) - 9),
        tiff_of_one_list(),
        tiff((40, 30), (70, 32))[:-1],
        TIFF[:4] + b"\x09\x00\x00\x00" + TIFF[8:],
        b"\xff\xd8\xff\xd9",
        b"\x00" * 1020 + PDF,
        b"{\\rtf1 cut short",
        RTF + b"!",
        b"\x00",
    ],
)
def test_anything_else_is_not(data: bytes) -> None:
    """Programs, archives, control characters, and files cut short on the way."""
    assert recognise(data) is None


def test_what_is_declared_must_be_so() -> None:
    """A PDF called an image would be shown by a program that never expected it."""
    require_declared(content.JPEG, "image/jpg", "media_type")
    require_declared(content.TEXT, "text/plain; charset=utf-8", "media_type")
    require_declared(content.CDA, "application/xml", "media_type")
    require_declared(content.PDF, None, "media_type")

    with pytest.raises(InvalidRequest) as refusal:
        require_declared(content.PDF, "image/jpeg", "media_type")

    assert refusal.value.fields == {"media_type": "the bytes are application/pdf"}


def in_object_stream(objects: bytes) -> bytes:
    packed = zlib.compress(b"1 0 2 10 " + objects)
    head = b"%PDF-1.5\n1 0 obj<</Type/ObjStm/N 2/First 9/Filter/FlateDecode>>stream\n"
    return head + packed + b"\nendstream endobj\n%%EOF"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>"), "JavaScript"),
        (PDF.replace(b"/Catalog", b"/Catalog/A<</S/J#61vaScript>>"), "JavaScript"),
        (PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 3 0 R>>"), "an embedded file"),
        (PDF.replace(b"/Catalog", b"/Catalog/A<</S/Launch>>"), "a command to launch"),
        (PDF.replace(b"/Root", b"/Encrypt 9 0 R/Root"), "encryption"),
        (in_object_stream(b"<</S/JavaScript>>"), "JavaScript"),
    ],
)
def test_active_pdf_are_found(data: bytes, found: str) -> None:
    """Also behind an escaped name (ISO 32000-1, 7.3.5) or packed in an object stream (7.5.7)."""
    assert active_parts(data, content.PDF) == (found,)


def test_quiet_files_are_quiet() -> None:
    """Words of a text are no commands."""
    assert active_parts(PDF, content.PDF) == ()
    assert active_parts(RTF, content.RTF) == ()
    assert active_parts(b"/JavaScript", content.TEXT) == ()
    assert active_parts(in_object_stream(b"<</Type/Page>>"), content.PDF) == ()


def test_an_rtf_with_an_object_is_active() -> None:
    """Embedded OLE objects run with what opens them."""
    assert active_parts(rb"{\rtf1 {\object\objemb{\*\objdata 01}}}", content.RTF)


def test_a_pdf_made_to_wear_us_out_is_given_up() -> None:
    """Bounded in what is unpacked and in how many streams are looked into."""
    bomb = zlib.compress(b"1 0 " * 3_000_000)
    bombs = b"%PDF-1.5\n" + (b"stream\n" + bomb + b"endstream\n") * 3 + b"%%EOF"
    many = b"%PDF-1.5\n" + b"stream\n" * 100_000 + b"%%EOF"

    assert active_parts(bombs, content.PDF) == ("more than can be looked into",)
    assert active_parts(many, content.PDF) == ("more than can be looked into",)


@pytest.mark.parametrize("body", [None, enclosing(ACTIVE), carrying(ACTIVE)])
def test_active_files_that_are_let_in_are_flagged(tmp_path: Path, body: str | None) -> None:
    """By the operator's setting; depositor and readers are told, whichever way they open it."""
    world = World(tmp_path, refuse_active=False)
    deposited = (
        world.deposit(cda(body=body))
        if body
        else world.deposit(ACTIVE, record_id=str(RECORD), metadata=METADATA)
    )
    told = [
        world.vault.open(Open(document_id=deposited.document_id, unwrap=unwrap), DOCTOR).warnings
        for unwrap in (False, True)
    ]
    world.vault.close()

    assert deposited.warnings == [f"content{'.body' * bool(body)} holds JavaScript"]
    assert all("éléments actifs" in warnings[0] for warnings in told)
