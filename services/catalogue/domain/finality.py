"""What a service asks for: finalities, each a set of (scope, action, categories of data)."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TypedDict


class Scope(StrEnum):
    """The kinds of thing that access decides about."""

    DOCUMENT = "document"
    PROFILE_SECTION = "profile_section"
    MEASURE = "measure"
    APPOINTMENT = "appointment"


class DataAction(StrEnum):
    """Codes of the production catalogue."""

    READ = "consulter"
    FEED = "ajouter"


class Exchange(TypedDict):
    scope: str
    action: str
    categories: list[str]


class Finality(TypedDict):
    """``label`` and ``description`` are what the person reads before they agree."""

    code: str
    label: str
    description: str
    exchanges: list[Exchange]


class Agreed(TypedDict):
    """One finality that a person agreed to, with what it covered on that day."""

    code: str
    exchanges: list[Exchange]


Datum = tuple[str, str, str]
"""Scope, action, category."""


def data_of(exchanges: Iterable[Exchange]) -> set[Datum]:
    return {(e["scope"], e["action"], category) for e in exchanges for category in e["categories"]}


def exchanges_of(data: Iterable[Datum]) -> list[Exchange]:
    """The same data, one exchange per scope and action; always in the same order."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for scope, action, category in sorted(data):
        grouped.setdefault((scope, action), []).append(category)
    return [
        Exchange(scope=scope, action=action, categories=categories)
        for (scope, action), categories in grouped.items()
    ]


def agree(finalities: Sequence[Finality], codes: Sequence[str]) -> list[Agreed]:
    """What agreeing to these codes covers today; each must be a finality of the service."""
    return [
        Agreed(code=f["code"], exchanges=f["exchanges"]) for f in finalities if f["code"] in codes
    ]


def still_declared(agreed: Sequence[Agreed], finalities: Sequence[Finality]) -> list[Agreed]:
    """What is left of an agreement when the service declares other finalities: what is in both,
    finality by finality. Never more than was agreed.
    """
    declared = {f["code"]: data_of(f["exchanges"]) for f in finalities}
    left = []
    for given in agreed:
        both = data_of(given["exchanges"]) & declared.get(given["code"], set())
        if both:
            left.append(Agreed(code=given["code"], exchanges=exchanges_of(both)))
    return left


def allowed_by(agreed: Iterable[Agreed]) -> list[Exchange]:
    """All that some finalities cover together."""
    return exchanges_of(set().union(*(data_of(given["exchanges"]) for given in agreed)))
