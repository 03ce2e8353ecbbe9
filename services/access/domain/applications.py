"""What a connected service may do: no more than it was allowed, nor than who allowed it may."""

from collections.abc import Callable
from typing import Any, TypedDict
from uuid import UUID

from services.access.domain.facts import Asked, millis
from services.access.domain.grants import Authorisation
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind

FOR_EVER = 2**62
"""Milliseconds: an end that does not come."""


class Covered(TypedDict):
    """The best authorisation that names this action on this thing. ``before``: milliseconds."""

    before: int
    authoriser_permitted: bool


def covered(
    rights: Rights, asked: Asked, item: dict[str, Any], permitted: Callable[[Actor, Any], bool]
) -> Covered | None:
    """``permitted``: whether an authoriser might do the same themselves. ``None``: nothing was
    allowed; several authorisations of one service may live, and any will do."""
    found = [
        Covered(
            before=millis(a["before"]) if a["before"] else FOR_EVER,
            authoriser_permitted=permitted(_authoriser(a, rights.record_id), item),
        )
        for a in rights.covering(asked.principal["national_id"], asked.action, item)
    ]
    live = [c for c in found if _is_live(asked, c)]
    return max(live or found, key=_worth, default=None)


def _is_live(asked: Asked, cover: Covered) -> bool:
    return millis(asked.at) < cover["before"]


def _worth(cover: Covered) -> tuple[bool, int]:
    return cover["authoriser_permitted"], cover["before"]


def _authoriser(authorisation: Authorisation, record_id: UUID) -> Actor:
    who = authorisation["authoriser"]
    return Actor(
        kind=ActorKind(who["kind"]),
        id=who["id"],
        record_id=record_id,
        secret=authorisation["secret"],
    )
