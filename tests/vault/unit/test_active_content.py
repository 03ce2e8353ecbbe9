"""What a PDF or an RTF would do beside being read, wherever its standard lets it stand."""

import base64
import zlib
from time import process_time

import pytest

from services.vault.domain import content
from services.vault.domain.active_content import active_parts
from services.vault.domain.pdf_parts import PIECE
from tests.vault.cda import PDF
from tests.vault.unit.test_taking import fields_of

SCRIPT = b"<</S/JavaScript/JS(x)>>"
PAIRS = b"1 0 2 10 "
STORED = rb"{\fldrslt {\*\shppict{\pict{\*\picprop}\pngblip 89504e47}}}}"
HARD = "more than can be looked into"


def with_objects(written: bytes) -> bytes:
    return PDF.replace(b"trailer", b"2 0 obj" + written + b"endobj\ntrailer")


def stream(
    packed: bytes, said: bytes = b"/Filter/FlateDecode", begins: bytes = b"stream\n"
) -> bytes:
    dictionary = b"<</Type/ObjStm/N 2/First 9" + said + b">>"
    return with_objects(dictionary + begins + packed + b"\nendstream ")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (b"<</AA<</O" + SCRIPT + b">>>>", "JavaScript"),
        (b"<</S/J#61va#53cript/JS(x)>>", "JavaScript"),
        (b"<</Subtype/U3D/OnInstantiate 3 0 R>>", "JavaScript"),
        (b"<</Subtype/FileAttachment/FS 3 0 R>>", "an embedded file"),
        (b"<</AF[3 0 R]>>endobj 3 0 obj<</Type/Filespec/F(a)/EF<</F 4 0 R>>>>", "an embedded file"),
        (b"<</F(a)/EF 4 0 R>>", "an embedded file"),
        (b"<</F(a)/E#46%now\n4 0 R>>", "an embedded file"),
        (b"<</S/GoToR/F(\\\\\\\\server\\\\a.pdf)/D[0/Fit]>>", "a command to open another file"),
        (b"<</S/GoToE/T<</R/C/N(a)>>>>", "a command to open another file"),
        (b"<</S/SubmitForm/F<</FS/URL/F(http://a.example)>>>>", "a command to send or fetch data"),
        (b"<</S/ImportData/F(a.fdf)>>", "a command to send or fetch data"),
        (b"<</AcroForm<</XFA[(template)3 0 R]>>>>", "a form with scripts"),
        (b"<</AcroForm<</XFA 3 0 R>>>>", "a form with scripts"),
        (b"<</S/Rendition/OP 0/JS(x)>>", "rich media"),
        (b"<</Subtype/Movie/Movie<</F(a.mov)>>>>", "rich media"),
    ],
)
def test_actions_are_found_where_they_may_stand(written: bytes, found: str) -> None:
    """ISO 32000-1, 7.3.5, 7.11.3, 12.5.6, 12.6.4, 12.7.8, 13.6.3; also inside object streams."""
    assert active_parts(with_objects(written), content.PDF) == (found,)
    packed = zlib.compress(PAIRS + written)
    assert active_parts(stream(packed), content.PDF) == (found,)


@pytest.mark.parametrize(
    "written",
    [
        b"<</S/URI/URI(https://labo.example/resultats)>>",
        b"<</S/GoTo/D[3 0 R/Fit]>>",
        b"<</Dests<</JavaScript_engine 3 0 R/Launch-site 4 0 R>>>>",
        b"\x07/EF\xe3/XFA(\x02/EF\x00\x9f",
        b"<</BM/Screen/AF[3 0 R]>>",
        b"<</Type/Sig/Filter/Adobe.PPKLite/Contents<00>>>",
    ],
)
def test_ordinary_parts_are_quiet(written: bytes) -> None:
    """Links, names that only begin alike, packed bytes that spell two letters, signatures."""
    assert active_parts(with_objects(written), content.PDF) == ()


