"""The transparency log's files and texts, which anyone may have written."""

from collections.abc import Callable

from services.audit.domain.tiles import (
    MalformedLog,
    Tile,
    decode_entries,
    decode_hashes,
    encode_entries,
    parse_path,
)
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.note import InvalidNote, VerifierKey, open_note, sign_note
from tests.fuzz.target import Target

_KEY = VerifierKey("log.example/carnet", bytes(range(32)))
_CHECKPOINT = Checkpoint("log.example/carnet", 70_000, b"\x07" * 32)
_NOTE = sign_note(_CHECKPOINT.text, _KEY, lambda _text: b"s" * 64)
_WITNESS = VerifierKey("witness.example", b"w" * 32)


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode("utf-8", "replace"))


def _note(text: str) -> None:
    """Whatever a signature's check says of it."""
    Checkpoint.parse(open_note(text, _KEY, lambda _key, signature, _text: signature[0] == 115))


def _tile(data: bytes) -> None:
    """A file of one byte of width and what follows."""
    width = data[0] + 1 if data else 1
    decode_hashes(data[1:], width)


def _entries(data: bytes) -> None:
    width = data[0] + 1 if data else 1
    entries = decode_entries(data[1:], width)
    assert encode_entries(entries) == data[1:], "read back as it was written"


def _path(text: str) -> None:
    assert parse_path(text).path == text, "one path for one file"


TARGETS = (
    Target(
        name="tile-path",
        read=_text(_path),
        refusals=(MalformedLog,),
        seeds=(
            *(
                Tile(level, index, width).path.encode()
                for level, index, width in [(0, 1_234_067, 256), (-1, 273, 12), (2, 0, 256)]
            ),
        ),
    ),
    Target(
        name="tile",
        read=_tile,
        refusals=(MalformedLog,),
        seeds=(b"\0" + b"h" * 32, b"\1" + b"h" * 64),
    ),
    Target(
        name="entries",
        read=_entries,
        refusals=(MalformedLog,),
        seeds=(b"\1" + encode_entries([b"one", b"another"]),),
    ),
    Target(
        name="note",
        read=_text(_note),
        refusals=(InvalidNote,),
        seeds=(
            _NOTE.encode(),
            (_NOTE + sign_note("x\n", _WITNESS, lambda _t: b"w" * 64)[3:]).encode(),
        ),
    ),
    Target(
        name="checkpoint",
        read=_text(Checkpoint.parse),
        refusals=(InvalidNote,),
        seeds=(_CHECKPOINT.text.encode(), (_CHECKPOINT.text + "extension\n").encode()),
    ),
    Target(
        name="verifier-key",
        read=_text(VerifierKey.parse),
        refusals=(InvalidNote,),
        seeds=(str(_KEY).encode(),),
    ),
)
