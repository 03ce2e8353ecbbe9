"""A record's life, who else is told, and what is news: message by message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.notification import contract as c
from services.notification.application import Notification
from services.notification.domain.notice import Notice
from services.notification.domain.ports import Contact
from services.notification.domain.recipient import Choices
from services.notification.domain.topic import Topic
from services.notification.policies import POLICIES
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import instant
from tests.notification.conftest import Access, Box, Hear, Send, Show, subject
from tests.notification.sample import (
    NOW,
    OTHER,
    PATIENT,
    RECORD,
    activated,
    announced,
    deposited,
    received,
)


@pytest.mark.parametrize(
    ("ends", "begins"),
    [
        ("identity.record_suspended", "identity.suspension_lifted"),
        ("identity.record_closed", "identity.record_reopened"),
        ("identity.death_declared", "identity.death_revoked"),
    ],
)
def test_what_ended_and_began_again_is_told_of_as_before(
    hear: Hear, active: None, send: Send, ends: str, begins: str
) -> None:
    """Meanwhile of its own life alone; who had activated their record need not do it again."""
    hear(received(ends, 3), deposited(4))
    assert subject(Topic.DOCUMENTS) not in send()
    hear(received(begins, 5), deposited(6))
    assert subject(Topic.DOCUMENTS) in send()


@pytest.mark.parametrize("was", ["closed", "suspended"])
def test_a_death_declared_in_error_opens_nothing_that_was_closed(
    hear: Hear, active: None, send: Send, was: str
) -> None:
    """What the person had closed before stays closed: it is told of no more than its own life."""
    hear(received(f"identity.record_{was}", 3), received("identity.death_declared", 4))
    hear(received("identity.death_revoked", 5, status=was))
    send()
    hear(received("vault.hidden_notice_sent", 6, confidentiality=["INVISIBLE_PATIENT"]))

    assert send() == []


def test_who_came_of_age_has_not_activated_their_record_yet(hear: Hear, send: Send) -> None:
    """Their parents had: until they do they are told what others are before it."""
    tomorrow = instant(NOW + timedelta(days=1))
    hear(announced(1, majority_at=tomorrow), activated(2), deposited(3))
    assert send() == [subject(Topic.DOCUMENTS)]
    hear(received("identity.majority_reached", 4))
    assert send() == [subject(Topic.ACCOUNT)]

    hear(deposited(5))
    assert send() == []
    hear(activated(6), deposited(7))
    assert send() == [subject(Topic.DOCUMENTS)]


@pytest.mark.parametrize("of_child", ["father@example.org", None])
def test_a_parent_whom_a_judge_suspended_is_told_nothing_of_the_child(
    hear: Hear, send: Send, box: Box, access: Access, of_child: str | None
) -> None:
    """A child announced without an address has the first parent's; the other one's is used."""
    mother = UUID(int=9)
    access.contacts = {
        RECORD: Contact(email=of_child),
        OTHER: Contact(email="father@example.org"),
        mother: Contact(email="mother@example.org"),
    }
    later = instant(NOW + timedelta(days=365))
    hear(announced(1, representatives=[str(OTHER), str(mother)], majority_at=later), activated(2))

    def written_to(position: int) -> list[str]:
        hear(deposited(position))
        send()
        return [letter.recipient for letter in box.taken]

    assert written_to(3) == ["father@example.org"]
    hear(received("access.representation_suspended", 4, representative=str(OTHER), on=True))
    send()
    assert written_to(5) == ["mother@example.org"]
    hear(received("access.representation_suspended", 6, representative=str(OTHER), on=False))
    send()
    assert written_to(7) == ["father@example.org"]


def test_a_parent_is_told_where_their_merged_record_says(
    hear: Hear, send: Send, box: Box, access: Access
) -> None:
    """Their own record was a double; until a split. A judge's order follows it too, whichever of
    the two it names."""
    lives = UUID(int=8)
    access.contacts = {
        RECORD: Contact(),
        OTHER: Contact(email="former@example.org"),
        lives: Contact(email="now@example.org"),
    }
    later = instant(NOW + timedelta(days=365))
    hear(announced(1, representatives=[str(OTHER)], majority_at=later), activated(2))

    def written_to(position: int) -> list[str]:
        hear(deposited(position))
        send()
        return [letter.recipient for letter in box.taken]

    merged = {"source": str(OTHER), "merge_id": str(UUID(int=7))}
    hear(replace(received("identity.records_merged", 3, **merged), record=lives))
    assert written_to(4) == ["now@example.org"]
    for number, named in enumerate((OTHER, lives)):
        order = partial(received, "access.representation_suspended", representative=str(named))
        hear(order(5 + 3 * number, on=True))
        assert written_to(6 + 3 * number) == []
        hear(order(7 + 3 * number, on=False))
        send()
    hear(
        replace(
            received("identity.records_split", 11, **merged, source_status="open"), record=lives
        )
    )
    assert written_to(12) == ["former@example.org"]


def test_a_birth_date_put_right_moves_the_majority(hear: Hear, active: None, send: Send) -> None:
    """Whoever turns out to be a minor has their secrets kept, and the other way round."""
    secret = ["INVISIBLE_REPRESENTANTS_LEGAUX"]
    later = instant(NOW + timedelta(days=365))
    hear(received("identity.traits_corrected", 3, majority_at=later))
    hear(deposited(4, confidentiality=secret))
    assert send() == []
    hear(received("identity.traits_corrected", 5, majority_at=None))
    hear(deposited(6, confidentiality=secret))
    assert send() == [subject(Topic.DOCUMENTS)]


@pytest.mark.parametrize("family", [[], [str(OTHER)]])
def test_a_minor_is_one_although_a_judge_was_heard_first(
    hear: Hear, send: Send, access: Access, family: list[str]
) -> None:
    """Access tells of the order, identity of the child: nothing says which is followed first. What
    is secret leaves by no way, and what is not goes to the parent who was not suspended."""
    access.contacts = {RECORD: Contact(), OTHER: Contact(email="mother@example.org")}
    later = instant(NOW + timedelta(days=365))
    suspended = {"representative": str(UUID(int=9)), "on": True}
    hear(received("access.representation_suspended", 1, **suspended))
    hear(announced(1, representatives=family, majority_at=later), activated(2))
    send()

    hear(deposited(3, confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"]))
    assert send() == []
    hear(deposited(4))
    assert send() == ([subject(Topic.DOCUMENTS)] if family else [])


def test_a_record_announced_twice_is_known_once(hear: Hear, notification: Notification) -> None:
    """What was chosen since then stays."""
    hear(announced())

    assert POLICIES["identity.record_announced"](notification, announced()) is None


def test_what_comes_to_a_merged_record_leaves_as_its_person_chose(
    hear: Hear, active: None, send: Send
) -> None:
    """The source was never activated, the record it was merged into is."""
    hear(received("identity.records_merged", 3, source=str(OTHER)))
    hear(replace(deposited(4), record=OTHER))

    assert send() == [subject(Topic.DOCUMENTS)]


@pytest.mark.parametrize(
    ("type_", "field", "own"),
    [
        ("access.representative_invited", "invited", False),
        ("access.caregiver_invited", "invited", False),
        ("access.delegation_ended", "delegate", True),
        ("access.representation_suspended", "representative", True),
        ("access.representation_ended", "representatives", False),
    ],
)
def test_who_else_is_told(
    hear: Hear, active: None, show: Show, type_: str, field: str, *, own: bool
) -> None:
    """The invited, not whom they would help; of an end both, but of majority, which is told."""
    named = [str(OTHER)] if field == "representatives" else str(OTHER)
    hear(received(type_, 3, **{field: named}))

    def told(record_id: UUID) -> int:
        return show(c.Notifications(record_id=record_id), PATIENT).total or 0

    assert (told(RECORD), told(OTHER)) == (int(own), 1)


PERSON = {"kind": "patient", "id": str(RECORD), "record_id": str(RECORD)}
SERVICE = {"kind": "service", "id": "agenda"}


@pytest.mark.parametrize(
    ("type_", "said", "topic"),
    [
        ("access.treating_doctor_named", {}, Topic.RIGHTS),
        ("vault.document_released", {"document_id": str(uuid4())}, Topic.DOCUMENTS),
        ("vault.document_revealed_to_patient", {"document_id": str(uuid4())}, Topic.DOCUMENTS),
        ("vault.hidden_notice_sent", {"confidentiality": ["INVISIBLE_PATIENT"]}, Topic.DOCUMENTS),
        ("messaging.delivery_failed", {"by": PERSON}, Topic.MESSAGES),
        ("agenda.prevention_due", {"by": SERVICE}, Topic.PREVENTION),
        ("catalogue.authorisation_revoked", {"reason": "service_withdrawn"}, Topic.SERVICES),
        ("catalogue.authorisation_revoked", {"reason": "not_reapproved"}, Topic.SERVICES),
        ("catalogue.authorisation_revoked", {"reason": "person_request", "by": PERSON}, None),
    ],
    ids=[
        *("doctor", "released", "revealed", "hidden", "undelivered", "prevention"),
        *("withdrawn", "unapproved", "revoked"),
    ],
)
def test_what_is_news_leaves_by_its_topic(
    hear: Hear, active: None, send: Send, type_: str, said: dict[str, Any], topic: Topic | None
) -> None:
    """Also an undelivered answer of the person's own; not what they ended themselves."""
    hear(received(type_, 3, **said))

    assert send() == ([subject(topic)] if topic else [])


