"""Audit asks access who reads a journal, and the directory for names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.access.contract import CONTRACT as ACCESS
from services.audit.adapters.access import RemoteAccess
from services.audit.adapters.directory import RemoteNames
from services.audit.domain.audience import Scope, may_ask_for_all
from services.audit.domain.ports import Access, Names
from services.directory.contract import CONTRACT as DIRECTORY
from shared.kernel.actor import Actor
from shared.kernel.clock import SystemClock
from tests.access.support.logs import World
from tests.access.support.people import DOCTOR, HOSPITAL_DOCTOR, RECORD
from tests.audit.world import Directory, Rules
from tests.neighbours import registered as known
from tests.neighbours.in_process import InProcess
from tests.neighbours.registered import Registers
from tests.neighbours.rights import MOTHER, PERSON, practising, rights_in

TAKEN_AT_ONCE = 500
"""By ``decide_many`` (CONTRACT)."""
TREATING, OTHER = practising(DOCTOR), practising(HOSPITAL_DOCTOR)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A minor with a treating doctor, who consented to another."""
    made = rights_in(tmp_path_factory.mktemp("access"))
    yield made
    made.close()


@pytest.fixture
def access(side: str, world: World, tmp_path: Path) -> Access:
    if side == "neighbour":
        client = InProcess("audit", tmp_path)
        client.knows(ACCESS, world.app)
        return RemoteAccess(client)
    rules = Rules()
    rules.whole_for.add(TREATING.id)
    rules.records = {RECORD}
    return rules


def test_the_person_and_who_represents_them_read_all(access: Access) -> None:
    for by in (PERSON, MOTHER):
        assert access.decide_journal(RECORD, Scope.ALL, by).permit


def test_a_professional_reads_their_own_lines(access: Access) -> None:
    """And is told, in French, why not the others."""
    own = access.decide_journal(RECORD, Scope.OWN, OTHER)
    whole = access.decide_journal(RECORD, Scope.ALL, OTHER)
    assert (own.permit, whole.permit) == (True, False)
    assert not may_ask_for_all(own.reasons)
    assert whole.refusal_fr
    assert whole.decision_id != own.decision_id


def test_the_treating_doctor_reads_all(access: Access) -> None:
    """As the answer about their own lines gives to know."""
    assert may_ask_for_all(access.decide_journal(RECORD, Scope.OWN, TREATING).reasons)
    assert access.decide_journal(RECORD, Scope.ALL, TREATING).permit


def test_nobody_reads_the_journal_of_no_record(access: Access) -> None:
    assert not access.decide_journal(uuid4(), Scope.ALL, PERSON).permit


@pytest.mark.parametrize(
    ("by", "seen"),
    [
        (PERSON, [True, True, False, True]),
        (MOTHER, [True, True, False, False]),
        (OTHER, [True, False, True, True]),
    ],
    ids=["person", "mother", "doctor"],
)
def test_what_is_hidden_is_hidden_in_a_journal(access: Access, by: Actor, seen: list[bool]) -> None:
    """One answer for each document, in order, alike ones as well; none where there is none."""
    codes = ["N", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"]
    documents = [_document(confidentiality=[code]) for code in codes]
    assert access.may_see(RECORD, documents, by) == seen
    assert access.may_see(RECORD, documents * 2, by) == seen * 2
    assert access.may_see(RECORD, [], by) == []


def _document(**said: Any) -> dict[str, Any]:
    """All that the journal keeps of one to be decided on."""
    return {
        "kind": "document", "class": "10", "type": "34112-3", "author": None,
        "facility": "1750712184", "by_patient": False, "status": "Approved", **said,
    }  # fmt: skip


def test_a_journal_of_more_documents_than_access_takes_at_once(access: Access) -> None:
    """Each of its own kind, the last one masked."""
    documents = [_document(type=str(n), confidentiality=["N"]) for n in range(TAKEN_AT_ONCE)]
    masked = _document(confidentiality=["INVISIBLE_PATIENT"])

    assert access.may_see(RECORD, [*documents, masked], PERSON) == [True] * 500 + [False]


@pytest.fixture
def names(side: str, registers: Registers, tmp_path: Path) -> Names:
    if side == "double":
        return Directory(
            {
                known.DOCTOR: "Jean DUPONT",
                known.RETIRED: "Paul MARTIN",
                known.HOSPITAL: "HOPITAL",
                known.PRACTICE: "CABINET DU LION",
            }
        )
    client = InProcess("audit", tmp_path)
    client.knows(DIRECTORY, registers.directory, *registers.searches)
    return RemoteNames(client, SystemClock())


def test_names_of_those_who_are_known(names: Names) -> None:
    """Also of who practises no more; nobody's, and what is no id, are left out."""
    asked = [known.DOCTOR, known.RETIRED, "810000000009", "12"]
    assert names.of(asked) == {known.DOCTOR: "Jean DUPONT", known.RETIRED: "Paul MARTIN"}
    assert names.of([]) == {}


def test_names_of_places(names: Names) -> None:
    """The person reads where somebody worked, and whose software it was; by FINESS, or without."""
    asked = [known.HOSPITAL, known.PRACTICE, known.DOCTOR, "1999999999"]
    assert names.of(asked) == {
        known.HOSPITAL: "HOPITAL",
        known.PRACTICE: "CABINET DU LION",
        known.DOCTOR: "Jean DUPONT",
    }