@pytest.mark.parametrize(
    "quiet",
    [
        stream(zlib.compress(PAIRS + b"<</Type/Page>>")),
        stream(zlib.compress(b"")),
        stream(PAIRS + b"<</Type/Page>>", said=b""),
        with_objects(b"<<>>stream\nBT ET\nendstream\n" * 15_000),
        with_objects(b"<</Filter/DCTDecode>>stream\n\xff\xd8\xff\xe0\nendstream "),
        with_objects(b"<</Filter/FlateDecode>>stream\n" + zlib.compress(b"BT ET") + b"endstream "),
    ],
)
def test_ordinary_streams_are_quiet(quiet: bytes) -> None:
    """Of objects, packed or not, or none; of pictures and pages."""
    assert active_parts(quiet, content.PDF) == ()


def unpackable() -> bytes:
    """Deflated without compression, so that its bytes can be told: its end is damaged."""
    packed = zlib.compress(PAIRS + SCRIPT + bytes(range(256)), 0)
    return packed[:-4] + b"\xff\xff\xff\xff"


def beginning_late() -> bytes:
    """Deflated behind thirty blocks that hold nothing (RFC 1951, 3.2.4)."""
    return b"\x78\x01" + b"\x00\x00\x00\xff\xff" * 30 + zlib.compress(PAIRS + SCRIPT)[2:]


@pytest.mark.parametrize(
    "data",
    [
        stream(beginning_late()),
        stream(zlib.compress(PAIRS + SCRIPT), begins=b"stream \r\n"),
        stream(zlib.compress(PAIRS + SCRIPT), begins=b"stream\r"),
        stream(zlib.compress(PAIRS + b"(endstream)" + SCRIPT, 0)),
        stream(zlib.compress(PAIRS + b" " * 60 + SCRIPT)[:-4] + b"\xff\xff\xff\xff"),
        stream(unpackable()),
        stream(zlib.compress(PAIRS + b" " * (3 * PIECE) + SCRIPT, 0)[:-4] + b"\xff\xff\xff\xff"),
    ],
)
def test_a_script_is_found_in_a_stream_that_only_lenient_readers_take(data: bytes) -> None:
    """Blanks or a return alone behind ``stream``, ``endstream`` inside, a damaged end."""
    assert active_parts(data, content.PDF) == ("JavaScript",)


@pytest.mark.parametrize(
    "data",
    [
        stream(base64.a85encode(PAIRS + SCRIPT) + b"~>", b"/Filter/ASCII85Decode"),
        stream(b"31 20 30 20 " + SCRIPT.hex().encode() + b">", b"/Filter/ASCIIHexDecode"),
        stream(
            zlib.compress(b"31 20 30 20 " + SCRIPT.hex().encode()),
            b"/Filter[/FlateDecode/ASCII#48exDecode]",
        ),
        stream(zlib.compress(b"\x021 0 <<"), b"/Filter/FlateDecode/DecodeParms<</Predictor 12>>"),
        stream(zlib.compress(zlib.compress(PAIRS + SCRIPT)), b"/Filter[/FlateDecode/FlateDecode]"),
        stream(b"\x1b\x30\x00brotli", b"/Filter/BrotliDecode"),
        stream(zlib.compress(PAIRS + b"stream\n" + zlib.compress(PAIRS + SCRIPT), 0)),
    ],
)
def test_objects_that_are_packed_in_another_way_are_told(data: bytes) -> None:
    """No writer does so; what is inside is not known, and it is not taken for quiet."""
    assert active_parts(data, content.PDF) == (HARD,)


