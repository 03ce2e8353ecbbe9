"""Whoever may not know of a thing, a record or a person gets one answer, is it there or not."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from shared.kernel.actor import ActorKind
from tests.trust.attackers.building import PARENT_BORN, announced, person
from tests.trust.attackers.conftest import Besieged
from tests.trust.attackers.journals import lines, now
from tests.trust.attackers.known_work import STRANGERS as STRANGERS_WORK
from tests.trust.attackers.known_work import Differences, none_but
from tests.trust.attackers.records import Record
from tests.trust.attackers.siege import Siege
from tests.trust.attackers.strangers import MAY_KNOW, STRANGERS, filled, let_in

pytestmark = [pytest.mark.long, pytest.mark.timeout(900), pytest.mark.parametrize("who", STRANGERS)]
NEVER_OPENED = {"announced": "279035121399989", "opposed": "279035121399889"}
"""Persons whose record waits for its six weeks, and who said no; by INS."""

IN_OTHER_WORDS = {
    f"access.{name}" for name in ("break_glass", "end_emergency_session", "review_break_glass")
}
"""Refuse a professional who has the id of a record that never opened, which is told to nobody, in
other words than one who made an id up."""


def own(besieged: Besieged) -> Record:
    return besieged.pairs["UNTOLD"].twin


def theirs(besieged: Besieged) -> Record:
    return besieged.pairs["SECRET"].one


def closed(besieged: Besieged) -> Record:
    return besieged.pairs["MASKED"].one


@pytest.fixture(scope="module")
def things(besieged: Besieged) -> dict[str, str]:
    let_in(besieged.people, own(besieged))
    return filled(besieged.people, theirs(besieged))


@pytest.fixture(scope="module")
def never_opened(besieged: Besieged) -> dict[str, str]:
    """Ids of these records, by INS."""
    insurer = besieged.people.staff(ActorKind.OPERATOR)
    numbers = list(NEVER_OPENED.values())
    ids = announced(insurer, [person(number, PARENT_BORN) for number in numbers])
    insurer.do("identity.oppose", record_id=ids[1], channel="phone")
    return dict(zip(numbers, ids, strict=True))


@pytest.fixture(scope="module")
def ended(besieged: Besieged) -> Record:
    record = closed(besieged)
    insurer = besieged.people.staff(ActorKind.OPERATOR)
    insurer.do("identity.close", record_id=record.record_id, motive="person_request")
    return record


@pytest.fixture
def siege(besieged: Besieged, things: dict[str, str], who: str) -> Siege:
    return Siege(besieged, own(besieged), who)


@pytest.fixture
def differences(figures: dict[str, Any]) -> Iterator[Differences]:
    with none_but(STRANGERS_WORK, figures) as found:
        yield found


def test_what_is_somebodys_and_what_is_nobodys(
    siege: Siege, things: dict[str, str], figures: dict[str, Any], differences: Differences
) -> None:
    """Each id of something in another's record, wherever an id may stand: the answer, what its
    decision says when it is asked why, and the work of it are those of an id of nothing."""
    figures["tried"] = siege.compare(siege.of_things(things), differences)
    assert figures["tried"]


def test_a_record_that_is_there_and_one_that_is_not(
    siege: Siege, besieged: Besieged, figures: dict[str, Any], differences: Differences, who: str
) -> None:
    """To whoever may not ask whether somebody has a record: by its id, and by their INS."""
    if who not in MAY_KNOW:
        record = theirs(besieged)
        figures["tried"] = sum(
            siege.compare(questions, differences)
            for questions in (siege.of_record(record.record_id), siege.of_person(record.ins))
        )


def test_a_record_that_was_closed_and_one_that_never_was(
    siege: Siege, ended: Record, figures: dict[str, Any], differences: Differences, who: str
) -> None:
    """The same of a closed one, and of what is in it; what is in it, to all."""
    asked = [siege.of_things({**ended.plain, **ended.hidden})]
    if who not in MAY_KNOW:
        asked += [siege.of_record(ended.record_id), siege.of_person(ended.ins)]
    figures["tried"] = sum(siege.compare(questions, differences) for questions in asked)


def test_a_record_that_never_opened_and_none(
    siege: Siege, never_opened: dict[str, str], figures: dict[str, Any], differences: Differences
) -> None:
    """To everybody: nobody outside is told of one announced or opposed."""
    figures["tried"] = sum(
        siege.compare((one for one in questions if one.key not in IN_OTHER_WORDS), differences)
        for number, record_id in never_opened.items()
        for questions in (siege.of_record(record_id), siege.of_person(number))
    )


def test_journals_after_what_is_somebodys_and_what_is_nobodys(
    siege: Siege, besieged: Besieged, things: dict[str, str], figures: dict[str, Any], who: str
) -> None:
    """What a stranger asked for is in the journal of whose it is, and the stranger's own says the
    same whatever they asked for."""
    told: list[Counter[str]] = []
    minor = besieged.people.patient(theirs(besieged), secretly=True)
    questions = list(siege.of_things(things))
    for of_what in ("is_there", "is_not"):
        since = now(besieged)
        for one in questions:
            siege.ask(one.key, one.method, *getattr(one, of_what))
        told.append(lines(besieged, besieged.people.patient(siege.own), siege.own, since))
        figures[of_what] = lines(besieged, minor, theirs(besieged), since).total()
    assert told[0] == told[1]
    assert figures["is_not"] == 0
    assert figures["is_there"] > 0 or who not in {"doctor", "facility"}
