"""Bytes a little wrong: the short form of what atheris does at length, alike on every run."""

from collections.abc import Iterator, Sequence
from random import Random

SPLINTERS = (
    b"\x00", b"\xff\xff\xff\xff", b"\x80", b"\xed\xa0\x80", b"99999999999999999999", b"-1", b"0001",
    b"NaN", b"null", b"[", b"{", b'"', b"<", b">", b"&#0;", b"\r\n", b"=?", b"%00", b"..",
)  # fmt: skip


def mutated(seeds: Sequence[bytes], count: int, chance: Random) -> Iterator[bytes]:
    for _ in range(count):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice([1, 1, 2, 4, 8])):
            _change(data, seeds, chance)
        yield bytes(data)


def _change(data: bytearray, seeds: Sequence[bytes], chance: Random) -> None:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice([1, 1, 2, 8, 64]))
    match chance.randrange(5):
        case 0:
            data[at:end] = chance.randbytes(end - at)
        case 1:
            del data[at:end]
        case 2:
            data[at:at] = data[at:end] * chance.choice([1, 2, 50])
        case 3:
            data[at:end] = chance.choice(SPLINTERS)
        case _:
            other = chance.choice(seeds)
            data[at:] = other[chance.randrange(len(other) + 1) :]
