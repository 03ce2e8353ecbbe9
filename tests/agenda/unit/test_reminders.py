"""Reminders: ten a day, told once, at their instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.agenda.contract.appointments import AddAppointment
from services.agenda.contract.reminders import AddReminder, Reminders, ReminderView, RemoveReminder
from services.agenda.domain.errors import TooManyReminders
from services.agenda.domain.reminder import Reminder
from services.agenda.messages import ReminderDue, message_for
from shared.kernel.actor import Actor
from shared.kernel.clock import instant
from shared.kernel.errors import Forbidden, InvalidRequest, TooMany
from shared.kernel.secrecy import SeenByRepresentatives
from tests.agenda.world import IN_SECRET, OTHER_RECORD, PARENT, PATIENT, RECORD, World


def adding(**said: Any) -> AddReminder:
    given = {"request_id": uuid4(), "record_id": RECORD, "title": "Dentiste", "date": "2026-12-01"}
    return AddReminder.model_validate(given | said)


def add(world: World, by: Actor = PATIENT, **said: Any) -> UUID:
    return world.app.add_reminder(adding(**said), by).reminder_id


def remove(world: World, reminder_id: UUID, by: Actor = PATIENT) -> None:
    request = RemoveReminder(request_id=uuid4(), record_id=RECORD, reminder_id=reminder_id)
    world.app.remove_reminder(request, by)


def shown(world: World, by: Actor = PATIENT, **asked: Any) -> list[ReminderView]:
    world.catch_up()
    request = Reminders.model_validate({"record_id": RECORD} | asked)
    return world.app.reminders(request, by).items


def sweep(world: World, by: timedelta = timedelta()) -> list[str]:
    """What the timer saved, once the clock has moved."""
    world.clock.move(by)
    world.catch_up()
    position = world.app.head().position
    world.app.tell_due_reminders()
    world.catch_up()
    return world.topics(position)


def test_a_day_takes_ten_and_not_eleven(world: World) -> None:
    """
    The limit of the national application, on one date; another date has its own.
    """
    ids = [add(world) for _ in range(10)]

    with pytest.raises(TooManyReminders) as refusal:
        add(world)
    assert refusal.value.code == "too_many"
    add(world, date="2026-12-02")
    remove(world, ids[0])
    add(world)
    assert len(shown(world)) == 11


def test_of_a_record_as_many_are_to_come_as_may_be_and_no_more(world: World) -> None:
    """
    Ten a day until the year 2200 would be half a million. Those that were told make room, and of
    secret ones a refusal tells nothing.
    """
    world.app.limits = replace(world.app.limits, reminders=2)
    for day in ("2026-12-01", "2026-12-02"):
        add(world, date=day)
        add(world, IN_SECRET, date=day)
    world.catch_up()

    for by in (PARENT, IN_SECRET):
        with pytest.raises(TooMany) as refusal:
            add(world, by, date="2026-12-03")
        assert refusal.value.code == "too_many"
    sweep(world, timedelta(days=10))
    add(world, PARENT, date="2026-12-03")


def test_a_refusal_tells_nothing_of_secret_reminders(world: World) -> None:
    """
    Those of a minor's secret sessions are counted apart.
    """
    for _ in range(10):
        add(world, IN_SECRET)

    for _ in range(10):
        add(world, PARENT)
    assert len(shown(world, PARENT)) == 10
    assert len(shown(world)) == 20


@pytest.mark.parametrize(
    ("said", "utc"),
    [
        ({}, "2026-12-01T08:00"),
        ({"time": "18:30"}, "2026-12-01T17:30"),
        ({"date": "2027-07-01"}, "2027-07-01T07:00"),
        ({"zone": "Indian/Reunion"}, "2026-12-01T05:00"),
        ({"date": "2027-03-28", "time": "02:30"}, "2027-03-28T01:30"),
        ({"date": "2027-10-31", "time": "02:30"}, "2027-10-31T00:30"),
    ],
)
def test_a_reminder_is_due_by_the_clock_of_its_person(
    world: World, said: dict[str, Any], utc: str
) -> None:
    """
    Nine in the morning unless said; over both changes of the clock of 2027.
    """
    done = world.app.add_reminder(adding(**said), PATIENT)

    assert instant(done.due_at)[:16] == utc


@pytest.mark.parametrize("said", [{"date": "2026-11-20"}, {"date": "2026-11-21", "time": "09:30"}])
def test_the_past_is_no_time_for_a_reminder(world: World, said: dict[str, Any]) -> None:
    """
    It is 09:30 in Paris: what is due now or before would be told at once.
    """
    with pytest.raises(InvalidRequest) as refusal:
        add(world, **said)
    assert set(refusal.value.fields) == {"date"}
    add(world, date="2026-11-21", time="09:31")


@pytest.mark.parametrize(
    "said",
    [{"title": ""}, {"title": "x" * 101}, {"comment": "x" * 1001}, {"date": "tomorrow"},
     {"date": "2300-01-01"}, {"time": "25:00"}, {"zone": "Nowhere"}, {"unknown": 1}],
)  # fmt: skip
def test_bad_input_is_refused(said: dict[str, Any]) -> None:
    """
    Limits of the national application.
    """
    with pytest.raises(ValidationError):
        adding(**said)


def test_each_is_told_once_at_its_instant(world: World) -> None:
    """
    Not a moment before; not again at the next look, nor after a crash before the projection.
    """
    add(world, date="2026-11-21", time="10:00")

    assert sweep(world, timedelta(minutes=29, seconds=59)) == []
    assert sweep(world, timedelta(seconds=1)) == ["reminder_due"]
    world.app.tell_due_reminders()
    assert sweep(world, timedelta(days=1)) == []
    assert [view.told for view in shown(world)] == [True]


def test_a_sweep_before_the_read_model_caught_up_tells_nothing_twice(world: World) -> None:
    """
    The read model lags: the same rows are swept again, and the command is idempotent.
    """
    add(world, date="2026-11-21", time="10:00")
    world.catch_up()
    world.clock.move(timedelta(hours=1))

    for _ in range(3):
        world.app.tell_due_reminders()

    assert world.topics().count("reminder_due") == 1


def test_one_that_was_removed_is_never_told(world: World) -> None:
    """
    Whether the read model knows of it already or not.
    """
    early, late = (add(world, date="2026-11-21", time="10:00") for _ in range(2))
    remove(world, early)
    world.catch_up()
    remove(world, late)
    world.clock.move(timedelta(hours=1))

    world.app.tell_due_reminders()

    assert "reminder_due" not in world.topics()
    assert shown(world) == []
    remove(world, late)


def test_nobody_is_told_while_the_record_is_closed(world: World) -> None:
    """
    Its instant passes in silence, and it does not come up years later when the record reopens.
    """
    add(world, date="2026-11-21", time="10:00")
    world.app.commit(world.app.pause(RECORD))

    assert sweep(world, timedelta(hours=1)) == ["reminder_lapsed"]
    world.app.commit(world.app.begin(RECORD))
    assert sweep(world, timedelta(hours=1)) == []


def test_an_erased_record_does_not_stop_the_others(world: World) -> None:
    """
    Its key is gone between two looks; the rest of the sweep goes on.
    """
    add(world, date="2026-11-21", time="10:00")
    other = Actor(kind=PATIENT.kind, id=str(OTHER_RECORD), record_id=OTHER_RECORD)
    add(world, other, record_id=OTHER_RECORD, date="2026-11-21", time="10:01")
    world.catch_up()
    world.keys.erase(RECORD)
    world.clock.move(timedelta(hours=1))
    position = world.app.head().position

    world.app.tell_due_reminders()

    assert world.topics(position) == ["reminder_due"]


def test_a_reminder_may_be_about_an_appointment_one_may_see(world: World) -> None:
    """
    Not about another's, nor about what is hidden: that would tell it is there.
    """
    said = {"request_id": uuid4(), "record_id": RECORD, "title": "RDV", "day": "2026-12-01"}
    hidden = world.app.add_appointment(AddAppointment.model_validate(said), IN_SECRET)

    add(world, PATIENT, appointment_id=hidden.appointment_id)
    faults = []
    for target in (hidden.appointment_id, uuid4()):
        with pytest.raises(Forbidden) as refusal:
            add(world, PARENT, appointment_id=target)
        faults.append(refusal.value.to_fault() | {"decision_id": ""})
    assert faults[0] == faults[1]


def test_a_reminder_of_a_secret_appointment_is_as_secret(world: World) -> None:
    """
    Added in a session that is not, it would tell parents that the appointment is there, in their
    list, in the journal and by e-mail.
    """
    said = {"request_id": uuid4(), "record_id": RECORD, "title": "RDV", "day": "2026-12-01"}
    hidden = world.app.add_appointment(AddAppointment.model_validate(said), IN_SECRET)
    position = world.app.head().position

    reminder = add(world, PATIENT, appointment_id=hidden.appointment_id)

    assert shown(world, PARENT) == []
    assert [view.reminder_id for view in shown(world)] == [reminder]
    assert sweep(world, timedelta(days=20)) == ["reminder_due"]
    told = [message_for(row.event) for row in world.app.read(position, 100)]
    assert {m.secret for m in told if m} == {True}


def test_a_secret_session_leaves_reminders_that_parents_see(world: World) -> None:
    """
    CSP L1111-5: and removes its own.
    """
    open_to_all, secret = add(world), add(world, IN_SECRET)
    world.catch_up()

    with pytest.raises(SeenByRepresentatives):
        remove(world, open_to_all, IN_SECRET)
    remove(world, secret, IN_SECRET)

    assert [view.reminder_id for view in shown(world)] == [open_to_all]


def test_a_representative_neither_sees_nor_removes_a_secret_one(world: World) -> None:
    """
    Hidden and absent are refused alike.
    """
    secret = add(world, IN_SECRET)
    world.catch_up()
    faults = []
    for target in (secret, uuid4()):
        with pytest.raises(Forbidden) as refusal:
            remove(world, target, PARENT)
        faults.append(refusal.value.to_fault() | {"decision_id": ""})

    assert faults[0] == faults[1]
    assert shown(world, PARENT) == []
    assert [view.reminder_id for view in shown(world)] == [secret]


def test_pages_and_windows(world: World) -> None:
    """
    By instant; the total is of the window.
    """
    for day in (3, 1, 2, 4):
        add(world, date=f"2026-12-0{day}", title=str(day))
    world.catch_up()
    asked = {"record_id": RECORD, "limit": 2, "from": "2026-12-02T00:00:00Z"}
    first = world.app.reminders(Reminders.model_validate(asked), PATIENT)
    asked["cursor"] = first.next_cursor
    second = world.app.reminders(Reminders.model_validate(asked), PATIENT)

    assert [view.title for view in first.items + second.items] == ["2", "3", "4"]
    assert (first.total, second.next_cursor) == (3, None)


def test_others_hear_that_a_reminder_is_due_and_not_of_what(world: World) -> None:
    """
    The words stay in the record; a secret one is marked so.
    """
    made = Reminder.add(
        UUID(int=1), IN_SECRET, record_id=RECORD, secret=True, title="Planning familial",
        comment=None, day="2026-12-01", due_at=datetime(2026, 12, 1, tzinfo=UTC), appointment=None,
    )  # fmt: skip
    made.come_due(Actor(kind=PATIENT.kind, id="x"), heard=True)

    told = [message_for(event) for event in made.pending_events]

    assert isinstance(told[-1], ReminderDue)
    assert all(message and message.secret for message in told)
    assert "Planning" not in str(told)
