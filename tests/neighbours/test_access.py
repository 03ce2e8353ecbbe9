"""Every service asks access whether somebody may; tests ask the rules of access themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.access.contract import CONTRACT
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import InvalidRequest
from shared.kernel.gate import Access, How
from shared.rpc.access import RpcAccess
from tests.access.support.logs import World, block, consent
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    HOSPITAL_DOCTOR,
    NURSE,
    PATIENT,
    RECORD,
)
from tests.neighbours.in_process import InProcess, caller
from tests.neighbours.rights import MOTHER, PERSON, practising, rights_in
from tests.support.judged import JudgedAccess

STRANGER = caller(ActorKind.REPRESENTATIVE, sub=str(uuid4()), record_id=str(RECORD))
TREATING, CONSENTED, BLOCKED = map(practising, (DOCTOR, HOSPITAL_DOCTOR, NURSE))
RECORD_ITSELF = {"kind": "record"}
JOURNAL = {"kind": "journal", "scope": "all"}


def document(*codes: str) -> dict[str, Any]:
    return {"kind": "document", "class": "10", "type": "34112-3", "confidentiality": list(codes)}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A minor's record, with a treating doctor, a doctor they consented to, a dentist in secret,
    and a nurse they blocked."""
    made = rights_in(tmp_path_factory.mktemp("access"))
    made.app.declare_consent(consent(NURSE), PATIENT)
    made.app.block_professional(block(NURSE), PATIENT)
    made.app.declare_consent(consent(DENTIST), replace(PATIENT, secret=True))
    yield made
    made.close()


@pytest.fixture
def access(side: str, world: World, tmp_path: Path) -> Access:
    if side == "neighbour":
        client = InProcess("vault", tmp_path)
        client.knows(CONTRACT, world.app)
        return RpcAccess(client)
    judged = JudgedAccess()
    judged.open(RECORD)
    judged.represented_by(RECORD, MOTHER)
    judged.treated_by(RECORD, DOCTOR)
    for professional in (HOSPITAL_DOCTOR, NURSE):
        judged.consent(RECORD, professional)
    judged.block(RECORD, NURSE)
    judged.consent(RECORD, DENTIST, secret=True)
    return judged


@pytest.mark.parametrize(
    ("by", "action", "resource", "permit"),
    [
        (PERSON, "read", document("N"), True),
        (PERSON, "read", document("INVISIBLE_PATIENT"), False),
        (MOTHER, "read", document("N"), True),
        (MOTHER, "read", document("INVISIBLE_REPRESENTANTS_LEGAUX"), False),
        (STRANGER, "read", document("N"), False),
        (TREATING, "read", document("MASQUE_PS"), True),
        (CONSENTED, "read", document("N"), True),
        (CONSENTED, "read", document("MASQUE_PS"), False),
        (BLOCKED, "read", document("N"), False),
        (PERSON, "manage", RECORD_ITSELF, True),
        (CONSENTED, "manage", RECORD_ITSELF, False),
        (MOTHER, "read", JOURNAL, True),
        (STRANGER, "read", JOURNAL, False),
        (CONSENTED, "read", JOURNAL, False),
    ],
)
def test_who_may_what(
    access: Access, by: Actor, action: str, resource: Mapping[str, Any], permit: bool
) -> None:
    """The law's word, under a decision that has its own id and names its rules."""
    decided = access.decide(RECORD, action, resource, by)
    assert decided.permit is permit
    assert decided.reasons
    assert decided.decision_id != access.decide(RECORD, action, resource, by).decision_id


def test_of_many_each_is_answered_in_order(access: Access) -> None:
    asked = [document("N"), document("MASQUE_PS"), document("N")]
    assert list(access.decide_many(RECORD, "read", asked, CONSENTED)) == [True, False, True]


def test_nobody_may_anything_in_no_record(access: Access) -> None:
    nowhere = uuid4()
    assert not access.decide(nowhere, "read", document("N"), PERSON).permit
    assert list(access.decide_many(nowhere, "read", [document("N")], TREATING)) == [False]


def test_a_session_that_nobody_opened_permits_nothing(access: Access) -> None:
    how = How("break_glass", uuid4())
    assert not access.decide(RECORD, "read", document("N"), BLOCKED, how).permit


@pytest.mark.parametrize(
    ("action", "resource"),
    [("read", {"kind": "nothing"}), ("read", document("N") | {"title": "x"}), ("burn", {})],
    ids=["kind", "title", "action"],
)
def test_what_cannot_be_asked_is_refused(
    access: Access, action: str, resource: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest):
        access.decide(RECORD, action, resource, PERSON)
    with pytest.raises(InvalidRequest):
        access.decide_many(RECORD, action, [resource], PERSON)


@pytest.mark.parametrize("count", [0, 501])
def test_so_many_are_asked_about_at_once(access: Access, count: int) -> None:
    with pytest.raises(InvalidRequest):
        access.decide_many(RECORD, "read", [document("N")] * count, PERSON)


def test_what_rests_on_a_secret_says_so(access: Access) -> None:
    """Else whoever does something by it tells the parents."""
    who = practising(DENTIST), TREATING
    found = [access.decide(RECORD, "read", RECORD_ITSELF, one) for one in who]
    assert [(one.permit, one.secret) for one in found] == [(True, True), (True, False)]
