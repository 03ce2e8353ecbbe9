"""A minor's secret session changes nothing that representatives see, and what came of one does not
exist for them (CSP L1111-5, R1111-50)."""

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from shared.kernel.actor import Actor, ActorKind

if TYPE_CHECKING:
    from services.access.domain.rights import Rights

Grant = TypeVar("Grant", bound=Mapping[str, Any])
"""A consent, a team, a block or a session: each says whether it is ``secret``."""
_GRANTS = ("consents", "care_teams", "blocks", "sessions")


def known_to(reader: Actor, grant: Grant | None) -> Grant | None:
    """``None`` for what this reader must take for absent."""
    hidden = grant and grant["secret"] and reader.kind is ActorKind.REPRESENTATIVE
    return None if hidden else grant


def seen_by(reader: Actor, rights: "Rights") -> "Rights":
    """As far as they exist for this reader."""
    return in_the_open(rights) if reader.kind is ActorKind.REPRESENTATIVE else rights


def in_the_open(rights: "Rights") -> "Rights":
    """Without what came of a secret session."""
    seen = copy(rights)
    for name in _GRANTS:
        setattr(seen, name, {k: one for k, one in getattr(rights, name).items() if is_open(one)})
    return seen


def holds_secrets(rights: "Rights") -> bool:
    return any(one["secret"] for name in _GRANTS for one in getattr(rights, name).values())


def as_secret_as(grant: Mapping[str, Any], by: Actor) -> Actor:
    """Who acts on a grant: what becomes of a secret one is secret, whoever does it - a timer, a
    professional, a reviewer, the person in a session for all to see."""
    return replace(by, secret=True) if grant["secret"] else by


def is_open(grant: Mapping[str, Any] | None) -> bool:
    """One that is there for everybody to see."""
    return grant is not None and not grant["secret"]
