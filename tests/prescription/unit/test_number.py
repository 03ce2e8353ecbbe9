"""Numbers: nobody guesses one, and a slip of the pen is found."""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prescription.domain.number import ALPHABET, LENGTH, Mistyped, draw, parse, printed


def drawn(seed: int) -> str:
    return draw(random.Random(seed).randrange)


numbers = st.integers(0, 2**32).map(drawn)


@given(numbers)
def test_read_as_it_was_printed(number: str) -> None:
    """In groups, in small letters, with spaces."""
    assert parse(printed(number)) == number
    assert parse(printed(number).lower().replace("-", " ")) == number


def test_the_check_is_a_sum_from_nothing() -> None:
    """A code that is linear has the number of noughts: with another beginning every number that
    was ever printed would be mistyped."""
    assert parse(ALPHABET[0] * LENGTH) == ALPHABET[0] * LENGTH


@given(numbers, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_found(number: str, place: int, other: str) -> None:
    """Also the check character itself."""
    wrong = number[:place] + other + number[place + 1 :]
    if wrong != number:
        with pytest.raises(Mistyped):
            parse(wrong)


@given(numbers)
def test_any_two_characters_swapped_are_found(number: str) -> None:
    """Next to one another or not."""
    for a, b in combinations(range(LENGTH), 2):
        swapped = list(number)
        swapped[a], swapped[b] = swapped[b], swapped[a]
        if "".join(swapped) != number:
            with pytest.raises(Mistyped):
                parse("".join(swapped))


def test_letters_read_as_digits() -> None:
    """O for 0, I and L for 1: Crockford's own reading."""
    number = next(n for n in map(drawn, range(1000)) if "0" in n and "1" in n)
    assert parse(number.replace("0", "O").replace("1", "l")) == number


@pytest.mark.parametrize("text", ["", "12345", "U" * 20, "é" * 20, "0" * 21])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(Mistyped):
        parse(text)
