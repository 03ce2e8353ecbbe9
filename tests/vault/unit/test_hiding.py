"""Hidden from the person until an announcement, from representatives for a minor's secret."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.vault.contract.deposits import Release
from services.vault.contract.life import (
    Archive,
    Delete,
    Mask,
    RevealToPatient,
    RevealToRepresentatives,
)
from services.vault.domain import life
from services.vault.domain.document import Document
from services.vault.domain.timing import opens_at
from services.vault.messages import message_for
from shared.kernel.errors import Conflict
from tests.vault.cda import PDF, cda, replacing
from tests.vault.world import AUTHOR, HOSPITAL, METADATA, PATIENT, RECORD, World

HIDDEN = ["INVISIBLE_PATIENT"]


def deposit(world: World, **how: Any) -> UUID:
    given = {"record_id": str(RECORD), "metadata": {**METADATA, "confidentiality": []}, **how}
    return world.deposit(PDF, by=HOSPITAL, **given).document_id


def codes(world: World, document_id: UUID) -> tuple[str, ...]:
    found = world.vault.get(document_id, Document)
    assert found
    return found.confidentiality


def time_passes(world: World, **how: float) -> None:
    """And the timers sweep."""
    world.clock.move(timedelta(**how))
    world.project()
    world.vault.tell_of_hidden()
    world.vault.open_hidden()
    world.project()


def later(world: World) -> list[str]:
    return [topic for topic in world.topics() if topic != "vault.document_deposited"]


def test_told_within_two_weeks_and_open_after_a_month(world: World) -> None:
    """CSP R.1111-53, counted from the deposit; each once, however often time is looked at."""
    document_id = deposit(world, confidentiality=HIDDEN)

    time_passes(world, days=13, hours=23)
    assert later(world) == []
    time_passes(world, hours=2)
    time_passes(world, hours=1)
    assert later(world) == ["vault.hidden_notice_sent"]
    time_passes(world, days=15)  # 21 November to 21 December: 30 days
    assert later(world) == ["vault.hidden_notice_sent"]
    time_passes(world, days=1)
    time_passes(world, days=1)
    assert later(world) == ["vault.hidden_notice_sent", "vault.document_revealed_to_patient"]
    assert codes(world, document_id) == ("N",)


def test_what_time_does_says_so(world: World) -> None:
    """No decision of access: the law decided. The notice says nothing but the record."""
    deposit(world, confidentiality=HIDDEN)
    time_passes(world, days=40)

    notice, opened = [message_for(row.event) for row in world.events()][-2:]
    assert notice
    assert opened
    assert notice.model_dump()["confidentiality"] == ["INVISIBLE_PATIENT"]
    assert opened.model_dump()["decision_id"] is None
    assert opened.by == {"kind": "service", "id": "vault"}


@pytest.mark.parametrize(
    ("since", "opens"),
    [
        ("2026-11-21T08:30", "2026-12-21T08:30"),
        ("2026-12-31T08:30", "2027-01-31T08:30"),
        ("2027-01-30T08:30", "2027-02-28T08:30"),
        ("2028-01-31T08:30", "2028-02-29T08:30"),
    ],
)
def test_a_month_is_one_of_the_calendar(since: str, opens: str) -> None:
    """A day that the next month has not is its last."""
    moment = datetime.fromisoformat(since).replace(tzinfo=UTC)

    assert opens_at(moment) == datetime.fromisoformat(opens).replace(tzinfo=UTC)


def test_once_announced_time_has_nothing_to_do(world: World) -> None:
    """The consultation took place: no notice, no opening."""
    document_id = deposit(world, confidentiality=HIDDEN)
    request = RevealToPatient(request_id=uuid4(), document_id=document_id)
    assert world.vault.reveal_to_patient(request, AUTHOR).confidentiality == ["N"]

    time_passes(world, days=40)

    assert later(world) == ["vault.document_revealed_to_patient"]


def test_a_new_version_buys_no_time(world: World) -> None:
    """Hidden as the former was, and since then."""
    first = world.deposit(cda(confidentiality=HIDDEN)).document_id
    world.clock.move(timedelta(days=20))
    new = cda(id_='<id root="1.2.3.4" extension="2"/>', related=replacing("1.2.3.4^1"))
    second = world.deposit(new).document_id
    assert codes(world, second) == ("INVISIBLE_PATIENT", "N")

    time_passes(world, days=11)

    assert codes(world, first) == codes(world, second) == ("N",)


def test_what_is_held_back_has_no_time_yet(world: World) -> None:
    """The clock starts when it comes into the record."""
    deposit(world, confidentiality=HIDDEN, hold=True)

    time_passes(world, days=60)

    assert world.topics() == ["vault.document_held"]


def test_its_time_begins_when_it_is_released(world: World) -> None:
    """CSP R.1111-53, from the day it is in the record."""
    document_id = deposit(world, confidentiality=HIDDEN, hold=True)
    time_passes(world, days=60)
    world.vault.release(Release(request_id=uuid4(), document_id=document_id), HOSPITAL)

    time_passes(world, days=15)
    assert later(world)[-1] == "vault.hidden_notice_sent"
    time_passes(world, days=17)
    assert codes(world, document_id) == ("N",)


def test_hidden_it_is_not_masked_too(world: World) -> None:
    """DMP EX_2.1-1050: both codes do not go together."""
    document_id = deposit(world, confidentiality=HIDDEN)

    with pytest.raises(Conflict):
        world.vault.mask(Mask(request_id=uuid4(), document_id=document_id), AUTHOR)


def test_a_minors_secret_is_lifted_for_good_and_on_purpose(world: World) -> None:
    """DMP EX_3.3-1045: irreversible, so it is confirmed."""
    document_id = deposit(world, confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"])
    asked = {"request_id": uuid4(), "document_id": document_id}

    for unsure in (asked, {**asked, "confirmed": False}):
        with pytest.raises(ValidationError):
            RevealToRepresentatives.model_validate(unsure)
    request = RevealToRepresentatives.model_validate({**asked, "confirmed": True})
    assert world.vault.reveal_to_representatives(request, PATIENT).confidentiality == ["N"]


def test_what_is_gone_meanwhile_is_told_of_to_nobody(world: World) -> None:
    """The list of what is due lags behind the log: its author has just deleted it."""
    document_id = deposit(world, confidentiality=HIDDEN)
    world.project()
    world.vault.delete(Delete(request_id=uuid4(), document_id=document_id), AUTHOR)

    world.clock.move(timedelta(days=15))
    world.vault.tell_of_hidden()

    assert later(world) == ["vault.document_deleted"]


def test_what_is_gone_meanwhile_keeps_no_other_from_being_opened(world: World) -> None:
    """CSP R.1111-53: it is open after a month, whatever became of a document due before it."""
    gone = deposit(world, confidentiality=HIDDEN)
    world.clock.move(timedelta(hours=1))
    waiting = world.deposit(cda(confidentiality=HIDDEN)).document_id
    world.project()
    world.vault.delete(Delete(request_id=uuid4(), document_id=gone), AUTHOR)

    world.clock.move(timedelta(days=40))
    world.vault.open_hidden()

    assert codes(world, waiting) == ("N",)
    assert "INVISIBLE_PATIENT" in codes(world, gone)


def test_the_person_is_told_once(world: World) -> None:
    """Though the list of what is due is built anew, and the answers are forgotten."""
    document = world.vault.get(deposit(world, confidentiality=HIDDEN), Document)
    assert document

    for _ in range(2):
        life.tell_of_hidden(document, AUTHOR)

    (event,) = document.pending_events
    assert isinstance(event, Document.HiddenNoticeSent)


def test_what_was_not_hidden_is_not_masked_by_its_announcement(world: World) -> None:
    """Nothing happens; masking by default is of what comes in from then on (CSP R.1111-49)."""
    document_id = deposit(world)
    world.mask_by_default()

    request = RevealToPatient(request_id=uuid4(), document_id=document_id)

    assert world.vault.reveal_to_patient(request, AUTHOR).confidentiality == ["N"]
    assert later(world)[-1] == "vault.default_masking_set"


def test_masked_by_default_once_revealed(world: World) -> None:
    """Hidden, it could not be masked as well; from its opening on, the person's choice holds."""
    world.mask_by_default()
    document_id = deposit(world, confidentiality=HIDDEN)
    assert codes(world, document_id) == ("INVISIBLE_PATIENT",)

    time_passes(world, days=40)

    assert codes(world, document_id) == ("MASQUE_PS", "N")


def test_archived_after_a_while(world: World) -> None:
    """Where the operator set a delay; taken back by hand, it stays."""
    document_id = deposit(world)
    world.archive_after(days=365)

    time_passes(world, days=364)
    world.vault.archive_old()
    assert later(world) == []
    time_passes(world, days=2)
    world.vault.archive_old()
    assert later(world) == ["vault.document_archived"]
    world.unarchive(document_id)
    time_passes(world, days=365)
    world.vault.archive_old()
    assert later(world) == ["vault.document_archived", "vault.document_unarchived"]


def test_what_was_archived_by_hand_meanwhile_stops_no_sweep(world: World) -> None:
    """The list of what is due lags behind the log."""
    document_id = deposit(world)
    world.archive_after(days=365)
    world.project()
    world.clock.move(timedelta(days=366))
    world.vault.archive(Archive(request_id=uuid4(), document_id=document_id), PATIENT)

    world.vault.archive_old()

    assert later(world) == ["vault.document_archived"]
