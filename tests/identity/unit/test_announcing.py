"""Use cases of announcing: one record per INS, row by row, once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.identity.application import Identity
from services.identity.contract.announcing import AnnounceRecords, Oppose
from services.identity.contract.reading import GetIdentity, Resolve
from services.identity.domain.errors import InsAlreadyHeld
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from shared.kernel.ins import INS_NIR
from shared.rpc.faults import MAX_FIELDS
from tests.identity.people import (
    FALSE_KEY_INS,
    INS,
    INSURER,
    NOW,
    OTHER_INS,
    TRAITS,
    VAULT,
    announcement,
)


def test_a_repeated_announcement_gets_its_first_answer(identity: Identity) -> None:
    """
    A lost answer is asked again; no second record is made.
    """
    request = announcement()

    first = identity.announce_record(request, INSURER)

    assert identity.announce_record(request, INSURER) == first
    with pytest.raises(Conflict):
        identity.announce_record(request.model_copy(update={"ins": None}), INSURER)


def test_one_ins_has_one_record(identity: Identity) -> None:
    """
    RNIV: two active records never carry the same matricule.
    """
    identity.announce_record(announcement(), INSURER)

    with pytest.raises(InsAlreadyHeld) as refusal:
        identity.announce_record(announcement(), INSURER)
    assert "ins" in refusal.value.fields
    identity.announce_record(announcement(ins=OTHER_INS), INSURER)


def test_the_same_matricule_with_another_key_is_the_same_person(identity: Identity) -> None:
    """
    Where false keys are taken, the key must not make a second identity.
    """
    identity.announce_record(announcement(ins=FALSE_KEY_INS), INSURER)
    right_key = FALSE_KEY_INS["value"][:13] + "00"

    with pytest.raises(InsAlreadyHeld):
        identity.announce_record(announcement(ins=FALSE_KEY_INS | {"value": right_key}), INSURER)


def test_records_without_ins_do_not_stand_in_each_others_way(identity: Identity) -> None:
    """
    A provisional identity holds no number: twins of traits are told apart by people, later.
    """
    one = identity.announce_record(announcement(ins=None), INSURER)
    other = identity.announce_record(announcement(ins=None), INSURER)

    assert one.record_id != other.record_id


@pytest.mark.parametrize(
    ("ins", "field"),
    [
        ({"value": "279035121518989", "oid": INS_NIR}, "ins.oid"),
        ({"value": "27903512151898", "oid": INS["oid"]}, "ins.value"),
    ],
)
def test_a_wrong_ins_is_refused_by_field(
    identity: Identity, ins: dict[str, str], field: str
) -> None:
    """
    A production number never enters a test installation; the number is not repeated.
    """
    with pytest.raises(InvalidRequest) as refusal:
        identity.announce_record(announcement(ins=ins), INSURER)

    assert set(refusal.value.fields) == {field}
    assert ins["value"] not in str(refusal.value.to_fault())


def test_a_representative_must_have_a_record(identity: Identity) -> None:
    """
    An id of nobody would give rights to whoever gets it later.
    """
    parent = identity.announce_record(announcement(), INSURER).record_id
    child = announcement(ins=OTHER_INS, representatives=[parent, uuid4()])

    with pytest.raises(InvalidRequest) as refusal:
        identity.announce_record(child, INSURER)

    assert set(refusal.value.fields) == {"representatives.1"}


def test_a_day_of_no_calendar_comes_with_its_ins(identity: Identity) -> None:
    """
    The registry has such dates; who announces a person without its INS mistyped one.
    """
    strange = TRAITS | {"birth_date": "1979-02-30"}
    identity.announce_record(announcement(traits=strange), INSURER)

    with pytest.raises(InvalidRequest) as refusal:
        identity.announce_record(announcement(traits=strange, ins=None), INSURER)

    assert set(refusal.value.fields) == {"traits.birth_date"}


def test_nothing_is_half_written(identity: Identity) -> None:
    """
    A refused announcement leaves neither a record nor a hold on its INS.
    """
    before = identity.head().position
    with pytest.raises(InvalidRequest):
        identity.announce_record(
            announcement(traits=TRAITS | {"sex": "F", "birth_name": "é"}), INSURER
        )

    assert identity.head().position == before
    assert identity.announce_record(announcement(), INSURER)


def test_a_batch_answers_row_by_row(identity: Identity) -> None:
    """
    A bad row spoils no other, and says by itself what was wrong.
    """
    rows = [
        {"traits": TRAITS, "ins": INS},
        {"traits": TRAITS | {"sex": "X"}, "ins": OTHER_INS},
        {"traits": TRAITS, "ins": INS},
        {"traits": TRAITS, "ins": OTHER_INS, "unknown": 1},
        {"traits": TRAITS, "ins": OTHER_INS},
    ]

    answer = identity.announce_records(AnnounceRecords(request_id=uuid4(), rows=rows), INSURER)

    assert [row.row for row in answer.rows] == [0, 1, 2, 3, 4]
    assert [row.fault and row.fault["code"] for row in answer.rows] == [
        None,
        "invalid_request",
        "conflict",
        "invalid_request",
        None,
    ]
    assert "traits.sex" in (answer.rows[1].fault or {})["fields"]
    assert "unknown" in (answer.rows[3].fault or {})["fields"]
    assert answer.position == identity.head().position


def test_a_row_says_what_is_wrong_without_repeating_it(identity: Identity) -> None:
    """
    A name where the name of a field belongs, or fields by the thousand: the answer is kept with
    the request.
    """
    extra = {"PAT-TROIS DOMINIQUE": 1, **{f"unknown{n}": 1 for n in range(1_000)}}
    rows = [{"traits": TRAITS, "ins": INS, **extra}]

    answer = identity.announce_records(AnnounceRecords(request_id=uuid4(), rows=rows), INSURER)

    fields = (answer.rows[0].fault or {})["fields"]
    assert "PAT-TROIS" not in str(fields)
    assert len(fields) <= MAX_FIELDS


def test_a_repeated_batch_makes_nothing_twice(identity: Identity) -> None:
    """
    After a time-out the insurer sends the same batch again and gets the same records.
    """
    request = AnnounceRecords(request_id=uuid4(), rows=[{"traits": TRAITS}, {"traits": TRAITS}])

    first = identity.announce_records(request, INSURER)

    assert identity.announce_records(request, INSURER).rows == first.rows
    assert len({row.record_id for row in first.rows}) == 2


def test_a_record_that_is_not_there_is_forbidden(identity: Identity) -> None:
    """
    DESIGN 11: may not see and does not exist are one answer.
    """
    with pytest.raises(Forbidden):
        identity.get_identity(GetIdentity(record_id=uuid4()), INSURER)
    with pytest.raises(Forbidden):
        identity.oppose(Oppose(request_id=uuid4(), record_id=uuid4(), channel="post"), INSURER)


def test_the_log_holds_no_name_and_no_ins_in_clear(identity: Identity) -> None:
    """
    A stolen database says nothing of a person: neither rows, nor ids, nor kept answers.
    """
    identity.announce_record(announcement(contact={"email": "dominique@example.org"}), INSURER)
    identity.resolve(Resolve(ins=INS), VAULT)

    stored = b"".join(
        n.state + str(n.originator_id).encode() + n.topic.encode()
        for n in identity.recorder.select_notifications(1, 100)
    )

    for secret in (b"PAT-TROIS", b"279035121518989", b"dominique", b"1979"):
        assert secret not in stored


def test_a_notice_leaves_time_to_oppose(identity: Identity) -> None:
    """
    CSP R1111-28: one whose six weeks end at this very instant leaves none.
    """
    six_weeks_ago = NOW - timedelta(days=42)
    with pytest.raises(InvalidRequest):
        identity.announce_record(announcement(notice_sent_at=six_weeks_ago), INSURER)

    last = six_weeks_ago + timedelta(milliseconds=1)
    announced = identity.announce_record(announcement(notice_sent_at=last), INSURER)
    assert announced.opens_at == NOW + timedelta(milliseconds=1)
