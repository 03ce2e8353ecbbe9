"""What leaves the record: never what it is about, when it should, by a way that works."""

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notification import contract as c
from services.notification.application import Notification
from services.notification.domain.notice import NoticeKind
from services.notification.domain.ports import Contact
from services.notification.domain.recipient import Choices
from services.notification.domain.topic import Preference, Topic
from shared.kernel.clock import FixedClock, instant
from shared.kernel.french import FRANCE
from shared.mail.mailer import Letter
from tests.notification.conftest import LINK, Access, Box, Hear, Send, Show, parsed, subject
from tests.notification.sample import (
    DOCTOR,
    HOSPITAL,
    NOW,
    OTHER,
    PATIENT,
    RECORD,
    activated,
    announced,
    deposited,
    glass_broken,
    opened,
    received,
)


def test_what_leaves_holds_nothing_of_what_happened(
    hear: Hear, active: None, box: Box, send: Send
) -> None:
    """Not who, not which document, not the record."""
    hear(deposited(3, by=DOCTOR | {"facility": "1750712184"}))

    assert send() == [subject(Topic.DOCUMENTS)]
    (letter,) = box.taken
    for secret in (DOCTOR["id"], "1750712184", str(RECORD), RECORD.hex, "médecin", "document"):
        assert secret not in parsed(letter.content).as_string()
    assert LINK in letter.content.decode()


def test_a_burst_is_one_mail(hear: Hear, active: None, send: Send, show: Show) -> None:
    """Forty results in a quarter of an hour: forty notices in the record, one mail."""
    hear(*(deposited(position) for position in range(3, 43)))

    assert show(c.Notifications(record_id=RECORD), PATIENT).total == 40
    assert send() == [subject(Topic.DOCUMENTS)]
    assert send() == []
    hear(deposited(50))
    assert send() == [subject(Topic.DOCUMENTS)]


def test_an_emergency_goes_out_at_once(
    hear: Hear, active: None, clock: FixedClock, send: Send
) -> None:
    """CSP R1111-48: at night, without waiting for more, each time."""
    clock.move(timedelta(hours=14))
    hear(glass_broken(3))
    assert send(0) == [subject(Topic.EMERGENCY)]
    hear(glass_broken(4))
    assert send(0) == [subject(Topic.EMERGENCY)]


