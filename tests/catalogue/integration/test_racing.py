"""Two at once, on both event stores: a suspension is never missed, a token never doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.catalogue import contract as c
from services.catalogue.application import Catalogue
from services.catalogue.domain.errors import ServiceNotOpen
from services.catalogue.domain.listed_service import ListedService
from shared.kernel.actor import Actor, ActorKind
from shared.stores.settings import EventStoreSettings
from tests.catalogue.sample import (
    GATEWAY,
    OPERATOR,
    PATIENT,
    RECORD,
    authorise,
    proposal,
    reference,
    suspension,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue(
    request: pytest.FixtureRequest,
    make_catalogue: Callable[[EventStoreSettings], Catalogue],
    tmp_path: Path,
) -> Catalogue:
    if request.param == "sqlite":
        return make_catalogue(EventStoreSettings(data_dir=tmp_path))
    dsn = request.getfixturevalue("postgres").new_database()
    return make_catalogue(EventStoreSettings(postgres_dsn=dsn))


def referenced(catalogue: Catalogue) -> UUID:
    service_id = catalogue.propose_service(proposal(), OPERATOR).service_id
    catalogue.reference_service(reference(service_id), OPERATOR)
    return service_id


def test_one_request_sent_many_times_at_once_is_one_authorisation(catalogue: Catalogue) -> None:
    """
    Every answer is the same, and its token works.
    """
    asked = authorise(referenced(catalogue))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: catalogue.authorise(asked, PATIENT), range(4)))

    assert len({answer.token for answer in answers}) == 1
    assert catalogue.introspect(c.Introspect(token=answers[0].token), GATEWAY).active
    assert catalogue.authorisations(c.Authorisations(record_id=RECORD), PATIENT).total == 1


def test_an_authorisation_decided_before_a_suspension_is_not_saved_after_it(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The suspension comes between the decision and the save: it is decided again, and refused.
    """
    service_id = referenced(catalogue)
    record = uuid4()
    person = Actor(kind=ActorKind.PATIENT, id=str(record), record_id=record)
    read, raced = catalogue.service, iter([True])

    def suspended_meanwhile(service: UUID) -> ListedService:
        found = read(service)
        if next(raced, False):
            catalogue.suspend_service(suspension(service), OPERATOR)
        return found

    monkeypatch.setattr(catalogue, "service", suspended_meanwhile)
    with pytest.raises(ServiceNotOpen):
        catalogue.authorise(authorise(service_id, record_id=record), person)
    assert catalogue.connections(record) is None
