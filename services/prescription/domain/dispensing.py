"""What may leave, line by line; the sum that left never exceeds what was prescribed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.prescription.domain.deciding import OPEN, require_open, require_own
from services.prescription.domain.given import LEAVES, Dispensation, Given, What
from services.prescription.domain.prescription import Prescription, State
from services.prescription.domain.refusals import NothingLeft, NotYetValid, TooMuchAtOnce
from services.prescription.domain.terms import Line, Product
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.periods import Period
from shared.kernel.secrecy import require_unseen

EXCEPTIONAL_FOR = Period(3, "M")
"""After the end of its validity, how long a treatment may be renewed exceptionally (CSP
L5125-23-1; the length from memory)."""


def dispense(
    prescription: Prescription,
    dispensation: Dispensation,
    *,
    profession: str,
    latest: date,
    decision_id: UUID,
    by: Actor,
) -> None:
    """All lines or none; ``latest``: day of an agreement. Raises :class:`InvalidRequest` by line,
    :class:`NothingLeft`, :class:`NotYetValid`, :class:`TooMuchAtOnce`, :class:`Forbidden`,
    :class:`SeenByRepresentatives`, or the refusal of the number."""
    if not any(profession in line.dispensers for line in prescription.lines):
        raise Forbidden  # that nothing leaves is theirs to say as well
    day = dispensation.day
    if {g.what for g in dispensation.given if g.what in LEAVES} != {What.EXCEPTIONAL}:
        require_open(prescription, day)
    lines = {line.number: line for line in prescription.lines}
    _require_complete(prescription, dispensation, lines, latest)
    for given in dispensation.given:
        line = lines[given.line]
        if given.what in LEAVES and profession not in line.dispensers:
            raise Forbidden
        if given.what is What.EXCEPTIONAL:
            _require_exceptional(prescription, line, given, day)
        elif given.what in LEAVES:
            _require_left(prescription, line, given, day)
    require_unseen(by, prescription.is_seen_by_representatives)
    _note(prescription, dispensation, decision_id, by)


def beyond_usual(prescription: Prescription, day: date) -> list[int]:
    """The lines of which more left on a day than does as a rule. It may be right: a package or a
    contraceptive may be for three months, and deliveries for less than one."""
    return [
        line.number
        for line in prescription.lines
        if line.usual_at_once is not None and prescription.left_on(line, day) > line.usual_at_once
    ]


def reverse(
    prescription: Prescription,
    dispensation_id: UUID,
    facility: str,
    reason: str,
    decision_id: UUID,
    by: Actor,
) -> None:
    """The quantities come back; the number works again if time has not closed it."""
    require_own(prescription, dispensation_id, facility)
    require_unseen(by, prescription.is_seen_by_representatives)
    after = dict(prescription.dispensations)
    key = str(dispensation_id)
    after[key] = replace(after[key], reversed_for=reason)
    state = prescription.state
    if state in {*OPEN, State.DISPENSED}:
        state = state_after(prescription.lines, after)
    prescription.note(
        Prescription.Reversed,
        by,
        dispensation_id=dispensation_id,
        facility=facility,
        reason=reason,
        state=state.value,
        due=_due(prescription, after),
        decision_id=decision_id,
    )


def state_after(lines: Sequence[Line], dispensations: Mapping[str, Dispensation]) -> State:
    """Of an open prescription, by what left on it."""
    if all(_left(line, dispensations) >= line.total for line in lines):
        return State.DISPENSED
    has_left = any(_left(line, dispensations) for line in lines)
    return State.PARTIALLY_DISPENSED if has_left else State.CREATED


def _require_complete(
    prescription: Prescription,
    dispensation: Dispensation,
    lines: Mapping[int, Line],
    latest: date,
) -> None:
    """Each line that is not finished gets one outcome, even if nothing of it leaves."""
    wrong: dict[str, str] = {}
    named = [given.line for given in dispensation.given]
    for place, given in enumerate(dispensation.given):
        problems = _problems(given, named, lines, latest)
        wrong |= {f"outcomes.{place}.{name}": said for name, said in problems.items()}
    for line in prescription.lines if prescription.state in OPEN else ():
        if line.number not in named and prescription.left(line) < line.total:
            wrong[f"lines.{line.number}"] = "has no outcome"
    if wrong:
        raise InvalidRequest("The dispensation is not right.", fields=wrong)


def _problems(
    given: Given, named: Sequence[int], lines: Mapping[int, Line], latest: date
) -> dict[str, str]:
    if given.line not in lines:
        return {"line": "there is no such line"}
    if named.count(given.line) > 1:
        return {"line": "has more than one outcome"}
    if given.what is What.SUBSTITUTED and not lines[given.line].substitutable:
        return {"what": "the prescriber allows no substitution"}
    return given.problems(latest)


def _require_left(prescription: Prescription, line: Line, given: Given, day: date) -> None:
    open_now, asked = prescription.open_quantity(line, day), line.counted(given.quantity)
    if asked <= open_now:
        return
    if line.opens_on and day < line.opens_on:
        raise NotYetValid(fields={f"lines.{line.number}.opens_on": line.opens_on.isoformat()})
    refusal = TooMuchAtOnce if asked <= prescription.unspent(line, day) else NothingLeft
    raise refusal(fields={f"lines.{line.number}.quantity": f"{open_now} may leave today"})


def _require_exceptional(prescription: Prescription, line: Line, given: Given, day: date) -> None:
    """For a treatment that was renewed, once all of it left or its validity is over."""
    over = prescription.left(line) >= line.total or day > prescription.valid_until
    fits = (
        line.renewable
        and over
        and prescription.left(line) > 0
        and prescription.state in {*OPEN, State.DISPENSED, State.EXPIRED}
        and day <= EXCEPTIONAL_FOR.last_day(prescription.valid_until)
        and len(prescription.exceptionally(line)) < line.exceptional
        and line.counted(given.quantity) <= line.quantity
    )
    if not fits:
        raise NothingLeft(
            fields={f"lines.{line.number}.quantity": "no exceptional renewal may leave"}
        )


def _note(
    prescription: Prescription, dispensation: Dispensation, decision_id: UUID, by: Actor
) -> None:
    after = {**prescription.dispensations, dispensation.id: dispensation}
    state, reached = prescription.state, state_after(prescription.lines, after)
    completes = state in OPEN and reached is State.DISPENSED
    if state in OPEN:
        state = State.PARTIALLY_DISPENSED if completes else reached
    prescription.note(
        Prescription.Dispensed,
        by,
        dispensation_id=UUID(dispensation.id),
        facility=dispensation.facility,
        professional=dispensation.professional,
        day=dispensation.day,
        given=[given.to_event() for given in dispensation.given],
        handwritten=[_plain(product) for product in dispensation.handwritten],
        state=state.value,
        due=_due(prescription, after),
        decision_id=decision_id,
    )
    if completes:
        prescription.note(Prescription.Completed, by)


def _due(prescription: Prescription, dispensations: Mapping[str, Dispensation]) -> date:
    return prescription.due_if(begun=any(_left(line, dispensations) for line in prescription.lines))


def _left(line: Line, dispensations: Mapping[str, Dispensation]) -> int:
    return sum(d.left_with(line, exceptional=False) for d in dispensations.values())


def _plain(product: Product) -> dict[str, Any]:
    return {k: v for k, v in vars(product).items() if v is not None}
