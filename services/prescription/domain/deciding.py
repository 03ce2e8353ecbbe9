"""What may be done with a prescription as a whole: issue, show, send, cancel, replace, expire."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from services.prescription.domain import refusals
from services.prescription.domain.people import department
from services.prescription.domain.prescription import Prescription, State
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict
from shared.kernel.secrecy import require_unseen

OPEN = frozenset({State.CREATED, State.PARTIALLY_DISPENSED})
_REFUSED: Mapping[State, type[refusals.NumberRefused]] = {
    State.PREPARED: refusals.NumberUnknown,
    State.ABANDONED: refusals.NumberUnknown,
    State.DISPENSED: refusals.NumberUsed,
    State.CANCELLED: refusals.NumberCancelled,
    State.EXPIRED: refusals.NumberExpired,
}


def require_open(prescription: Prescription, today: date) -> None:
    """Raises the :class:`refusals.NumberRefused` that says why nothing leaves on it."""
    if refusal := why_closed(prescription, today):
        raise refusal


def why_closed(prescription: Prescription, today: date) -> type[refusals.NumberRefused] | None:
    """The refusal of whatever would leave on it; ``None``: it is open."""
    if prescription.state in _REFUSED:
        return _REFUSED[prescription.state]
    if prescription.replaced_by:
        return refusals.NumberReplaced
    return refusals.NumberExpired if today > prescription.due else None


def issue(prescription: Prescription, document_id: UUID, by: Actor) -> None:
    """Its document is in the vault; told twice is told once."""
    if prescription.state is State.PREPARED:
        prescription.note(Prescription.Issued, by, document_id=document_id, due=prescription.due)


def abandon(prescription: Prescription, reason: str, by: Actor) -> None:
    if prescription.state is State.PREPARED:
        prescription.note(Prescription.Abandoned, by, reason=reason)


def send(
    prescription: Prescription, facility: str, decision_id: UUID, today: date, by: Actor
) -> None:
    """To the same pharmacy twice is once."""
    require_open(prescription, today)
    if facility not in prescription.sent_to:
        require_unseen(by, prescription.is_seen_by_representatives)
        prescription.note(Prescription.Sent, by, facility=facility, decision_id=decision_id)


def present(
    prescription: Prescription,
    facility: str,
    decision_id: UUID,
    now: datetime,
    near: timedelta,
    by: Actor,
) -> None:
    """Shown in two departments within ``near``: noted for those who watch over fraud, never
    refused, because a family may share the errands."""
    prescription.note(
        Prescription.Presented,
        by,
        facility=facility,
        far_apart=_far_apart(prescription, facility, now, near),
        decision_id=decision_id,
    )


def _far_apart(prescription: Prescription, facility: str, now: datetime, near: timedelta) -> bool:
    if prescription.last_shown is None:
        return False
    former, shown_at = prescription.last_shown
    places = department(former), department(facility)
    return None not in places and places[0] != places[1] and now - shown_at <= near


def cancel(prescription: Prescription, reason: str, decision_id: UUID, by: Actor) -> None:
    """Only before anything left."""
    require_untouched(prescription)
    require_unseen(by, prescription.is_seen_by_representatives)
    prescription.note(Prescription.Cancelled, by, reason=reason, decision_id=decision_id)


def begin_replacement(prescription: Prescription, by_id: UUID, by: Actor) -> None:
    require_untouched(prescription)
    require_unseen(by, prescription.is_seen_by_representatives)
    prescription.note(Prescription.ReplacementBegun, by, replaced_by=by_id)


def end_replacement(prescription: Prescription, decision_id: UUID, by: Actor) -> None:
    prescription.note(Prescription.Cancelled, by, reason="replaced", decision_id=decision_id)


def supersede(prescription: Prescription, decision_id: UUID, by: Actor) -> None:
    """Its document was replaced by that of another prescription, which says so itself. What has
    begun to leave goes on, as its prescriber cannot take it back either."""
    is_being_replaced = prescription.replaced_by is not None
    if prescription.state in OPEN and not is_being_replaced and not prescription.has_left():
        end_replacement(prescription, decision_id, by)


def give_up_replacement(prescription: Prescription, by: Actor) -> None:
    prescription.note(Prescription.ReplacementAbandoned, by)


def require_untouched(prescription: Prescription) -> None:
    if prescription.state in _REFUSED:
        raise _REFUSED[prescription.state]
    if prescription.replaced_by:
        raise refusals.NumberReplaced
    if prescription.has_left():
        raise refusals.AlreadyDispensed


def expire(prescription: Prescription, today: date, by: Actor) -> None:
    """Nothing happens before its day, or to what is closed."""
    if prescription.state in OPEN and not prescription.replaced_by and today > prescription.due:
        prescription.note(Prescription.Expired, by)


def change_visibility(prescription: Prescription, codes: list[str], by: Actor) -> None:
    if tuple(codes) != prescription.confidentiality:
        prescription.note(Prescription.VisibilityChanged, by, confidentiality=codes)


def require_own(prescription: Prescription, dispensation_id: UUID, facility: str) -> None:
    """Only who dispensed it gives it back."""
    known = prescription.dispensations.get(str(dispensation_id))
    if known is None or known.facility != facility:
        raise refusals.NumberUnknown
    if known.reversed_for:
        raise Conflict("This dispensation was reversed already.")
