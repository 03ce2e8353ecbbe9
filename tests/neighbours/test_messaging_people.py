"""Messaging asks identity whose a mailbox is, and what their name is."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.identity.contract import CONTRACT
from services.messaging.adapters.people import RpcPeople
from services.messaging.domain.ports import Mailbox, People, Person
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.messaging.world import PlayedPeople
from tests.neighbours import registered as known
from tests.neighbours.in_process import InProcess
from tests.neighbours.registered import Records

DOMAIN = "@patient.mssante.fr"


@pytest.fixture
def people(side: str, records: Records, tmp_path: Path) -> People:
    if side == "neighbour":
        client = InProcess("messaging", tmp_path)
        client.knows(CONTRACT, records.identity, others={"close": records.identity.close_record})
        return RpcPeople(client)
    return PlayedPeople(
        mailboxes={
            known.OPEN_INS + DOMAIN: Mailbox(status="open", record_id=records.open, activated=True),
            known.CLOSED_INS + DOMAIN: Mailbox(
                status="closed", record_id=records.closed, activated=True
            ),
        },
        persons={
            records.open: Person(
                family="PAT-TROIS", given="DOMINIQUE", born="1979-03-28", ins=known.OPEN_INS
            ),
            records.unproven: Person(
                family="PAT-USAGE", given="MARIE-LOUISE", born=known.NO_SUCH_DAY, ins=None
            ),
        },
    )


def test_the_mailbox_of_an_open_record(people: People, records: Records) -> None:
    """However its domain is written."""
    found = Mailbox(status="open", record_id=records.open, activated=True)
    assert people.resolve(known.OPEN_INS + DOMAIN) == found
    assert people.resolve(known.OPEN_INS + DOMAIN.upper()) == found


def test_the_mailbox_of_a_closed_record(people: People, records: Records) -> None:
    found = people.resolve(known.CLOSED_INS + DOMAIN)
    assert found == Mailbox(status="closed", record_id=records.closed, activated=True)


@pytest.mark.parametrize("ins", [known.NOBODYS_INS, known.ANNOUNCED_INS, known.ERASED_INS])
def test_the_mailbox_of_nobody(people: People, ins: str) -> None:
    """Nobody is told of a record announced, nor that there was another."""
    assert people.resolve(ins + DOMAIN) == Mailbox(status="none")


@pytest.mark.parametrize(
    "mailbox",
    ["jean.dupont" + DOMAIN, known.OPEN_INS + "@hopital.mssante.fr", known.OPEN_INS, "9" * 81],
    ids=["no_ins", "elsewhere", "no_address", "too_long"],
)
def test_what_is_no_mailbox(people: People, mailbox: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        people.resolve(mailbox)
    assert set(refused.value.fields) == {"mailbox"}


def test_a_person_goes_by_the_name_they_use(people: People, records: Records) -> None:
    """An INS is told of a qualified identity alone."""
    person, other = people.person(records.open), people.person(records.unproven)
    assert (person.given, person.family) == ("DOMINIQUE", "PAT-TROIS")
    assert (person.born, person.ins) == ("1979-03-28", known.OPEN_INS)
    assert (other.given, other.family, other.ins) == ("MARIE-LOUISE", "PAT-USAGE", None)


@pytest.mark.parametrize("which", ["erased", "unknown"])
def test_there_is_no_such_person(people: People, records: Records, which: str) -> None:
    record_id: UUID = getattr(records, which, uuid4())
    with pytest.raises(Forbidden):
        people.person(record_id)
