"""Damaged and made-up contents: taken or refused with a reason, never a crash, never a long wait.

The same seed each time, so that a failure can be looked at; ``CARNET_FUZZ`` multiplies the number.
"""

import io
import os
import random
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from services.vault.adapters.value_sets import read_value_sets
from services.vault.domain import content
from services.vault.domain.cda.biology import read_results
from services.vault.domain.completion import Rules
from services.vault.domain.metadata import Author, Coded, Statement
from services.vault.domain.taking import Limits, take
from shared.cda.tree import clinical_document
from shared.kernel.errors import InvalidRequest, TooLarge
from shared.kernel.plain_text import looks_like_xml
from tests.vault.cda import RTF, cda, enclosing
from tests.vault.unit.test_official_samples import OFFICIAL
from tests.vault.unit.test_results import GLUCOSE, PQ, observation, report

TIMES = int(os.environ.get("CARNET_FUZZ", "1")) * 80
RULES = Rules(sets=read_value_sets())
LIMITS = Limits(max_bytes=5_000_000, refuse_active=True)
GIVEN = Statement(
    type=Coded(code="86531-1"),
    title="Essai",
    creation="2026-01-01",
    service_start="2026-01-01",
    authors=(Author(national_id="801234567897", specialty="G15_10/SM26"),),
    practice_setting="ETABLISSEMENT",
    facility_type="SA01",
)


def picture(form: str) -> bytes:
    out = io.BytesIO()
    image = Image.effect_noise((64, 48), 60).convert("RGB")
    image.save(out, form, **({"compression": "tiff_lzw"} if form == "TIFF" else {}))
    return out.getvalue()


def pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 700, "Compte rendu")
    canvas.save()
    return out.getvalue()


def level_1() -> bytes:
    packed = zlib.compress(pdf())
    return cda(body=enclosing(packed, more=' compression="ZL"'))


def biology() -> bytes:
    return report(*(observation(GLUCOSE, PQ.format(n, "g/L")) for n in range(5)))


SOUND: dict[str, tuple[Callable[[], bytes], str]] = {
    "PDF": (pdf, content.PDF),
    "JPEG": (lambda: picture("JPEG"), content.JPEG),
    "PNG": (lambda: picture("PNG"), content.PNG),
    "TIFF": (lambda: picture("TIFF"), content.TIFF),
    "RTF": (lambda: RTF, content.RTF),
    "CDA level 1": (level_1, content.CDA),
    "CDA level 3": (biology, content.CDA),
}


def damaged(data: bytes, chance: random.Random) -> bytes:  # noqa: C901 - one case for each way
    """One of the ways in which files come to harm, or are made to do some."""
    out = bytearray(data)
    at = chance.randrange(len(out))
    match chance.randrange(8):
        case 0:
            del out[at:]
        case 1:
            del out[at : at + chance.randrange(1, 200)]
        case 2:
            out[at:at] = out[chance.randrange(len(out)) :][: chance.randrange(1, 500)]
        case 3:
            out[at : at + 4] = b"\xff\xff\xff\xff"
        case 4:
            out[at:at] = chance.choice([b"<", b"&", b"\x00", b"]]>", b"<!DOCTYPE x>", b"\xc3\x28"])
        case 5:
            out[:at] = chance.randbytes(at)
        case 6:
            out += chance.randbytes(chance.randrange(1, 500))
        case _:
            for _ in range(20):
                out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def offered(data: bytes) -> str | None:
    """The field that a refusal names; ``None`` for what is taken. Anything else is a failure."""
    is_xml = looks_like_xml(data)
    given = Statement() if is_xml else GIVEN
    try:
        take(data, given, declared=None, by_person=False, limits=LIMITS, rules=RULES)
        if is_xml:
            read_results(clinical_document(data))
    except (InvalidRequest, TooLarge) as refusal:
        return next(iter(refusal.fields))
    return None


@pytest.mark.parametrize("kind", SOUND)
def test_sound_files_are_taken(kind: str) -> None:
    """Made by other programs than ours; otherwise refusing everything would pass."""
    make, media_type = SOUND[kind]
    assert content.recognise(make()) == media_type
    assert offered(make()) is None


@pytest.mark.parametrize("kind", SOUND)
def test_damaged_files_are_refused_cleanly(kind: str) -> None:
    make, _ = SOUND[kind]
    sound, chance = make(), random.Random(kind)
    started = time.monotonic()
    refused = 0
    for _ in range(TIMES):
        refused += offered(damaged(sound, chance)) is not None
    assert refused > TIMES / 10
    assert time.monotonic() - started < TIMES * 0.5


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official samples are not here")
def test_damaged_official_documents_are_refused_cleanly() -> None:
    chance = random.Random("official")
    files = [f for f in sorted(OFFICIAL.glob("*.xml")) if f.stat().st_size < 150_000]
    for _ in range(TIMES // 2):
        file: Path = chance.choice(files)
        offered(damaged(file.read_bytes(), chance))


@pytest.mark.parametrize(
    "made",
    [
        b"%PDF-1.7\n" + b"1 0 obj" * 500_000 + b"\n%%EOF",
        b"\x89PNG\r\n\x1a\n" + (b"\x00\x00\x00\x00IDAT" + bytes(4)) * 200_000,
        b"\xff\xd8" + b"\xff\xe1\x00\x02" * 1_000_000 + b"\xff\xd9",
        b"\xff\xd8" + b"\xff" * 4_000_000 + b"\xff\xd9",
        b"II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00",
        b"II*\x00\x08\x00\x00\x00\xff\xff" + b"\x00" * 4_000_000,
        b"{\\rtf" + b"{" * 4_000_000 + b"}",
        b"<" * 4_000_000,
        b"<?xml version='1.0'?>" + b"<a>" * 1_000_000,
        cda(body=enclosing(zlib.compress(bytes(60_000_000)), more=' compression="ZL"')),
    ],
    ids=range(10),
)
def test_made_to_wear_us_out(made: bytes) -> None:
    """Repetitions, loops and bombs, each within the size that is taken."""
    assert len(made) < 5_000_000
    started = time.monotonic()

    offered(made)

    assert time.monotonic() - started < 10
