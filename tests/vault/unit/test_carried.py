"""Files that a document carries beside its words, or around the file that it is."""

import base64
import zlib

import pytest

from services.vault.adapters.value_sets import read_value_sets
from services.vault.domain.completion import Rules
from services.vault.domain.metadata import Statement
from services.vault.domain.taking import Limits, Taken, take
from shared.cda.body import enclosed_file
from shared.cda.tree import clinical_document
from shared.kernel.errors import InvalidRequest, TooLarge
from tests.vault.cda import ACTIVE, JPEG, PDF, PNG, carrying, cda, enclosing

RULES = Rules(sets=read_value_sets())
ENCODED = base64.b64encode(ACTIVE).decode()
LIMITS = Limits(max_bytes=5_000_000, refuse_active=True)


def taken(data: bytes) -> Taken:
    return take(data, Statement(), declared=None, by_person=False, limits=LIMITS, rules=RULES)


@pytest.mark.parametrize(
    "body",
    [
        carrying(ACTIVE),
        carrying(ACTIVE, "image/jpeg"),
        carrying(b"\r\n" + ACTIVE.removesuffix(b"%%EOF\n")),
        carrying(zlib.compress(ACTIVE), more=' compression="ZL"'),
        carrying(ACTIVE, more=' compression="DF"'),
        enclosing(PDF).replace(
            "</text>",
            f'<thumbnail representation="B64">{ENCODED}</thumbnail></text>',
        ),
    ],
    ids=["a PDF", "called a picture", "not whole", "packed", "not packed as it says", "thumbnail"],
)
def test_what_a_document_carries_is_looked_through(body: str) -> None:
    """CDA R2: a structured body may hold files (ED in base64), which readers open as any other."""
    with pytest.raises(InvalidRequest) as refused:
        taken(cda(body=body))

    assert refused.value.fields == {"content.body": "holds JavaScript"}


def test_quiet_files_of_every_kind_are_carried() -> None:
    """Pictures called otherwise than they are, packed ones, and files nobody here knows: a
    structured document is taken for its words."""
    for body in (
        carrying(PDF),
        carrying(PNG, "image/jpeg"),
        carrying(zlib.compress(JPEG), "image/jpeg", ' compression="ZL"'),
        carrying(JPEG, "image/jpeg", ' compression="DF"'),
        carrying(b"GIF89a\x00", "image/gif"),
        carrying(b"", "text/plain"),
    ):
        found = taken(cda(body=body))
        assert (found.level, found.enclosed, found.flagged) == (3, None, ())


def test_what_is_carried_is_bounded() -> None:
    """In number, and in size once unpacked, whatever the files claim; and it is base64."""
    many = carrying(b"x").replace("</entry>", '<x representation="B64">eA==</x>' * 200 + "</entry>")
    bomb = carrying(zlib.compress(bytes(6_000_000)), more=' compression="ZL"')
    half = carrying(zlib.compress(bytes(3_000_000)), more=' compression="ZL"')
    for body, problem in (
        (many, "it carries more than 200 files"),
        (bomb, "is too large"),
        (half.replace("</entry>", f"</entry>{half}"), "is too large"),
        (carrying(b"x").replace("eA==", "eA=!"), "the file is not in base64"),
    ):
        with pytest.raises((InvalidRequest, TooLarge)) as refused:
            taken(cda(body=body))
        assert refused.value.fields == {"content.body": problem}


def test_a_thumbnail_is_no_part_of_the_file() -> None:
    """ED: the picture of the first page stands inside of the element that holds the file."""
    body = enclosing(PDF).replace("</text>", "<thumbnail>eHh4</thumbnail></text>")

    file = enclosed_file(clinical_document(cda(body=body)), max_bytes=10_000)

    assert file
    assert file.data == PDF
