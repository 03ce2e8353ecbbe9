"""Agenda asks identity whose an INS is, and when and as what a person was born."""

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.agenda.adapters.identity import IdentityOverRpc
from services.agenda.domain.ports import Identities, Traits
from services.identity.contract import CONTRACT
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.ins import INS_NIR_DEMO, INS_NIR_TEST
from tests.agenda.world import PlayedIdentities
from tests.neighbours import registered as known
from tests.neighbours.in_process import InProcess, caller
from tests.neighbours.registered import Records

HOSPITAL = caller(ActorKind.FACILITY, SubjectOrganizationID=known.HOSPITAL)


@pytest.fixture
def identities(side: str, records: Records, tmp_path: Path) -> Identities:
    if side == "double":
        return PlayedIdentities(
            born=date(1979, 3, 28),
            known={
                (known.OPEN_INS, INS_NIR_TEST): records.open,
                (known.CLOSED_INS, INS_NIR_TEST): records.closed,
            },
            erased={records.erased},
        )
    client = InProcess("agenda", tmp_path)
    client.knows(CONTRACT, records.identity, others={"close": records.identity.close_record})
    return IdentityOverRpc(client)


def test_an_ins_names_a_record_open_or_closed(identities: Identities, records: Records) -> None:
    """Whether it is open is what access knows."""
    assert identities.resolve(known.OPEN_INS, INS_NIR_TEST, HOSPITAL) == records.open
    assert identities.resolve(known.CLOSED_INS, INS_NIR_TEST, HOSPITAL) == records.closed


@pytest.mark.parametrize("value", [known.NOBODYS_INS, known.ANNOUNCED_INS, known.ERASED_INS])
def test_an_ins_names_nobody(identities: Identities, value: str) -> None:
    """Nor does that of another register."""
    assert identities.resolve(value, INS_NIR_TEST, HOSPITAL) is None
    assert identities.resolve(known.OPEN_INS, INS_NIR_DEMO, HOSPITAL) is None


@pytest.mark.parametrize(
    ("value", "oid"),
    [
        ("123", INS_NIR_TEST),
        ("100000000000000", INS_NIR_TEST),
        ("9" * 80, INS_NIR_TEST),
        (known.OPEN_INS, "1.2.250.1.213.1.4.8"),
    ],
    ids=["short", "no_month", "long", "of_production"],
)
def test_what_is_no_ins_is_refused(identities: Identities, value: str, oid: str) -> None:
    with pytest.raises(InvalidRequest):
        identities.resolve(value, oid, HOSPITAL)


@pytest.mark.parametrize("by", [None, HOSPITAL], ids=["agenda", "hospital"])
def test_a_person_was_born(identities: Identities, records: Records, by: Actor | None) -> None:
    """For the caller, and for agenda itself when time asks."""
    assert identities.traits_of(records.open, by) == Traits(
        born=date(1979, 3, 28), earliest=date(1979, 3, 28), sex="F"
    )


def test_there_is_nothing_of_an_erased_record(identities: Identities, records: Records) -> None:
    with pytest.raises(Forbidden):
        identities.traits_of(records.erased, None)


def test_there_is_no_such_person(identities: Identities) -> None:
    nobody: UUID = uuid4()
    with pytest.raises(Forbidden):
        identities.traits_of(nobody, HOSPITAL)
