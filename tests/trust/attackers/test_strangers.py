"""Whoever may not know of a thing, a record or a person gets one answer, is it there or not."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.demo.cast import Caller
from shared.rpc.contract import Method
from tests.support.deadline import eventually
from tests.trust.attackers.asking import (
    NOT_OF_A_RECORD,
    UNKNOWN,
    UNKNOWN_NUMBER,
    fitting,
    fresh,
    id_paths,
    with_id,
)
from tests.trust.attackers.conftest import Besieged
from tests.trust.attackers.records import Record
from tests.trust.attackers.strangers import (
    ALL_KINDS,
    MAY_KNOW,
    STRANGERS,
    UNKNOWN_INS,
    Work,
    filled,
    heard,
    ins,
    let_in,
)
from tests.trust.attackers.test_hidden import open_to

pytestmark = [pytest.mark.long, pytest.mark.timeout(900), pytest.mark.parametrize("who", STRANGERS)]
PERSONS = {"person", "parent"}
PRESENTED = {
    f"prescription.{name}" for name in ("present", "history", "dispense", "reverse_dispensation")
}
"""Told to professionals whether there is such a prescription: who has its number was shown it.
It is drawn from 95 bits, and ten wrong ones in an hour end the asking."""
INVITED = "access.invite_representative"
"""Who says number, names and day of birth of somebody is told if they cannot be invited."""
Asked = tuple[str, Counter[tuple[str, str, str]]]


class Siege:
    """One stranger before one record, with the things that are in it. ``own``: a record that
    lets this stranger in."""

    def __init__(self, besieged: Besieged, things: dict[str, str], who: str) -> None:
        self.own, self.theirs = own(besieged), theirs(besieged)
        self.things = things
        self.caller: Caller = STRANGERS[who](besieged.people, self.own)
        self._person = who in PERSONS
        self._work = Work(besieged.deployment.place.home / "services")

    def methods(self) -> list[tuple[str, Method]]:
        return open_to(self.caller.kind)

    def fitting(self, key: str, method: Method) -> dict[str, Any]:
        return fresh(fitting(key, method, self.own, person=self._person))

    def ask(self, key: str, method: Method, thing: str, given: dict[str, Any]) -> Asked:
        """What is told, and the calls between services that it took."""
        method.request.model_validate(given)
        self._work.forget()
        told = heard(self.caller, key, self.own, thing, given)
        return told, eventually(lambda: [self._work.of(key)])[0]


def own(besieged: Besieged) -> Record:
    return besieged.pairs["UNTOLD"].twin


def theirs(besieged: Besieged) -> Record:
    return besieged.pairs["SECRET"].one


@pytest.fixture(scope="module")
def things(besieged: Besieged) -> dict[str, str]:
    let_in(besieged.people, own(besieged))
    return filled(besieged.people, theirs(besieged))


@pytest.fixture
def siege(besieged: Besieged, things: dict[str, str], who: str) -> Siege:
    return Siege(besieged, things, who)


def test_what_is_somebodys_and_what_is_nobodys(siege: Siege, figures: dict[str, Any]) -> None:
    """Each id of something in another's record, wherever an id may stand: the answer, what its
    decision says when it is asked why, and the work of it are those of an id of nothing."""
    tried = 0
    for key, method in siege.methods():
        for path, kind in places(key, method, siege.things):
            unknown = UNKNOWN_NUMBER if path == ".number" else UNKNOWN
            is_there, is_not = (
                siege.ask(key, method, value, with_id(siege.fitting(key, method), path, value))
                for value in (siege.things[kind], unknown)
            )
            if key in PRESENTED and siege.caller.kind == "professional":
                continue
            assert is_there == is_not, (key, path, kind)
            tried += 1
    figures["tried"] = tried
    assert tried


def places(key: str, method: Method, things: dict[str, str]) -> Iterator[tuple[str, str]]:
    for path in id_paths(method):
        assert path in ALL_KINDS or path in NOT_OF_A_RECORD, (key, path)
        for kind in ALL_KINDS.get(path, ()):
            if kind in things:
                yield path, kind


def test_a_record_that_is_there_and_one_that_is_not(
    siege: Siege, figures: dict[str, Any], who: str
) -> None:
    """To whoever may not ask whether somebody has a record."""
    if who in MAY_KNOW:
        return
    for key, method in siege.methods():
        if "record_id" in method.request.model_fields:
            is_there, is_not = (
                siege.ask(key, method, value, siege.fitting(key, method) | {"record_id": value})
                for value in (siege.theirs.record_id, UNKNOWN)
            )
            assert is_there == is_not, key
            figures["tried"] = figures.get("tried", 0) + 1


def test_a_person_who_has_a_record_and_one_who_has_none(
    siege: Siege, figures: dict[str, Any], who: str
) -> None:
    """By their INS, to the same."""
    if who in MAY_KNOW:
        return
    for key, method in siege.methods():
        if "ins" in method.request.model_fields and key != INVITED:
            is_there, is_not = (
                siege.ask(key, method, value, by_ins(siege.fitting(key, method), key, value))
                for value in (siege.theirs.ins, UNKNOWN_INS)
            )
            assert is_there == is_not, key
            figures["tried"] = figures.get("tried", 0) + 1


def by_ins(given: dict[str, Any], key: str, value: str) -> dict[str, Any]:
    if key.startswith("access."):
        return given | {"ins": ins(value)}
    bare = {name: inner for name, inner in given.items() if name != "record_id"}
    if key == "agenda.import_appointments":
        return bare | {"ins": value, "ins_oid": ins(value)["oid"]}
    return bare | {"ins": ins(value)}
