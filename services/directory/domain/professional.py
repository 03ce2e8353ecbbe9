"""A health professional, as the national directory describes them."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.directory.domain.errors import AlreadyDeactivated
from shared.kernel.actor import Actor

PRACTICE = ("profession", "in_training", "specialty", "pharmacist_section")
"""What a professional practises; each place says its own."""
_NEW_IN_PLACES_V2 = {"legal_entity": None, "name": None, "sector": None, "mode": None}


class Professional(Aggregate):
    """``description`` (its keys: ``contract.Description``) is replaced as a whole by a change.

    Each of its ``places`` is one work situation: a practice in a facility.
    """

    TOPIC = "directory.professional"

    class Event(Aggregate.Event):
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "directory.professional_registered"
        class_version = 2
        national_id: str
        description: dict[str, Any]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["description"] = _description_v2(state["description"])

    class Changed(Event):
        """Also when one who was deactivated is registered again: ``active`` says so."""

        TOPIC = "directory.professional_changed"
        class_version = 2
        national_id: str
        description: dict[str, Any]
        active: bool

        def apply(self, professional: "Professional") -> None:
            professional.description = self.description
            professional.active = self.active

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["description"] = _description_v2(state["description"])
            state["active"] = True

    class Deactivated(Event):
        TOPIC = "directory.professional_deactivated"
        national_id: str

        def apply(self, professional: "Professional") -> None:
            professional.active = False

    @event(Created)
    def __init__(self, national_id: str, description: dict[str, Any], by: dict[str, Any]) -> None:
        self.national_id = national_id
        self.description = description
        self.active = True

    @classmethod
    def register(
        cls, stream_id: UUID, national_id: str, description: dict[str, Any], by: Actor
    ) -> "Professional":
        return cls._create(
            cls.Created,
            id=stream_id,
            national_id=national_id,
            description=description,
            by=by.to_event(),
        )

    def describe(self, description: dict[str, Any], by: Actor) -> None:
        """Active from now on. Nothing happens when nothing differs: an extract repeats itself
        every day.
        """
        self._change(description, active=True, by=by)

    def amend(self, part: dict[str, Any], by: Actor) -> None:
        """These entries of the description change, the others stay, and so does whether they
        are active: a mailbox brings nobody back.
        """
        self._change({**self.description, **part}, active=self.active, by=by)

    def deactivate(self, by: Actor) -> None:
        if not self.active:
            raise AlreadyDeactivated
        self.trigger_event(self.Deactivated, national_id=self.national_id, by=by.to_event())

    def _change(self, description: dict[str, Any], *, active: bool, by: Actor) -> None:
        if (self.active, self.description) == (active, description):
            return
        self.trigger_event(
            self.Changed,
            national_id=self.national_id,
            description=description,
            active=active,
            by=by.to_event(),
        )


def _description_v2(v1: dict[str, Any]) -> dict[str, Any]:
    """Places were facility, postal code and town, all with the professional's one practice."""
    practice = {name: v1[name] for name in PRACTICE}
    return {
        **v1,
        "places": [{**_NEW_IN_PLACES_V2, **place, **practice} for place in v1["places"]],
        "under_agreement": None,
        "skills": [],
        "diplomas": [],
        "mailboxes": [],
    }
