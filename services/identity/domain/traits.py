"""Identity traits, as the national identity service (INSi) gives them.

Formats: "Guide d'implémentation de l'identité INS" and RNIV (ANS); birth place is the INSEE
code of the commune or country at the time of birth, 99999 when unknown.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from services.identity.domain.errors import InvalidTraits
from shared.kernel.birth_date import earliest

NAME_LENGTH = 100
"""Characters of a name or of the list of given names."""

_NAME = re.compile(r"[A-Z](?:[A-Z' -]*[A-Z'])?")
_BIRTH_DATE = re.compile(r"[12]\d{3}-\d{2}-\d{2}", re.ASCII)
_BIRTH_PLACE = re.compile(r"(?:\d{2}|2[AB])\d{3}", re.ASCII)


@dataclass(frozen=True, kw_only=True, repr=False)
class Traits:
    """The strict traits and the names in use. Never printed."""

    birth_name: str
    birth_given_names: str
    first_given_name: str
    sex: str
    birth_date: str
    """``YYYY-MM-DD`` as received: INSi gives days that no calendar has (1979-02-30)."""
    birth_place: str
    used_name: str
    used_given_name: str

    @property
    def strict(self) -> tuple[str, ...]:
        """Those that identify; a change of one makes it another identity to be proven."""
        return (
            self.birth_name,
            self.birth_given_names,
            self.first_given_name,
            self.sex,
            self.birth_date,
            self.birth_place,
        )

    def to_event(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_event(cls, state: Mapping[str, Any]) -> "Traits":
        return cls(**state)

    def __repr__(self) -> str:
        return "Traits(...)"


def check_traits(traits: Traits, *, today: date, from_insi: bool) -> None:
    """Refuse with the fields that are wrong; an identity without INS needs a date that exists."""
    wrong = {
        f"traits.{name}": reason
        for name, reason in {
            **_wrong_names(traits),
            **_wrong_birth(traits, today=today, from_insi=from_insi),
        }.items()
    }
    if wrong:
        raise InvalidTraits(fields=wrong)


def _wrong_names(traits: Traits) -> dict[str, str]:
    names = {
        "birth_name": traits.birth_name,
        "birth_given_names": traits.birth_given_names,
        "first_given_name": traits.first_given_name,
    }
    # Names in use are those of birth unless given: one mistake is then told once.
    if traits.used_name != traits.birth_name:
        names["used_name"] = traits.used_name
    if traits.used_given_name != traits.first_given_name:
        names["used_given_name"] = traits.used_given_name
    wrong = {
        field: "1 to 100 of A-Z, apostrophe, hyphen and single spaces"
        for field, text in names.items()
        if len(text) > NAME_LENGTH or not _NAME.fullmatch(text) or "  " in text
    }
    # A compound first name may hold a space, so the list cannot be split to find it.
    if not f"{traits.birth_given_names} ".startswith(f"{traits.first_given_name} "):
        wrong.setdefault("first_given_name", "is not the beginning of birth_given_names")
    return wrong


def _wrong_birth(traits: Traits, *, today: date, from_insi: bool) -> dict[str, str]:
    wrong = {}
    if traits.sex not in {"M", "F", "I"}:
        wrong["sex"] = "is M, F or I"
    if not _BIRTH_PLACE.fullmatch(traits.birth_place):
        wrong["birth_place"] = "is an INSEE code of 5 characters"
    if not _BIRTH_DATE.fullmatch(traits.birth_date):
        wrong["birth_date"] = "is YYYY-MM-DD"
    elif earliest(traits.birth_date) > today:
        wrong["birth_date"] = "is in the future"
    elif not from_insi and not _in_calendar(traits.birth_date):
        wrong["birth_date"] = "is no day of the calendar, which only INSi may give"
    return wrong


def _in_calendar(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
