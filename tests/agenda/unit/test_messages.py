"""What others hear of an agenda."""

from datetime import date
from uuid import UUID

import pytest

from services.agenda.domain.appointment import Appointment
from services.agenda.domain.calendar_import import CalendarImport
from services.agenda.domain.facts import Facts
from services.agenda.domain.slot import WHOLE, Place, Revision
from services.agenda.domain.when import When
from services.agenda.messages import CalendarImported, message_for
from shared.kernel.actor import Actor, ActorKind
from tests.agenda.world import HOSPITAL, IN_SECRET, PATIENT, RECORD

ID = UUID("0190a000-0000-7000-8000-0000000000a1")
WORDS = Facts(
    title="Planning familial",
    when=When.of_days(date(2026, 12, 1), date(2026, 12, 1)),
    name="Dr Morel",
    address="3 rue des Lilas",
    comment="À jeun",
)


def appointment(by: Actor, *, secret: bool = False) -> Appointment:
    made = Appointment.begin(ID, RECORD, uid="a@clinic", secret=secret, by=by)
    for place, facts in ((Place(0, ""), WORDS), (Place(1, ""), None)):
        made.hear(Revision(slot=WHOLE, place=place, facts=facts, cancels=facts is None), by)
    return made


def test_ids_and_codes_and_never_a_word_of_it() -> None:
    """
    A message goes to other services and their logs: no title, name, place, day or UID.
    """
    told = [message_for(event) for event in appointment(HOSPITAL).pending_events]

    begun, added, cancelled = told
    assert begun is None
    assert added is not None
    assert cancelled is not None
    assert [m.TYPE for m in (added, cancelled)] == [
        "agenda.appointment_added", "agenda.appointment_cancelled",
    ]  # fmt: skip
    assert added.model_dump(exclude={"by"}) == {
        "record_id": RECORD,
        "secret": False,
        "appointment_id": ID,
        "source": "facility",
        "occurrence": None,
        "confidentiality": [],
    }
    for word in ("Planning", "Morel", "Lilas", "jeun", "2026-12-01", "clinic"):
        assert word not in str(told)


@pytest.mark.parametrize(
    ("by", "secret"),
    [
        (IN_SECRET, False),
        (PATIENT, True),
        (Actor(kind=ActorKind.SERVICE, id="x", on_behalf_of=IN_SECRET), False),
    ],
)
def test_what_a_secret_session_did_or_hid_is_marked(by: Actor, *, secret: bool) -> None:
    """
    Whoever tells representatives looks at one flag.
    """
    told = [message_for(event) for event in appointment(by, secret=secret).pending_events]

    assert all(message.secret for message in told if message)


def test_an_import_is_told_by_its_counts() -> None:
    """
    How much came of it, not what.
    """
    done = CalendarImport.done(
        ID, RECORD, PATIENT, secret=False, form="ics", counts={"added": 2, "refused": 1}
    )

    told = message_for(done.pending_events[0])

    assert isinstance(told, CalendarImported)
    assert told.counts == {"added": 2, "refused": 1}
