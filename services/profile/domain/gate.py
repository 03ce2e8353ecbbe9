"""Nothing is shown, taken or changed before ``access`` has said so."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.profile.domain.ports import NORMALLY, Access, Decision, How
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden

GENERIC_FR = "Vous ne pouvez pas faire cela, ou cet élément n'existe pas."
"""The same for what is hidden and for what is not there: why is for the person to read."""
BATCH = 500
"""Attribute tuples of one question."""


class Gate:
    def __init__(self, access: Access) -> None:
        self._access = access

    def require(
        self,
        record_id: UUID,
        action: str,
        resource: Mapping[str, Any],
        by: Actor,
        how: How = NORMALLY,
    ) -> Decision:
        """The permit. Raises :class:`Forbidden` with the decision that refused."""
        decision = self._access.decide(record_id, action, resource, by, how)
        if not decision.permit:
            raise Forbidden(message_fr=GENERIC_FR, decision_id=decision.decision_id)
        return decision

    def may_read(
        self,
        record_id: UUID,
        resources: Sequence[Mapping[str, Any]],
        by: Actor,
        how: How = NORMALLY,
    ) -> list[bool]:
        """One answer per resource, in order; equal ones are asked about once."""
        keys = [json.dumps(resource, sort_keys=True) for resource in resources]
        distinct = dict(zip(keys, resources, strict=True))
        asked = list(distinct)
        permits: dict[str, bool] = {}
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            answers = self._access.decide_many(
                record_id, "read", [distinct[key] for key in batch], by, how
            )
            permits |= dict(zip(batch, answers, strict=True))
        return [permits[key] for key in keys]
