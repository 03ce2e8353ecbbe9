"""What lies beside the log, on both event stores: issues under way, and the documents known."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.prescription import contract as c
from services.prescription.domain.prescription import State
from shared.kernel.errors import InvalidRequest, Unavailable
from tests.prescription.world import DOCTOR, OPERATOR, World, asked


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