def test_an_event_names_a_role_and_nobody(hear: Hear, notification: Notification) -> None:
    """The log is for ever: profession and facility; of what is hidden not even these."""
    hear(
        deposited(1, by={"kind": "professional", "id": "899700366240", "profession": "10"}),
        received("vault.hidden_notice_sent", 2, confidentiality=["INVISIBLE_PATIENT"]),
    )

    events = [row.event for row in notification.read(0, 10)]
    told = [event.who for event in events if isinstance(event, Notice.Created)]
    assert told == [{"kind": "professional", "profession": "10"}, {}]


@pytest.mark.parametrize("erased", [RECORD, OTHER])
def test_of_two_records_one_that_was_erased_keeps_the_other_from_nothing(
    hear: Hear, show: Show, notification: Notification, erased: UUID
) -> None:
    """What ended a delegation is told in both; of an erased one there is nobody to tell."""
    assert isinstance(notification.keys, LocalKeys)
    notification.keys.erase(erased)
    hear(received("access.delegation_ended", 4, delegation=str(uuid4()), delegate=str(OTHER)))
    (left,) = {RECORD, OTHER} - {erased}
    told = show(c.Notifications(record_id=left), replace(PATIENT, record_id=left))
    assert [notice.kind.value for notice in told.items] == ["delegation_ended"]


def test_quiet_hours_have_no_offset() -> None:
    """One beside the hour stopped all that is not urgent; where it was kept it counts no more."""
    hours = {"begins": "21:00+02:00", "ends": "08:00+02:00"}
    with pytest.raises(ValidationError):
        c.QuietHours.model_validate(hours)

    kept = Choices().to_event() | {"quiet_from": "21:00+02:00", "quiet_to": "08:00+02:00"}
    at_night = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    assert Choices.from_event(kept).quiet_until(at_night) == datetime(2026, 11, 22, 7, tzinfo=UTC)
