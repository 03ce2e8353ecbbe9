"""The trace of a call to INSi: who asked what kind of thing, and how it ended."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate, event


class InsiOperation(StrEnum):
    BY_CARD = "by_card"
    BY_TRAITS = "by_traits"
    VERIFY = "verify"
    SUBMIT = "submit"
    COLLECT = "collect"


class InsiCall(Aggregate):
    """A stream of one event, so that many who ask never contend."""

    TOPIC = "identity.insi_call"

    class Created(Aggregate.Created):
        """``outcome``: INSi's code, ``OK`` or ``KO``, or the code of the failure. Never what was
        asked. ``record_id``: the record it was about, if any.
        """

        TOPIC = "identity.insi_called"
        record_id: UUID | None
        operation: str
        outcome: str
        by: dict[str, Any]

    @staticmethod
    def create_id() -> UUID:
        return uuid4()

    @event(Created)
    def __init__(
        self, record_id: UUID | None, operation: str, outcome: str, by: dict[str, Any]
    ) -> None:
        self.record_id = record_id
