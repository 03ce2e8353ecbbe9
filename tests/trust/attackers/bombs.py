"""Files made to cost whoever reads them more than they weigh: five million bytes at most each."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.vault.cda import JPEG, PDF, PNG, cda, enclosing

WEIGHT = 4_900_000
"""Bytes; a document of more is refused for its size alone."""
Make = Callable[[], bytes]


def _xml(inside: bytes, before: bytes = b"") -> bytes:
    return before + b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + inside + b"</ClinicalDocument>"


def _dtd(declared: str) -> bytes:
    return f"<!DOCTYPE ClinicalDocument [{declared}]>".encode()


def _laughs() -> bytes:
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return _xml(b"<title>&e9;</title>", _dtd(f'<!ENTITY e0 "ha">{steps}'))


def _quadratic() -> bytes:
    half = WEIGHT // 2
    return _xml(b"&y;" * (half // 3), _dtd(f'<!ENTITY y "{"y" * half}">'))


def _outside(address: str) -> bytes:
    return _xml(b"&x;", _dtd(f'<!ENTITY x SYSTEM "{address}">'))


XML: dict[str, Make] = {
    "a billion laughs": _laughs,
    "quadratic blowup": _quadratic,
    "a file of the machine": lambda: _outside("file:///etc/hostname"),
    "an address": lambda: _outside("http://127.0.0.1:9/x"),
    "a remote DTD": lambda: _xml(b"", b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "a parameter entity": lambda: _xml(b"", _dtd('<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;')),
    "nested": lambda: _xml(b"<a>" * (WEIGHT // 3)),
    "elements": lambda: _xml(b"<b/>" * (WEIGHT // 4)),
    "attributes": lambda: _xml(
        b"<a " + b" ".join(b'a%d=""' % n for n in range(WEIGHT // 12)) + b"/>"
    ),
    "an attribute": lambda: _xml(b'<a b="' + b"x" * WEIGHT + b'"/>'),
    "a tag without end": lambda: _xml(b"<a " + b"x " * (WEIGHT // 2)),
    "a comment without end": lambda: _xml(b"<!--" + b"x" * WEIGHT),
    "a file inside that inflates": lambda: cda(
        body=enclosing(zlib.compress(bytes(60_000_000)), more=' compression="ZL"')
    ),
}


def _pdf(inside: bytes) -> bytes:
    return b"%PDF-1.7\n" + inside + b"\n%%EOF"


def _streams(count: int) -> bytes:
    """Object streams that never end, in a file that goes on behind them."""
    stream = b"stream\n" + zlib.compress(b"1 0 <<>>") + b" "
    return _pdf(stream * count + b" " * (WEIGHT - count * len(stream)))


PDFS: dict[str, Make] = {
    "a flate bomb": lambda: _pdf(
        b"stream\n" + zlib.compress(b"1 0 " + b" " * 100_000_000) + b"endstream"
    ),
    "streams without number": lambda: _pdf(b"stream\n" * 300_000),
    "a script": lambda: PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>"),
    "a program": lambda: PDF.replace(b"/Catalog", b"/Catalog/A<</S/Launch/F(cmd.exe)>>"),
    "a file inside": lambda: PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 3 0 R>>"),
}
HARMLESS: dict[str, Make] = {
    "streams without end": lambda: _streams(20_000),
    "pages that hold themselves": lambda: _pdf(
        b"1 0 obj<</Type/Pages/Kids[1 0 R 1 0 R]>>endobj\n" * (WEIGHT // 50)
    ),
    "one long name": lambda: _pdf(b"/" + b"#41" * (WEIGHT // 3)),
}
"""Taken, since we draw no page: it only must not cost more than it weighs."""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return PNG[:8] + _chunk(b"IHDR", head) + _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")


def _jpeg(lines: int, samples: int) -> bytes:
    frame = b"\xff\xc0\x00\x0b\x08"
    return JPEG.replace(frame + b"\0\1\0\1", frame + struct.pack(">HH", lines, samples))


def _tiff(order: str, width: int, height: int, following: int = 0) -> bytes:
    fields = [(256, 4, 1, width), (257, 4, 1, height)]
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    written = b"".join(struct.pack(f"{order}HHII", *field) for field in fields)
    return start + struct.pack(f"{order}H", 2) + written + struct.pack(f"{order}I", following)


def _looped_tiff() -> bytes:
    """A directory as long as may be, that says it is followed by itself."""
    fields = struct.pack("<HHII", 1, 1, 0, 0) * 65_535
    head = b"II*\0" + struct.pack("<IH", 8, 65_535)
    return head + fields + struct.pack("<I", 8)


PICTURES: dict[str, Make] = {
    "PNG": lambda: _png(2**31 - 1, 2**31 - 1),
    "JPEG": lambda: _jpeg(65_535, 65_535),
    "JPEG that counts its lines later": lambda: _jpeg(0, 65_535),
    "TIFF": lambda: _tiff("<", 2**31, 2**31),
    "TIFF, the other order": lambda: _tiff(">", 100_000, 100_000),
    "TIFF that follows itself": _looped_tiff,
    "TIFF, two of them": lambda: _tiff("<", 1, 1, following=8),
}


def zipped(*files: tuple[str, bytes], stored: bool = False) -> bytes:
    made = io.BytesIO()
    how = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(made, "w", how) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


FOLDER = "IHE_XDM/SUBSET01/"


def _overlapping() -> bytes:
    """Ninety entries that are all the same megabytes (D. Fifield, "A better zip bomb")."""
    one = zipped((f"{FOLDER}DOC00001.XML", b"<a>" + b" " * 30_000_000 + b"</a>"))
    end = one.rindex(b"PK\5\6")
    start = struct.unpack_from("<I", one, end + 16)[0]
    entries = one[start:end] * 90
    return (
        one[:start]
        + entries
        + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 90, 90, len(entries), start, 0)
    )


ARCHIVES: dict[str, Make] = {
    "ratio": lambda: zipped((f"{FOLDER}DOC00001.XML", b"<a>" + b" " * 30_000_000)),
    "entries": lambda: zipped(*((f"{FOLDER}{n}.XML", b"") for n in range(20_000))),
    "overlapping": _overlapping,
    "behind one that fills it": lambda: zipped(
        (f"{FOLDER}A.XML", b"<a/>" + b" " * 19_999_900),
        (f"{FOLDER}B.XML", b"<a>" + b" " * 150_000_000),
    ),
    "a directory of nothing": lambda: b"PK\3\4" + b"PK\1\2" * 100_000,
}
"""Refused with the mail that brings them."""
CLOSED: dict[str, Make] = {
    "nested elements": lambda: zipped((f"{FOLDER}DOC00001.XML", b"<a>" * 1_500_000)),
    "elements in every file": lambda: zipped(
        *((f"{FOLDER}DOC{n:05}.XML", b"<a>" + b"<b/>" * 3_000 + b"</a>") for n in range(90))
    ),
    "archives in archives": lambda: zipped(
        ("IHE_XDM/A.ZIP", zipped(("IHE_XDM/B.ZIP", zipped((f"{FOLDER}D.XML", bytes(10**7))))))
    ),
    "a path out of it": lambda: zipped(("../../IHE_XDM/DOC00001.XML", cda()), ("/etc/x", b"x")),
    "laughs": lambda: zipped((f"{FOLDER}DOC00001.XML", _laughs())),
}
"""Kept as a file, and never opened as documents."""
HEAD = b"From: jean.dupont@hopital.mssante.fr\r\nTo: x\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
MAILS: dict[str, Make] = {
    "parts": lambda: MIXED + b"--b\r\n\r\n" * 10_000 + b"--b--",
    "a list of addresses": lambda: HEAD + b"Cc: " + b"a@b.fr,\r\n " * 8_000 + b"\r\n\r\nx",
    "parameters": lambda: (
        MIXED + b"--b\r\nContent-Type: text/plain" + b";\r\n a=b" * 20_000 + b"\r\n\r\nx"
    ),
    "headers in a part": lambda: MIXED + b"--b\r\n" + b"a: b\r\n" * 12_000 + b"\r\nx",
    "a name of a file": lambda: (
        MIXED + b'--b\r\nContent-Disposition: attachment; filename="' + b"a\r\n " * 8_000 + b'"'
    ),
    "types": lambda: MIXED + b"--b\r\nContent-Type: text/plain\r\n\r\n" * 200 + b"--b--",
}
PAGES: dict[str, Make] = {
    name: lambda begun=begun: (  # type: ignore[misc]  # mypy infers no type for a default
        HEAD + b"Content-Type: text/html\r\n\r\n" + (begun * 120 + b"\r\n") * (250_000 // 120)
    )
    for name, begun in {
        "tags": b"<a ",
        "comments": b"<!--",
        "quotes": b'<a b="',
        "ends": b"</",
        "references": b"&#9",
        "declarations": b"<![",
    }.items()
}
"""Mails whose HTML never ends what it begins."""


def calendar(definition: str, count: int) -> str:
    """An appointment in a time zone of the calendar's own making."""
    zone = (
        "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
        f"RRULE:{definition}\r\nEND:STANDARD\r\n"
    )
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTIMEZONE\r\nTZID:mine\r\n"
        f"{zone * count}END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:u1\r\nDTSTAMP:20261101T080000Z\r\n"
        "DTSTART;TZID=mine:20270101T080000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
