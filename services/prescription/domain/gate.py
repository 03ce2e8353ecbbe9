"""Nothing is shown, taken or changed before ``access`` has said so."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.prescription.domain.ports import Access, Decision
from services.prescription.domain.prescription import Prescription
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden

GENERIC_FR = "Vous ne pouvez pas faire cela, ou cet élément n'existe pas."
NO_RULE = "no_rule"
"""What ``access`` answers when no rule permits and none forbids."""
MASKED = "MASQUE_PS"
BATCH = 500


class Gate:
    def __init__(self, access: Access) -> None:
        self._access = access

    def require(
        self, record_id: UUID, action: str, resource: Mapping[str, Any], by: Actor
    ) -> Decision:
        """The permit. Raises :class:`Forbidden` with the decision that refused."""
        decision = self._access.decide(record_id, action, resource, by)
        if not decision.permit:
            raise Forbidden(message_fr=GENERIC_FR, decision_id=decision.decision_id)
        return decision

    def require_shown(self, prescription: Prescription, by: Actor) -> Decision:
        """For a pharmacy that holds the number, shown or sent by the person.

        What ``access`` forbids stays forbidden: a block, a record that is closed. Where it only
        finds no rule, the number stands for the agreement, and the right to feed the record with
        a dispensation is asked for. Who shows a masked prescription unmasks it for that pharmacy.
        """
        asked = prescription.attributes()
        asked["confidentiality"] = [c for c in asked["confidentiality"] if c != MASKED]
        read = self._access.decide(prescription.record_id, "read", asked, by)
        if read.permit:
            return read
        if read.reasons != (NO_RULE,):
            raise Forbidden(message_fr=GENERIC_FR, decision_id=read.decision_id)
        return self.require(prescription.record_id, "feed", asked, by)

    def permits(self, prescription: Prescription, action: str, by: Actor) -> bool:
        attributes = prescription.attributes()
        return self._access.decide(prescription.record_id, action, attributes, by).permit

    def may_read(
        self, record_id: UUID, resources: Sequence[Mapping[str, Any]], by: Actor
    ) -> list[bool]:
        """One answer per resource, in order; equal ones are asked about once."""
        keys = [json.dumps(resource, sort_keys=True) for resource in resources]
        distinct = list(dict(zip(keys, resources, strict=True)).items())
        permits: dict[str, bool] = {}
        for start in range(0, len(distinct), BATCH):
            batch = distinct[start : start + BATCH]
            answers = self._access.decide_many(record_id, "read", [r for _, r in batch], by)
            permits |= dict(zip((key for key, _ in batch), answers, strict=True))
        return [permits[key] for key in keys]
