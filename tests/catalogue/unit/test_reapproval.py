"""When a service changes what it asks for, people are asked again, before a date."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.catalogue import contract as c
from services.catalogue.application import Catalogue
from services.catalogue.domain.errors import Over
from shared.kernel.clock import FixedClock
from tests.catalogue.conftest import Told, Views
from tests.catalogue.sample import (
    CHART,
    FOLLOW,
    GATEWAY,
    NOW,
    OPERATOR,
    PATIENT,
    REAPPROVAL,
    RECORD,
    authorise,
    change,
    exchange,
    finality,
    reapproval,
)

DUE = NOW + REAPPROVAL
MORE = finality("SUIVI", exchange("ajouter", "INTERSTITIAL_GLUCOSE", "GLUCOSE", "WEIGHT"))
LESS = finality("COURBE", exchange("consulter", "WEIGHT", "HEIGHT"))


@pytest.fixture
def given(catalogue: Catalogue, sensor: UUID) -> c.Authorised:
    return catalogue.authorise(authorise(sensor, "SUIVI", "COURBE"), PATIENT)


def changes(catalogue: Catalogue, sensor: UUID, due: datetime, *finalities: Any) -> None:
    asked = change(sensor, finalities=list(finalities), reapprove_before=due)
    catalogue.change_service(asked, OPERATOR)


def allowed(catalogue: Catalogue, token: str) -> set[tuple[str, str]] | None:
    """(action, category) pairs; ``None`` when the token is worth nothing."""
    state = catalogue.introspect(c.Introspect(token=token), GATEWAY)
    if not state.active:
        return None
    return {(e.action.value, category) for e in state.exchanges for category in e.categories}


def test_meanwhile_it_does_what_was_agreed_to_and_is_still_asked(
    catalogue: Catalogue, sensor: UUID, given: c.Authorised
) -> None:
    """
    Nothing of what the change adds, nothing of what it gives up; at once, without any timer.
    """
    changes(catalogue, sensor, DUE, MORE, LESS)

    assert allowed(catalogue, given.token) == {
        ("ajouter", "INTERSTITIAL_GLUCOSE"),
        ("consulter", "WEIGHT"),
    }


def test_each_person_is_asked_once(
    catalogue: Catalogue, sensor: UUID, given: c.Authorised, views: Views, told: Told
) -> None:
    """
    With the date, and with what is left meanwhile for access to keep to.
    """
    changes(catalogue, sensor, DUE, MORE, LESS)
    told()
    views.sweep()
    views.sweep()

    ((kind, data),) = told()
    assert (kind, data["before"], data["authorisation_id"]) == (
        "reapproval_asked",
        "2026-12-21T08:30:00.000Z",
        str(given.authorisation_id),
    )
    assert data["allowed"] == [
        {"scope": "measure", "action": "feed", "categories": ["INTERSTITIAL_GLUCOSE"]},
        {"scope": "measure", "action": "read", "categories": ["WEIGHT"]},
    ]
    (listed,) = catalogue.authorisations(c.Authorisations(record_id=RECORD), PATIENT).items
    assert listed.reapprove_before == DUE


def test_without_an_answer_it_ends_at_that_instant(
    catalogue: Catalogue,
    sensor: UUID,
    given: c.Authorised,
    views: Views,
    clock: FixedClock,
    told: Told,
) -> None:
    """
    A millisecond before it still works; at the instant no more, and the timer writes it down.
    """
    changes(catalogue, sensor, DUE, MORE, CHART)
    views.sweep()
    clock.move(REAPPROVAL - timedelta(milliseconds=1))
    told()
    views.sweep()
    assert told() == []
    assert allowed(catalogue, given.token)

    clock.move(timedelta(milliseconds=1))
    assert allowed(catalogue, given.token) is None
    with pytest.raises(Over):
        catalogue.reapprove(reapproval(given.authorisation_id, "SUIVI"), PATIENT)
    views.sweep()
    assert [(kind, data["reason"]) for kind, data in told()] == [
        ("authorisation_revoked", "not_reapproved")
    ]
    assert catalogue.authorisations(c.Authorisations(record_id=RECORD), PATIENT).total == 0


def test_approved_again_it_goes_on_with_the_same_token(
    catalogue: Catalogue,
    sensor: UUID,
    given: c.Authorised,
    views: Views,
    clock: FixedClock,
    told: Told,
) -> None:
    """
    Of the finalities as they are now; the date is forgotten.
    """
    changes(catalogue, sensor, DUE, MORE, LESS)
    views.sweep()
    catalogue.reapprove(reapproval(given.authorisation_id, "SUIVI"), PATIENT)
    told()
    clock.move(REAPPROVAL + timedelta(days=1))
    views.sweep()

    assert told() == []
    assert allowed(catalogue, given.token) == {
        ("ajouter", "INTERSTITIAL_GLUCOSE"),
        ("ajouter", "GLUCOSE"),
        ("ajouter", "WEIGHT"),
    }


def test_a_further_change_gives_no_more_time(
    catalogue: Catalogue, sensor: UUID, given: c.Authorised, views: Views, clock: FixedClock
) -> None:
    """
    A service could otherwise keep an agreement alive by changing every month.
    """
    changes(catalogue, sensor, DUE, MORE, CHART)
    views.sweep()
    clock.move(timedelta(days=20))
    changes(catalogue, sensor, DUE + timedelta(days=20), FOLLOW, LESS)
    views.sweep()
    clock.move(timedelta(days=10))

    assert allowed(catalogue, given.token) is None


def test_whoever_agreed_to_the_first_change_is_asked_about_the_second(
    catalogue: Catalogue, sensor: UUID, given: c.Authorised, views: Views, clock: FixedClock
) -> None:
    """
    With the second date, not the first.
    """
    changes(catalogue, sensor, DUE, MORE, CHART)
    catalogue.reapprove(reapproval(given.authorisation_id, "SUIVI"), PATIENT)
    changes(catalogue, sensor, DUE + timedelta(days=5), FOLLOW, CHART)
    views.sweep()
    clock.move(REAPPROVAL)
    views.sweep()
    assert allowed(catalogue, given.token) == {("ajouter", "INTERSTITIAL_GLUCOSE")}
    clock.move(timedelta(days=5))
    views.sweep()
    assert allowed(catalogue, given.token) is None


def test_other_words_ask_again_too(
    catalogue: Catalogue, sensor: UUID, given: c.Authorised, views: Views, told: Told
) -> None:
    """
    People agreed to a purpose, not to a list of categories.
    """
    changes(catalogue, sensor, DUE, FOLLOW | {"description": "Pour la recherche."}, CHART)
    told()
    views.sweep()

    assert [kind for kind, _ in told()] == ["reapproval_asked"]


def test_who_connects_after_the_change_is_asked_nothing(
    catalogue: Catalogue, sensor: UUID, views: Views, told: Told
) -> None:
    """
    They have read the finalities as they are.
    """
    changes(catalogue, sensor, DUE, MORE, LESS)
    catalogue.authorise(authorise(sensor), PATIENT)
    told()
    views.sweep()

    assert told() == []
