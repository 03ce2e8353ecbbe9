"""Requests that add, change and cancel appointments."""

from typing import Any, Literal
from uuid import UUID

from pydantic import model_validator

from services.agenda.contract.parts import Key, OfRecord, Title
from services.agenda.contract.saying import Said
from services.agenda.domain.facts import Facts, Status
from shared.rpc.contract import Done

OwnStatus = Literal[
    Status.BOOKED, Status.FULFILLED, Status.NOSHOW, Status.WAITLIST, Status.PENDING,
    Status.NOSTATUS,
]  # fmt: skip
"""What a person may say; cancelling is a use case of its own."""


class AddAppointment(OfRecord, Said):
    title: Title
    status: OwnStatus = Status.NOSTATUS

    @model_validator(mode="after")
    def _says_when(self) -> "AddAppointment":
        if self.when() is None:
            raise ValueError("starts_at or day is missing")
        return self

    def facts(self) -> Facts:
        when = self.when()
        assert when  # noqa: S101 - validated above
        return Facts(
            title=self.title,
            when=when,
            type=self.type,
            name=self.name,
            speciality=self.speciality,
            address=self.address,
            comment=self.comment,
            professional=self.professional,
            facility=self.facility,
            status=self.status,
            private=self.private,
        )


class AppointmentAdded(Done):
    appointment_id: UUID


class ChangeAppointment(OfRecord, Said):
    """What is not given stays as it was; ``null`` takes it away. ``occurrence``: only that one
    of a series.
    """

    appointment_id: UUID
    occurrence: Key | None = None
    title: Title | None = None
    status: OwnStatus | None = None

    @property
    def chosen(self) -> bool | None:
        return self.private if "private" in self.model_fields_set else None

    def facts(self, before: Facts) -> Facts:
        """With what this request says; a series that is moved keeps its rule."""
        words = ("type", "name", "speciality", "address", "comment", "professional", "facility")
        changed: dict[str, Any] = {
            word: getattr(self, word) for word in words if word in self.model_fields_set
        }
        changed |= {"title": self.title} if self.title else {}
        changed |= {"status": self.status} if self.status else {}
        changed |= {"private": self.private} if "private" in self.model_fields_set else {}
        if when := self.when():
            changed["when"] = when
        return Facts(**{**vars(before), **changed})


class CancelAppointment(OfRecord):
    appointment_id: UUID
    occurrence: Key | None = None
