"""A prescription whose number a pharmacy holds, shown or sent by the person."""

from services.prescription.domain.prescription import Prescription
from shared.kernel.actor import Actor
from shared.kernel.gate import Decision, Gate

SHOWN = "shown"
"""What ``access`` is told of it: the number stands for the person's agreement."""
MASKED = "MASQUE_PS"


def require_shown(gate: Gate, prescription: Prescription, by: Actor) -> Decision:
    """The permit. Raises :class:`Forbidden` with the decision that refused.

    What ``access`` forbids stays forbidden: a block, a record that is closed. Who shows a masked
    prescription unmasks it for that pharmacy.
    """
    asked = prescription.attributes() | {"scope": SHOWN}
    asked["confidentiality"] = [c for c in asked["confidentiality"] if c != MASKED]
    return gate.require(prescription.record_id, "read", asked, by)
