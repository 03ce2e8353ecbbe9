"""Use cases of identity: one public method each, named like its RPC."""

from services.identity.application.announcing import Announcing
from services.identity.application.doubles import Doubles
from services.identity.application.ending import Endings
from services.identity.application.legacy import LegacyDmps
from services.identity.application.living import Living
from services.identity.application.log import Delays, Limits, Outside
from services.identity.application.opening import Opening
from services.identity.application.proving import Proving
from services.identity.application.questions import Questions
from services.identity.application.verification_batches import VerificationBatches

__all__ = ["Delays", "Identity", "Limits", "Outside"]


class Identity(
    Announcing,
    Opening,
    LegacyDmps,
    Living,
    Endings,
    Proving,
    Doubles,
    VerificationBatches,
    Questions,
):
    """All of them, on one log."""

    name = "identity"
