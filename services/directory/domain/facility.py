"""A health facility: a legal entity (EJ) or one of its establishments (ET), by their FINESS, or
a practice that has none.
"""

from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.directory.domain.errors import AlreadyEnrolled, FacilityClosed
from shared.kernel.actor import Actor

_NEW_IN_V2: dict[str, Any] = {
    "level": "ET",
    "legal_entity": None,
    "open": True,
    "mailboxes": [],
}
_NEW_WITH_FINESS: dict[str, Any] = dict.fromkeys(
    ("siren", "siret", "category", "address", "commune", "phone", "opened_on", "closed_on",
     "described_by")
)  # fmt: skip


class Facility(Aggregate):
    """``structure``: its Struct_IdNat (1 and the FINESS, else 3 and the SIRET, ...).
    ``description`` (its keys: ``contract.FacilityDescription``) is replaced as a whole by a
    change. ``consults_from``: the day from which it may consult records; ``None``: not enrolled.
    """

    TOPIC = "directory.facility"

    class Event(Aggregate.Event):
        structure: str
        by: dict[str, Any]

    class Created(Aggregate.Created):
        TOPIC = "directory.facility_registered"
        class_version = 4
        structure: str
        description: dict[str, Any]
        by: dict[str, Any]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["description"] = {**state["description"], **_NEW_IN_V2}

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            _name_structure(state)

        @staticmethod
        def upcast_v3_v4(state: dict[str, Any]) -> None:
            state["description"] = blank(state["description"])

    class Changed(Event):
        TOPIC = "directory.facility_changed"
        class_version = 3
        description: dict[str, Any]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            _name_structure(state)

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state["description"] = blank(state["description"])

        def apply(self, facility: "Facility") -> None:
            facility.description = self.description

    class Enrolled(Event):
        """Again, with another date, as long as the former has not come."""

        TOPIC = "directory.facility_enrolled"
        class_version = 2
        consults_from: date

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            _name_structure(state)

        def apply(self, facility: "Facility") -> None:
            facility.consults_from = self.consults_from

    @event(Created)
    def __init__(self, structure: str, description: dict[str, Any], by: dict[str, Any]) -> None:
        self.structure = structure
        self.description = description
        self.consults_from: date | None = None

    @classmethod
    def register(
        cls, stream_id: UUID, structure: str, description: dict[str, Any], by: Actor
    ) -> "Facility":
        return cls._create(
            cls.Created,
            id=stream_id,
            structure=structure,
            description=description,
            by=by.to_event(),
        )

    def amend(self, part: dict[str, Any], by: Actor) -> None:
        """These entries of the description change, the others stay."""
        description = {**self.description, **part}
        if description != self.description:
            self.trigger_event(
                self.Changed, structure=self.structure, description=description, by=by.to_event()
            )

    def enrol(self, consults_from: date, today: date, by: Actor) -> None:
        if not self.description["open"]:
            raise FacilityClosed
        former = self.consults_from
        if former and (former <= today or former == consults_from):
            raise AlreadyEnrolled(f"this facility is enrolled and consults from {former}")
        self.trigger_event(
            self.Enrolled, structure=self.structure, consults_from=consults_from, by=by.to_event()
        )


def blank(description: dict[str, Any]) -> dict[str, Any]:
    """With what only some sources of a description speak of, unsaid."""
    return {"sector": None, "mailboxes": [], **_NEW_WITH_FINESS, **description}


def _name_structure(state: dict[str, Any]) -> None:
    """Every facility had a FINESS before."""
    state["structure"] = f"1{state.pop('finess')}"
