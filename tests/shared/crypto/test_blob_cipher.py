"""Sealed content: whole, in order, of this document, or not at all."""

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.blob_cipher import (
    HEADER_BYTES,
    SEGMENT,
    open_stream,
    seal_stream,
    sealed_size,
)
from shared.crypto.keys import KeyErased, KeyUnavailable
from shared.crypto.local_keys import LocalKeys
from shared.crypto.sealing import TAG_BYTES, NotAuthentic
from tests.support.damage import one_bit_off

RECORD = uuid4()
KEYS = LocalKeys(bytes(32), "vault")
SEALED_SEGMENT = SEGMENT + TAG_BYTES


def seal(content: bytes, context: bytes = b"doc") -> bytes:
    return b"".join(seal_stream([content], KEYS.current(RECORD), context))


def unseal(sealed: bytes, context: bytes = b"doc") -> bytes:
    return b"".join(open_stream([sealed], KEYS, context))


def segments(sealed: bytes) -> list[bytes]:
    body = sealed[HEADER_BYTES:]
    return [body[at : at + SEALED_SEGMENT] for at in range(0, len(body), SEALED_SEGMENT)]


SIZES = [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT, 3 * SEGMENT + 7]


@pytest.mark.parametrize("size", SIZES)
def test_content_of_any_size_comes_back(size: int) -> None:
    """
    Around the edges of a segment too, and in the size that was announced.
    """
    content = bytes(i % 251 for i in range(size))
    sealed = seal(content)

    assert unseal(sealed) == content
    assert len(sealed) == sealed_size(size)


@given(content=st.binary(max_size=400), cuts=st.lists(st.integers(0, 600), max_size=8))
def test_how_it_is_cut_into_chunks_does_not_matter(content: bytes, cuts: list[int]) -> None:
    """
    A network hands on what it likes, empty chunks included.
    """
    sealed = seal(content)
    edges = [0, *sorted(min(c, len(sealed)) for c in cuts), len(sealed)]
    chunks = [sealed[a:b] for a, b in pairwise(edges)]

    assert b"".join(open_stream(chunks, KEYS, b"doc")) == content


def swap(parts: list[bytes]) -> list[bytes]:
    return [parts[1], parts[0], *parts[2:]]


TAMPERINGS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "cut at a segment": lambda s: s[:-1],
    "cut inside a segment": lambda s: [*s[:-1], s[-1][:-3]],
    "cut to nothing": lambda _: [],
    "first lost": lambda s: s[1:],
    "swapped": swap,
    "repeated": lambda s: [s[0], *s],
    "extended by bytes": lambda s: [*s, b"x"],
    "extended by its own end": lambda s: [*s, s[-1]],
    "a byte edited": lambda s: [one_bit_off(s[0], 9), *s[1:]],
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_tampered_with_does_not_open(tampering: str) -> None:
    """
    Cut, moved, repeated, extended, edited: each is found.
    """
    sealed = seal(bytes(3 * SEGMENT + 100))
    changed = sealed[:HEADER_BYTES] + b"".join(TAMPERINGS[tampering](segments(sealed)))

    with pytest.raises(NotAuthentic):
        unseal(changed)


@pytest.mark.parametrize("at", range(HEADER_BYTES))
def test_every_byte_of_the_header_counts(at: int) -> None:
    """
    No field of it can be changed unseen; a changed key id or version is asked for and not found.
    """
    sealed = one_bit_off(seal(b"content"), at)

    with pytest.raises((NotAuthentic, KeyUnavailable)):
        unseal(sealed)


def test_segments_of_two_documents_do_not_mix() -> None:
    """
    Each document has a key of its own, also of the same record and the same content.
    """
    one, other = seal(bytes(2 * SEGMENT)), seal(bytes(2 * SEGMENT))

    assert segments(one)[0] != segments(other)[0]
    with pytest.raises(NotAuthentic):
        unseal(one[:HEADER_BYTES] + segments(other)[0] + segments(one)[1])


def test_content_opens_only_as_the_document_it_is() -> None:
    """
    An object put in another's place is found, though it is of the same record.
    """
    with pytest.raises(NotAuthentic):
        unseal(seal(b"content", b"one"), b"other")


@pytest.mark.parametrize("junk", [b"", b"short", bytes(200)])
def test_what_never_was_sealed_does_not_open(junk: bytes) -> None:
    """
    Bytes from elsewhere are refused, not decoded.
    """
    with pytest.raises(NotAuthentic):
        unseal(junk)


def test_a_rotation_leaves_content_readable_and_erasure_does_not() -> None:
    """
    The header names the version of the record's key that wraps the document's.
    """
    keys = LocalKeys(bytes(32), "vault")
    sealed = b"".join(seal_stream([b"content"], keys.current(RECORD)))
    keys.rotate(RECORD)

    assert b"".join(open_stream([sealed], keys)) == b"content"

    keys.erase(RECORD)
    with pytest.raises(KeyErased):
        b"".join(open_stream([sealed], keys))


def test_memory_stays_flat() -> None:
    """
    An export of any size passes through a few segments of memory.
    """

    def zeros() -> Iterator[bytes]:
        for _ in range(300):
            yield bytes(100_000)

    tracemalloc.start()
    opened = open_stream(seal_stream(zeros(), KEYS.current(RECORD)), KEYS)
    size = sum(map(len, opened))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size == 30_000_000
    assert peak < 3_000_000
