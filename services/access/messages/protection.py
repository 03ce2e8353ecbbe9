"""Who is kept out: blocked professionals, emergency switches, opposed feeding."""

from services.access.domain import protection_events as protection
from services.access.messages.admission import OfProfessional
from services.access.messages.listed import common, message_for
from shared.eventing.messages import MessageData
from shared.eventing.telling import tell_as_they_are


class ProfessionalBlocked(OfProfessional):
    TYPE = "access.professional_blocked"
    by_person: bool


class ProfessionalUnblocked(OfProfessional):
    TYPE = "access.professional_unblocked"


class EmergencySwitchesSet(MessageData):
    TYPE = "access.emergency_switches_set"
    regulation: bool
    break_glass: bool
    masked: bool


class FeedingOpposed(MessageData):
    """``feeder``: national id, Struct_IdNat, or ``*`` for everybody. ``waits``: counts once the
    reason was judged legitimate."""

    TYPE = "access.feeding_opposed"
    feeder: str
    on: bool
    waits: bool


class FeedingOppositionJudged(MessageData):
    TYPE = "access.feeding_opposition_judged"
    feeder: str
    accepted: bool


tell_as_they_are(
    message_for,
    common,
    {
        protection.ProfessionalUnblocked: ProfessionalUnblocked,
        protection.FeedingOpposed: FeedingOpposed,
        protection.FeedingOppositionJudged: FeedingOppositionJudged,
    },
)


@message_for.register
def _(event: protection.ProfessionalBlocked) -> MessageData:
    return ProfessionalBlocked(
        **common(event), professional=event.professional, by_person=event.block["by_person"]
    )


@message_for.register
def _(event: protection.EmergencySwitchesSet) -> MessageData:
    return EmergencySwitchesSet(**common(event), **event.switches)
