"""A log written before connected services, caregivers and reviews: it is decided again as it was.

``past/2026-11-21.db.gz``: an SQLite log with fourteen decisions of every kind of caller, under the
root key of these tests.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.access.application import Access, redecide_all
from services.access.application.past import Past
from services.access.domain.decision import Decision
from tests.access.support.logs import open_world
from tests.access.support.people import RECORD

PAST = Path(__file__).parents[1] / "past" / "2026-11-21.db.gz"


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Access]:
    (tmp_path / "access.db").write_bytes(gzip.decompress(PAST.read_bytes()))
    world = open_world(tmp_path)
    yield world.app
    world.close()


def test_decisions_of_then_are_decided_again_by_the_rules_of_then(past: Access) -> None:
    """
    DESIGN 8: with the rules of that instant, on facts rebuilt from the log.
    """
    again = list(redecide_all(past))

    assert len(again) == 14
    assert [(a.position, a.why) for a in again if a.differs] == []
    assert {tuple(a.redecided) for a in again} == {(True,), (False,)}


def test_what_the_person_had_done_then_still_counts(past: Access) -> None:
    """
    Oppositions counted at once then; a broken glass of then is to be reviewed within a week.
    """
    rights = past.rights_of(RECORD)

    assert rights
    assert list(rights.feeding_oppositions.values()) == ["told wrong things"]
    assert not rights.claimed_oppositions
    (session,) = rights.sessions.values()
    assert (session["review_before"] - session["started_at"]).days == 7


def test_a_fact_of_then_that_was_changed_is_still_found(past: Access) -> None:
    """
    That new facts are left out of the comparison must not let old ones be forged.
    """
    position, decision = next(
        (r.position, past.get(r.originator_id, Decision))
        for r in past.read(0, 500)
        if isinstance(r.event, Decision.Created) and r.event.made["verdicts"][0]["permit"]
    )
    assert decision
    decision.made["facts"]["blocked"] = not decision.made["facts"]["blocked"]

    again = past._redecided(decision, position, Past(past))

    assert again.why == ["facts.blocked"]
