"""Calendars of other software taken in: each part by itself."""

import time

import pytest

from services.agenda.contract.imports import Imported
from services.agenda.domain.facts import line, lines
from shared.kernel.clock import instant
from shared.kernel.errors import InvalidRequest, TooMany
from tests.agenda.ics import MORNING, WEEKLY, calendar, importing, starts, take, vevent
from tests.agenda.world import PATIENT, World

OUTLOOK = "\r\n".join(
    [
        "BEGIN:VTIMEZONE", "TZID:Clinique", "BEGIN:STANDARD", "DTSTART:16010101T030000",
        "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT",
        "END:VTIMEZONE",
    ]
)  # fmt: skip


def outcomes(imported: Imported) -> list[str]:
    return [str(part.outcome) for part in imported.parts]


def test_everything_a_component_says_is_kept(world: World) -> None:
    """
    Folded lines, escapes, an organiser: shown as their author meant them.
    """
    take(
        world,
        vevent(
            "a@clinic", MORNING, "DTEND;TZID=Europe/Paris:20261201T100000",
            "SUMMARY:Consultation de suivi\\, bilan an\r\n nuel",
            "LOCATION:3 rue des Lilas\\, Lyon",
            "DESCRIPTION:Venir à jeun.\\nApporter les analyses.", "STATUS:CONFIRMED",
            "ORGANIZER;CN=Dr Morel:mailto:secretariat@clinic.example",
        ),
    )  # fmt: skip

    (seen,) = world.show()

    assert seen.title == "Consultation de suivi, bilan annuel"
    assert seen.address == "3 rue des Lilas, Lyon"
    assert seen.comment == "Venir à jeun.\nApporter les analyses."
    assert (seen.name, seen.status.value) == ("Dr Morel", "BOOKED")
    assert (instant(seen.starts_at), instant(seen.ends_at)) == (
        "2026-12-01T08:30:00.000Z", "2026-12-01T09:00:00.000Z",
    )  # fmt: skip
    assert (seen.zone, seen.read_only, seen.author.source.value) == (
        "Europe/Paris", False, "person",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "utc"),
    [
        ("DTSTART:20261201T093000Z", "2026-12-01T09:30"),
        ("DTSTART:20261201T093000", "2026-12-01T08:30"),
        ("DTSTART;TZID=Indian/Reunion:20261201T093000", "2026-12-01T05:30"),
        ("DTSTART;TZID=Romance Standard Time:20260701T093000", "2026-07-01T07:30"),
        ("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Paris:20261201T093000", "2026-12-01T08:30"),
        ("DTSTART;TZID=Clinique:20260701T093000", "2026-07-01T07:30"),
        ("DTSTART;TZID=Europe/Paris:20260329T023000", "2026-03-29T01:30"),
        ("DTSTART;TZID=Europe/Paris:20261025T023000", "2026-10-25T00:30"),
        ("DTSTART;VALUE=DATE:20261201", "2026-11-30T23:00"),
    ],
)
def test_times_of_every_zone(world: World, line: str, utc: str) -> None:
    """
    UTC, floating (of France), IANA, Windows, vendors' and self-defined names, days.
    """
    assert outcomes(take(world, OUTLOOK, vevent("a", line))) == ["added"]

    assert starts(world.show()) == [utc]


def test_a_floating_time_is_that_of_the_calendar_if_it_names_one(world: World) -> None:
    """
    X-WR-TIMEZONE is what large providers write instead of a zone at each time.
    """
    take(world, vevent("a", "DTSTART:20261201T093000"), more="X-WR-TIMEZONE:Indian/Reunion")

    assert starts(world.show()) == ["2026-12-01T05:30"]


def test_whole_days_end_before_dtend(world: World) -> None:
    """
    RFC 5545 3.6.1: DTEND is excluded; calendars that repeat the first day mean that day.
    """
    first, last = "DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261203"
    take(world, vevent("a", first, last), vevent("b", first, "DTEND;VALUE=DATE:20261201"))

    days = {(str(view.day), str(view.last_day)) for view in world.show()}

    assert days == {("2026-12-01", "2026-12-02"), ("2026-12-01", "2026-12-01")}


