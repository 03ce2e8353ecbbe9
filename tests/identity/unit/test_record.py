"""The life of a record, rule by rule."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.identity.domain.activation_code import ActivationCode
from services.identity.domain.announcement import Announcement
from services.identity.domain.errors import CannotMerge, NotDueYet, NotInThatState
from services.identity.domain.identity_status import IdentityDocument, IdentityStatus
from services.identity.domain.legacy_dmp_events import FormerRights
from services.identity.domain.record import Record
from services.identity.domain.states import (
    ClosingMotive,
    NoticeChannel,
    OppositionChannel,
    Status,
    SuspensionReason,
)
from shared.kernel.errors import InvalidRequest
from shared.kernel.ins import INS_NIR_TEST, Ins
from tests.identity.people import INSURER, NOW, TIMER, patient, traits
from tests.support.facts import new_facts

RECORD = UUID("0190a000-0000-7000-8000-000000000001")
PERSON = patient(RECORD)
INS = Ins("279035121518989", INS_NIR_TEST)
SIX_WEEKS = timedelta(days=42)
OPENS_AT = NOW + SIX_WEEKS
TEN_YEARS = timedelta(days=3660)
CODE = ActivationCode("hash", NOW + timedelta(days=90))


def activate(record: Record, code: str, now: datetime = OPENS_AT, tries_allowed: int = 5) -> bool:
    return record.try_activation(code, now, PERSON, tries_allowed=tries_allowed)


def other_open_record() -> Record:
    record = announce(ins=None, record_id=UUID("0190a000-0000-7000-8000-000000000009"))
    record.open(OPENS_AT, TIMER)
    return record


Act = Callable[[Record], object]
ACTS: dict[str, Act] = {
    "oppose": lambda r: r.oppose(OppositionChannel.ONLINE, PERSON),
    "withdraw_opposition": lambda r: r.withdraw_opposition(PERSON),
    "open": lambda r: r.open(OPENS_AT, TIMER),
    "issue_activation_code": lambda r: r.issue_activation_code(CODE, INSURER),
    "activate": lambda r: activate(r, "hash"),
    "update_contact": lambda r: r.update_contact({"email": None, "phone": None}, PERSON),
    "suspend": lambda r: r.suspend(SuspensionReason.FRAUD_SUSPECTED, INSURER),
    "lift_suspension": lambda r: r.lift_suspension(INSURER),
    "close": lambda r: r.close(ClosingMotive.PERSON_REQUEST, NOW, PERSON, contesting=SIX_WEEKS),
    "reopen": lambda r: r.reopen(PERSON),
    "oppose_legacy_dmp": lambda r: r.oppose_legacy_dmp(
        OppositionChannel.ONLINE, on=True, by=PERSON
    ),
    "import_legacy_dmp": lambda r: r.import_legacy_dmp(FormerRights([], [], None), INSURER),
    "bounce": lambda r: r.bounce(NOW, SIX_WEEKS, OPENS_AT, INSURER),
    "declare_death": lambda r: r.declare_death(NOW.date(), NOW, INSURER),
    "revoke_death": lambda r: r.revoke_death(INSURER),
    "request_erasure": lambda r: r.request_erasure(NOW, PERSON),
    "cancel_erasure": lambda r: r.cancel_erasure(PERSON),
    "be_merged": lambda r: r.merge_into(other_open_record(), INSURER),
    "begin_erasure": lambda r: r.begin_erasure(NOW + TEN_YEARS, TIMER),
}
PATH_TO = {
    Status.ANNOUNCED: (),
    Status.OPPOSED: ("oppose",),
    Status.OPEN: ("open", "issue_activation_code"),
    Status.SUSPENDED: ("open", "suspend"),
    Status.CLOSED: ("open", "close"),
    Status.DECEASED: ("open", "declare_death"),
    Status.MERGED: ("open", "be_merged"),
    Status.ERASING: ("open", "close", "begin_erasure"),
}
ALLOWED = {
    Status.ANNOUNCED: {
        *("oppose", "open", "update_contact", "bounce", "declare_death", "be_merged"),
        "oppose_legacy_dmp",
    },
    Status.OPPOSED: {"withdraw_opposition", "update_contact", "declare_death"},
    Status.OPEN: {
        *("issue_activation_code", "activate", "update_contact", "suspend", "close"),
        *("declare_death", "be_merged", "import_legacy_dmp"),
    },
    Status.SUSPENDED: {"lift_suspension", "update_contact", "close", "declare_death"},
    Status.CLOSED: {"reopen", "request_erasure", "begin_erasure", "declare_death"},
    Status.DECEASED: {"revoke_death", "begin_erasure"},
    Status.MERGED: set(),
    Status.ERASING: set(),
}


def announce(
    ins: Ins | None = INS,
    checked_with: IdentityDocument | None = None,
    record_id: UUID = RECORD,
) -> Record:
    given = Announcement(
        record_id=record_id,
        traits=traits(),
        contact={"email": "d@example.org", "phone": None},
        ins=ins,
        checked_with=checked_with,
        representatives=(),
        notice_sent_at=NOW,
        channel=NoticeChannel.EMAIL,
        area=None,
        delay=SIX_WEEKS,
    )
    return Record.announce(given, INSURER)


def record_in(status: Status) -> Record:
    record = announce()
    for act in PATH_TO[status]:
        ACTS[act](record)
    new_facts(record)
    assert record.status is status
    return record


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", ACTS)
def test_each_state_allows_what_the_law_lets_happen_then(status: Status, act: str) -> None:
    """
    The whole table: what is not allowed is refused, and leaves no trace in the log.
    """
    record = record_in(status)

    if act in ALLOWED[status]:
        ACTS[act](record)
        assert len(new_facts(record)) == 1
    else:
        with pytest.raises((NotInThatState, NotDueYet, CannotMerge)):
            ACTS[act](record)
        assert new_facts(record) == []


def test_delay_counts_from_the_sending_of_the_notice() -> None:
    """
    CSP R1111-28: six weeks after the notice was sent, to the instant.
    """
    record = announce()
    assert record.opens_at == NOW + timedelta(weeks=6)

    with pytest.raises(NotDueYet):
        record.open(OPENS_AT - timedelta(microseconds=1), TIMER)
    record.open(OPENS_AT, TIMER)

    assert record.status is Status.OPEN


def test_an_opposition_withdrawn_late_lets_it_open_at_once() -> None:
    """
    The delay is the person's, to think; whoever has thought twice does not wait again.
    """
    record = record_in(Status.OPPOSED)
    with pytest.raises(NotInThatState):
        record.open(OPENS_AT, TIMER)

    record.withdraw_opposition(PERSON)
    record.open(OPENS_AT, TIMER)

    assert [topic for topic, _ in new_facts(record)] == [
        "identity.opposition_withdrawn",
        "identity.record_opened",
    ]


def test_an_activation_code_works_once() -> None:
    """
    Single use: the same code opens nothing a second time.
    """
    record = record_in(Status.OPEN)
    assert activate(record, "hash")
    assert record.activated

    with pytest.raises(NotInThatState):
        activate(record, "hash")


def test_a_wrong_an_expired_and_an_older_code_are_refused_alike() -> None:
    """
    Nothing in the log tells them apart.
    """
    record = record_in(Status.OPEN)
    later = ActivationCode("newer", CODE.expires_at)
    for code, now in (("other", OPENS_AT), ("hash", CODE.expires_at)):
        assert not activate(record, code, now)
    record.issue_activation_code(later, INSURER)
    assert not activate(record, "hash")
    failures = [topic for topic, fields in new_facts(record) if not fields]

    assert failures == ["identity.activation_failed"] * 3
    assert activate(record, "newer")


def test_after_too_many_tries_the_right_code_opens_nothing() -> None:
    """
    A code is no lock to pick; the next one that the insurer sends counts from zero.
    """
    record = record_in(Status.OPEN)
    for _ in range(3):
        assert not activate(record, "wrong", tries_allowed=3)
    assert not activate(record, "hash", tries_allowed=3)

    record.issue_activation_code(ActivationCode("newer", CODE.expires_at), INSURER)
    assert activate(record, "newer", tries_allowed=3)


def test_an_activated_record_stays_activated_when_it_comes_back() -> None:
    """
    Suspended then lifted, or closed then reopened: the archive and the account come back.
    """
    record = record_in(Status.OPEN)
    ACTS["activate"](record)

    for away, back in (("suspend", "lift_suspension"), ("close", "reopen")):
        ACTS[away](record)
        ACTS[back](record)

    assert record.activated
    assert record.status is Status.OPEN


def test_nothing_is_erased_before_its_day() -> None:
    """
    Whatever a timer thinks: the record itself says when, to the instant.
    """
    record = record_in(Status.CLOSED)
    due = NOW + timedelta(days=60)
    record.request_erasure(due, PERSON)

    with pytest.raises(NotDueYet):
        record.begin_erasure(due - timedelta(microseconds=1), TIMER)

    assert record.begin_erasure(due, TIMER) == "requested"


@pytest.mark.parametrize(
    ("ins", "checked_with", "status", "topics"),
    [
        (None, None, IdentityStatus.PROV, []),
        (INS, None, IdentityStatus.RECUP, ["identity.ins_attached"]),
        (None, IdentityDocument.PASSPORT, IdentityStatus.VALI, []),
        (
            INS,
            IdentityDocument.PASSPORT,
            IdentityStatus.QUAL,
            ["identity.ins_attached", "identity.identity_qualified"],
        ),
    ],
)
def test_what_is_announced_says_how_far_the_identity_is_trusted(
    ins: Ins | None,
    checked_with: IdentityDocument | None,
    status: IdentityStatus,
    topics: list[str],
) -> None:
    """
    An INS from the insurer counts as retrieved; qualified needs a checked document besides.
    """
    record = announce(ins, checked_with)

    assert record.identity_status is status
    assert [t for t, _ in new_facts(record)] == ["identity.record_announced", *topics]


def test_events_say_who_and_for_which_record() -> None:
    """
    The log alone answers an auditor, and every event is sealed under the record's key.
    """
    record = announce()
    ACTS["oppose"](record)

    for event in record.collect_events():
        assert vars(event)["record_id"] == RECORD
        assert vars(event)["by"]["kind"] in {"operator", "patient"}


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        (NOW + timedelta(seconds=1), "is in the future"),
        (NOW - SIX_WEEKS, "leaves no time to oppose"),
        (NOW - SIX_WEEKS + timedelta(seconds=1), None),
    ],
)
def test_a_notice_leaves_time_to_oppose(sent: object, wrong: str | None) -> None:
    """
    A date in the past long enough would open a record nobody could oppose.
    """
    given = Announcement(
        record_id=RECORD,
        traits=traits(),
        contact={},
        ins=INS,
        checked_with=None,
        representatives=(),
        notice_sent_at=sent,  # type: ignore[arg-type]  # parametrize has no types
        channel=NoticeChannel.EMAIL,
        area=None,
        delay=SIX_WEEKS,
    )
    if wrong is None:
        given.check(NOW)
        return
    with pytest.raises(InvalidRequest) as refusal:
        given.check(NOW)
    assert refusal.value.fields == {"notice_sent_at": wrong}
