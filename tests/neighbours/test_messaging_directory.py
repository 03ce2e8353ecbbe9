"""Messaging asks the directory who writes, where they are reached, and whether they practise."""

from pathlib import Path

import pytest

from services.directory.contract import CONTRACT
from services.messaging.adapters.directory import RpcDirectory
from services.messaging.domain.correspondent import Correspondent, MailboxKind
from services.messaging.domain.ports import Directory
from tests.messaging.world import PlayedDirectory
from tests.neighbours import registered as known
from tests.neighbours.in_process import InProcess
from tests.neighbours.registered import Registers

DOCTOR = Correspondent(
    address="jean.dupont@hopital.mssante.fr",
    name="Jean DUPONT",
    national_id=known.DOCTOR,
    facility=known.HOSPITAL,
    kind=MailboxKind.PER,
)
AT_CLINIC = Correspondent(
    address="jean.dupont@clinique.mssante.fr",
    name="Jean DUPONT",
    national_id=known.DOCTOR,
    facility=known.CLINIC,
    kind=MailboxKind.PER,
)
UNREACHABLE = Correspondent(name="Anne-Lise NESSI", national_id=known.UNREACHABLE)
HOSPITAL = Correspondent(
    address="accueil@hopital.mssante.fr",
    name="HOPITAL",
    facility=known.HOSPITAL,
    kind=MailboxKind.ORG,
)
SOFTWARE = Correspondent(
    address="resultats@hopital.mssante.fr",
    name="HOPITAL",
    facility=known.HOSPITAL,
    kind=MailboxKind.APP,
)
PHARMACY = Correspondent(
    address="pharmacie@officine.mssante.fr",
    name="PHARMACIE",
    facility=known.PHARMACY,
    kind=MailboxKind.ORG,
)
PRACTICE = Correspondent(
    address="cabinet@lion.mssante.fr",
    name="CABINET DU LION",
    facility=known.PRACTICE,
    kind=MailboxKind.ORG,
)
BOXLESS = Correspondent(name="CABINET", facility=known.BOXLESS)
STRANGER = "810000000009"
NOWHERE = "1999999999"
SIRET = "300000000000000"
"""Of no structure."""


@pytest.fixture
def directory(side: str, registers: Registers, tmp_path: Path) -> Directory:
    if side == "neighbour":
        client = InProcess("messaging", tmp_path)
        client.knows(CONTRACT, registers.directory, *registers.searches)
        return RpcDirectory(client)
    return PlayedDirectory(
        published=[AT_CLINIC, DOCTOR, UNREACHABLE, HOSPITAL, SOFTWARE, PHARMACY, PRACTICE, BOXLESS],
        pharmacies={known.PHARMACY},
        retired={known.RETIRED, known.CLOSED_PHARMACY},
    )


def test_a_professional_is_written_to_where_they_work(directory: Directory) -> None:
    """By their mailbox of that facility; by any of theirs where they have none there."""
    assert directory.of_professional(known.DOCTOR, known.HOSPITAL) == DOCTOR
    elsewhere = directory.of_professional(known.DOCTOR, known.PHARMACY)
    nowhere = directory.of_professional(known.DOCTOR, None)
    for found, facility in ((elsewhere, known.PHARMACY), (nowhere, None)):
        assert (found.name, found.national_id, found.facility) == (
            "Jean DUPONT",
            known.DOCTOR,
            facility,
        )
        assert (found.address, found.kind) == (AT_CLINIC.address, MailboxKind.PER)


def test_a_professional_without_a_mailbox(directory: Directory) -> None:
    assert directory.of_professional(known.UNREACHABLE, None) == UNREACHABLE


@pytest.mark.parametrize("national_id", [STRANGER, "12"], ids=["unknown", "malformed"])
def test_a_professional_nobody_knows(directory: Directory, national_id: str) -> None:
    found = directory.of_professional(national_id, known.HOSPITAL)
    assert found == Correspondent(national_id=national_id, facility=known.HOSPITAL)


def test_a_facility_is_written_to_where_people_read(directory: Directory) -> None:
    """At its organisation's mailbox rather than its software's."""
    assert directory.of_facility(known.HOSPITAL) == HOSPITAL
    assert directory.of_facility(known.BOXLESS) == BOXLESS


def test_a_practice_without_a_finess_is_written_to_as_any_other(directory: Directory) -> None:
    """It was never looked up, and answers to it found no mailbox."""
    assert directory.of_facility(known.PRACTICE) == PRACTICE
    assert directory.practises(PRACTICE)


@pytest.mark.parametrize("structure", [NOWHERE, SIRET, "1" * 30])
def test_a_facility_nobody_knows(directory: Directory, structure: str) -> None:
    assert directory.of_facility(structure) == Correspondent(facility=structure)


def test_an_address_is_somebodys(directory: Directory) -> None:
    """However it is written; nobody's is nobody's, and so is what is no address."""
    assert directory.of_address("Jean.Dupont@HOPITAL.mssante.fr") == DOCTOR
    assert directory.of_address("resultats@hopital.mssante.fr") == SOFTWARE
    assert directory.of_address("nobody@hopital.mssante.fr") is None
    assert directory.of_address("nobody") is None


def test_who_practises(directory: Directory) -> None:
    """Also one the directory does not know; a mailbox that is nobody's, too."""
    assert directory.practises(DOCTOR)
    assert directory.practises(HOSPITAL)
    assert directory.practises(Correspondent(national_id=STRANGER))
    assert directory.practises(Correspondent(facility=NOWHERE))
    assert directory.practises(Correspondent(address="nobody@hopital.mssante.fr"))
    assert not directory.practises(Correspondent(national_id=known.RETIRED))
    assert not directory.practises(Correspondent(facility=known.CLOSED_PHARMACY))


def test_what_is_a_pharmacy(directory: Directory) -> None:
    """One that is open."""
    assert directory.is_pharmacy(known.PHARMACY)
    for other in (known.CLOSED_PHARMACY, known.HOSPITAL, NOWHERE, SIRET):
        assert not directory.is_pharmacy(other)