def test_what_is_broken_is_named_and_the_rest_is_taken(world: World) -> None:
    """
    One bad line of a clinic's export must not cost a person their other appointments.
    """
    imported = take(
        world,
        vevent("good-1", MORNING),
        vevent(None, MORNING),
        vevent("no-start"),
        vevent("bad-start", "DTSTART:20261301T250000"),
        vevent("backwards", MORNING, "DTEND;TZID=Europe/Paris:20261201T090000"),
        vevent("mixed", MORNING, "DTEND;VALUE=DATE:20261202"),
        vevent("bad-sequence", MORNING, "SEQUENCE:-1"),
        vevent("bad-zone", "DTSTART;TZID=Atlantis:20261201T093000"),
        vevent("bad-rule", MORNING, "RRULE:FREQ=SECONDLY"),
        vevent("bad-status", MORNING, "STATUS:MAYBE"),
        vevent("ranged", MORNING, "RECURRENCE-ID;RANGE=THISANDFUTURE:20261201T083000Z"),
        vevent("twice", MORNING, MORNING),
        "BEGIN:VTODO\r\nUID:todo\r\nEND:VTODO",
        "BEGIN:VEVENT\r\nUID:endless\r\n" + MORNING,
        vevent("odd-line", MORNING, "this is no content line"),
        vevent("good-2", MORNING),
    )

    assert {p.uid: dict(p.fields) for p in imported.parts if p.outcome == "refused" and p.uid} == {
        "no-start": {"DTSTART": "is missing"},
        "bad-start": {"DTSTART": "is malformed"},
        "backwards": {"DTEND": "ends before it starts"},
        "mixed": {"DTEND": "is not of the same kind as DTSTART"},
        "bad-sequence": {"SEQUENCE": "is out of range"},
        "bad-zone": {"DTSTART": "is in an unknown time zone"},
        "bad-rule": {"RRULE": "repeats more often than daily"},
        "bad-status": {"STATUS": "is not one of an event"},
        "ranged": {"RECURRENCE-ID": "changes all that follow, which is not taken"},
        "twice": {"DTSTART": "is there twice"},
    }
    nameless = [dict(p.fields) for p in imported.parts if p.uid is None]
    assert nameless == [
        {"UID": "has 1 to 500 characters"}, {"VTODO": "is no event"}, {"END": "is missing"},
    ]  # fmt: skip
    odd = next(p for p in imported.parts if p.uid == "odd-line")
    assert (odd.outcome, set(odd.fields)) == ("added", {"line"})
    assert [p.part for p in imported.parts] == list(range(16))
    assert len(world.show()) == 3
    assert imported.counts == {"added": 3, "refused": 13}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("hello", "ics"),
        ("BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT", "ics"),
        (calendar(vevent("a", MORNING), method="REPLY"), "ics"),
        (calendar(vevent("a", MORNING), method="COUNTER"), "ics"),
    ],
)
def test_what_is_no_calendar_to_take_is_refused_whole(world: World, text: str, field: str) -> None:
    """
    An answer to an organiser is no appointment; nothing is written.
    """
    with pytest.raises(InvalidRequest) as refusal:
        world.app.import_calendar(importing(text), PATIENT)

    assert set(refusal.value.fields) == {field}
    assert world.topics() == []


def test_limits_of_one_import(world: World) -> None:
    """
    Components, and of these how many repeat (the world's: 50 and 10).
    """
    series = [vevent(f"s{n}", MORNING, WEEKLY) for n in range(11)]
    single = [vevent(f"e{n}", MORNING) for n in range(51)]

    assert len(take(world, *single[:50]).parts) == 50
    for too_many in (series, single):
        with pytest.raises(TooMany):
            take(world, *too_many)


def test_a_full_agenda_takes_no_more(world: World) -> None:
    """
    The world's limit is 60 of one record; what is there may still be revised.
    """
    take(world, *(vevent(f"e{n}", MORNING) for n in range(50)))
    world.catch_up()

    with pytest.raises(TooMany):
        take(world, *(vevent(f"f{n}", MORNING) for n in range(11)))
    again = take(world, *(vevent(f"e{n}", MORNING) for n in range(50)))

    assert again.counts == {"unchanged": 50}


def test_a_full_agenda_keeps_no_cancellations_of_what_it_never_had(world: World) -> None:
    """
    Each is remembered, so that what it cancels may come later: a service could send them for ever.
    """
    take(world, *(vevent(f"e{n}") for n in range(50)), method="CANCEL")
    world.catch_up()

    with pytest.raises(TooMany):
        take(world, *(vevent(f"f{n}") for n in range(11)), method="CANCEL")
    assert take(world, *(vevent(f"f{n}") for n in range(10)), method="CANCEL").counts == {
        "cancelled": 10
    }


