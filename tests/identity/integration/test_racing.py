"""One record per INS, whoever races, on both event stores."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.identity.application import Identity
from services.identity.contract.reading import Resolve
from services.identity.domain.errors import InsAlreadyHeld
from shared.kernel.errors import Conflict
from shared.stores.settings import EventStoreSettings
from tests.identity.people import INS, INSURER, VAULT, announcement


@pytest.fixture(params=["sqlite", "postgresql"])
def two(
    request: pytest.FixtureRequest,
    make_identity: Callable[[EventStoreSettings], Identity],
    tmp_path: Path,
) -> list[Identity]:
    """Two replicas on one store."""
    if request.param == "sqlite":
        settings = EventStoreSettings(data_dir=tmp_path)
    else:
        settings = EventStoreSettings(postgres_dsn=request.getfixturevalue("postgres_dsn"))
    return [make_identity(settings), make_identity(settings)]


def test_one_announcement_wins(two: list[Identity]) -> None:
    """
    Eight insurers' calls at once for one person: one record, seven refusals, nothing else.
    """

    def announce(number: int) -> str:
        try:
            return str(two[number % 2].announce_record(announcement(), INSURER).record_id)
        except InsAlreadyHeld:
            return "held"
        except Conflict:
            return "busy"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(announce, range(8)))

    made = [answer for answer in answers if answer not in {"held", "busy"}]
    assert len(made) == 1
    topics = [row.topic for row in two[0].read(0, 100)]
    assert sorted(topics) == [
        "identity.ins_attached",
        "identity.ins_taken",
        "identity.record_announced",
    ]
    assert two[1].resolve(Resolve(ins=INS), VAULT).status == "none"


def test_one_request_repeated_at_once_makes_one_record(two: list[Identity]) -> None:
    """
    A client that retries before its first try is answered gets one record from both.
    """
    request = announcement()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: two[n % 2].announce_record(request, INSURER), range(8)))

    assert len({answer.record_id for answer in answers}) == 1
    assert len(two[0].read(0, 100)) == 3
