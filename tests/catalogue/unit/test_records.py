"""When identity says something of a record: erased, merged, split."""

from uuid import UUID, uuid4

import pytest

from services.catalogue import contract as c
from services.catalogue.application import Catalogue
from services.catalogue.domain.errors import UnknownAuthorisation
from services.catalogue.policies import POLICIES
from shared.crypto.local_keys import LocalKeys
from shared.kernel.actor import Actor, ActorKind
from tests.catalogue.asking import state
from tests.catalogue.conftest import Views
from tests.catalogue.sample import (
    OPERATOR,
    PATIENT,
    RECORD,
    SECRETLY,
    authorise,
    revocation,
    withdrawal,
)
from tests.support.hearing import hear


def test_erased_a_record_is_connected_to_nothing(
    catalogue: Catalogue, sensor: UUID, keys: LocalKeys, views: Views
) -> None:
    """
    Its key gone, its tokens are worth what unknown ones are; a rebuild leaves no row of it, and
    what time brings passes over it.
    """
    given = catalogue.authorise(authorise(sensor), PATIENT)
    views.catch_up()
    keys.erase(RECORD)
    catalogue.withdraw_service(withdrawal(sensor), OPERATOR)
    assert state(catalogue, given.token) == c.TokenState(active=False)
    views.sweep()

    rebuilt = views.live.rebuild(), views.reminders.rebuild()
    fresh = Views(catalogue, views.services.rebuild(), *rebuilt)
    fresh.catch_up()
    assert (rebuilt[0].count(), rebuilt[1].count()) == (0, 0)


def test_what_a_view_still_has_of_an_erased_record_goes(
    catalogue: Catalogue, sensor: UUID, keys: LocalKeys, views: Views
) -> None:
    """
    A row that cannot be opened any more purges its record, and no other.
    """
    record = uuid4()
    other = Actor(kind=ActorKind.PATIENT, id=str(record), record_id=record)
    kept = catalogue.authorise(authorise(sensor, record_id=record), other)
    catalogue.authorise(authorise(sensor), PATIENT)
    views.catch_up()
    assert (views.live.count(), views.reminders.count()) == (2, 2)
    catalogue.authorise(authorise(sensor), PATIENT)
    keys.erase(RECORD)
    views.catch_up()

    assert [item["id"] for item in views.live.find().items] == [str(kept.authorisation_id)]
    assert [item["id"] for item in views.reminders.find().items] == [str(record)]


def test_hearing_of_an_erasure_is_enough(
    catalogue: Catalogue, sensor: UUID, keys: LocalKeys, views: Views
) -> None:
    """
    Nothing more happens to an erased record, so its rows go when identity says so.
    """
    catalogue.authorise(authorise(sensor), PATIENT)
    views.catch_up()
    keys.erase(RECORD)
    for _ in range(2):
        hear(catalogue, POLICIES, "identity.record_erased", RECORD)
    views.catch_up()

    assert (views.live.count(), views.reminders.count()) == (0, 0)


TARGET = UUID("0190a000-0000-7000-8000-0000000000ff")
PERSON = Actor(kind=ActorKind.PATIENT, id=str(TARGET), record_id=TARGET)


def listed(catalogue: Catalogue, by: Actor) -> list[UUID]:
    asked = c.Authorisations(record_id=by.record_id or RECORD)
    return [item.authorisation_id for item in catalogue.authorisations(asked, by).items]


def test_merged_what_was_connected_is_served_under_the_target(
    catalogue: Catalogue, sensor: UUID
) -> None:
    """
    Listed and ended there, its token opens that record; after the split it is the source's again.
    """
    given = catalogue.authorise(authorise(sensor), PATIENT)
    merge = {"source": str(RECORD), "merge_id": str(uuid4())}
    hear(catalogue, POLICIES, "identity.records_merged", TARGET, **merge)

    assert state(catalogue, given.token).record_id == TARGET
    assert listed(catalogue, PERSON) == [given.authorisation_id]
    assert listed(catalogue, PATIENT) == []
    with pytest.raises(UnknownAuthorisation):
        catalogue.revoke(revocation(given.authorisation_id), PATIENT)

    hear(catalogue, POLICIES, "identity.records_split", TARGET, **merge)
    assert state(catalogue, given.token).record_id == RECORD
    assert listed(catalogue, PERSON) == []
    catalogue.revoke(revocation(given.authorisation_id), PATIENT)
    assert not state(catalogue, given.token).active


def test_merged_the_person_of_the_target_ends_it(catalogue: Catalogue, sensor: UUID) -> None:
    """
    From the record that they have now.
    """
    given = catalogue.authorise(authorise(sensor), PATIENT)
    merge = {"source": str(RECORD), "merge_id": str(uuid4())}
    hear(catalogue, POLICIES, "identity.records_merged", TARGET, **merge)
    request = revocation(given.authorisation_id).model_copy(update={"record_id": TARGET})
    catalogue.revoke(request, PERSON)
    assert not state(catalogue, given.token).active


def test_merged_a_token_given_anew_voids_the_one_of_the_source(
    catalogue: Catalogue, sensor: UUID
) -> None:
    """
    The same service was connected to the record that was merged: who disconnects it once would
    leave it the other token. What was connected in secret is another one.
    """
    old = catalogue.authorise(authorise(sensor), PATIENT)
    secret = catalogue.authorise(authorise(sensor), SECRETLY)
    merge = {"source": str(RECORD), "merge_id": str(uuid4())}
    hear(catalogue, POLICIES, "identity.records_merged", TARGET, **merge)

    request = authorise(sensor).model_copy(update={"record_id": TARGET})
    new = catalogue.authorise(request, PERSON)

    assert listed(catalogue, PERSON) == sorted(
        (new.authorisation_id, secret.authorisation_id), key=str
    )
    assert not state(catalogue, old.token).active
    assert state(catalogue, secret.token).active
    assert catalogue.authorise(request, PERSON).token == new.token
    assert state(catalogue, new.token).active
