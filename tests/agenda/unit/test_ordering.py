"""Revisions arrive late, twice and in any order: what holds must not depend on it."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.agenda.domain.appointment import Appointment, Effect
from services.agenda.domain.facts import Facts, Status
from services.agenda.domain.recurrence import Recurrence
from services.agenda.domain.slot import WHOLE, Place, Revision
from services.agenda.domain.when import When
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
