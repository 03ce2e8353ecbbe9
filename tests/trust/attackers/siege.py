"""One stranger before others' records: what they ask, what it tells, and what it takes."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

from scripts.demo.cast import Caller
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Method
from tests.trust.attackers.asking import (
    NOT_OF_A_RECORD,
    UNKNOWN,
    UNKNOWN_NUMBER,
    fitting,
    fresh,
    id_paths,
    methods,
    with_id,
)
from tests.trust.attackers.conftest import Besieged
from tests.trust.attackers.counting import Work, compared
from tests.trust.attackers.known_work import Differences
from tests.trust.attackers.records import Record
from tests.trust.attackers.strangers import ALL_KINDS, STRANGERS, UNKNOWN_INS, heard, ins

PERSONS = {"person", "parent"}
PRESENTED = {
    f"prescription.{name}" for name in ("present", "history", "dispense", "reverse_dispensation")
}
"""Told to professionals whether there is such a prescription: who has its number was shown it.
It is drawn from 95 bits, and ten wrong ones in an hour end the asking."""
INVITED = "access.invite_representative"
"""Who says number, names and day of birth of somebody is told if they cannot be invited."""
Asked = tuple[str, dict[str, Any]]
"""What is named, and the request that names it."""


class Question(NamedTuple):
    """Asked of what is there, and of what is not."""

    key: str
    method: Method
    is_there: Asked
    is_not: Asked


class Siege:
    """``own``: a record that lets this stranger in."""

    def __init__(self, besieged: Besieged, own: Record, who: str) -> None:
        self.own = own
        self.caller: Caller = STRANGERS[who](besieged.people, own)
        self._person = who in PERSONS
        self._work = Work(besieged.deployment.place.home / "services")

    def methods(self) -> list[tuple[str, Method]]:
        """That they may call: those that read, then those that change."""
        return open_to(self.caller.kind)

    def of_things(self, things: Mapping[str, str]) -> Iterator[Question]:
        """By each id of something, wherever an id may stand. ``things``: by kind."""
        for key, method in self.methods():
            if key in PRESENTED and self.caller.kind == ActorKind.PROFESSIONAL:
                continue
            for path in id_paths(method):
                assert path in ALL_KINDS or path in NOT_OF_A_RECORD, (key, path)
                unknown = UNKNOWN_NUMBER if path == ".number" else UNKNOWN
                for kind in set(ALL_KINDS.get(path, ())) & things.keys():
                    there, absent = (
                        (value, with_id(self._fitting(key, method), path, value))
                        for value in (things[kind], unknown)
                    )
                    yield Question(key, method, there, absent)

    def of_record(self, record_id: str) -> Iterator[Question]:
        for key, method in self.methods():
            if "record_id" in method.request.model_fields:
                there, absent = (
                    (value, self._fitting(key, method) | {"record_id": value})
                    for value in (record_id, UNKNOWN)
                )
                yield Question(key, method, there, absent)

    def of_person(self, number: str) -> Iterator[Question]:
        """By their INS."""
        for key, method in self.methods():
            if "ins" in method.request.model_fields and key != INVITED:
                there, absent = (
                    (value, _by_ins(self._fitting(key, method), key, value))
                    for value in (number, UNKNOWN_INS)
                )
                yield Question(key, method, there, absent)

    def compare(self, questions: Iterable[Question], differences: Differences) -> int:
        """Both are told the same by the same work, but for what is known; how many there were."""
        tried = 0
        for key, method, there, absent in questions:
            both = [partial(self.ask, key, method, *one) for one in (there, absent)]
            (one, other), differs = compared(self._work, key, *both)
            assert one == other, key
            differences.note(key, differs)
            tried += 1
        return tried

    def ask(self, key: str, method: Method, thing: str, given: dict[str, Any]) -> str:
        """A request of its own each time."""
        given = fresh(given)
        if "request_id" in given:
            given["request_id"] = str(uuid4())
        method.request.model_validate(given)
        return heard(self.caller, key, self.own, thing, given)

    def _fitting(self, key: str, method: Method) -> dict[str, Any]:
        return fresh(fitting(key, method, self.own, person=self._person))


def open_to(kind: ActorKind) -> list[tuple[str, Method]]:
    """Methods that this kind of caller may call: those that read, then those that change."""
    allowed = [(key, method) for key, method in methods() if kind in method.callers]
    return sorted(allowed, key=lambda one: one[1].is_command)


def _by_ins(given: dict[str, Any], key: str, value: str) -> dict[str, Any]:
    if key.startswith("access."):
        return given | {"ins": ins(value)}
    bare = {name: inner for name, inner in given.items() if name != "record_id"}
    if key == "agenda.import_appointments":
        return bare | {"ins": value, "ins_oid": ins(value)["oid"]}
    return bare | {"ins": ins(value)}
