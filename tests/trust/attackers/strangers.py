"""Callers who have nothing to do with a record, and what they may ask about it."""

from collections.abc import Callable, Mapping
from typing import Any

from scripts.demo.cast import Caller
from shared.kernel.errors import Refusal
from shared.kernel.ins import INS_NIR_TEST
from tests.trust.attackers.asking import KINDS
from tests.trust.attackers.building import PARENT_BORN
from tests.trust.attackers.filling import ENDS
from tests.trust.attackers.records import STRANGER, People, Record
from tests.trust.attackers.telling import told

ELSEWHERE = "1330780081"
"""Where the doctor among the strangers works."""
OTHER_PARENT = "279035121000189"
UNKNOWN_INS = "279035121599989"
"""Of the form of the tests' people, and nobody's."""
KINDS_BESIDE: dict[str, tuple[str, ...]] = {
    ".folder_id": ("folder",),
    ".delegation": ("delegation",),
    ".invitation": ("invitation",),
    ".draft_id": ("draft",),
    ".team_id": ("team",),
    ".notification_id": ("notification",),
    ".representative": ("parent",),
}
"""What is somebody's, though it hides nothing from those who see their record."""
ALL_KINDS = KINDS | KINDS_BESIDE
STRANGERS: dict[str, Callable[[People, Record], Caller]] = {
    "person": People.patient,
    "parent": People.parent,
    "application": People.application,
    "doctor": lambda people, _: people.doctor(STRANGER),
    "secretary": lambda people, _: people.secretary(),
    "facility": lambda people, _: people.facility(ELSEWHERE),
}
"""Each is let into a record of their own, where that can be."""
MAY_KNOW = {"doctor", "secretary", "facility"}
"""Who may ask whether a person has a record (``identity.resolve``), and feed it."""


def let_in(people: People, own: Record) -> None:
    """The stranger of the doctors works in this record."""
    people.parent(own).do(
        "access.declare_consent", record_id=own.record_id, professional=STRANGER,
        means="electronic", valid_until=ENDS,
    )  # fmt: skip


def filled(people: People, theirs: Record) -> dict[str, str]:
    """Ids of all that is somebody's, by kind."""
    parent, of_it = people.parent(theirs), {"record_id": theirs.record_id}
    things = {**theirs.plain, **theirs.hidden, "parent": theirs.parent_id}
    things["draft"] = parent.do(
        "messaging.save_draft", conversation_id=theirs.plain["conversation"], body="Bon."
    )["draft_id"]
    (first, *_) = parent.ask("notification.notifications", **of_it)["items"]
    things["notification"] = first["notification_id"]
    things["invitation"] = parent.do(
        "access.invite_representative", ins=ins(OTHER_PARENT), birth_name="ESSAI",
        first_given_name="CLAIRE", birth_date=PARENT_BORN, **of_it,
    )["invitation"]  # fmt: skip
    return things


def heard(caller: Caller, method: str, record: Record, thing: str, given: Mapping[str, Any]) -> str:
    """What an answer tells whatever the thing was called, and what its decision tells when it is
    asked why."""
    asked: list[str] = []

    def ask() -> Any:
        try:
            return caller.ask(method, **given)
        except Refusal as refusal:
            if refusal.decision_id:
                asked.append(str(refusal.decision_id))
            raise

    said = told(ask, record)
    why = told(lambda: caller.ask("access.explain", decision_id=asked[0]), record) if asked else ""
    return f"{said} {why}".replace(thing, "<it>")


def ins(value: str) -> dict[str, str]:
    return {"value": value, "oid": INS_NIR_TEST}
