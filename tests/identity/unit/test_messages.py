"""What leaves identity: every fact others need, no trait, no contact, no number."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.identity.domain.announcement import Announcement
from services.identity.domain.identity_status import Attribute, IdentityDocument
from services.identity.domain.record import Record
from services.identity.domain.states import NoticeChannel
from services.identity.messages import message_for
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.ins import INS_NIR_TEST, Ins
from tests.identity.people import INSURER, NOW, patient, traits
from tests.identity.unit.test_record import ACTS

OTHER_INS = Ins("277076322082910", INS_NIR_TEST)
SECRETS = ("PAT-TROIS", "DOMINIQUE", "279035121518989", "277076322082910")
RECORD = UUID("0190a000-0000-7000-8000-000000000001")
PARENT = UUID("0190a000-0000-7000-8000-000000000002")


def announced(birth_date: str = "1979-03-28") -> Record:
    given = Announcement(
        record_id=RECORD,
        traits=traits(birth_date=birth_date),
        contact={"email": "dominique@example.org", "phone": "+33612345678"},
        ins=Ins("279035121518989", INS_NIR_TEST),
        checked_with=IdentityDocument.PASSPORT,
        representatives=(PARENT,),
        notice_sent_at=NOW,
        channel=NoticeChannel.EMAIL,
        area=None,
        delay=timedelta(days=42),
    )
    return Record.announce(given, INSURER)


def messages(record: Record) -> dict[str, dict[str, object]]:
    found = [message_for(event) for event in record.collect_events()]
    return {m.TYPE: m.model_dump(mode="json") for m in found if m}


def test_a_whole_life_is_told_without_naming_anyone() -> None:
    """
    CONTRACT's events, each with who did it; codes and contacts changes stay inside.
    """
    record = announced()
    for act in (
        *("bounce", "oppose_legacy_dmp", "oppose", "withdraw_opposition", "open"),
        *("issue_activation_code", "activate"),
        *("update_contact", "suspend", "lift_suspension", "close", "reopen"),
        *("declare_death", "revoke_death", "close", "request_erasure", "cancel_erasure"),
    ):
        ACTS[act](record)
    record.change_ins(OTHER_INS, record.traits, NOW, INSURER)
    record.set_attribute(Attribute.DOUBTFUL, on=True, by=INSURER)
    record.correct_traits(traits(birth_date="1979-03-29"), NOW, INSURER)

    told = messages(record)

    assert set(told) == {
        "identity.record_announced",
        "identity.ins_attached",
        "identity.identity_qualified",
        "identity.ins_changed",
        "identity.identity_downgraded",
        "identity.traits_corrected",
        "identity.announcement_bounced",
        "identity.legacy_dmp_opposed",
        "identity.death_declared",
        "identity.death_revoked",
        "identity.erasure_requested",
        "identity.erasure_cancelled",
        "identity.record_opposed",
        "identity.opposition_withdrawn",
        "identity.record_opened",
        "identity.record_activated",
        "identity.record_suspended",
        "identity.suspension_lifted",
        "identity.record_closed",
        "identity.record_reopened",
    }
    text = json.dumps(told)
    for secret in (
        "PAT-TROIS",
        "DOMINIQUE",
        "279035121518989",
        "277076322082910",
        "example.org",
        "1979",
        "hash",
    ):
        assert secret not in text
    assert all(data["record_id"] == str(RECORD) and data["by"] for data in told.values())


@pytest.mark.parametrize(
    ("birth_date", "majority_at"),
    [
        ("1979-03-28", None),
        ("2020-07-14", "2038-07-13T22:00:00.000Z"),
        # Of age since the notice was sent, which took them for a minor: it has passed already.
        ("2008-11-22", "2026-11-21T23:00:00.000Z"),
    ],
)
def test_access_learns_until_when_representatives_act(
    birth_date: str, majority_at: str | None
) -> None:
    """
    The instant, not the birth date; nothing for who is of age.
    """
    data = messages(announced(birth_date))["identity.record_announced"]

    assert data["representatives"] == [str(PARENT)]
    assert data["majority_at"] == majority_at
    assert data["opens_at"] == "2027-01-02T08:30:00.000Z"


def test_a_secret_session_stays_secret_when_a_service_carries_it() -> None:
    """
    What a minor does in secret reaches no representative, by whichever way it came.
    """
    person = patient(RECORD, secret=True)
    carried = Actor(kind=ActorKind.SERVICE, id="gateway", on_behalf_of=person)
    for by, secret in ((person, True), (carried, True), (patient(RECORD), False)):
        record = announced()
        record.update_contact({"email": None, "phone": None}, by)
        record.open(datetime(2027, 2, 1, tzinfo=UTC), by)

        assert messages(record)["identity.record_opened"]["secret"] is secret
