"""Deciding again from the log alone, for auditors."""

from collections.abc import Iterator
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from services.access import contract as c
from services.access.application.log import AccessLog
from services.access.domain import errors
from services.access.domain.connection import Client
from services.access.domain.decision import Decision, Grounds, Place
from services.access.domain.redecision import (
    Heard,
    Redecision,
    decide_again,
    erased,
    undecidable,
)
from services.access.domain.rights import Rights
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor
from shared.kernel.errors import Unavailable

PAGE = 200
"""Decisions read at once when all are decided again."""


class Redecisions(AccessLog):
    def redecide(self, request: c.OfDecision, _: Actor) -> c.Redecided:
        """With the rules and the matrix of that instant, on the rights as they stood then."""
        decision = self.readable_decision(request.decision_id)
        position = self.guarded.position_of(decision.id, decision.version)
        again = self._redecided(decision, position)
        return c.Redecided.model_validate({**vars(again), "differs": again.differs})

    def redecide_all(self, heard: Heard | None = None, *, after: int = 0) -> Iterator[Redecision]:
        """Every decision above a position, in order; one page in memory at a time."""
        topics = (Decision.Created.TOPIC,)
        while rows := self.recorder.select_notifications(
            after, PAGE, topics=topics, inclusive_of_start=False
        ):
            for row in rows:
                yield self.redecide_at(UUID(str(row.originator_id)), row.id, heard)
            after = rows[-1].id

    def redecide_at(
        self, decision_id: UUID, position: int, heard: Heard | None = None
    ) -> Redecision:
        """One, stored at that position; what was altered is said, never raised."""
        try:
            decision = self.get(decision_id, Decision)
            if decision is None:
                return undecidable(decision_id, position, "no decision is stored there")
            return self._redecided(decision, position, heard)
        except KeyErased:
            return erased(decision_id, position)
        except (Unavailable, PersistenceError):
            raise
        except Exception as error:  # noqa: BLE001 - what an altered log makes fail is a finding
            said = error.message if isinstance(error, errors.NotKept) else type(error).__name__
            return undecidable(
                decision_id, position, f"it, or what it rests on, was changed: {said}"
            )

    def _redecided(
        self, decision: Decision, position: int, heard: Heard | None = None
    ) -> Redecision:
        place = decision.made["rights"]
        rights_id = UUID(place["stream"])
        grounds = Grounds(
            rights=self._rights_at(rights_id, place["version"]),
            matrix=self.matrix_of(decision.made["matrix"]),
            rules=self.rules_of(decision.made["rules"]),
            client=self._client_at(decision.made["client"]),
        )
        then = self.guarded.version_of(rights_id, at=position)
        return decide_again(decision, position, grounds, then, heard)

    def _client_at(self, place: Place | None) -> Client | None:
        if place is None or place["version"] == 0:
            return None
        found: Client = self.repository.get(UUID(place["stream"]), version=place["version"])
        return found

    def _rights_at(self, rights_id: UUID, version: int) -> Rights | None:
        if version == 0:
            return None
        found: Rights = self.repository.get(rights_id, version=version)
        return found
