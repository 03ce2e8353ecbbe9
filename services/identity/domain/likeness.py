"""How likely two sets of traits are one person's.

RNIV: the birth date comes first, and without it nothing is compared. What people and clerks get
wrong is forgiven in part: accents, hyphens, order of given names, day and month swapped, one typo,
names in each other's place.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.identity.domain.names import comparable
from services.identity.domain.traits import Traits

WEIGHTS = {"birth_date": 25, "birth_name": 30, "given_names": 25, "sex": 10, "birth_place": 10}
"""Out of 100; what was not asked counts for nothing, and the others for more."""
LIKELY = 60
"""Below, two people; above, someone looks at both."""


class Near(StrEnum):
    """Why less than everything fits."""

    DAY_AND_MONTH_SWAPPED = "day_and_month_swapped"
    OTHER_ORDER = "other_order"
    FEWER_NAMES = "fewer_names"
    ONE_TYPO = "one_typo"
    ALIKE = "alike"
    USED_NAME = "used_name"
    NAMES_SWAPPED = "names_swapped"
    DIFFERENT = "different"


FITS = 1.0
_SHARE = {
    Near.DAY_AND_MONTH_SWAPPED: 0.6,
    Near.OTHER_ORDER: 0.95,
    Near.FEWER_NAMES: 0.9,
    Near.ONE_TYPO: 0.85,
    Near.ALIKE: 0.6,
    Near.USED_NAME: 0.9,
    Near.NAMES_SWAPPED: 0.8,
    Near.DIFFERENT: 0.0,
}
_ALIKE = 0.88
"""Jaro-Winkler similarity from which names look alike."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Described:
    """What someone knows of a person. ``sex`` and ``birth_place``: when known."""

    birth_date: str
    birth_name: str
    given_names: str
    sex: str | None = None
    birth_place: str | None = None


@dataclass(frozen=True)
class Likeness:
    """``score``: 0 to 100. ``near``: by trait, why it does not fit fully."""

    score: int
    near: dict[str, Near]


def dates_to_look_for(birth_date: str) -> list[str]:
    """The day itself, and the one with day and month swapped."""
    year, month, day = birth_date.split("-")
    return list(dict.fromkeys((birth_date, f"{year}-{day}-{month}")))


def likeness(wanted: Described, found: Traits) -> Likeness:
    near = {
        "birth_date": _date(wanted.birth_date, found.birth_date),
        "birth_name": _birth_name(wanted.birth_name, found),
        "given_names": _given_names(wanted.given_names, found),
        "sex": _same(wanted.sex, found.sex),
        "birth_place": _same(wanted.birth_place, found.birth_place),
    }
    if _are_swapped(wanted, found, near):
        near |= dict.fromkeys(("birth_name", "given_names"), Near.NAMES_SWAPPED)
    asked = set(WEIGHTS)
    asked -= {name for name in ("sex", "birth_place") if getattr(wanted, name) is None}
    got = sum(WEIGHTS[n] * _share(near[n]) for n in asked)
    score = round(100 * got / sum(WEIGHTS[n] for n in asked))
    return Likeness(score, {name: why for name, why in near.items() if why and name in asked})


def _share(near: Near | None) -> float:
    return _SHARE[near] if near else FITS


def _date(wanted: str, found: str) -> Near | None:
    if wanted == found:
        return None
    return Near.DAY_AND_MONTH_SWAPPED if found in dates_to_look_for(wanted) else Near.DIFFERENT


def _birth_name(wanted: str, found: Traits) -> Near | None:
    by_birth = _name(comparable(wanted), comparable(found.birth_name))
    if by_birth is not Near.DIFFERENT:
        return by_birth
    by_use = _name(comparable(wanted), comparable(found.used_name))
    return Near.USED_NAME if by_use in {None, Near.ONE_TYPO} else Near.DIFFERENT


def _given_names(wanted: str, found: Traits) -> Near | None:
    asked = comparable(wanted)
    known = (found.birth_given_names, found.first_given_name, found.used_given_name)
    ways = [_name(asked, comparable(name)) for name in known]
    if set(asked.split()) < set(comparable(found.birth_given_names).split()):
        ways.append(Near.FEWER_NAMES)
    return max(ways, key=_share)


def _name(wanted: str, found: str) -> Near | None:
    if wanted == found:
        return None
    if sorted(wanted.split()) == sorted(found.split()):
        return Near.OTHER_ORDER
    from rapidfuzz.distance import OSA, JaroWinkler  # noqa: PLC0415 - 3 MB where nobody is sought

    if OSA.distance(wanted, found, score_cutoff=1) <= 1:
        return Near.ONE_TYPO
    return Near.ALIKE if JaroWinkler.similarity(wanted, found) >= _ALIKE else Near.DIFFERENT


def _are_swapped(wanted: Described, found: Traits, near: dict[str, Near | None]) -> bool:
    if near["birth_name"] is not Near.DIFFERENT:
        return False
    crossed = Described(
        birth_date=wanted.birth_date,
        birth_name=wanted.given_names,
        given_names=wanted.birth_name,
    )
    ways = (_birth_name(crossed.birth_name, found), _given_names(crossed.given_names, found))
    return Near.DIFFERENT not in ways and Near.ALIKE not in ways


def _same(wanted: str | None, found: str) -> Near | None:
    return None if wanted in {None, found} else Near.DIFFERENT
