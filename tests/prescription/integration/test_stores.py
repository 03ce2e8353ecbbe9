"""What lies beside the log, on both event stores: issues under way, and the documents known."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from operator import mod
from pathlib import Path

import pytest

from services.prescription import contract as c
from services.prescription.domain.number import draw, printed
from services.prescription.domain.prescription import State
from services.prescription.domain.refusals import NumberUnknown
from shared.kernel.errors import InvalidRequest, TooMany, Unavailable
from tests.prescription.world import DOCTOR, OPERATOR, PHARMACIST, World, asked, given


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    dsn = request.getfixturevalue("postgres_dsn") if request.param == "postgresql" else None
    world = World(tmp_path, postgres_dsn=dsn)
    yield world
    world.close()


def test_issues_under_way(stored: World) -> None:
    """Left half-way, resumed by the retry; refused, given up; forgotten, given up by the sweep."""
    stored.vault.refusal = Unavailable()
    request = asked()
    with pytest.raises(Unavailable):
        stored.app.issue(request, DOCTOR)
    stored.again()
    stored.vault.refusal = None
    issued = stored.app.issue(request, DOCTOR)
    assert stored.app.pending.of_document(issued.document_id) == issued.prescription_id

    stored.vault.refusal = InvalidRequest()
    with pytest.raises(InvalidRequest):
        stored.issue()

    stored.vault.refusal, stored.vault.position = Unavailable(), 0
    with pytest.raises(Unavailable):
        stored.issue()
    (left,) = stored.app.unfinished(c.Unfinished(), OPERATOR).items
    stored.clock.move(timedelta(minutes=16))
    stored.app.abandon_stale()
    assert stored.app.unfinished(c.Unfinished(), OPERATOR).items == []
    given_up = stored.app.prescription(left.prescription_id)
    assert given_up
    assert given_up.state is State.ABANDONED


def test_wrong_numbers_count_in_every_replica(stored: World) -> None:
    """Ten in an hour, whoever answers; then they are forgotten."""
    asked_for = [printed(draw(partial(mod, seed))) for seed in range(11)]
    for text in asked_for[:10]:
        with pytest.raises(NumberUnknown):
            stored.again().present(c.Present(number=text), PHARMACIST)
        stored.clock.move(timedelta(seconds=1))
    with pytest.raises(TooMany):
        stored.app.present(c.Present(number=asked_for[10]), PHARMACIST)
    stored.clock.move(timedelta(hours=1))
    stored.app.forget_requests()
    with pytest.raises(NumberUnknown):
        stored.app.present(c.Present(number=asked_for[10]), PHARMACIST)


def test_receipts_under_way(stored: World) -> None:
    """The document of a dispensation waits while the vault is out of reach, and is brought once."""
    number = stored.issue().number
    stored.vault.refusal = Unavailable()
    stored.dispense(number, given(1))
    stored.vault.refusal = None
    stored.again()
    assert len(stored.app.unfinished(c.Unfinished(), OPERATOR).receipts) == 1
    stored.dispense(number, given(1))
    assert stored.app.unfinished(c.Unfinished(), OPERATOR).receipts == []
    assert len(stored.vault.contents) == 3
