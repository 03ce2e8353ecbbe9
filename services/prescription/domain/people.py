"""Who prescribes, who dispenses: the professional behind a call, and the pharmacy they are in."""

from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden

OVERSEAS = {"97", "98"}


def professional(by: Actor) -> Actor:
    """The authenticated professional, also when their facility's software calls and names them.

    Raises :class:`Forbidden` when a software names nobody.
    """
    who = by.principal
    if who.kind is ActorKind.FACILITY and who.on_behalf_of:
        return who.on_behalf_of
    if who.kind is not ActorKind.PROFESSIONAL:
        raise Forbidden
    return who


def specialty(who: Actor) -> str:
    """Code of JDV_J01."""
    practice = f"G15_{who.profession}"
    return f"{practice}/{who.specialty}" if who.specialty else practice


def pharmacy(by: Actor) -> str:
    """Struct_IdNat of where the caller works. Raises :class:`Forbidden`."""
    who = by.principal
    place = who.id if who.kind is ActorKind.FACILITY else who.facility
    if place is None:
        raise Forbidden("The place of work is needed to dispense: choose one and sign in again.")
    return place


def department(structure: str) -> str | None:
    """The department of a FINESS, when the structure has one: its first two characters; overseas
    the first four, since all of 97 are thousands of kilometres apart."""
    if len(structure) != 10 or structure[0] != "1":
        return None
    return structure[1:5] if structure[1:3] in OVERSEAS else structure[1:3]
