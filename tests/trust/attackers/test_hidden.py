"""What is hidden from somebody is hidden in every answer of every method of every service."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from scripts.demo.cast import Caller
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
    with_id,
)
from tests.trust.attackers.building import letter, pdf
from tests.trust.attackers.conftest import Besieged
from tests.trust.attackers.counting import Taken, Work, compared
from tests.trust.attackers.journals import lines, now
from tests.trust.attackers.known_work import HIDDEN, Differences, none_but
from tests.trust.attackers.records import SPECIALIST, STRANGER, People, Record
from tests.trust.attackers.siege import open_to
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
    "parent of nothing else": ("ALONE", People.parent),
    "patient": ("UNTOLD", People.patient),
    "parent of who was not told": ("UNTOLD", People.parent),
    "application": ("UNTOLD", People.application),
    "specialist": ("MASKED", lambda people, _: people.doctor(SPECIALIST)),
    "stranger": ("MASKED", lambda people, _: people.doctor(STRANGER)),
    "secretary": ("MASKED", lambda people, _: people.secretary()),
}
"""Each with the pair whose one record holds what is hidden from them."""
PERSONS = {
    "parent", "patient", "caregiver", "parent of who was not told", "parent of nothing else"
}  # fmt: skip
READ_JOURNALS = PERSONS - {"caregiver"}
"""Professionals read what they did themselves, also what was refused about something hidden
(docs/security.md); caregivers of the tests are let in nowhere."""
Ask = Callable[[Caller, Record], str]
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("who", READERS),
]


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


@pytest.fixture
def differences(figures: dict[str, Any]) -> Iterator[Differences]:
    with none_but(HIDDEN, figures) as found:
        yield found


def test_hidden_makes_no_difference(
    besieged: Besieged, figures: dict[str, Any], differences: Differences, who: str
) -> None:
    """Two records that differ in what is hidden alone are answered alike: lists, totals, facets,
    duplicates, notices, journal, refusals. What services tell each other may take a moment."""
    name, make = READERS[who]
    pair, as_them = besieged.pairs[name], partial(make, besieged.people)
    asked, work = 0, Work(besieged.deployment.place.home / "services")
    allowed = [one for one in open_to(as_them(pair.one).kind) if one[0] not in ENDING]
    for key, ask in questions(besieged, who, pair.word, allowed):
        both = [partial(ask, as_them(record), record) for record in (pair.one, pair.twin)]
        told, differs = eventually(partial(_alike, work, key, both), within=15)
        assert pair.word not in told, key
        differences.note(key, differs)
        asked += 1
    figures["asked"] = asked
    assert asked > 10


def _alike(work: Work, key: str, both: Sequence[Callable[[], str]]) -> tuple[str, Taken]:
    (one, twin), differs = compared(work, key, *both)
    assert one == twin, key
    return one, differs


def test_hidden_and_unknown_are_told_alike(
    besieged: Besieged, figures: dict[str, Any], differences: Differences, who: str
) -> None:
    """Whoever has the id of something hidden learns nothing by it, wherever they put it."""
    name, make = READERS[who]
    record, work = besieged.pairs[name].one, Work(besieged.deployment.place.home / "services")
    caller, tried = make(besieged.people, record), 0
    for key, method in open_to(caller.kind):
        if key in ENDING:
            continue
        for path, kind in places(key, method, record) if (key, who) not in EXPLAINED else ():
            ask = partial(_with_id, caller, key, method, path, record, who in PERSONS)
            unknown = UNKNOWN_NUMBER if path == ".number" else UNKNOWN
            (told, of_nothing), differs = compared(
                work, key, partial(ask, record.hidden[kind]), partial(ask, unknown)
            )
            assert told == of_nothing, (key, path)
            differences.note(key, differs)
            tried += 1
    figures["tried"] = tried
    assert tried


def test_journals_after_what_is_hidden_and_what_is_unknown(
    besieged: Besieged, figures: dict[str, Any], who: str
) -> None:
    """Once somebody put the id of something hidden everywhere, what they read in the journal, and
    what others read whom it is hidden from, is what it would be with ids of nothing."""
    name, make = READERS[who]
    record, told = besieged.pairs[name].one, []
    caller = make(besieged.people, record)
    for hidden in (True, False):
        since = now(besieged)
        for key, method in open_to(caller.kind):
            if key not in ENDING and (key, who) not in EXPLAINED:
                for path, kind in places(key, method, record):
                    unknown = UNKNOWN_NUMBER if path == ".number" else UNKNOWN
                    value = record.hidden[kind] if hidden else unknown
                    _with_id(caller, key, method, path, record, who in PERSONS, value)
        told.append(
            {
                other: lines(besieged, as_them(besieged.people, record), record, since)
                for other, (of_whom, as_them) in READERS.items()
                if of_whom == name and other in READ_JOURNALS
            }
        )
    assert told[0] == told[1]
    assert told[0] or who not in READ_JOURNALS
    figures["lines"] = sum(found.total() for found in told[0].values())


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


def test_the_end_of_a_record_tells_nothing(
    besieged: Besieged, differences: Differences, who: str
) -> None:
    """Closing it, too, is answered alike; asked last, for it ends the rest."""
    name, make = READERS[who]
    pair, as_them = besieged.pairs[name], partial(make, besieged.people)
    work = Work(besieged.deployment.place.home / "services")
    for key, method in open_to(as_them(pair.one).kind):
        if key in ENDING:
            ask = partial(_asked, key, method, who in PERSONS, besieged.since)
            both = [partial(ask, as_them(record), record) for record in (pair.one, pair.twin)]
            _, differs = eventually(partial(_alike, work, key, both), within=15)
            differences.note(key, differs)
