"""Access looks up, beside its log, whom somebody invites and how a professional is called."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.access.adapters.outside import PeopleOverRpc, ProfessionalsOverRpc
from services.access.domain.outside import Described, Named, People, Professionals
from services.directory.contract import CONTRACT as DIRECTORY
from services.identity.contract import CONTRACT as IDENTITY
from shared.kernel.ins import INS_NIR_DEMO, INS_NIR_TEST
from tests.access.support.logs import Outsiders
from tests.neighbours import registered as known
from tests.neighbours.in_process import InProcess
from tests.neighbours.registered import Records, Registers

PERSON = Described(
    ins=known.OPEN_INS,
    oid=INS_NIR_TEST,
    birth_name="PAT-TROIS",
    first_given_name="DOMINIQUE",
    birth_date=date(1979, 3, 28),
)
DOCTOR = Named(
    family_name="DUPONT",
    given_name="Jean",
    profession="10",
    specialty="SM26",
    pharmacist_section=None,
)


@pytest.fixture
def people(side: str, records: Records, tmp_path: Path) -> People:
    if side == "double":
        played = Outsiders()
        played.knows(records.open, PERSON)
        return played
    client = InProcess("access", tmp_path)
    client.knows(IDENTITY, records.identity, others={"close": records.identity.close_record})
    return PeopleOverRpc(client)


def test_a_person_is_found_by_all_that_is_said(people: People, records: Records) -> None:
    """In small letters too; an INS without its OID is a NIR of this environment."""
    assert people.find(PERSON) == records.open
    assert people.find(replace(PERSON, oid=None)) == records.open
    small = replace(PERSON, birth_name="pat-trois", first_given_name="dominique")
    assert people.find(small) == records.open


@pytest.mark.parametrize(
    "other",
    [
        {"birth_name": "MARTIN"},
        {"first_given_name": "MARIE-LOUISE"},
        {"birth_date": date(1979, 3, 29)},
        {"oid": INS_NIR_DEMO},
        {"oid": "1.2.3"},
        {"ins": known.NOBODYS_INS},
        {"ins": known.ANNOUNCED_INS},
        {"ins": known.ERASED_INS},
        {"ins": "123"},
        {"ins": "9" * 80},
    ],
    ids=[
        "name", "given_name", "birth", "register", "no_register",
        "nobody", "announced", "erased", "short", "long",
    ],
)  # fmt: skip
def test_nobody_is_found_by_less(people: People, other: dict[str, object]) -> None:
    """Nor is it told what did not fit."""
    assert people.find(replace(PERSON, **other)) is None  # type: ignore[arg-type]  # each fits its field


@pytest.fixture
def professionals(side: str, registers: Registers, tmp_path: Path) -> Professionals:
    if side == "double":
        return Outsiders(professionals={known.DOCTOR: DOCTOR})
    client = InProcess("access", tmp_path)
    client.knows(DIRECTORY, registers.directory, *registers.searches)
    return ProfessionalsOverRpc(client)


def test_a_professional_is_named(professionals: Professionals) -> None:
    assert professionals.get(known.DOCTOR) == DOCTOR
    for nobody in ("810000000009", "12", ""):
        assert professionals.get(nobody) is None
