"""The life of an open record: activation, contact, suspension, closing."""

from typing import Any

from pydantic import Field

from services.identity.contract.parts import Contact, RecordCommand
from services.identity.domain.states import ClosingMotive, SuspensionReason
from shared.eventing.messages import Instant
from shared.kernel.actor import Actor
from shared.rpc.contract import Done, own_record


class NewActivationCode(RecordCommand):
    pass


class CodeIssued(Done):
    expires_at: Instant


class ActivationCodeGiven(CodeIssued):
    activation_code: str


class Activate(RecordCommand):
    activation_code: str = Field(max_length=20)


class ActivationTried(Done):
    """Kept with the request; what is answered is ``Done`` or a refusal."""

    activated: bool


class UpdateContact(RecordCommand):
    contact: Contact


class Close(RecordCommand):
    motive: ClosingMotive


class Reopen(RecordCommand):
    pass


class Suspend(RecordCommand):
    reason: SuspensionReason


class LiftSuspension(RecordCommand):
    pass


def own_motive(request: Any, actor: Actor) -> bool:
    """Fraud is the insurer's word, never the person's own."""
    return own_record(request, actor) and not (
        actor.acts_for_person and request.motive is ClosingMotive.FRAUD
    )