def test_an_emergency_that_comes_while_another_leaves_goes_out_too(
    hear: Hear, active: None, send: Send, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CSP R1111-48, each time: it cannot join a mail that is under way, for that may have been
    read."""
    deliver = box.deliver

    def meanwhile(letter: Letter) -> None:
        deliver(letter)
        if len(box.taken) == 1:
            hear(glass_broken(4))

    hear(glass_broken(3))
    monkeypatch.setattr(box, "deliver", meanwhile)
    assert send(0) == [subject(Topic.EMERGENCY)]
    monkeypatch.undo()
    assert send(0) == [subject(Topic.EMERGENCY)]
    assert send(0) == []


def test_emergencies_that_nobody_takes_yet_are_one_mail(
    hear: Hear, active: None, send: Send, box: Box
) -> None:
    """What waits is joined: it says the same of both."""
    box.away = True
    hear(glass_broken(3))
    assert send(0) == []
    hear(glass_broken(4))
    box.away = False
    assert send(60) == [subject(Topic.EMERGENCY)]
    assert send(60) == []


def test_quiet_hours_wait_for_the_morning(
    hear: Hear, active: None, clock: FixedClock, send: Send
) -> None:
    """What came at 23 h 30 leaves at 8 h, civil time of France, in one mail."""
    clock.move(timedelta(hours=14))
    hear(deposited(3), deposited(4))
    assert send(30) == []
    assert send(7 * 60) == []
    assert send(60 + 30) == [subject(Topic.DOCUMENTS)]


@pytest.mark.parametrize(
    ("begins", "ends", "now", "until"),
    [
        (21, 8, 20, None), (21, 8, 21, 8), (21, 8, 7, 8), (21, 8, 8, None),
        (12, 14, 11, None), (12, 14, 12, 14), (12, 14, 13, 14), (12, 14, 14, None),
        (8, 8, 7, None), (8, 8, 8, None), (8, 8, 9, None),
    ],
)  # fmt: skip
def test_quiet_hours_hold_their_first_minute_and_not_their_last(
    begins: int, ends: int, now: int, until: int | None
) -> None:
    """Over midnight as in the middle of the day, by civil time of France. Hours that end when
    they begin hold none: else nothing would ever leave."""
    choices = Choices(quiet_from=time(begins), quiet_to=time(ends))
    at = datetime(2026, 11, 21, now, tzinfo=FRANCE)

    found = choices.quiet_until(at)

    assert (found.hour if found else None) == until
    assert found is None or timedelta() < found - at < timedelta(hours=24)


@pytest.mark.parametrize(
    ("hour", "minute", "waits"), [(20, 59, False), (21, 0, True), (7, 59, True), (8, 0, False)]
)
def test_who_chose_nothing_is_left_in_peace_from_nine_to_eight(
    hour: int, minute: int, waits: bool
) -> None:
    """21 h to 8 h in France, to the minute."""
    until = Choices().quiet_until(datetime(2026, 11, 21, hour, minute, tzinfo=FRANCE))

    assert (until is not None) is waits


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 45, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 45, tzinfo=UTC)),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 45, tzinfo=UTC)),
    ],
    ids=["the first half past two", "the second", "none at all"],
)
def test_quiet_hours_end_after_now_in_the_night_that_clocks_change(
    now: datetime, until: datetime
) -> None:
    """At the second half past two of October, a quarter to three was put into the past: what waited
    for it was looked at again without end, before all else."""
    choices = Choices(quiet_from=time(21), quiet_to=time(2, 45))

    found = choices.quiet_until(now)

    assert found
    assert found.astimezone(UTC) == until


def test_people_choose_by_kind_way_and_language(
    hear: Hear, active: None, notification: Notification, send: Send, tmp_path: Path
) -> None:
    """As they chose when it leaves; what is not given stays."""
    choose(notification, channels={"NOTIF_DOCUMENT": ["text"], "NOTIF_MESSAGE": []}, language="en")
    hear(deposited(3), written_to(4), received("agenda.prevention_due", 5, items=["x:1"]))

    assert send() == [subject(Topic.PREVENTION, "en")]
    (text,) = [json.loads(file.read_text()) for file in (tmp_path / "text").glob("*.json")]
    assert (text["to"], text["text"]) == (
        "+33612345678", f"{subject(Topic.DOCUMENTS, 'en')} : {LINK}",
    )  # fmt: skip
    chosen = notification.preferences(c.GetPreferences(record_id=RECORD), PATIENT)
    assert chosen.channels[Preference.NOTIF_APPOINTMENT] == ["email"]
    assert chosen.channels[Preference.NOTIF_MESSAGE] == []


def test_what_was_switched_off_meanwhile_does_not_leave(
    hear: Hear, active: None, notification: Notification, send: Send
) -> None:
    """The choice that counts is the last one."""
    hear(deposited(3))
    choose(notification, channels={"NOTIF_DOCUMENT": []})

    assert send() == []
    assert notification.pending.count() == 0


def test_some_things_cannot_be_switched_off(
    hear: Hear, active: None, notification: Notification, send: Send
) -> None:
    """Emergency accesses, who may see the record, and its life."""
    choose(notification, channels={one.value: [] for one in Preference})
    hear(
        glass_broken(3),
        received("access.care_team_joined", 4, team_id=str(uuid4())),
        received("identity.erasure_requested", 5, due=instant(NOW)),
    )

    assert set(send()) == {subject(one) for one in (Topic.EMERGENCY, Topic.RIGHTS, Topic.ACCOUNT)}


def test_who_has_not_activated_is_invited_and_told_no_more(
    hear: Hear, send: Send, show: Show
) -> None:
    """A message waits: an invitation; documents wait in silence."""
    hear(announced(), deposited(2), written_to(3, dormant=True))

    assert send() == [subject(Topic.INVITATION)]
    assert show(c.Notifications(record_id=RECORD), PATIENT).total == 2


def test_nothing_private_to_a_minor_leaves(hear: Hear, send: Send, clock: FixedClock) -> None:
    """The address may be their parents'. At majority it is their own."""
    hear(
        announced(representatives=[str(OTHER)], majority_at=instant(NOW + timedelta(days=2))),
        activated(),
        glass_broken(3, secret=True),
        deposited(4, confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"]),
    )
    assert send() == []
    clock.move(timedelta(days=3))
    hear(glass_broken(5, secret=True))
    assert send(0) == [subject(Topic.EMERGENCY)]


def test_a_child_without_address_is_told_through_a_parent(
    hear: Hear, send: Send, access: Access, box: Box
) -> None:
    """Of what is not hidden from them; of an adult nobody else is told."""
    access.contacts[RECORD] = Contact()
    hear(announced(representatives=[str(OTHER)], majority_at=instant(NOW + timedelta(days=2))))
    hear(activated(), deposited(3))
    assert send() == [subject(Topic.DOCUMENTS)]
    assert [letter.recipient for letter in box.taken] == ["parent@example.org"]


@pytest.mark.parametrize(
    ("type_", "topic"),
    [("identity.record_closed", Topic.ACCOUNT), ("identity.record_erased", None)],
)
def test_a_record_that_ends_is_told_its_end_alone(
    hear: Hear, active: None, send: Send, type_: str, topic: Topic | None
) -> None:
    """What waited about a closed record stays in; of an erased one nothing leaves."""
    hear(deposited(3), received(type_, 4))

    assert send() == ([subject(topic)] if topic else [])


def test_what_is_hidden_is_announced_without_a_word_of_it(
    hear: Hear, active: None, show: Show
) -> None:
    """CSP R1111-53, at two weeks: no document, no author."""
    hidden = ["INVISIBLE_PATIENT"]
    hear(received("vault.hidden_notice_sent", 3, document_id=str(uuid4()), confidentiality=hidden))

    (notice,) = show(c.Notifications(record_id=RECORD), PATIENT).items
    assert (notice.kind, notice.subject) == (NoticeKind.RECORD_UPDATED, None)
    assert "médecin traitant" in notice.text_fr


def test_own_appointments_are_no_news(hear: Hear, active: None, show: Show) -> None:
    """Those of a facility or a service are; so are services others ended."""
    person = {"kind": "patient", "id": str(RECORD)}
    added = "agenda.appointment_added"
    revoked = "catalogue.authorisation_revoked"
    one = str(uuid4())
    hear(
        received(added, 3, appointment_id=one, source="person", by=person),
        received(added, 4, appointment_id=one, source="facility", by=HOSPITAL),
        received(revoked, 5, authorisation_id=one, reason="person"),
        received(revoked, 6, authorisation_id=one, reason="not_reapproved"),
    )

    kinds = [n.kind.value for n in show(c.Notifications(record_id=RECORD), PATIENT).items]
    assert sorted(kinds) == ["appointment_added", "service_ended"]


def test_an_invitation_is_told_to_who_is_invited(hear: Hear, active: None, show: Show) -> None:
    """Not in the record they are invited to help with; the end of it in both."""
    other = str(OTHER)
    hear(received("access.caregiver_invited", 3, invitation=str(uuid4()), invited=other))
    hear(received("access.delegation_ended", 4, delegation=str(uuid4()), delegate=other))

    def kinds(record_id: UUID) -> list[str]:
        found = show(c.Notifications(record_id=record_id), PATIENT).items
        return sorted(notice.kind.value for notice in found)

    assert kinds(RECORD) == ["delegation_ended"]
    assert kinds(OTHER) == ["caregiver_invited", "delegation_ended"]


def test_merged_records_are_told_as_one(hear: Hear, active: None, show: Show) -> None:
    """What came to the source is listed under the target, until they are split."""
    hear(opened(3))
    hear(received("identity.records_merged", 4, source=str(OTHER)))
    asked = c.Notifications(record_id=OTHER)
    assert show(asked, PATIENT).total == 1
    hear(received("identity.records_split", 5, source=str(OTHER)))
    assert show(asked, PATIENT).total == 0


def written_to(position: int, *, dormant: bool = False) -> Any:
    return received(
        "messaging.message_received", position, conversation_id=str(uuid4()), dormant=dormant,
        confidentiality=["N"],
    )  # fmt: skip


def choose(notification: Notification, **choices: Any) -> None:
    asked = c.SetPreferences.model_validate({"request_id": uuid4(), "record_id": RECORD} | choices)
    notification.set_preferences(asked, PATIENT)
