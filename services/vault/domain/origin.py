"""Where a document comes from: who wrote it and who put it in (CSP R.1111-49)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from services.vault.domain.metadata import Author, Metadata
from services.vault.domain.visibility import HIDDEN_FROM_REPRESENTATIVES
from shared.kernel.actor import Actor, ActorKind, through

_PERSONS = {"patient", "representative", "caregiver"}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """``professionals``: PS_IdNat, authors first. ``structures``: Struct_IdNat. ``person``: the
    record of the person who put it in themselves. ``depositors``: those of the ids who put it in,
    and their structures."""

    professionals: tuple[str, ...]
    structures: tuple[str, ...]
    person: str | None
    depositors: tuple[str, ...] = ()

    @classmethod
    def of(cls, metadata: Metadata, *put_in: Mapping[str, Any]) -> "Origin":
        """``put_in``: the depositors as ``Actor.to_event()`` gives them."""
        return cls._of(metadata.authors, put_in)

    @classmethod
    def put_in(cls, *by: Mapping[str, Any]) -> "Origin":
        """Of those who put it in alone."""
        return cls._of((), by)

    @classmethod
    def _of(cls, authors: Sequence[Author], by: Sequence[Mapping[str, Any]]) -> "Origin":
        actors = [actor for depositor in by for actor in through(depositor)]
        professionals = [a["id"] for a in actors if a["kind"] == "professional"]
        structures = [a["id"] if a["kind"] == "facility" else a.get("facility") for a in actors]
        persons = [a.get("record_id") for a in actors if a["kind"] in _PERSONS]
        return cls(
            professionals=_known(*[a.national_id for a in authors], *professionals),
            structures=_known(*[a.institution for a in authors], *structures),
            person=next(iter(persons), None),
            depositors=_known(*professionals, *structures),
        )

    def kept_in(self, record_id: UUID) -> "Origin":
        """What a person put in is that of the person of the record it is in, whichever record of
        theirs was served then."""
        return replace(self, person=str(record_id)) if self.person else self

    def includes(self, by: Actor) -> bool:
        """Is it the actor's own document, or that of their structure?"""
        who = by.principal
        if who.acts_for_person:
            return self.person is not None and self.person == str(who.record_id)
        return who.id in self.professionals or bool({who.id, who.facility} & {*self.structures})

    def was_put_in_by(self, by: Actor) -> bool:
        """By the actor or their structure, whoever wrote it."""
        who = by.principal
        if who.acts_for_person:
            return self.includes(by)
        return bool({who.id, who.facility} & {*self.depositors})

    def is_author(self, by: Actor) -> bool:
        """The professional or the structure's own software that wrote it or put it in, not a
        colleague; the person, for what they put in."""
        who = by.principal
        if who.acts_for_person:
            return self.includes(by)
        return who.id in self.professionals or who.id in self.structures

    def professional_seen_by(self, by: Actor) -> str | None:
        """Of several authors the one who asks, so that authors keep their access."""
        who = by.principal.id
        return who if who in self.professionals else next(iter(self.professionals), None)

    def structure_seen_by(self, by: Actor) -> str | None:
        who = {by.principal.id, by.principal.facility}
        own = next((s for s in self.structures if s in who), None)
        return own or next(iter(self.structures), None)


class PutIn(Protocol):
    """A document, or its line in a list."""

    @property
    def origin(self) -> Origin: ...

    @property
    def confidentiality(self) -> Sequence[str]: ...


def is_theirs(one: PutIn, by: Actor) -> bool:
    """Their own, or that of their structure. What the person put in is also of whoever acts in
    their place, but for a minor's secret (CSP R.1111-50)."""
    acts_for = by.principal.kind in {ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}
    is_secret = HIDDEN_FROM_REPRESENTATIVES in one.confidentiality
    return one.origin.includes(by) and not (acts_for and is_secret)


def known_in(record_id: UUID, by: Actor, served_under: UUID) -> Actor:
    """Who acts for the person of a record is the same to what was put into one that is served
    under it: they acted for that one then."""
    who = by.principal
    if not who.acts_for_person or who.record_id != served_under:
        return by
    known = replace(who, record_id=record_id)
    return known if who is by else replace(by, on_behalf_of=known)


def same_depositor(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """The same professional, structure or person, whichever service carried the request."""
    first, second = ([*through(by)][-1] for by in (one, other))
    return (first["kind"], first["id"]) == (second["kind"], second["id"])


def _known(*values: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))
