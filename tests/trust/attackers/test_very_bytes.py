"""Who has the very bytes of what is hidden from them learns nothing by putting them in, and what
somebody hid stays hidden from the others."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from scripts.demo.cast import Caller
from tests.support.deadline import eventually
from tests.trust.attackers.asking import fitting, methods
from tests.trust.attackers.building import (
    FROM_PATIENT,
    FROM_PROFESSIONALS,
    FROM_REPRESENTATIVES,
    biology,
)
from tests.trust.attackers.conftest import Besieged
from tests.trust.attackers.records import SPECIALIST, STRANGER, Pair, People, Record
from tests.trust.attackers.telling import heard_from

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
HIDES = {
    "SECRET": FROM_REPRESENTATIVES,
    "UNTOLD": FROM_PATIENT,
    "MASKED": FROM_PROFESSIONALS,
}
Depositor = Callable[[People], Caller]
DEPOSITORS: dict[str, Depositor] = {
    "specialist": lambda people: people.doctor(SPECIALIST),
    "stranger": lambda people: people.doctor(STRANGER),
    "secretary": lambda people: people.secretary(),
}
"""Whoever may read comes first: they see what others put in where nothing hides it."""
KNOWING = {"SECRET": {"specialist", "stranger"}, "UNTOLD": {"specialist"}, "MASKED": set[str]()}
"""The specialist sees what is not masked, and is told; the minor blocked the stranger, who is told
of that."""
Others = Callable[[People, Record], Caller]
KEPT_FROM: dict[str, tuple[Others, ...]] = {
    "SECRET": (People.parent, People.caregiver),
    "UNTOLD": (People.patient, People.parent),
    "MASKED": (),
}


@pytest.mark.parametrize("name", HIDES)
def test_putting_it_in_tells_nothing(
    besieged: Besieged, figures: dict[str, Any], name: str
) -> None:
    """The deposit, the next one, all that may be asked and done about it, every list, total and
    journal: as in a record that holds no such document. Those it is hidden from find nothing."""
    pair, people = besieged.pairs[name], besieged.people
    asked = 0
    for who, make in DEPOSITORS.items():
        if who in KNOWING[name]:
            continue
        caller = make(people)
        ids = [_put_in(caller, record, pair.word) for record in (pair.one, pair.twin)]
        for key, given in _questions(caller, besieged.since):
            ask = partial(_alike, caller, key, pair, ids, given)
            eventually(ask, within=20)
            asked += 1
    for other in KEPT_FROM[name]:
        caller = other(people, pair.one)
        found = heard_from(
            caller, "vault.search", pair.one, record_id=pair.one.record_id, text=pair.word
        )
        assert pair.word not in found
    figures["asked"] = asked
    assert asked > 20


def _put_in(caller: Caller, record: Record, word: str) -> str:
    """As the one record's was, byte for byte; its person's INS stands in it."""
    answer = caller.do("vault.deposit", record_id=record.record_id, **_bytes(record, word))
    assert answer["duplicate_of"] is None
    return str(answer["document_id"])


def _bytes(record: Record, word: str) -> dict[str, Any]:
    return biology(replace(record, hidden={}), word, [HIDES[record.name]])


def _questions(
    caller: Caller, since: str
) -> Iterator[tuple[str, Callable[[Record, str], dict[str, Any]]]]:
    """About the document, then of every method that only reads, then what changes it."""
    allowed = {key: method for key, method in methods() if caller.kind in method.callers}

    def about(**more: Any) -> Callable[[Record, str], dict[str, Any]]:
        return lambda _, document_id: {"document_id": document_id, **more}

    def reading(key: str) -> Callable[[Record, str], dict[str, Any]]:
        def given(record: Record, _: str) -> dict[str, Any]:
            found = fitting(key, allowed[key], record, person=False)
            return found | {"from": since} if key.endswith("journal") else found

        return given

    reads = [key for key, method in allowed.items() if not method.is_command]
    of_it = [("vault.describe", about()), ("vault.open", about())]
    yield from of_it
    yield from ((key, reading(key)) for key in reads)
    for key, more in (
        ("vault.report", {"reason": "duplicate"}),
        ("vault.unmask", {}),
        ("vault.mask", {}),
        ("vault.unmask", {}),
        ("vault.reveal_to_patient", {}),
        ("vault.archive", {}),
        ("vault.unarchive", {}),
        ("vault.reclassify", {"title": "Autre"}),
    ):
        if key in allowed:
            yield key, about(request_id=str(uuid4()), **more)
            yield from of_it
    yield from ((key, reading(key)) for key in reads if key.partition(".")[0] in {"vault", "audit"})


def _alike(
    caller: Caller,
    key: str,
    pair: Pair,
    ids: list[str],
    given: Callable[[Record, str], dict[str, Any]],
) -> bool:
    one, twin = (
        heard_from(caller, key, record, **_own(given(record, id_)))
        for record, id_ in zip((pair.one, pair.twin), ids, strict=True)
    )
    assert one == twin, key
    return True


def _own(given: dict[str, Any]) -> dict[str, Any]:
    """Each record's command has its own request."""
    return given | {"request_id": str(uuid4())} if "request_id" in given else given
