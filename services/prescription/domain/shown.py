"""A prescription whose number a pharmacy holds, shown or sent by the person."""

from services.prescription.domain.prescription import Prescription
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.kernel.gate import GENERIC_FR, Decision, Gate

NO_RULE = "no_rule"
"""What ``access`` answers when no rule permits and none forbids."""
MASKED = "MASQUE_PS"


def require_shown(gate: Gate, prescription: Prescription, by: Actor) -> Decision:
    """The permit. Raises :class:`Forbidden` with the decision that refused.

    What ``access`` forbids stays forbidden: a block, a record that is closed. Where it only
    finds no rule, the number stands for the agreement, and the right to feed the record with
    a dispensation is asked for. Who shows a masked prescription unmasks it for that pharmacy.
    """
    asked = prescription.attributes()
    asked["confidentiality"] = [c for c in asked["confidentiality"] if c != MASKED]
    read = gate.decide(prescription.record_id, "read", asked, by)
    if read.permit:
        return read
    if read.reasons != (NO_RULE,):
        raise Forbidden(message_fr=GENERIC_FR, decision_id=read.decision_id)
    return gate.require(prescription.record_id, "feed", asked, by)
