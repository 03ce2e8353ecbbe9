"""Keyed ids: the same for who holds the secret, meaningless to everybody else."""

import copy
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.ids import derived_id, id_of, named_id

SECRET = b"0123456789abcdef0123456789abcdef"
parts = st.lists(st.text(max_size=8), min_size=1, max_size=4)


@given(parts)
def test_same_parts_give_the_same_id(given_parts: list[str]) -> None:
    """
    Two replicas, and a retry, name one thing alike.
    """
    assert derived_id(SECRET, *given_parts) == derived_id(SECRET, *given_parts)


@given(parts, parts)
def test_other_parts_give_another_id(one: list[str], other: list[str]) -> None:
    """
    Boundaries count: ("ab", "c") is not ("a", "bc").
    """
    assert (derived_id(SECRET, *one) == derived_id(SECRET, *other)) == (one == other)


def test_another_secret_gives_another_id() -> None:
    """
    Without the secret an INS cannot be guessed from its id.
    """
    assert derived_id(SECRET, "ins") != derived_id(b"x" * 32, "ins")


@given(parts)
def test_it_is_a_custom_uuid(given_parts: list[str]) -> None:
    """
    RFC 9562 keeps version 8 for ids of one's own making.
    """
    made = derived_id(SECRET, *given_parts)

    assert isinstance(made, UUID)
    assert made.version == 8
    assert made.variant == "specified in RFC 4122"


@pytest.mark.parametrize("number", [0, 1, 0xFEDCBA98_76543210_0F1E2D3C_4B5A6978, 2**128 - 1])
def test_an_id_read_quickly_is_the_same_id(number: int) -> None:
    """
    In all that code may ask of it: equality, hash, order, text, bytes, and a copy elsewhere.
    """
    made = UUID(int=number)

    read = id_of(made.hex)

    assert (read, hash(read), str(read), read.bytes) == (made, hash(made), str(made), made.bytes)
    assert repr(read) == repr(made)
    assert read.is_safe is made.is_safe
    assert copy.deepcopy(read) == made
    assert not read < made


@pytest.mark.parametrize("written", ["", "12", "0" * 31, "0" * 33, "g" * 32, str(UUID(int=1))])
def test_what_is_no_id_is_refused(written: str) -> None:
    """
    A store that was changed by hand must not give an id that nobody could write.
    """
    with pytest.raises(ValueError, match=r"hexadecimal|invalid literal"):
        id_of(written)


@pytest.mark.parametrize("name", ["", "1", "é" * 100])
def test_a_named_id_is_that_of_the_norm(name: str) -> None:
    """
    RFC 9562, 5.5: entryUUIDs of documents are such ids, and were given out.
    """
    space = UUID(int=0xFEDCBA98_76543210_0F1E2D3C_4B5A6978)

    made = named_id(space, name)

    assert (made, str(made), made.version) == (uuid5(space, name), str(uuid5(space, name)), 5)
