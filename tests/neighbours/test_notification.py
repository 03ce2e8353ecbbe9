"""Notification asks identity where a person is reached, and access who acts in their place."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.access.contract import CONTRACT as ACCESS
from services.identity.contract import CONTRACT as IDENTITY
from services.notification.adapters.people import RpcPeople
from services.notification.domain.ports import Contact, People
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Forbidden
from tests.access.support.logs import World, open_world
from tests.access.support.people import PARENT, RECORD
from tests.neighbours.in_process import InProcess, caller
from tests.neighbours.registered import CONTACT, Records
from tests.notification.conftest import Access

MOTHER = caller(ActorKind.REPRESENTATIVE, sub=str(PARENT), record_id=str(RECORD))
NO_MORE = caller(ActorKind.REPRESENTATIVE, sub=str(uuid4()), record_id=str(RECORD))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = open_world(tmp_path_factory.mktemp("access"))
    made.open_record(representatives=[str(PARENT)], majority_at="2030-01-01T00:00:00.000Z")
    yield made
    made.close()


@pytest.fixture
def people(side: str, records: Records, world: World, tmp_path: Path) -> People:
    if side == "double":
        return Access(
            contacts={records.open: Contact(**CONTACT), records.closed: Contact()},
            refused={NO_MORE.id},
        )
    client = InProcess("notification", tmp_path)
    client.knows(IDENTITY, records.identity, others={"close": records.identity.close_record})
    client.knows(ACCESS, world.app)
    return RpcPeople(client)


def test_where_a_person_is_reached(people: People, records: Records) -> None:
    assert people.contact(records.open) == Contact(**CONTACT)


@pytest.mark.parametrize("which", ["closed", "erased", "unknown"])
def test_where_nobody_is_reached(people: People, records: Records, which: str) -> None:
    """Who gave no address, who is erased, and who never was."""
    record_id: UUID = getattr(records, which, uuid4())
    assert people.contact(record_id) == Contact()


def test_who_acts_in_their_place(people: People) -> None:
    """Whoever does not, or no more, is refused."""
    people.may_read(RECORD, MOTHER)
    with pytest.raises(Forbidden):
        people.may_read(RECORD, NO_MORE)