def test_a_full_agenda_takes_no_more_changed_occurrences(world: World) -> None:
    """
    Each is a row of its own. What is cancelled of what stands there always is: it would be gone to.
    """
    take(world, vevent("s", MORNING, "RRULE:FREQ=DAILY;COUNT=100"))
    named = [f"RECURRENCE-ID;TZID=Europe/Paris:202612{day:02}T093000" for day in range(1, 31)]
    for titles in ("A", "B"):
        take(world, *(vevent("s", MORNING, f"SUMMARY:{titles}", one) for one in named))
    world.catch_up()
    take(world, *(vevent(f"e{n}", MORNING) for n in range(29)))
    world.catch_up()
    of_january = "RECURRENCE-ID;TZID=Europe/Paris:20270115T093000"

    with pytest.raises(TooMany):
        take(world, vevent("s", MORNING, of_january))
    cancelled = take(world, vevent("s", of_january), method="CANCEL")

    assert cancelled.counts == {"cancelled": 1}


def test_a_sequence_is_an_integer_of_the_calendar_format(world: World) -> None:
    """
    RFC 5545 3.3.8: from 0, as it counts, to 2147483647.
    """
    imported = take(
        world,
        vevent("last", MORNING, "SEQUENCE:2147483647"),
        vevent("beyond", MORNING, "SEQUENCE:2147483648"),
    )

    assert outcomes(imported) == ["added", "refused"]


def test_a_cancelled_appointment_leaves_the_list_and_stays_in_memory(world: World) -> None:
    """
    METHOD:CANCEL needs say no more than whom it cancels; so does STATUS.
    """
    take(world, vevent("a", MORNING, "SUMMARY:Dentiste"), vevent("b", MORNING))
    later = "20261102T080000Z"

    cancelled = take(world, vevent("a", "SEQUENCE:1", stamp=later), method="CANCEL")
    take(world, vevent("b", MORNING, "STATUS:CANCELLED", "SEQUENCE:1", stamp=later))

    assert outcomes(cancelled) == ["cancelled"]
    assert world.show() == []
    kept = world.show(include_cancelled=True)
    assert {view.title for view in kept} == {"Dentiste", "Rendez-vous"}
    assert {view.status.value for view in kept} == {"CANCELLED"}


def test_a_new_request_brings_a_cancelled_appointment_back(world: World) -> None:
    """
    A higher SEQUENCE says more than a cancellation before it; a lower one nothing.
    """
    take(world, vevent("a", MORNING))
    take(world, vevent("a", "SEQUENCE:2"), method="CANCEL")

    old = take(world, vevent("a", MORNING, "SEQUENCE:1", "SUMMARY:Vieux"), method="REQUEST")
    assert world.show() == []
    new = take(world, vevent("a", MORNING, "SEQUENCE:3", "SUMMARY:Revenu"), method="REQUEST")

    assert (outcomes(old), outcomes(new)) == (["cancelled"], ["changed"])
    assert [view.title for view in world.show()] == ["Revenu"]


def test_texts_of_elsewhere_are_cut_and_cleaned(world: World) -> None:
    """
    Limits of the national application: 100 and 1000 characters; no control character.
    """
    take(
        world,
        vevent("a", MORNING, f"SUMMARY:{'x' * 150}\x07", f"DESCRIPTION:{'y' * 1500}"),
    )

    (seen,) = world.show()

    assert (len(seen.title), seen.title[-1]) == (100, "…")
    assert seen.comment is not None
    assert len(seen.comment) == 1000
    assert "\x07" not in seen.title


def test_a_text_of_elsewhere_is_cut_only_beyond_its_limit() -> None:
    """
    Whole if it fits, else to its limit with what shows that something is missing.
    """
    for read in (line, lines):
        assert read("x" * 100, 100) == "x" * 100
        assert read("x" * 101, 100) == "x" * 99 + "…"


@pytest.mark.parametrize(
    "hostile",
    [
        vevent("a", "DTSTART;TZID=Evil:20261201T093000"),
        vevent("a", "DTSTART;TZID=../../../etc/passwd:20261201T093000"),
        vevent("a", "DTSTART:19000101T000000Z", "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12"),
        vevent("a", MORNING, "RRULE:" + "FREQ=DAILY;" * 5000),
        vevent("a", MORNING, *["BEGIN:VALARM"] * 5000, *["END:VALARM"] * 5000),
    ],
)
def test_a_hostile_calendar_costs_little(world: World, hostile: str) -> None:
    """
    Zones and rules that never end are not evaluated.
    """
    evil = OUTLOOK.replace("Clinique", "Evil").replace("FREQ=YEARLY", "FREQ=SECONDLY")
    began = time.monotonic()

    take(world, evil, hostile)
    world.show()

    assert time.monotonic() - began < 5
