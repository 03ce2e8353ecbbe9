"""Those who act for the person, once their own record was merged into another: they do so under
that one until it is split off again, whatever a judge said of them with them."""

from collections.abc import Collection
from typing import TYPE_CHECKING, TypedDict
from uuid import UUID

from services.access.domain.grants import Delegation
from services.access.domain.rights_event import RightsEvent, RightsPart
from shared.kernel.actor import Actor, ActorKind

if TYPE_CHECKING:
    from services.access.domain.rights import Rights

ACT_FOR_OTHERS = frozenset({ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})


class Moved(TypedDict):
    """``represented``: it was a representative's record; ``itself``: so was that which it was
    merged into. ``order``, ``order_there``: by which a judge had suspended it, and the other."""

    under: str
    represented: bool
    itself: bool
    delegations: list[str]
    order: str | None
    order_there: str | None


class ActsUnder(RightsEvent):
    """``person``: the record they were named by. ``under``: ``None`` once it is split off."""

    TOPIC = "access.acts_under"
    person: UUID
    under: UUID | None

    def apply(self, aggregate: "Rights") -> None:
        person = str(self.person)
        if person in aggregate.acts_under:
            _give_back(aggregate, person)
        if self.under:
            _move(aggregate, person, str(self.under))


class ActingUnder(RightsPart):
    """The part of the rights that says by which record those who act for the person are known."""

    representatives: list[str]
    suspended: dict[str, str]
    delegations: dict[str, Delegation]
    acts_under: dict[str, Moved]
    """By the record that was merged."""

    @property
    def people(self) -> set[str]:
        """Who is named here, or was before a merge."""
        acting = (d["delegate"] for d in self.delegations.values())
        return {*self.representatives, *acting, *self.suspended, *self.acts_under}

    def acting_as(self, person: str) -> str:
        """The record they are known by here."""
        moved = self.acts_under.get(person)
        return moved["under"] if moved else person

    def records_of(self, person: str) -> list[str]:
        """That one, and those they were named by."""
        return [person, *(p for p, moved in self.acts_under.items() if moved["under"] == person)]

    def may_have_moved(self, who: Actor, *, took_in: bool) -> bool:
        """Whether the own records of those named here are to be looked at before it is said what
        ``who`` may do: they are not named, but may be by one that their own record ``took_in``; or
        not by the record that a judge named."""
        if self.acts_under or who.kind not in ACT_FOR_OTHERS:
            return bool(self.acts_under)
        return bool(self.suspended) if who.id in self.people else took_in

    def act_under(self, person: str, under: UUID | None, *, by: Actor) -> None:
        moved = self.acts_under.get(person)
        if (moved["under"] if moved else None) != (str(under) if under else None):
            self._trigger(ActsUnder, by, person=UUID(person), under=under)


def _move(rights: "Rights", person: str, under: str) -> None:
    named, suspended = rights.representatives, rights.suspended
    moved = Moved(
        under=under,
        represented=person in named,
        itself=under in named and all(other["itself"] for other in _others(rights, under)),
        delegations=[i for i, d in rights.delegations.items() if d["delegate"] == person],
        order=suspended.get(person),
        order_there=suspended.get(under),
    )
    rights.representatives = list(dict.fromkeys(under if n == person else n for n in named))
    _hand(rights, moved["delegations"], under)
    if person in suspended:
        order = suspended.pop(person)
        suspended.setdefault(under, order)
    rights.acts_under[person] = moved


def _give_back(rights: "Rights", person: str) -> None:
    """What a judge ordered meanwhile was ordered of them too; what was ended stays ended."""
    moved = rights.acts_under.pop(person)
    under, suspended = moved["under"], rights.suspended
    stays = [under] if moved["itself"] or _others(rights, under) else []
    if moved["represented"]:
        back = [[person, *stays] if n == under else [n] for n in rights.representatives]
        rights.representatives = [n for names in back for n in names]
    _hand(rights, moved["delegations"], person)
    now, before = suspended.get(under), (moved["order"], moved["order_there"])
    if now and before != (None, now):
        suspended[person] = now
        if before == (now, None) or not stays:
            del suspended[under]


def _others(rights: "Rights", under: str) -> list[Moved]:
    """Representatives merged into the same record."""
    return [m for m in rights.acts_under.values() if m["under"] == under and m["represented"]]


def _hand(rights: "Rights", delegations: Collection[str], to: str) -> None:
    for i in delegations:
        if i in rights.delegations:
            rights.delegations[i] = {**rights.delegations[i], "delegate": to}