def test_encryption_is_said_to_be_the_reason() -> None:
    data = stream(b"\x94\x44\x7d\xaf").replace(b"/Root", b"/Encrypt 9 0 R/Root")
    assert active_parts(data, content.PDF) == ("encryption",)


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        (rb"{\object\objautlink{\*\objclass Word}}", "an embedded object"),
        (rb"{\object\objicemb{\*\objdata 01}}", "an embedded object"),
        (rb"{\*\template http://a.example/x.dotm}", "a template of elsewhere"),
        (rb"{\*\template \\\\server\\x.dotm}", "a template of elsewhere"),
        (rb"{\*\template \'68ttp:\u47?\u47?a}", "a template of elsewhere"),
        (rb"{\*\template \'2f\'2fserver\'2fx}", "a template of elsewhere"),
        (
            rb'{\field{\*\fldinst {INCLUDEPICTURE "https://a.example/x.png" \\d}}{\fldrslt }}',
            "a picture of elsewhere",
        ),
        (
            rb'{\field{\*\fldinst INCLUDEPICTURE \\d "https://a.example/x"}{\fldrslt {\pict 00}}}',
            "a picture of elsewhere",
        ),
        (
            rb"{\field{\*\fldinst {\f1 INCLUDE}{\b PICTURE} \\\\srv\\x}{\fldrslt x}}{\pict 00}",
            "a picture of elsewhere",
        ),
        (
            rb"{\field{\*\fldinst \u73?mp\'6frt http\u58?//a.example/x}{\fldrslt x}}",
            "a picture of elsewhere",
        ),
        (
            rb"{\field{\*\fldinst INCLUDEPICTURE file://server/x.png}{\fldrslt }}",
            "a picture of elsewhere",
        ),
        (rb"{\field{\*\fldinst {DDEAUTO c:\\cmd.exe}}}", "a command to launch"),
    ],
)
def test_active_rtf_are_found(inside: bytes, found: str) -> None:
    """Linked objects, templates and pictures that are fetched when it is opened, and exchanges
    (RTF 1.9.1)."""
    assert active_parts(rb"{\rtf1\ansi " + inside + b"}", content.RTF) == (found,)


@pytest.mark.parametrize(
    "inside",
    [
        rb"{\*\template C:\\Users\\Ren\'e9\\Normal.dotm}",
        rb"{\*\template Mod\'e8le de lettre.dot}",
        rb"{\field{\*\fldinst HYPERLINK https://labo.example}{\fldrslt DDE}}",
        rb"{\pict\pngblip 89504e47}",
        rb'{\field{\*\fldinst INCLUDEPICTURE "C:\\\\scan\\\\d.png" \\d}{\fldrslt }}',
        rb'{\field{\*\fldinst INCLUDEPICTURE "file:///C:/scan/1.png" \\d}{\fldrslt }}',
        rb"{\field{\*\fldinst INCLUDEPICTURE logo.png \\* MERGEFORMAT \\d}{\fldrslt }}",
        rb"{\field{\*\fldinst { INCLUDEPICTURE http://a/x \\* MERGEFORMATINET }}" + STORED,
        rb"{\field{\*\fldinst QUOTE INCLUDEPICTURE}{\fldrslt http://labo.example}}",
        rb"INCLUDEPICTURE http://labo.example",
    ],
)
def test_ordinary_rtf_are_quiet(inside: bytes) -> None:
    """Templates of the own machine, links, pictures; fields of a picture of the own machine, or
    of one that the file holds."""
    assert active_parts(rb"{\rtf1\ansi " + inside + b"}", content.RTF) == ()


@pytest.mark.parametrize(
    "inside",
    [
        rb"{\field{\*\fldinst " * 200_000,
        rb"{\field{\*\fldinst INCLUDEPICTURE http://a " * 100_000,
        rb"{\field{\*\fldinst INCLUDEPICTURE http://a}{\b{\pict 00}}}" * 80_000,
    ],
)
def test_fields_inside_fields_take_no_long_time(inside: bytes) -> None:
    """Five megabytes of them: a second or two, or nothing that is taken for quiet."""
    began = process_time()
    found = active_parts(rb"{\rtf1 " + inside, content.RTF)
    assert process_time() - began < 20
    assert found in {(HARD,), ("a picture of elsewhere",), ()}


@pytest.mark.parametrize("before", [b" ", b"Bonjour\n", b"\xef\xbb\xbf"])
def test_a_script_is_not_taken_as_a_text_behind_other_words(before: bytes) -> None:
    """Readers take it for the PDF that begins there."""
    data = before + with_objects(b"<</OpenAction" + SCRIPT + b">>")
    assert fields_of(data, declared="text/plain").keys() == {"media_type"}
    assert fields_of(data) == {"content": "holds JavaScript"}


def test_an_rtf_is_one_without_its_last_letter() -> None:
    """As readers take it."""
    assert fields_of(rb"{\rt1{\object{\*\objdata 01}}}") == {"content": "holds an embedded object"}
