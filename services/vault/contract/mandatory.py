"""Mandatory documents: requests and their answers."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.vault.contract.parts import Code, Day, Part
from services.vault.contract.reading import Reading
from services.vault.domain.mandatory import Mandatory, Owed, Stay
from shared.rpc.contract import Answer, Query

Producer = Literal["professional", "facility", "treating_doctor", "laboratory", "radiology"]


class MandatoryDocuments(Query):
    producer: Producer | None = None


class MandatoryView(Answer):
    """``stay``: when a hospital stay owes it (``always``, ``if_operated``, ``if_planned``).
    ``confidence`` is ``medium`` where the date is not from the text itself."""

    id: str
    document: str
    types: list[str]
    producers: list[str]
    stay: str | None
    mail_to_professional: bool
    mail_to_person: bool
    in_force_since: date
    in_force: bool
    excluded: str | None
    confidence: str

    @classmethod
    def of(cls, line: Mandatory, today: date) -> "MandatoryView":
        return cls(
            id=line.id,
            document=line.document,
            types=list(line.types),
            producers=list(line.producers),
            stay=line.stay or None,
            mail_to_professional=line.mail_to_professional,
            mail_to_person=line.mail_to_person,
            in_force_since=line.in_force_since,
            in_force=line.in_force_since <= today,
            excluded=line.excluded or None,
            confidence=line.confidence,
        )


class MandatoryFound(Answer):
    items: list[MandatoryView]

    @classmethod
    def of(cls, lines: Sequence[Mandatory], producer: str | None, today: date) -> "MandatoryFound":
        fitting = (line for line in lines if producer is None or producer in line.producers)
        return cls(items=[MandatoryView.of(line, today) for line in fitting])


class Episode(Part):
    """A hospital stay. ``facility``: Struct_IdNat; ``to``: absent while it goes on."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    facility: Code
    since: Day = Field(alias="from")
    until: Day | None = Field(default=None, alias="to")
    operated: bool = False
    planned: bool = False

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Episode":
        if self.until and self.until < self.since:
            raise ValueError("a stay ends after it begins")
        return self

    @property
    def stay(self) -> Stay:
        return Stay(
            facility=self.facility,
            start=date.fromisoformat(self.since),
            stop=date.fromisoformat(self.until) if self.until else None,
            operated=self.operated,
            planned=self.planned,
        )


class MissingMandatory(Query, Reading):
    record_id: UUID
    episode: Episode


class OwedView(Answer):
    """``not_due``: the stay goes on."""

    id: str
    document: str
    types: list[str]
    state: Literal["present", "missing", "not_due"]
    document_id: UUID | None


class StayChecked(Answer):
    """``missing``: ids of what is not among the documents this reader may see."""

    items: list[OwedView]
    missing: list[str]

    @classmethod
    def of(cls, found: Sequence[Owed]) -> "StayChecked":
        return cls(
            items=[
                OwedView(
                    id=one.line.id,
                    document=one.line.document,
                    types=list(one.line.types),
                    state=one.state,
                    document_id=one.entry.document_id if one.entry else None,
                )
                for one in found
            ],
            missing=[one.line.id for one in found if one.state == "missing"],
        )
