"""Prescription puts documents into the vault, and asks who is named on them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.directory.contract import CONTRACT as DIRECTORY
from services.identity.contract import CONTRACT as IDENTITY
from services.prescription.adapters.people import RpcFacilities, RpcPeople
from services.prescription.adapters.vault import RpcVault
from services.prescription.domain.ports import Content, Facilities, Facility, People, Traits, Vault
from services.vault.contract import CONTRACT as VAULT
from services.vault.messages import message_for
from shared.eventing.outbox import OutboxReader
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ins import INS_NIR_TEST
from tests.neighbours import registered as known
from tests.neighbours.in_process import InProcess, caller
from tests.neighbours.registered import Records, Registers
from tests.prescription.world import PlayedFacilities, PlayedPeople, PlayedVault, given
from tests.prescription.world import World as PrescriptionWorld
from tests.shared.eventing.sample import DayKeys
from tests.vault.world import AUTHOR, RECORD, World

DOCTOR = caller(
    ActorKind.PROFESSIONAL, SubjectNameID=AUTHOR.id, SubjectOrganizationID=AUTHOR.facility
)
TRAITS = Traits(
    birth_name="PAT-TROIS",
    birth_given_names="DOMINIQUE MARIE-LOUISE",
    first_given_name="DOMINIQUE",
    sex="F",
    birth_date="1979-03-28",
    birth_place="51215",
    ins=(known.OPEN_INS, INS_NIR_TEST),
)
UNPROVEN = replace(TRAITS, birth_date=known.NO_SUCH_DAY, ins=None)


@dataclass(frozen=True)
class Paper:
    """Two prescriptions as they are printed; what is written when one is dispensed, of a person
    whose identity is qualified, and of another."""

    first: Content
    second: Content
    receipt: Content
    receipt_printed: Content


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    world = PrescriptionWorld(tmp_path_factory.mktemp("prescription"))
    for traits in (TRAITS, UNPROVEN):
        world.people.persons[RECORD] = traits
        world.dispense(world.issue().number, given(1))
    world.close()
    first, receipt, second, printed = world.vault.contents.values()
    return Paper(first, second, receipt, printed)


@pytest.fixture
def vault(side: str, tmp_path: Path) -> Iterator[Vault]:
    if side == "double":
        yield PlayedVault(records={RECORD})
        return
    world = World(tmp_path)
    client = InProcess("prescription", tmp_path)
    outbox = OutboxReader(world.vault, message_for, DayKeys())
    client.knows(VAULT, world.vault, outbox=outbox)
    yield RpcVault(client)
    world.vault.close()


def test_what_is_printed_is_taken_once(vault: Vault, paper: Paper) -> None:
    """For a request that comes again, and for paper that the record has."""
    request_id = uuid4()
    first = vault.deposit(request_id, RECORD, paper.first, ["N"], None, DOCTOR)
    head = vault.head()
    again = vault.deposit(request_id, RECORD, paper.first, ["N"], None, DOCTOR)
    other = vault.deposit(uuid4(), RECORD, paper.first, ["N"], None, DOCTOR)
    assert first == again == other
    assert list(first.confidentiality) == ["N"]
    assert vault.head() == head
    assert head.position > 0


def test_a_request_says_the_same_each_time(vault: Vault, paper: Paper) -> None:
    """Hidden otherwise meanwhile, it is another request; for what the record has already."""
    request_id = uuid4()
    first = vault.deposit(request_id, RECORD, paper.receipt, ["N"], None, DOCTOR)
    with pytest.raises(Conflict):
        vault.deposit(request_id, RECORD, paper.receipt, ["MASQUE_PS"], None, DOCTOR)
    other = vault.deposit(uuid4(), RECORD, paper.receipt, ["MASQUE_PS"], None, DOCTOR)
    assert other.document_id == first.document_id


def test_a_new_version_takes_the_place_of_its_former(vault: Vault, paper: Paper) -> None:
    former = vault.deposit(uuid4(), RECORD, paper.first, ["N"], None, DOCTOR).document_id
    before = vault.head().position
    later = vault.deposit(uuid4(), RECORD, paper.second, ["N"], former, DOCTOR)
    assert later.document_id != former
    assert vault.head().position > before


def test_what_is_written_of_a_dispensation_is_taken(vault: Vault, paper: Paper) -> None:
    for content in (paper.receipt, paper.receipt_printed):
        vault.deposit(uuid4(), RECORD, content, ["N"], None, DOCTOR)
    assert [paper.receipt.media_type, paper.receipt_printed.media_type] == [
        "text/xml",
        "application/pdf",
    ]


def test_what_is_refused_is_not_there(vault: Vault, paper: Paper) -> None:
    """Into no record, and in the place of no document."""
    for record_id, replaces in ((uuid4(), None), (RECORD, uuid4())):
        with pytest.raises(Forbidden):
            vault.deposit(uuid4(), record_id, paper.first, ["N"], replaces, DOCTOR)
    assert vault.head().position == 0


@pytest.fixture
def people(side: str, records: Records, registers: Registers, tmp_path: Path) -> People:
    if side == "double":
        return PlayedPeople(
            persons={records.open: TRAITS, records.unproven: UNPROVEN},
            professionals={known.DOCTOR: ("Jean", "DUPONT")},
        )
    client = InProcess("prescription", tmp_path)
    client.knows(IDENTITY, records.identity, others={"close": records.identity.close_record})
    client.knows(DIRECTORY, registers.directory, *registers.searches)
    return RpcPeople(client)


def test_a_person_is_named_by_their_traits(people: People, records: Records) -> None:
    """With the INS of a qualified identity; born on a day of the calendar, or on none."""
    names = people.names(records.open, known.DOCTOR, DOCTOR)
    assert (names.traits, names.born) == (TRAITS, date(1979, 3, 28))
    assert (names.person, names.professional) == ("DOMINIQUE PAT-TROIS", "Jean DUPONT")
    other = people.names(records.unproven, known.DOCTOR, DOCTOR)
    assert (other.traits, other.born) == (UNPROVEN, None)


@pytest.mark.parametrize("national_id", ["810000000009", "12"], ids=["unknown", "malformed"])
def test_a_professional_nobody_knows(people: People, records: Records, national_id: str) -> None:
    """Is printed by their national id alone."""
    assert people.names(records.open, national_id, DOCTOR).professional == ""


@pytest.mark.parametrize("which", ["erased", "unknown"])
def test_there_is_no_such_person(people: People, records: Records, which: str) -> None:
    record_id: UUID = getattr(records, which, uuid4())
    with pytest.raises(Forbidden):
        people.names(record_id, known.DOCTOR, DOCTOR)


PHARMACY = Facility(name="PHARMACIE", sector="SA33", open=True)
CLOSED = Facility(name="FERMEE", sector="SA33", open=False)


@pytest.fixture
def facilities(side: str, registers: Registers, tmp_path: Path) -> Facilities:
    if side == "double":
        return PlayedFacilities({known.PHARMACY: PHARMACY, known.CLOSED_PHARMACY: CLOSED})
    client = InProcess("prescription", tmp_path)
    client.knows(DIRECTORY, registers.directory, *registers.searches)
    return RpcFacilities(client)


def test_a_facility_is_known_by_its_finess(facilities: Facilities) -> None:
    """What is not open is known too."""
    assert facilities.facility(known.PHARMACY) == PHARMACY
    assert facilities.facility(known.CLOSED_PHARMACY) == CLOSED


@pytest.mark.parametrize("structure", ["1999999999", "3000000000", "1", "1" * 40, ""])
def test_a_facility_nobody_knows(facilities: Facilities, structure: str) -> None:
    assert facilities.facility(structure) is None
