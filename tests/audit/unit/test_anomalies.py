"""Every rule points at what it is for, and at nothing beside it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.audit.adapters.rules import anomaly_rules
from services.audit.domain import anomalies
from services.audit.domain.anomalies import Suspicion, suspicions
from services.audit.domain.told import Told
from tests.audit.telling import DOCTOR, OWN, RELATIVE, START, Likeness, Teller


def found(*heard: Told) -> list[Suspicion]:
    return list(suspicions(heard, anomaly_rules(), Likeness()))


def names(found: Sequence[Suspicion]) -> list[str]:
    return [suspicion.rule.name for suspicion in found]


@pytest.fixture
def teller() -> Teller:
    return Teller()


def test_every_rule_explains_itself() -> None:
    """In two languages, with how sure we are of its numbers."""
    for rule in anomaly_rules():
        assert rule.explanation_en.endswith(".")
        assert rule.explanation_fr.endswith(".")
        assert rule.confidence in {"low", "medium", "high"}


def test_a_burst_of_emergencies(teller: Teller) -> None:
    """Three within a day; two, or three over as many days, are none."""
    burst = [teller.tell("access.glass_broken", record=uuid4()) for _ in range(3)]
    [one] = found(*burst)

    assert one.rule.name == "emergency_burst"
    assert set(one.records) == {told.record for told in burst}
    assert one.places == [told.place for told in burst]
    assert found(*burst[:2]) == []
    slow = [
        teller.tell("access.glass_broken", record=uuid4(), at=START + timedelta(days=2 * day))
        for day in range(3)
    ]
    assert found(*slow) == []


def test_a_facility_s_burst_of_emergencies(teller: Teller) -> None:
    """Ten accounts of one facility, once each."""
    heard = [
        teller.tell("access.glass_broken", by={**DOCTOR, "id": f"81{n:010}"}, record=uuid4())
        for n in range(10)
    ]

    assert names(found(*heard)) == ["facility_emergency_burst"]


def test_one_account_reading_many_records(teller: Teller) -> None:
    """Thirty within the hour; not those of one's own patients, nor one record thirty times."""
    many = [teller.decided() for _ in range(30)]
    assert names(found(*many)) == ["many_records"]

    assert found(*[teller.decided(right="treating_doctor") for _ in range(30)]) == []
    same = uuid4()
    assert found(*[teller.decided(record=same) for _ in range(40)]) == []
    again = [teller.decided() for _ in range(59)]  # it counts anew: no finding for each further one
    assert names(found(*again)) == ["many_records"]


def test_one_account_going_through_lists(teller: Teller) -> None:
    """Titles and types are health data: who lists many records has read them, opening nothing."""
    lists = [teller.listed() for _ in range(29)]
    assert found(*lists) == []
    assert names(found(*lists, teller.decided())) == ["many_records"]
    assert names(found(*lists, teller.listed())) == ["many_records"]

    assert found(*[teller.listed(kind="measure") for _ in range(30)]) == []
    assert found(*[teller.listed(action="feed") for _ in range(30)]) == []
    patient = {"kind": "patient", "id": str(OWN)}
    assert found(*[teller.listed(by=patient) for _ in range(30)]) == []


def test_lists_of_one_s_own_patients(teller: Teller) -> None:
    """A doctor's morning: of each record they are the treating doctor, until another is named. A
    list does not say by which right it was shown."""
    patients = [uuid4() for _ in range(30)]
    named = "access.treating_doctor_named"
    own = [teller.tell(named, record=one, professional=DOCTOR["id"]) for one in patients]
    lists = [teller.listed(record=one) for one in patients]
    assert found(*own, *lists) == []

    other = [teller.tell(named, record=one, professional="810000000002") for one in patients]
    later = [teller.listed(record=one) for one in patients]
    assert names(found(*own, *lists, *other, *later)) == ["many_records"]


def test_who_is_refused_the_record_has_read_nothing(teller: Teller) -> None:
    """Nobody gets a list without being let into the record; a list that is then empty is an answer
    all the same, told like any other, and so counted above."""
    habit = [teller.decided(at=START + timedelta(days=day)) for day in range(30)]
    refused = [teller.decided(kind="record", permit=False) for _ in range(30)]
    own = teller.decided(kind="record", permit=False, record=OWN)
    night = teller.decided(kind="record", permit=False, at=START + timedelta(days=40, hours=16))

    assert found(*habit, *refused, own, night) == []


def test_what_audit_asks_to_show_a_journal_is_no_reading(teller: Teller) -> None:
    """Whoever reads one journal line by line has read no document, at whatever hour."""
    assert found(*[teller.decided(via="audit") for _ in range(30)]) == []
    assert found(*[teller.listed(via="audit") for _ in range(30)]) == []


