"""A text that fits a pattern, made quickly: hypothesis draws each letter, we only a seed."""

import re._parser as parser  # type: ignore[import-not-found]  # the standard library's own reading of a pattern; no stubs
from functools import cache
from random import Random
from typing import Any

ODD = "aZ09 -_.:/@'\"<>\\éÀœ漢😀\u202e\u00a0٣\t"
"""What a class that takes nearly everything is given."""
MANY = 6
"""Repetitions beyond the least, where a pattern sets no nearer bound."""


def fitting(pattern: str, chance: Random) -> str:
    """Raises for what no published pattern uses: look-around, references, flags."""
    return "".join(_made(op, given, chance) for op, given in _read(pattern))


@cache
def _read(pattern: str) -> Any:
    return parser.parse(pattern)


def _made(op: Any, given: Any, chance: Random) -> str:
    match str(op):
        case "LITERAL":
            return chr(given)
        case "NOT_LITERAL":
            return chance.choice([letter for letter in ODD if ord(letter) != given])
        case "IN":
            return chance.choice(_members(given))
        case "AT":
            return ""
        case "MAX_REPEAT":
            least, most, inner = given
            times = chance.randint(least, min(most, least + MANY))
            return "".join(_all(inner, chance) for _ in range(times))
        case "SUBPATTERN":
            return _all(given[3], chance)
        case "BRANCH":
            return _all(chance.choice(given[1]), chance)
    raise NotImplementedError(f"{op} in a published pattern")


def _all(inner: Any, chance: Random) -> str:
    return "".join(_made(op, given, chance) for op, given in inner)


def _members(given: Any) -> list[str]:
    found: list[str] = []
    outside = False
    for op, what in given:
        match str(op):
            case "NEGATE":
                outside = True
            case "LITERAL":
                found.append(chr(what))
            case "RANGE":
                found += map(chr, range(what[0], what[1] + 1))
            case "CATEGORY":
                found += _category(str(what))
            case _:
                raise NotImplementedError(f"{op} in a published pattern")
    return [letter for letter in ODD if letter not in found] if outside else found


def _category(name: str) -> list[str]:
    match name:
        case "CATEGORY_DIGIT":
            return list("0123456789")
        case "CATEGORY_SPACE":
            return [letter for letter in ODD if letter.isspace()]
        case "CATEGORY_NOT_SPACE":
            return [letter for letter in ODD if not letter.isspace()]
    raise NotImplementedError(f"{name} in a published pattern")
