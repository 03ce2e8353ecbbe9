"""A service that is not open any more: suspended, withdrawn, or not referenced yet."""

from uuid import UUID, uuid4

import pytest

from services.catalogue.application import Catalogue
from services.catalogue.domain.errors import ServiceNotOpen
from shared.kernel.actor import Actor, ActorKind
from tests.catalogue.asking import connected, state
from tests.catalogue.conftest import Told, Views
from tests.catalogue.sample import (
    OPERATOR,
    PATIENT,
    authorise,
    lifting,
    proposal,
    reference,
    revocation,
    suspension,
    withdrawal,
)


def test_suspended_a_service_does_nothing_and_can_be_disconnected(
    catalogue: Catalogue, sensor: UUID
) -> None:
    """
    Its tokens wake when the suspension is lifted, but those of who left.
    """
    mine = catalogue.authorise(authorise(sensor), PATIENT)
    record = uuid4()
    other_person = Actor(kind=ActorKind.PATIENT, id=str(record), record_id=record)
    theirs = catalogue.authorise(authorise(sensor, record_id=record), other_person)
    catalogue.suspend_service(suspension(sensor), OPERATOR)
    assert not state(catalogue, mine.token).active
    with pytest.raises(ServiceNotOpen):
        catalogue.authorise(authorise(sensor), PATIENT)

    catalogue.revoke(revocation(mine.authorisation_id), PATIENT)
    catalogue.lift_service_suspension(lifting(sensor), OPERATOR)
    assert not state(catalogue, mine.token).active
    assert state(catalogue, theirs.token).active


def test_only_open_services_are_connected(catalogue: Catalogue) -> None:
    """
    Proposed: not yet; pre-series: by who knows its id; withdrawn: never again.
    """
    service_id = catalogue.propose_service(proposal(), OPERATOR).service_id
    with pytest.raises(ServiceNotOpen):
        catalogue.authorise(authorise(service_id), PATIENT)
    catalogue.reference_service(reference(service_id, pre_series=True), OPERATOR)
    given = catalogue.authorise(authorise(service_id), PATIENT)
    assert state(catalogue, given.token).active
    catalogue.withdraw_service(withdrawal(service_id), OPERATOR)
    assert not state(catalogue, given.token).active
    with pytest.raises(ServiceNotOpen):
        catalogue.authorise(authorise(service_id), PATIENT)


def test_a_withdrawn_service_ends_every_authorisation(
    catalogue: Catalogue, sensor: UUID, views: Views, told: Told
) -> None:
    """
    Nothing stays connected to what is no more; each person's journal says why.
    """
    catalogue.authorise(authorise(sensor), PATIENT)
    catalogue.withdraw_service(withdrawal(sensor), OPERATOR)
    told()
    views.sweep()

    assert [(kind, data["reason"]) for kind, data in told()] == [
        ("authorisation_revoked", "service_withdrawn")
    ]
    assert connected(catalogue) == []
