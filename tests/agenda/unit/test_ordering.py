"""Revisions arrive late, twice and in any order: what holds must not depend on it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agenda.domain.appointment import Appointment, Effect
from services.agenda.domain.errors import TooManyOccurrences
from services.agenda.domain.facts import Facts, Status
from services.agenda.domain.recurrence import Recurrence
from services.agenda.domain.slot import WHOLE, Place, Revision
from services.agenda.domain.when import When
from shared.kernel.clock import instant
from tests.agenda.world import PATIENT, RECORD

DAY = "2026-12-08T08:30:00.000Z"
STREAM = UUID(int=7)


def facts(title: str, hour: int, series: bool) -> Facts:
    return Facts(
        title=title,
        when=When(start=datetime.fromisoformat(f"2026-12-01T{hour:02d}:30"), zone="Europe/Paris"),
        series=Recurrence(rule="FREQ=WEEKLY;COUNT=3") if series else None,
        status=Status.NOSTATUS,
    )


PLACES = st.builds(
    Place.of,
    st.integers(0, 3),
    st.one_of(st.none(), st.integers(1, 4).map(lambda d: datetime(2026, 11, d, tzinfo=UTC))),
)
REVISIONS = st.lists(
    st.builds(
        lambda slot, place, said, cancels: Revision(
            slot=slot, place=place, facts=said, cancels=cancels or said is None
        ),
        st.sampled_from([WHOLE, DAY]),
        PLACES,
        st.one_of(
            st.none(), st.builds(facts, st.sampled_from("ABC"), st.integers(8, 10), st.booleans())
        ),
        st.booleans(),
    ),
    max_size=8,
)


def heard(revisions: list[Revision]) -> Appointment:
    appointment = Appointment.begin(STREAM, RECORD, uid="a", secret=False, by=PATIENT)
    for revision in revisions:
        appointment.hear(revision, PATIENT)
    return appointment


@given(st.data(), REVISIONS)
def test_any_order_ends_the_same(data: st.DataObject, revisions: list[Revision]) -> None:
    """
    RFC 5546 2.1.5: SEQUENCE, then DTSTAMP decide, never the order of arrival.
    """
    shuffled = data.draw(st.permutations(revisions))

    assert heard(list(shuffled)).slots == heard(revisions).slots


@given(REVISIONS)
def test_hearing_twice_is_hearing_once(revisions: list[Revision]) -> None:
    """
    The same calendar imported again changes nothing and saves nothing.
    """
    appointment = heard(revisions)
    saved = len(appointment.pending_events)

    again = [appointment.hear(revision, PATIENT) for revision in revisions]

    assert len(appointment.pending_events) == saved
    assert set(again) <= {Effect.UNCHANGED, Effect.OUTDATED}


@given(REVISIONS)
def test_what_is_replayed_is_what_was_decided(revisions: list[Revision]) -> None:
    """
    The slots rebuilt from their events are the slots that were.
    """
    appointment = heard(revisions)
    rebuilt: Appointment | None = None
    for happened in appointment.pending_events:
        rebuilt = happened.mutate(rebuilt)

    assert rebuilt is not None
    assert rebuilt.slots == appointment.slots


def test_a_thousand_occurrences_may_differ_from_their_series_and_no_more() -> None:
    """
    One series must not hold a calendar of its own; those it has may still be changed.
    """
    start = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)

    def said(slot: str, title: str = "A") -> Revision:
        return Revision(slot=slot, place=Place.of(0, start), facts=facts(title, 9, series=False))

    days = [instant(start + timedelta(days=number)) for number in range(1001)]
    appointment = heard([said(WHOLE), *(said(day) for day in days[:1000])])

    with pytest.raises(TooManyOccurrences):
        appointment.hear(said(days[1000]), PATIENT)
    assert appointment.hear(said(days[0], "B"), PATIENT) is Effect.CHANGED
    assert len(appointment.slots) == 1001
