"""What an auditor may, and the trace it leaves: nothing is answered that was not saved first."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from scripts.cli.processes import SERVICES
from services.audit.contract.auditing import (
    AffectedBy,
    OpenedRecord,
    OpenRecord,
    ReadStatistics,
    UseMandate,
)
from services.audit.domain.mandate import Mandate
from services.audit.domain.reading import MandateUse, WideUse
from services.audit.messages import AuditMandateUsed, message_for
from services.audit.projections import journal_view
from shared.crypto.handover import Recipient
from shared.crypto.local_keys import LocalKeys
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from tests.audit.handing import Handing
from tests.audit.world import AUDITOR, DOCTOR, OTHER_RECORD, PATIENT, RECORD, World, auditor
from tests.support.plans import steps_of


@pytest.fixture
def handing(world: World, tmp_path: Path) -> Iterator[Handing]:
    """Keyring, with keys of two records; audit asks it."""
    made = Handing(tmp_path, tmp_path)
    made.make_keys(RECORD, OTHER_RECORD)
    world.audit.answer_with(replace(world.audit.outside, keyring=made.keyring))
    yield made
    made.close()


def uses(world: World) -> list[tuple[str, UUID | None]]:
    """Purposes of the uses saved, with the record of each."""
    events = [row.event for row in world.audit.read(0, 50)]
    kept = [e for e in events if isinstance(e, (MandateUse.Created, WideUse.Created))]
    return [(event.purpose, getattr(event, "record_id", None)) for event in kept]


def opened(world: World, record: UUID, by: Actor) -> OpenedRecord:
    request = OpenRecord(record_id=record, purpose="replay", recipient=Recipient().half)
    return world.audit.open_record(request, by)


def test_keys_are_opened_for_the_records_in_scope(world: World, handing: Handing) -> None:
    """Each opening is an event of that record, which its person reads of in the journal; with the
    keys of every service but keyring, whose root opens all."""
    answer = opened(world, RECORD, auditor(str(RECORD)))

    assert {key.service for key in answer.keys} == {*SERVICES} - {"keyring"}
    assert handing.opened == [(RECORD, "a1")]
    assert uses(world) == [("replay", RECORD)]
    message = message_for(world.audit.read(0, 10)[0].event)
    assert isinstance(message, AuditMandateUsed)
    assert (message.record_id, message.mandate, message.purpose) == (RECORD, "m1", "replay")


def test_and_of_no_other(world: World) -> None:
    """Keyring is not even asked, which is out of reach here; nothing is said to have been used."""
    with pytest.raises(Forbidden):
        opened(world, OTHER_RECORD, auditor(str(RECORD)))

    assert uses(world) == []


def test_a_journal_out_of_scope_is_not_shown(world: World) -> None:
    """Whatever access would say."""
    world.tell("identity.record_activated", PATIENT)

    assert world.read(auditor(str(RECORD))).total == 1
    with pytest.raises(Forbidden):
        world.read(auditor(str(OTHER_RECORD)))


def test_a_use_over_many_records_needs_a_mandate_over_all(world: World) -> None:
    """It is of no record, and others hear of it all the same."""
    request = UseMandate(request_id=uuid4(), purpose="anomalies")
    with pytest.raises(Forbidden):
        world.audit.use_mandate(request, auditor(str(RECORD)))

    world.audit.use_mandate(UseMandate(request_id=uuid4(), purpose="anomalies"), AUDITOR)

    assert uses(world) == [("anomalies", None)]
    [row] = world.audit.read(0, 10)
    message = message_for(row.event)
    assert isinstance(message, AuditMandateUsed)
    assert (message.record_id, message.mandate) == (None, "m1")


def test_a_use_of_one_record_is_told_to_its_person(world: World) -> None:
    """As a line of the journal."""
    world.tell("audit.audit_mandate_used", AUDITOR, mandate="m1", purpose="replay")

    assert world.sentences(PATIENT) == [
        "Un auditeur mandaté a exercé un mandat de contrôle sur votre espace santé."
    ]


def test_whom_a_breach_concerns(world: World) -> None:
    """Records and kinds of data that an account touched; who was refused touched nothing."""
    world.tell("vault.document_opened", DOCTOR, document_id=world.deposit(PATIENT))
    world.tell("messaging.message_read", DOCTOR)
    world.tell("agenda.appointment_added", DOCTOR, record=OTHER_RECORD)
    world.decided(DOCTOR, permit=False)
    listed = uuid4()
    for kind in ("document", "prescription"):
        world.decided(DOCTOR, permit=False, listing=True, right="listing", record=listed, kind=kind)

    asked = AffectedBy(actor=f"professional:{DOCTOR.id}")
    answer = world.audit.affected_by(asked, AUDITOR)

    found = {item.record_id: item.kinds for item in answer.items}
    assert found == {
        RECORD: ["documents", "messages"],
        OTHER_RECORD: ["appointments"],
        listed: ["documents", "prescriptions"],
    }
    assert answer.total == 3
    assert uses(world) == [("affected_by", None)]
    with pytest.raises(Forbidden):
        world.audit.affected_by(asked, auditor(str(RECORD)))


def test_of_an_erased_record_no_line_stops_the_notice(tmp_path: Path) -> None:
    """Its keys go first, then identity says so: until that is followed its lines are there."""
    keys = LocalKeys(bytes(32), "audit")
    world = World(tmp_path, keys)
    world.tell("messaging.message_read", DOCTOR)
    world.tell("messaging.message_read", DOCTOR, record=OTHER_RECORD)
    keys.erase(OTHER_RECORD)

    asked = AffectedBy(actor=f"professional:{DOCTOR.id}")
    answer = world.audit.affected_by(asked, AUDITOR)

    assert [item.record_id for item in answer.items] == [RECORD]
    world.audit.close()


def test_all_lines_are_gone_through_by_an_index(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stretch begins where the one before ended, and none puts the rest in order: a hundred
    times the lines take a hundred times as long."""
    monkeypatch.setattr(journal_view, "_PAGE", 1)
    for _ in range(3):
        world.tell("messaging.message_read", DOCTOR)
    [file] = tmp_path.rglob("audit.views.db")
    asked = AffectedBy(actor=f"professional:{DOCTOR.id}")

    steps = steps_of(lambda: world.audit.affected_by(asked, AUDITOR).items, file, "journal")

    assert [step.partition(" USING ")[0] for step in steps if " USING " in step] == [
        "SCAN journal_v2_g1",  # in the index's order, from its beginning
        *["SEARCH journal_v2_g1"] * 2,
    ]
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps


