"""What leaves the record: never what it is about, when it should, by a way that works."""

import email
import json
from collections.abc import Callable
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notification import contract as c
from services.notification.adapters.bounces import BounceFolder
from services.notification.adapters.words import read_templates
from services.notification.application import Notification
from services.notification.domain.notice import NoticeKind
from services.notification.domain.ports import Contact
from services.notification.domain.topic import Preference, Topic
from services.notification.messages import message_for
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock, instant
from shared.kernel.errors import Unavailable
from tests.notification.conftest import LINK, Access, Box, Hear, Show
from tests.notification.sample import (
    DOCTOR,
    HOSPITAL,
    NOW,
    OTHER,
    PATIENT,
    RECORD,
    deposited,
    glass_broken,
    opened,
    received,
)

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="operator")
Send = Callable[..., list[str]]


def announced(position: int = 1, **data: Any) -> Any:
    defaults: dict[str, Any] = {"representatives": [], "majority_at": None}
    return received("identity.record_announced", position, **(defaults | data))


def activated(position: int = 2) -> Any:
    return received("identity.record_activated", position)


@pytest.fixture
def active(hear: Hear) -> None:
    hear(announced(), activated())


@pytest.fixture
def send(notification: Notification, clock: FixedClock, box: Box) -> Send:
    """What left, by subject, some time later."""

    def after(minutes: float = 15) -> list[str]:
        clock.move(timedelta(minutes=minutes))
        box.taken.clear()
        notification.send_due()
        return [parsed(letter.content)["Subject"] for letter in box.taken]

    return after


def parsed(content: bytes) -> Any:
    return email.message_from_bytes(content, policy=policy.default)


def subject(topic: Topic, language: str = "fr") -> str:
    return read_templates()[language, topic].subject


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


def test_quiet_hours_wait_for_the_morning(
    hear: Hear, active: None, clock: FixedClock, send: Send
) -> None:
    """What came at 23 h 30 leaves at 8 h, civil time of France, in one mail."""
    clock.move(timedelta(hours=14))
    hear(deposited(3), deposited(4))
    assert send(30) == []
    assert send(7 * 60) == []
    assert send(60 + 30) == [subject(Topic.DOCUMENTS)]


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


def test_what_is_not_taken_is_tried_again(hear: Hear, active: None, send: Send, box: Box) -> None:
    """With pauses that grow, and once."""
    hear(deposited(3))
    box.away = True
    assert send() == []
    box.away = False
    assert send(0.5) == []
    assert send(0.5) == [subject(Topic.DOCUMENTS)]
    assert send(60) == []


def test_what_nobody_takes_for_two_days_has_failed(
    hear: Hear, active: None, send: Send, box: Box, notification: Notification
) -> None:
    """And says so; it does not wait for ever."""
    hear(glass_broken(3))
    box.away = True
    for _ in range(30):
        send(4 * 60)
    assert told(notification, "email_failed") == ["expired"]


def test_an_address_that_is_refused_is_used_no_more_and_the_record_says_so(
    hear: Hear, active: None, send: Send, box: Box, notification: Notification, show: Show,
    access: Access, tmp_path: Path,
) -> None:  # fmt: skip
    """An emergency then goes by letter; a new address is used at once."""
    box.refuses["pat@example.org"] = "5.1.1"
    hear(glass_broken(3))
    assert send(0) == []
    titles = [notice.title_fr for notice in show(c.Notifications(record_id=RECORD), PATIENT).items]
    assert "Adresse à vérifier" in titles
    assert told(notification, "address_disabled") == ["email"]
    assert notification.preferences(c.GetPreferences(record_id=RECORD), PATIENT).disabled == [
        "email"
    ]
    send(0)
    (letter,) = [json.loads(file.read_text()) for file in (tmp_path / "letter").glob("*.json")]
    assert (letter["record_id"], letter["subject"]) == (str(RECORD), subject(Topic.EMERGENCY))
    box.refuses.clear()
    hear(deposited(4))
    assert send() == []
    access.contacts[RECORD] = Contact(email="new@example.org")
    hear(deposited(5))
    assert send() == [subject(Topic.DOCUMENTS)]


@pytest.mark.parametrize(
    ("status", "disabled"), [("5.2.2", []), ("5.7.1", []), ("5.1.1", ["email"])]
)
def test_a_full_mailbox_is_not_a_bad_address(
    hear: Hear, active: None, send: Send, box: Box, notification: Notification,
    status: str, disabled: list[str],
) -> None:  # fmt: skip
    """RFC 3463: only X.1.x and X.2.1 speak of the address."""
    box.refuses["pat@example.org"] = status
    hear(deposited(3))
    send()

    assert told(notification, "email_failed") == [status]
    assert told(notification, "address_disabled") == disabled


def test_mail_that_comes_back_later_counts_too(
    hear: Hear, active: None, send: Send, box: Box, notification: Notification, tmp_path: Path
) -> None:
    """From the folder of the operator's mail server; one that only says "later" does not."""
    hear(deposited(3))
    send()
    folder = tmp_path / "back"
    folder.mkdir()
    returned = f"To: {box.taken[0].sender}\nStatus: {{}}\n"
    (folder / "1").write_text(returned.format("4.4.1"))
    (folder / "2").write_text("neither")
    notification.take_bounces(BounceFolder(folder).take())
    assert told(notification, "address_disabled") == []
    (folder / "3").write_text(returned.format("5.1.1"))
    for _ in range(2):
        notification.take_bounces(BounceFolder(folder).take())

    assert told(notification, "address_disabled") == ["email"]
    assert list(folder.iterdir()) == []


def test_an_operator_reports_what_came_back(
    hear: Hear, active: None, send: Send, box: Box, notification: Notification
) -> None:
    """By the reference in the address it came back to."""
    hear(deposited(3))
    send()
    reference = UUID(hex=box.taken[0].sender.partition("+")[2].partition("@")[0])
    asked = c.ReportBounce(request_id=uuid4(), reference=reference, status="5.1.1")
    notification.report_bounce(asked, OPERATOR)

    assert told(notification, "address_disabled") == ["email"]


def test_identity_out_of_reach_keeps_everything(
    hear: Hear, active: None, send: Send, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost, nothing is counted as tried."""
    hear(deposited(3))

    def away(_record_id: UUID) -> Contact:
        raise Unavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(access, "contact", away)
        with pytest.raises(Unavailable):
            send()
    assert send(0) == [subject(Topic.DOCUMENTS)]


@pytest.mark.parametrize(
    ("type_", "topic"),
    [("identity.record_closed", Topic.ACCOUNT), ("identity.record_erased", None)],
)
def test_a_record_that_ends_is_told_its_end_alone(
    hear: Hear, active: None, send: Send, type_: str, topic: Topic | None
) -> None:
    """What waited about a closed record stays in; of an erased one nothing leaves."""
    hear(deposited(3), received(type_, 4, motive="person", certificate={}))

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


def told(notification: Notification, name: str) -> list[str]:
    """Reasons or channels of the messages of that name."""
    found = [message_for(row.event) for row in notification.read(0, 1000)]
    wanted = [m.model_dump() for m in found if m and f"notification.{name}" == m.TYPE]
    return [m.get("reason") or m["channel"] for m in wanted]
