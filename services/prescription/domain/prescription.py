"""A prescription: prepared, issued, dispensed line by line, and closed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.prescription.domain.given import Dispensation, Given
from services.prescription.domain.terms import Line, Product
from shared.kernel.actor import Actor

DOCUMENT_TYPE = "57833-6"
"""LOINC, JDV_J07: prescription of health products."""
HIDDEN_FROM_REPRESENTATIVES = "INVISIBLE_REPRESENTANTS_LEGAUX"


class State(StrEnum):
    """``prepared``: its document is not in the vault yet, so the number opens nothing."""

    PREPARED = "prepared"
    ABANDONED = "abandoned"
    CREATED = "created"
    PARTIALLY_DISPENSED = "partially_dispensed"
    DISPENSED = "dispensed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Prescription(Aggregate):
    """What happened to it; what may is decided in ``deciding`` and ``dispensing``."""

    TOPIC = "prescription.prescription"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]
        confidentiality: list[str]

    class Created(Event, Aggregate.Created):
        """Prepared. ``decision_id``: that which let the prescriber feed this record.
        Version 1 did not say where its lines were read from; version 2 neither what they are
        marked with, nor whether their quantity was said: none was one package; version 3 not when
        they begin, nor how much of them may leave at once."""

        TOPIC = "prescription.prescription_prepared"
        class_version = 4
        number: str
        prescriber: str
        facility: str | None
        issued_on: date
        lines: list[dict[str, Any]]
        replaces: UUID | None
        decision_id: UUID

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["lines"] = [{**line, "origin": None} for line in state["lines"]]

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            unsaid: dict[str, Any] = {"marks": [], "sufficient": False}
            state["lines"] = [{**line, **unsaid} for line in state["lines"]]

        @staticmethod
        def upcast_v3_v4(state: dict[str, Any]) -> None:
            names = ("opens_on", "renewed_from", "usual_days", "most_days")
            state["lines"] = [{**line, **dict.fromkeys(names)} for line in state["lines"]]

    class Issued(Event):
        """Its document is in the vault: from now on the number opens it."""

        TOPIC = "prescription.prescription_issued"
        document_id: UUID
        due: date

        def apply(self, prescription: "Prescription") -> None:
            prescription.state = State.CREATED
            prescription.document_id = self.document_id

    class Abandoned(Event):
        """The vault did not take its document. ``reason``: code of the refusal."""

        TOPIC = "prescription.prescription_abandoned"
        reason: str

        def apply(self, prescription: "Prescription") -> None:
            prescription.state = State.ABANDONED
            prescription.abandoned_for = self.reason

    class Sent(Event):
        TOPIC = "prescription.prescription_sent"
        facility: str
        decision_id: UUID

        def apply(self, prescription: "Prescription") -> None:
            prescription.sent_to = [*prescription.sent_to, self.facility]

    class Presented(Event):
        """``far_apart``: shown in another department minutes before."""

        TOPIC = "prescription.prescription_presented"
        facility: str
        far_apart: bool
        decision_id: UUID

        def apply(self, prescription: "Prescription") -> None:
            prescription.last_shown = (self.facility, self.timestamp)
            prescription.shown_to = sorted({*prescription.shown_to, self.facility})

    class PresentationRefused(Event):
        """``reason``: code of the refusal."""

        TOPIC = "prescription.presentation_refused"
        facility: str | None
        reason: str

    class Dispensed(Event):
        TOPIC = "prescription.prescription_dispensed"
        dispensation_id: UUID
        facility: str
        professional: str
        day: date
        given: list[dict[str, Any]]
        handwritten: list[dict[str, Any]]
        state: str
        due: date
        decision_id: UUID

        def apply(self, prescription: "Prescription") -> None:
            prescription.state = State(self.state)
            prescription.dispensations[str(self.dispensation_id)] = Dispensation(
                id=str(self.dispensation_id),
                facility=self.facility,
                professional=self.professional,
                day=self.day,
                given=tuple(Given.from_event(one) for one in self.given),
                handwritten=tuple(Product(**one) for one in self.handwritten),
            )

    class Completed(Event):
        """Everything left: the number is deactivated."""

        TOPIC = "prescription.prescription_completed"

        def apply(self, prescription: "Prescription") -> None:
            prescription.state = State.DISPENSED

    class Reversed(Event):
        """What it was sent for had been served where all of it had left: it may be sent again."""

        TOPIC = "prescription.dispensation_reversed"
        dispensation_id: UUID
        facility: str
        reason: str
        state: str
        due: date
        decision_id: UUID

        def apply(self, prescription: "Prescription") -> None:
            had_left, state = prescription.state is State.DISPENSED, State(self.state)
            if had_left and state is not State.DISPENSED:
                prescription.sent_to = []
            prescription.state = state
            key = str(self.dispensation_id)
            prescription.dispensations[key] = replace(
                prescription.dispensations[key], reversed_for=self.reason
            )

    class DispensationDocumented(Event):
        """Its document is in the vault; the last one counts, which tells of a reversal too."""

        TOPIC = "prescription.dispensation_documented"
        dispensation_id: UUID
        document_id: UUID

        def apply(self, prescription: "Prescription") -> None:
            key = str(self.dispensation_id)
            prescription.dispensations[key] = replace(
                prescription.dispensations[key], document_id=self.document_id
            )

    class DispensationUndocumented(Event):
        """The vault does not take its document; what left has left. ``reason``: code of the
        refusal."""

        TOPIC = "prescription.dispensation_undocumented"
        dispensation_id: UUID
        reason: str

    class ReplacementBegun(Event):
        """Nothing leaves until the one that replaces it is issued, or abandoned."""

        TOPIC = "prescription.replacement_begun"
        replaced_by: UUID

        def apply(self, prescription: "Prescription") -> None:
            prescription.replaced_by = self.replaced_by

    class ReplacementAbandoned(Event):
        TOPIC = "prescription.replacement_abandoned"

        def apply(self, prescription: "Prescription") -> None:
            prescription.replaced_by = None

    class Cancelled(Event):
        TOPIC = "prescription.prescription_cancelled"
        reason: str
        decision_id: UUID

        def apply(self, prescription: "Prescription") -> None:
            prescription.state = State.CANCELLED

    class Expired(Event):
        TOPIC = "prescription.prescription_expired"

        def apply(self, prescription: "Prescription") -> None:
            prescription.state = State.EXPIRED

    class VisibilityChanged(Event):
        """As its document's: ``confidentiality`` holds the new codes."""

        TOPIC = "prescription.visibility_changed"

        def apply(self, prescription: "Prescription") -> None:
            prescription.confidentiality = tuple(self.confidentiality)

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        confidentiality: list[str],
        number: str,
        prescriber: str,
        facility: str | None,
        issued_on: date,
        lines: list[dict[str, Any]],
        replaces: UUID | None,
        decision_id: UUID,
    ) -> None:
        self.record_id = record_id
        self.fed_on_decision = decision_id
        self.confidentiality = tuple(confidentiality)
        self.number = number
        self.prescriber = prescriber
        self.facility = facility
        self.issued_on = issued_on
        self.lines = tuple(Line.from_event(line) for line in lines)
        self.replaces = replaces
        self.replaced_by: UUID | None = None
        self.state = State.PREPARED
        self.document_id: UUID | None = None
        self.abandoned_for: str | None = None
        self.sent_to: list[str] = []
        self.shown_to: list[str] = []
        self.last_shown: tuple[str, datetime] | None = None
        self.dispensations: dict[str, Dispensation] = {}

    @classmethod
    def prepare(
        cls, prescription_id: UUID, *, lines: Sequence[Line], by: Actor, **facts: Any
    ) -> "Prescription":
        """``facts``: the other fields of :class:`Created`."""
        return cls._create(
            cls.Created,
            id=prescription_id,
            by=by.to_event(),
            lines=[line.to_event() for line in lines],
            **facts,
        )

    def note(self, kind: type[Any], by: Actor, **facts: Any) -> None:
        """One event of this prescription, who did it and who may know of it included."""
        hidden = list(facts.pop("confidentiality", self.confidentiality))
        self.trigger_event(
            kind, record_id=self.record_id, by=by.to_event(), confidentiality=hidden, **facts
        )

    @property
    def valid_until(self) -> date:
        return max(line.until for line in self.lines)

    @property
    def due(self) -> date:
        """The last day of its validity: of a first delivery, until there was one."""
        return self.due_if(begun=self.has_left())

    def due_if(self, *, begun: bool) -> date:
        """``begun``: something has left, and was not given back."""
        return self.valid_until if begun else max(line.first_by for line in self.lines)

    def left(self, line: Line) -> int:
        """The quantity of a line that left and was not given back; no exceptional renewal."""
        return sum(d.left_with(line, exceptional=False) for d in self.dispensations.values())

    def exceptionally(self, line: Line) -> list[int]:
        """The quantities of its exceptional renewals."""
        left = (d.left_with(line, exceptional=True) for d in self.dispensations.values())
        return [quantity for quantity in left if quantity]

    def has_left(self) -> bool:
        return any(self.left(line) for line in self.lines)

    def first_delivery(self, line: Line) -> date | None:
        days = [d.day for d in self.dispensations.values() if d.left_with(line, exceptional=False)]
        return min(days, default=None)

    def left_on(self, line: Line, day: date) -> int:
        """As :meth:`left`, on one day."""
        ours = (d for d in self.dispensations.values() if d.day == day)
        return sum(d.left_with(line, exceptional=False) for d in ours)

    def unspent(self, line: Line, today: date) -> int:
        """What is left of what may have left by today."""
        allowed = line.allowed(self.issued_on, self.first_delivery(line), today)
        return max(0, allowed - self.left(line))

    def open_quantity(self, line: Line, today: date) -> int:
        """How much of a line may leave today."""
        unspent, most = self.unspent(line, today), line.most_at_once
        return unspent if most is None else min(unspent, max(0, most - self.left_on(line, today)))

    @property
    def is_seen_by_representatives(self) -> bool:
        return HIDDEN_FROM_REPRESENTATIVES not in self.confidentiality

    def attributes(self) -> dict[str, Any]:
        """For ``access`` to decide on."""
        return attributes(self.confidentiality, self.prescriber, self.facility)


def attributes(
    confidentiality: Sequence[str], prescriber: str | None, facility: str | None
) -> dict[str, Any]:
    return {
        "kind": "prescription",
        "confidentiality": sorted(confidentiality),
        "author": prescriber,
        "facility": facility,
    }
