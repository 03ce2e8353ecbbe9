"""The number of a prescription: opaque, not guessable, with a check character.

20 characters of Crockford's base 32 (no I, L, O or U, so that none is read as another): 19 drawn
at random, 95 bits, and a check character. The public format of the national number was not
found; this one is ours.

The check is linear over the field of 32 elements, the weight of a place being a power of its
generator: no two places have the same weight (31 powers, 20 places), so any one wrong character
and any two swapped characters are found.
"""

from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20
GROUP = 5
_READ = {c: i for i, c in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_DEGREE = 0b100000
_POLYNOMIAL = 0b100101
"""x^5 + x^2 + 1, primitive over two elements."""


class Mistyped(ValueError):
    """The text is no number: its form or its check character is wrong."""


def draw(pick: Callable[[int], int]) -> str:
    """``pick(n)``: a number below ``n``, from a source nobody can foresee."""
    drawn = [pick(len(ALPHABET)) for _ in range(LENGTH - 1)]
    return _text([*drawn, _times_generator(_sum(drawn))])


def parse(text: str) -> str:
    """The number as it is kept, from how people write it. Raises :class:`Mistyped`."""
    written = "".join(c for c in text.upper() if c not in " -\u00a0")
    try:
        digits = [_READ[c] for c in written]
    except KeyError:
        raise Mistyped from None
    if len(digits) != LENGTH or _sum(digits) != 0:
        raise Mistyped
    return _text(digits)


def printed(number: str) -> str:
    """In groups, to be read aloud and typed."""
    return "-".join(number[i : i + GROUP] for i in range(0, LENGTH, GROUP))


def _text(digits: list[int]) -> str:
    return "".join(ALPHABET[d] for d in digits)


def _sum(digits: list[int]) -> int:
    total = 0
    for digit in digits:
        total = _times_generator(total) ^ digit
    return total


def _times_generator(element: int) -> int:
    doubled = element << 1
    return doubled ^ _POLYNOMIAL if doubled & _DEGREE else doubled
