"""What was asked, answered and promised to be told stands, whoever asks for it again."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.catalogue import contract as c
from services.catalogue.application import Catalogue
from services.catalogue.application.due import OfRecord
from services.catalogue.application.log import SELF
from services.catalogue.domain.errors import NotDueYet, NotInThatState
from shared.kernel.clock import FixedClock
from shared.kernel.errors import InvalidRequest
from tests.catalogue.asking import state
from tests.catalogue.conftest import Told, Views
from tests.catalogue.sample import (
    CHART,
    FOLLOW,
    NOW,
    OPERATOR,
    PATIENT,
    REAPPROVAL,
    RECORD,
    REMINDER,
    SENSOR,
    authorise,
    change,
    exchange,
    finality,
    proposal,
    reapproval,
    reference,
    revocation,
    suspension,
)

DUE = NOW + REAPPROVAL
LESS = finality("COURBE", exchange("consulter", "WEIGHT"))


def of(given: c.Authorised) -> c.OfAuthorisation:
    return c.OfAuthorisation(
        request_id=uuid4(), record_id=RECORD, authorisation_id=given.authorisation_id
    )


def test_answered_it_is_asked_and_ended_no_more(
    catalogue: Catalogue, sensor: UUID, views: Views, clock: FixedClock
) -> None:
    """Once for each version; the date of what was approved again is forgotten."""
    given = catalogue.authorise(authorise(sensor, "SUIVI", "COURBE"), PATIENT)
    asked = change(sensor, finalities=[FOLLOW, LESS], reapprove_before=DUE)
    catalogue.change_service(asked, OPERATOR)
    views.sweep()
    with pytest.raises(NotDueYet):
        catalogue.ask_reapproval(of(given), SELF)
    catalogue.reapprove(reapproval(given.authorisation_id, "SUIVI"), PATIENT)
    clock.move(REAPPROVAL + timedelta(days=1))
    with pytest.raises(NotDueYet):
        catalogue.end_unapproved(of(given), SELF)


def test_what_a_service_gave_up_does_not_come_back_by_itself(
    catalogue: Catalogue, sensor: UUID, views: Views
) -> None:
    """Asked with what is left; that it is declared once more is nothing that was agreed to."""
    given = catalogue.authorise(authorise(sensor, "COURBE"), PATIENT)
    for finalities in ([FOLLOW, LESS], [FOLLOW, CHART]):
        asked = change(sensor, finalities=finalities, reapprove_before=DUE)
        catalogue.change_service(asked, OPERATOR)
        views.sweep()

    (left,) = state(catalogue, given.token).exchanges
    assert left.categories == ["WEIGHT"]


def test_who_disconnects_one_of_two_is_reminded_of_the_other(
    catalogue: Catalogue, sensor: UUID, views: Views, clock: FixedClock, told: Told
) -> None:
    """At the date that stood; never before it."""
    second = catalogue.propose_service(proposal("1.2.250.1.999.7"), OPERATOR).service_id
    catalogue.reference_service(reference(second), OPERATOR)
    catalogue.authorise(authorise(sensor), PATIENT)
    other = catalogue.authorise(authorise(second), PATIENT)
    catalogue.revoke(revocation(other.authorisation_id), PATIENT)
    clock.move(REMINDER - timedelta(milliseconds=1))
    with pytest.raises(NotDueYet):
        catalogue.remind(OfRecord(request_id=uuid4(), record_id=RECORD), SELF)
    told()
    clock.move(timedelta(milliseconds=1))
    views.sweep()

    assert [(kind, data["services"]) for kind, data in told()] == [
        ("connections_reminded", [SENSOR])
    ]


def test_states_of_a_service_that_is_not_listed_yet(catalogue: Catalogue) -> None:
    """Proposed it does nothing that could be suspended; into pre-series it comes once."""
    service_id = catalogue.propose_service(proposal(), OPERATOR).service_id
    with pytest.raises(NotInThatState):
        catalogue.suspend_service(suspension(service_id), OPERATOR)
    catalogue.reference_service(reference(service_id, pre_series=True), OPERATOR)
    with pytest.raises(NotInThatState):
        catalogue.reference_service(reference(service_id, pre_series=True), OPERATOR)


def test_people_of_a_suspended_service_are_given_the_time_too(
    catalogue: Catalogue, sensor: UUID
) -> None:
    """They are connected still, and it may come back with what it asks for."""
    catalogue.suspend_service(suspension(sensor), OPERATOR)

    with pytest.raises(InvalidRequest):
        catalogue.change_service(change(sensor, finalities=[FOLLOW]), OPERATOR)
