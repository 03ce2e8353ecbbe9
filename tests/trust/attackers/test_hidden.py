"""What is hidden from somebody is hidden in every answer of every method of every service."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from scripts.demo.cast import Caller
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Method
from tests.support.deadline import eventually
from tests.trust.attackers.asking import (
    KINDS,
    NOT_OF_A_RECORD,
    PERSONAL,
    UNKNOWN,
    UNKNOWN_NUMBER,
    fitting,
    fresh,
    id_paths,
    methods,
    with_id,
)
from tests.trust.attackers.building import letter, pdf
from tests.trust.attackers.conftest import Besieged
from tests.trust.attackers.records import SPECIALIST, STRANGER, Pair, People, Record
from tests.trust.attackers.strangers import heard
from tests.trust.attackers.telling import heard_from

APRIL = "2026-04-05T16:00:00.000Z"
ENDING = {"identity.close", "identity.request_erasure", "identity.oppose"}
"""What ends a record is asked after all else."""
EXPLAINED = {("access.explain", "patient")}
"""A person who has the id of a decision reads who was let in, not to what."""
Reader = tuple[str, Callable[[People, Record], Caller]]
READERS: dict[str, Reader] = {
    "parent": ("SECRET", People.parent),
    "caregiver": ("SECRET", People.caregiver),
    "patient": ("UNTOLD", People.patient),
    "parent of who was not told": ("UNTOLD", People.parent),
    "application": ("UNTOLD", People.application),
    "specialist": ("MASKED", lambda people, _: people.doctor(SPECIALIST)),
    "stranger": ("MASKED", lambda people, _: people.doctor(STRANGER)),
    "secretary": ("MASKED", lambda people, _: people.secretary()),
}
"""Each with the pair whose one record holds what is hidden from them."""
PERSONS = {"parent", "patient", "caregiver", "parent of who was not told"}
Ask = Callable[[Caller, Record], str]
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("who", READERS),
]


def open_to(kind: ActorKind) -> list[tuple[str, Method]]:
    """Methods that this kind of caller may call: those that read, then those that change."""
    allowed = [(key, method) for key, method in methods() if kind in method.callers]
    return sorted(allowed, key=lambda one: one[1].is_command)


def questions(
    besieged: Besieged, who: str, word: str, allowed: list[tuple[str, Method]]
) -> Iterator[tuple[str, Ask]]:
    yield from pointed(besieged, word, {key for key, _ in allowed})
    for key, method in allowed:
        yield key, partial(_asked, key, method, who in PERSONS, besieged.since)


def _asked(
    key: str, method: Method, person: bool, since: str, caller: Caller, record: Record
) -> str:
    given = fitting(key, method, record, person=person)
    if key in {"audit.journal", "audit.print_journal"}:
        given["from"] = since
    return heard_from(caller, key, record, **given)


def pointed(besieged: Besieged, word: str, allowed: set[str]) -> Iterator[tuple[str, Ask]]:
    """Questions of somebody who suspects something, and knows the very word or file."""
    everything = {"include_archived": True, "include_replaced": True}
    for key, given in (
        ("vault.search", {"text": word}),
        ("vault.search", everything),
        ("messaging.conversations", {"text": word}),
        ("profile.measures", {"kind": "WEIGHT", "every": "day"}),
        ("vault.prior_results", {"loinc": "2345-7"}),
        ("audit.journal", {"group": "MEDICAL_DOCUMENT", "from": besieged.since}),
    ):
        if key in allowed:
            yield (
                key,
                lambda who, record, key=key, given=given: heard_from(  # type: ignore[misc]  # mypy infers no type for a default
                    who, key, record, record_id=record.record_id, **given
                ),
            )
    if "vault.deposit" in allowed:
        same = letter("Attestation", type=PERSONAL, service_start=APRIL) | {
            "content": pdf(f"Certificat {word}")
        }
        yield (
            "vault.deposit",
            lambda who, record: heard_from(
                who,
                "vault.deposit",
                record,
                record_id=record.record_id,
                request_id=str(uuid4()),
                **same,
            ),
        )


def test_hidden_makes_no_difference(besieged: Besieged, figures: dict[str, Any], who: str) -> None:
    """Two records that differ in what is hidden alone are answered alike: lists, totals, facets,
    duplicates, notices, journal, refusals. What services tell each other may take a moment."""
    name, make = READERS[who]
    pair, as_them = besieged.pairs[name], partial(make, besieged.people)
    asked = 0
    allowed = [one for one in open_to(as_them(pair.one).kind) if one[0] not in ENDING]
    for key, ask in questions(besieged, who, pair.word, allowed):
        told = eventually(partial(_alike, key, ask, as_them, pair), within=15)
        assert pair.word not in told, key
        asked += 1
    figures["asked"] = asked
    assert asked > 10


def _alike(key: str, ask: Ask, as_them: Callable[[Record], Caller], pair: Pair) -> str:
    one, twin = (ask(as_them(record), record) for record in (pair.one, pair.twin))
    assert one == twin, key
    return one


def test_hidden_and_unknown_are_told_alike(
    besieged: Besieged, figures: dict[str, Any], who: str
) -> None:
    """Whoever has the id of something hidden learns nothing by it, wherever they put it."""
    name, make = READERS[who]
    record = besieged.pairs[name].one
    caller, tried = make(besieged.people, record), 0
    for key, method in open_to(caller.kind):
        if key in ENDING:
            continue
        for path, kind in places(key, method, record) if (key, who) not in EXPLAINED else ():
            ask = partial(_with_id, caller, key, method, path, record, who in PERSONS)
            told = ask(record.hidden[kind])
            assert told == ask(UNKNOWN_NUMBER if path == ".number" else UNKNOWN), (key, path)
            tried += 1
    figures["tried"] = tried
    assert tried


def places(key: str, method: Method, record: Record) -> Iterator[tuple[str, str]]:
    """Where in a request an id may stand, with each kind of hidden thing that fits there."""
    for path in id_paths(method):
        assert path in KINDS or path in NOT_OF_A_RECORD, (key, path)
        for kind in set(KINDS.get(path, ())) & record.hidden.keys():
            yield path, kind


def _with_id(
    caller: Caller, key: str, method: Method, path: str, record: Record, person: bool, value: str
) -> str:
    given = with_id(fresh(fitting(key, method, record, person=person)), path, value)
    method.request.model_validate(given)
    return heard(caller, key, record, value, given)


def test_the_end_of_a_record_tells_nothing(besieged: Besieged, who: str) -> None:
    """Closing it, too, is answered alike; asked last, for it ends the rest."""
    name, make = READERS[who]
    pair, as_them = besieged.pairs[name], partial(make, besieged.people)
    for key, method in open_to(as_them(pair.one).kind):
        if key in ENDING:
            ask = partial(_asked, key, method, who in PERSONS, besieged.since)
            eventually(partial(_alike, key, ask, as_them, pair), within=15)
