"""Every 90 days people are reminded of what is connected."""

from datetime import timedelta
from uuid import UUID

from services.catalogue.application import Catalogue
from shared.kernel.clock import FixedClock
from tests.catalogue.conftest import Told, Views
from tests.catalogue.sample import (
    OPERATOR,
    PARENT,
    PATIENT,
    REMINDER,
    SECRETLY,
    SENSOR,
    authorise,
    proposal,
    reference,
    revocation,
)


def reminders(views: Views, told: Told) -> list[tuple[list[str], bool]]:
    views.sweep()
    return [
        (data["services"], data["secret"])
        for kind, data in told()
        if kind == "connections_reminded"
    ]


def test_every_ninety_days_with_all_that_is_connected(
    catalogue: Catalogue, sensor: UUID, views: Views, clock: FixedClock, told: Told
) -> None:
    """
    From the first connection on; one connected meanwhile is in the list and delays nothing.
    """
    catalogue.authorise(authorise(sensor), PATIENT)
    clock.move(timedelta(days=60))
    second = catalogue.propose_service(proposal("1.2.250.1.999.7"), OPERATOR).service_id
    catalogue.reference_service(reference(second), OPERATOR)
    catalogue.authorise(authorise(second), PATIENT)
    clock.move(timedelta(days=30, milliseconds=-1))
    assert reminders(views, told) == []
    clock.move(timedelta(milliseconds=1))
    assert reminders(views, told) == [([SENSOR, "1.2.250.1.999.7"], False)]
    assert reminders(views, told) == []
    clock.move(REMINDER)
    assert reminders(views, told) == [([SENSOR, "1.2.250.1.999.7"], False)]


def test_nothing_connected_nothing_to_remind_of(
    catalogue: Catalogue, sensor: UUID, views: Views, clock: FixedClock, told: Told
) -> None:
    """
    And who connects again waits ninety days from there.
    """
    given = catalogue.authorise(authorise(sensor), PATIENT)
    clock.move(timedelta(days=80))
    catalogue.revoke(revocation(given.authorisation_id), PATIENT)
    clock.move(timedelta(days=20))
    assert reminders(views, told) == []
    catalogue.authorise(authorise(sensor), PATIENT)
    clock.move(timedelta(days=89))
    assert reminders(views, told) == []
    clock.move(timedelta(days=1))
    assert reminders(views, told) == [([SENSOR], False)]


def test_what_is_secret_is_told_apart(
    catalogue: Catalogue, sensor: UUID, views: Views, clock: FixedClock, told: Told
) -> None:
    """
    The open list, that representatives get, must not name it.
    """
    catalogue.authorise(authorise(sensor), SECRETLY)
    other = catalogue.propose_service(proposal("1.2.250.1.999.7"), OPERATOR).service_id
    catalogue.reference_service(reference(other), OPERATOR)
    catalogue.authorise(authorise(other), PARENT)
    clock.move(REMINDER)

    assert reminders(views, told) == [(["1.2.250.1.999.7"], False), ([SENSOR], True)]
