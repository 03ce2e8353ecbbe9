"""A quantity leaves once, whoever races for it: on both event stores, over three replicas. Its long
form, with processes of which one is killed, is ``test_replicas.py``."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from services.prescription.domain.ports import Content
from services.prescription.domain.prescription import State
from shared.crypto.base64_text import to_base64
from shared.kernel.actor import Actor
from shared.kernel.errors import Refusal
from tests.prescription import cda
from tests.prescription.world import (
    DOCTOR,
    OTHER_DOCTOR,
    PARIS,
    World,
    asked,
    dispensing,
    given,
    line,
    pharmacist,
)

RACERS = 50
PRESCRIBED = 12


@pytest.fixture(params=["sqlite", "postgresql"])
def raced(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    dsn = request.getfixturevalue("postgres_dsn") if request.param == "postgresql" else None
    world = World(tmp_path, postgres_dsn=dsn)
    yield world
    world.close()


def test_fifty_at_the_same_instant(raced: World) -> None:
    """Each wants one of twelve: twelve get it, nobody a thirteenth; whoever met a conflict asks
    again with the same request, as software does."""
    number = raced.issue(line(quantity=PRESCRIBED)).number
    replicas = [raced.app, raced.again(), raced.again()]

    def take(racer: int) -> bool:
        request, who = dispensing(number, given(1)), pharmacist(PARIS, f"8100000{racer:05d}")
        for _ in range(40):
            try:
                replicas[racer % 3].dispense(request, who)
            except Refusal as refused:
                if refused.code != "conflict":
                    return False
            else:
                return True
        return False

    with ThreadPoolExecutor(RACERS) as racers:
        got = list(racers.map(take, range(RACERS)))

    prescription = raced.of(number)
    assert sum(got) == prescription.left(prescription.lines[0]) == PRESCRIBED
    assert prescription.state is State.DISPENSED


def test_one_request_sent_fifty_times_at_once(raced: World) -> None:
    """A client that retries too fast: one dispensation, one answer."""
    number = raced.issue(line(quantity=PRESCRIBED)).number
    replicas = [raced.app, raced.again(), raced.again()]
    request, who = dispensing(number, given(1)), pharmacist(PARIS)

    with ThreadPoolExecutor(RACERS) as racers:
        answers = set(
            racers.map(
                lambda n: replicas[n % 3].dispense(request, who).dispensation_id, range(RACERS)
            )
        )

    assert len(answers) == 1
    prescription = raced.of(number)
    assert prescription.left(prescription.lines[0]) == 1


def test_one_document_issued_by_two_at_once(raced: World) -> None:
    """Who wrote it and who signed it: one number, so that each quantity leaves once."""
    signed = cda.identified(OTHER_DOCTOR.id)
    header = f"<legalAuthenticator><assignedEntity>{signed}</assignedEntity></legalAuthenticator>"
    replicas = {DOCTOR: raced.app, OTHER_DOCTOR: raced.again()}

    def issue(who: Actor, data: bytes) -> str | None:
        request = asked(content=to_base64(data))
        for _ in range(40):
            try:
                return replicas[who].issue(request, who).number
            except Refusal as refused:
                if refused.code != "conflict":
                    return None
        return None

    for turn in range(10):
        act = cda.treatment(before=f'<id root="1.2.3" extension="{turn}"/>')
        data = cda.document(cda.section(act), header=header)
        there = uuid4()
        raced.vault.contents[there] = Content(data=data, media_type="text/xml", metadata={})
        raced.vault.codes[there] = ("N",)
        with ThreadPoolExecutor(2) as racers:
            numbers = list(racers.map(issue, replicas, [data, data]))
        assert sum(number is not None for number in numbers) == 1
    assert raced.topics().count("prescription_issued") == 10
