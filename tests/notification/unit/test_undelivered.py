"""What did not arrive: tried again, failed, come back, or sent another way."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.notification import contract as c
from services.notification.adapters.bounces import BounceFolder
from services.notification.application import Notification
from services.notification.domain.ports import Contact
from services.notification.domain.topic import Topic
from services.notification.messages import message_for
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import instant
from shared.kernel.errors import Unavailable
from tests.notification.conftest import Access, Box, Hear, Send, Show, subject
from tests.notification.sample import (
    NOW,
    OTHER,
    PATIENT,
    RECORD,
    activated,
    announced,
    deposited,
    glass_broken,
)

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="operator")


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


def test_what_never_leaves_keeps_nothing_else_back(
    hear: Hear, active: None, send: Send, box: Box
) -> None:
    """However many tries it had: a fault of ours, which an update mends."""
    box.breaks_on = "pat@example.org"
    hear(glass_broken(3))
    for _ in range(60):
        assert send(4 * 60) == []
    hear(*(replace(m, record=OTHER) for m in (announced(4), activated(5), glass_broken(6))))
    assert send(4 * 60) == [subject(Topic.EMERGENCY)]


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


def test_a_bad_address_of_a_child_and_of_their_parent_are_both_used_no_more(
    hear: Hear, send: Send, box: Box, notification: Notification, access: Access
) -> None:
    """One that is found bad does not bring back the one that was before it."""
    majority_at = instant(NOW + timedelta(days=365))
    hear(announced(representatives=[str(OTHER)], majority_at=majority_at), activated())
    box.refuses |= {"pat@example.org": "5.1.1", "parent@example.org": "5.1.1"}
    for position in (3, 4, 5, 6):
        hear(deposited(position))
        assert send() == []

    assert told(notification, "email_failed") == ["5.1.1", "5.1.1", "no_address", "no_address"]
    assert told(notification, "address_disabled") == ["email", "email"]
    access.contacts[OTHER] = Contact(email="new@example.org")
    hear(deposited(7))
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


def told(notification: Notification, name: str) -> list[str]:
    """Reasons or channels of the messages of that name."""
    found = [message_for(row.event) for row in notification.read(0, 1000)]
    wanted = [m.model_dump() for m in found if m and f"notification.{name}" == m.TYPE]
    return [m.get("reason") or m["channel"] for m in wanted]
