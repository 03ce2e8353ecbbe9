"""The catalogue asks access who manages a record; it and identity wait until access decides with
what they said."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.access.contract import CONTRACT
from services.catalogue.adapters.access import AccessOverRpc as CatalogueAccess
from services.catalogue.application.log import Access
from services.identity.adapters.access import AccessOverRpc as IdentityAccess
from shared.eventing.positions import position_followed
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, StaleRead
from shared.rpc.client import RpcClient
from tests.access.support.logs import World, open_world
from tests.access.support.people import PARENT, RECORD
from tests.catalogue.conftest import AccessSeen as SeenByCatalogue
from tests.identity.world import AccessSeen as SeenByIdentity
from tests.neighbours.in_process import InProcess, caller

PERSON = caller(ActorKind.PATIENT, record_id=str(RECORD))
MOTHER = caller(ActorKind.REPRESENTATIVE, sub=str(PARENT), record_id=str(RECORD))
STRANGER = caller(ActorKind.REPRESENTATIVE, sub=str(uuid4()), record_id=str(RECORD))
REACHED = 4
"""Messages of identity that access has applied; none of the catalogue."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Access, which has heard of a minor's record in four messages of identity."""
    made = open_world(tmp_path_factory.mktemp("access"))
    made.open_record(representatives=[str(PARENT)], majority_at="2030-01-01T00:00:00.000Z")
    yield made
    made.close()


def asking(service: str, world: World, folder: Path) -> RpcClient:
    client = InProcess(service, folder)
    client.knows(CONTRACT, world.app, position_of=position_followed(world.app))
    return client


@pytest.fixture
def access(side: str, world: World, tmp_path: Path) -> Access:
    if side == "double":
        return SeenByCatalogue(refused={STRANGER.id})
    return CatalogueAccess(asking("catalogue", world, tmp_path))


def test_who_manages_a_record(access: Access) -> None:
    """The person, and who represents them; nobody else."""
    for by in (PERSON, MOTHER):
        access.may_manage(RECORD, by)
    with pytest.raises(Forbidden):
        access.may_manage(RECORD, STRANGER)


@pytest.mark.parametrize(("by", "acts"), [(MOTHER, True), (STRANGER, False)])
def test_who_represents_a_person(
    side: str, world: World, tmp_path: Path, by: Actor, *, acts: bool
) -> None:
    """Whom a token makes a representative of somebody acts for them if access knows of it."""
    identity = (
        SeenByIdentity(strangers={STRANGER.id})
        if side == "double"
        else IdentityAccess(asking("identity", world, tmp_path))
    )
    assert identity.represents(RECORD, by) is acts


Waits = Callable[[UUID, int], None]


@pytest.fixture(params=["identity", "catalogue"])
def waits(
    side: str, world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> tuple[Waits, int]:
    """What waits, and how far access has come."""
    reached = REACHED if request.param == "identity" else 0
    if side == "double":
        seen = SeenByIdentity if request.param == "identity" else SeenByCatalogue
        return seen(reached=reached).have_applied, reached
    over = IdentityAccess if request.param == "identity" else CatalogueAccess
    return over(asking(request.param, world, tmp_path)).have_applied, reached


def test_what_is_applied_is_not_waited_for(
    waits: tuple[Waits, int],
) -> None:
    """Also of a subject that access knows no rights of; later things are stale."""
    have_applied, reached = waits
    for subject in (RECORD, uuid4()):
        have_applied(subject, reached)
        with pytest.raises(StaleRead):
            have_applied(subject, reached + 1)