@pytest.mark.parametrize("reading", [Teller.decided, Teller.listed])
def test_own_and_relatives_names(teller: Teller, reading: Callable[..., Told]) -> None:
    """Each said once, however often the record is read; a refusal read nothing."""
    heard = [reading(teller, record=record) for record in (OWN, OWN, RELATIVE, uuid4())]

    assert names(found(*heard)) == ["own_record", "relative_record"]
    assert found(teller.decided(record=OWN, permit=False)) == []


def test_an_hour_out_of_habit(teller: Teller) -> None:
    """After thirty readings in the morning, one at night; with fewer there is no habit."""
    mornings = [teller.decided(at=START + timedelta(days=day)) for day in range(30)]
    night = teller.decided(at=START + timedelta(days=30, hours=16))
    near = teller.decided(at=START + timedelta(days=30, hours=1))

    assert names(found(*mornings, night)) == ["unusual_hour"]
    assert found(*mornings, near) == []
    assert found(*mornings[:29], night) == []
    assert names(found(*mornings, teller.listed(at=night.at))) == ["unusual_hour"]
    # At half past eight in summer, half past nine in winter: an hour later, and by UTC two.
    summer = [teller.decided(at=datetime(2026, 9, day, 6, 30, tzinfo=UTC)) for day in range(1, 31)]
    winter = teller.decided(at=datetime(2026, 11, 2, 8, 30, tzinfo=UTC))
    assert found(*summer, winter) == []


def test_a_refusal_then_an_emergency(teller: Teller) -> None:
    """On the same record, within half an hour."""
    record = uuid4()
    refused = teller.decided(permit=False, record=record)
    emergency = teller.tell("access.glass_broken", record=record)
    late = teller.tell("access.glass_broken", record=record, at=START + timedelta(hours=2))
    other = teller.tell("access.glass_broken", record=uuid4(), at=refused.at)

    assert names(found(refused, emergency)) == ["refused_then_emergency"]
    assert found(refused, late) == []
    assert found(refused, other) == []


def test_a_list_before_an_emergency_is_no_refusal(teller: Teller) -> None:
    """It shows what may be seen without: whoever then needs more was refused nothing."""
    record = uuid4()
    listed = teller.listed(record=record)
    emergency = teller.tell("access.glass_broken", record=record)

    assert found(listed, emergency) == []


def test_a_prescription_shown_far_apart(teller: Teller) -> None:
    """As the prescription service tells it."""
    far = teller.tell("prescription.prescription_presented", record=uuid4(), far_apart=True)
    near = teller.tell("prescription.prescription_presented", record=uuid4(), far_apart=False)

    assert names(found(far, near)) == ["presentations_far_apart"]


def test_numbers_tried(teller: Teller) -> None:
    """Five that are none within the hour; they are of no record."""
    tried = [teller.tell("prescription.number_refused", reason="unknown") for _ in range(5)]
    [one] = found(*tried)

    assert one.rule.name == "numbers_tried"
    assert one.records == []
    assert found(*tried[:4]) == []


def test_a_name_in_a_finding_is_an_id(teller: Teller) -> None:
    """What is printed tells codes, ids and places."""
    shown = found(*[teller.tell("access.glass_broken", record=OWN) for _ in range(3)])
    assert shown[0].to_json()["who"] == f"professional:{DOCTOR['id']}"


class Compared(datetime):
    """Counts how often one fact's instant is compared with another's."""

    times = 0

    def __sub__(self, other: Any) -> Any:
        Compared.times += 1
        return super().__sub__(other)


def test_accounts_that_act_at_once_cost_the_same_each(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A nation's professionals in one hour: none of the recent ones may be dropped, and they are
    not all looked at again for each fact."""
    monkeypatch.setattr(anomalies, "_KEYS_KEPT", 10)
    monkeypatch.setattr(Compared, "times", 0)
    now = Compared(2026, 11, 2, 9, tzinfo=UTC)
    accounts: list[dict[str, Any]] = [
        {"kind": "professional", "id": f"81{n:010}", "profession": "10"} for n in range(1_000)
    ]
    first, *rest = [
        teller.tell("access.glass_broken", by=account, record=uuid4(), at=now)
        for account in [*accounts, accounts[0], accounts[0]]
    ]

    [one] = found(first, *rest)

    assert one.rule.name == "emergency_burst"
    assert one.places == [first.place, rest[-2].place, rest[-1].place]
    assert Compared.times < 10 * len(rest)
