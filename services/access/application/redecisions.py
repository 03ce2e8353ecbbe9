"""Deciding again from the log alone, for auditors."""

from collections.abc import Iterator
from uuid import UUID

from eventsourcing.persistence import Notification, PersistenceError

from services.access import contract as c
from services.access.application.log import AccessLog
from services.access.application.past import Past
from services.access.domain import errors
from services.access.domain.decision import Decision
from services.access.domain.redecision import (
    Heard,
    Redecision,
    decide_again,
    erased,
    undecidable,
)
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
        again = self._redecided(decision, position, Past(self))
        return c.Redecided.model_validate({**vars(again), "differs": again.differs})

    def redecide_all(
        self,
        heard: Heard | None = None,
        *,
        after: int = 0,
        upto: int | None = None,
        past: Past | None = None,
    ) -> Iterator[Redecision]:
        """Every decision in (after, upto], in order; one page in memory at a time. ``past``: kept
        by who asks for one stretch after another."""
        topics, past = (Decision.Created.TOPIC,), past or Past(self)
        while rows := self.recorder.select_notifications(
            after, PAGE, upto, topics=topics, inclusive_of_start=False
        ):
            for row in rows:
                yield self._again(row, heard, past)
            after = rows[-1].id

    def redecide_at(
        self,
        decision_id: UUID,
        position: int,
        heard: Heard | None = None,
        past: Past | None = None,
    ) -> Redecision:
        """One, stored at that position; what was altered is said, never raised."""
        for row in self.recorder.select_notifications(position, 1, position):
            if UUID(str(row.originator_id)) == decision_id:
                return self._again(row, heard, past or Past(self))
        return undecidable(decision_id, position, "no decision is stored there")

    def _again(self, row: Notification, heard: Heard | None, past: Past) -> Redecision:
        decision_id, position = UUID(str(row.originator_id)), row.id
        try:
            event = self.mapper.to_domain_event(row)
            if not isinstance(event, Decision.Created):
                return undecidable(decision_id, position, "no decision is stored there")
            return self._redecided(_evolved(event), position, past, heard)
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
        self, decision: Decision, position: int, past: Past, heard: Heard | None = None
    ) -> Redecision:
        grounds = past.grounds(decision)
        rights_id = UUID(decision.made["rights"]["stream"])
        then = self.guarded.version_of(rights_id, at=position)
        return decide_again(decision, position, grounds, then, heard)


def _evolved(event: Decision.Created) -> Decision:
    found: Decision | None = event.mutate(None)
    if found is None:
        raise TypeError("a decision is made by its first event")
    return found