def test_affected_records_come_in_pages(world: World) -> None:
    """None twice, none left out."""
    records = [uuid4() for _ in range(5)]
    for record in records:
        world.tell("messaging.message_read", DOCTOR, record=record)
    seen: list[UUID] = []
    cursor: str | None = None
    while True:
        asked = AffectedBy(actor=f"professional:{DOCTOR.id}", limit=2, cursor=cursor)
        page = world.audit.affected_by(asked, AUDITOR)
        seen += [item.record_id for item in page.items]
        if (cursor := page.next_cursor) is None:
            break

    assert sorted(records) == seen


def test_statistics_of_a_running_carnet(world: World) -> None:
    """From the read model: counts over ten, of nobody, that an erasure leaves as they were."""
    for _ in range(12):
        world.tell("messaging.message_sent", DOCTOR)
    world.tell("messaging.message_read", DOCTOR)
    for projection, view in zip(world.projections, world.views, strict=True):
        assert projection.purge is not None
        assert view is not None

    asked = ReadStatistics(from_month="2026-11", to_month="2026-11")
    cells = {c.value: c.count for c in world.audit.statistics(asked, AUDITOR).cells}

    assert cells == {"sent": None, "read": None}
    for _ in range(12):
        world.tell("messaging.message_received", DOCTOR)
        world.tell("messaging.message_sent", DOCTOR)
    cells = {c.value: c.count for c in world.audit.statistics(asked, AUDITOR).cells}
    assert cells == {"sent": 24, "received": None, "read": None}


def test_months_are_those_of_france(world: World) -> None:
    """Half past eleven in the evening of the 31st of October, universal time, is in November."""
    world.now = datetime(2026, 10, 31, 23, 29, tzinfo=UTC)
    for _ in range(11):
        world.tell("messaging.message_sent", DOCTOR)

    asked = ReadStatistics(from_month="2026-10", to_month="2026-11")
    cells = world.audit.statistics(asked, AUDITOR).cells

    assert [(cell.month, cell.count) for cell in cells] == [("2026-11", 11)]


@pytest.mark.parametrize(
    ("said", "present"), [(True, True), (False, False), ("false", False), (None, False)]
)
def test_a_physician_is_there_only_if_the_mandate_says_so(said: object, *, present: bool) -> None:
    """A word that reads as true is not: without a physician no medical content is shown."""
    claims = {"id": "m1", "scope": ["all"], "physician_present": said}

    assert Mandate.of_claims(claims).physician is present
    assert not Mandate.of_claims({"id": "m1", "scope": ["all"]}).physician
