"""Keyed ids: the same for who holds the secret, meaningless to everybody else."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.ids import derived_id

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
