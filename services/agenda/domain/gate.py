"""Nothing is shown, taken or changed before ``access`` has said so."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.agenda.domain.errors import GENERIC_FR
from services.agenda.domain.origin import Origin, attributes, is_secret
from services.agenda.domain.ports import Access, Decision
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden

AGENDA: Mapping[str, Any] = {"kind": "appointment"}
"""What is asked about where there is no appointment, or not one alone."""


class Gate:
    def __init__(self, access: Access) -> None:
        self._access = access

    def require(
        self, record_id: UUID, action: str, by: Actor, resource: Mapping[str, Any] = AGENDA
    ) -> Decision:
        """The permit. Raises :class:`Forbidden` with the decision that refused."""
        decision = self._access.decide(record_id, action, resource, by)
        if not decision.permit:
            raise Forbidden(message_fr=GENERIC_FR, decision_id=decision.decision_id)
        return decision

    def require_feed(self, record_id: UUID, by: Actor) -> Decision:
        """The permit to add what one writes oneself."""
        resource = attributes(Origin.of(by), secret=is_secret(by))
        return self.require(record_id, "feed", by, resource)

    def may_read(
        self, record_id: UUID, resources: Sequence[Mapping[str, Any]], by: Actor
    ) -> list[bool]:
        """One answer per resource, in order; equal ones are asked about once."""
        keys = [json.dumps(resource, sort_keys=True) for resource in resources]
        distinct = dict(zip(keys, resources, strict=True))
        if not distinct:
            return []
        answers = self._access.decide_many(record_id, "read", list(distinct.values()), by)
        permits = dict(zip(distinct, answers, strict=True))
        return [permits[key] for key in keys]
