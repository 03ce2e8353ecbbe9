"""Whose record a deposit goes to, and whether its documents are about that person."""

from collections.abc import Sequence
from uuid import UUID

from services.vault.domain.patient import FIELD, Patient, Person, require_same_person
from services.vault.domain.ports import Identities
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.kernel.ins import Ins
from shared.kernel.ins_rules import InsRules


class People:
    """Asks identity, with the INS rules of this vault."""

    def __init__(self, identities: Identities, rules: InsRules) -> None:
        self._identities = identities
        self._rules = rules

    def record_of(self, value: str, oid: str | None, by: Actor) -> UUID | None:
        """``None`` if there is no record to be told of."""
        return self._identities.resolve(self._rules.parse(value, oid), by=by)

    def record_of_patients(self, patients: Sequence[Patient], by: Actor) -> UUID | None:
        """The record of the one person that documents are about."""
        found = {self._ins_of(patient) for patient in patients}
        if not found:
            raise InvalidRequest(fields={"record_id": "is missing, and the content names nobody"})
        if len(found) > 1:
            raise InvalidRequest(fields={f"{FIELD}.ins": "the documents are about several people"})
        return self._identities.resolve(found.pop(), by=by)

    def require_person_of(self, records: Sequence[UUID], patient: Patient, by: Actor) -> None:
        """Compare INS and strict traits; each that differs is named, no value is repeated.

        ``records``: those of one person, first the one whose traits count.
        """
        ins, person = self._ins_of(patient), self._identities.person_of(records[0], by=by)
        # Only an INS that is not the record's own needs looking for: a former one, or another's.
        if ins != person.ins and self._identities.resolve(ins, by=by) not in records:
            raise InvalidRequest(
                "The document is not about the person of this record.",
                message_fr="Le document ne concerne pas la personne de ce dossier.",
                fields={f"{FIELD}.ins": "is not that of the record"},
            )
        require_same_person(patient.traits, person.traits)

    def person_of(self, record_id: UUID, by: Actor) -> Person:
        return self._identities.person_of(record_id, by=by)

    def _ins_of(self, patient: Patient) -> Ins:
        return patient.ins(accepted=self._rules.accepted, strict_keys=self._rules.strict_keys)
