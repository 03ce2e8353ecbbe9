"""For a breach notice: which records, and which kinds of data."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.audit.domain.affected import affected_by
from services.audit.domain.seeing import sights
from tests.audit.telling import DOCTOR, START, Teller

RECORD, OTHER = uuid4(), uuid4()
HOSPITAL = {"kind": "facility", "id": "1750000009", "on_behalf_of": DOCTOR}
PATIENT = {"kind": "patient", "id": str(RECORD)}


@pytest.fixture
def teller() -> Teller:
    return Teller()


@pytest.mark.parametrize(
    "actor", [DOCTOR["id"], f"professional:{DOCTOR['id']}", "1750000009", "facility:1750000001"]
)
def test_an_actor_is_found_by_any_name_they_acted_under(teller: Teller, actor: str) -> None:
    """Also when a software acted for them, and as the facility they acted in."""
    heard = [
        teller.tell("vault.document_deposited", by=HOSPITAL, record=RECORD, type="11502-2"),
        teller.tell("vault.document_opened", by=HOSPITAL, record=RECORD),
        teller.tell("vault.document_opened", by=PATIENT, record=OTHER),
    ]

    found = affected_by(heard, actor=actor, since=None, until=None)

    assert {record: touched.kinds for record, touched in found.items()} == {
        RECORD: {"documents", "documents:11502-2"}
    }


def test_a_period_says_whose_and_what(teller: Teller) -> None:
    """From its first instant on, and before its last; who was refused touched nothing."""
    heard = [
        teller.tell("profile.profile_entry_added", record=RECORD, section="ALLERGY", at=START),
        teller.decided(record=OTHER, permit=False, at=START),
        teller.tell("messaging.message_read", record=OTHER, at=START + timedelta(hours=1)),
    ]

    found = affected_by(heard, actor=None, since=START, until=START + timedelta(hours=1))

    assert {record: touched.kinds for record, touched in found.items()} == {
        RECORD: {"profile:ALLERGY"}
    }
    assert found[RECORD].acts == 1
    assert found[RECORD].first == found[RECORD].last == START


def test_the_first_and_the_last_act_are_told_however_they_are_read(teller: Teller) -> None:
    """One service's log after the other, not in the order of time."""
    acts = [
        teller.tell("vault.document_opened", record=RECORD, at=START + timedelta(hours=n))
        for n in (2, 3, 1)
    ]

    found = affected_by(acts, actor=None, since=None, until=None)[RECORD]

    assert (found.first, found.last) == (START + timedelta(hours=1), START + timedelta(hours=3))


def test_who_saw_a_document(teller: Teller) -> None:
    """With the right that let them in; those who took the whole record saw it too."""
    document, other = uuid4(), uuid4()
    decision = teller.decided(record=RECORD, right="treating_doctor", document_id=str(document))
    opened = teller.tell(
        "vault.document_opened",
        record=RECORD,
        document_id=str(document),
        decision_id=decision.data["decision_id"],
        mode="break_glass",
    )
    heard = [
        decision,
        opened,
        teller.tell("vault.document_opened", record=RECORD, document_id=str(other)),
        teller.tell("vault.record_exported", by=PATIENT, record=RECORD),
        teller.decided(record=RECORD, permit=False, document_id=str(document)),
    ]

    found = list(sights(heard, document))

    assert [(s.who, s.right, s.mode) for s in found] == [
        (f"professional:{DOCTOR['id']}", "treating_doctor", "break_glass"),
        (f"patient:{RECORD}", "", "normal"),
    ]
    assert found[0].place == opened.place
    assert len(list(sights(heard, None))) == 3


def test_who_saw_a_list_saw_something_of_the_record(teller: Teller) -> None:
    """Titles and types are health data; what audit asks to show a journal, nobody saw."""
    listed = teller.listed(record=RECORD)
    heard = [listed, teller.listed(record=RECORD, via="audit"), teller.decided(permit=False)]

    assert [(s.what, s.place) for s in sights(heard, None)] == [
        ("saw a list (document)", listed.place)
    ]
    assert list(sights(heard, uuid4())) == []


@pytest.mark.parametrize("kind", ["document", "prescription"])
def test_who_was_let_in_and_opened_nothing_is_named_too(teller: Teller, kind: str) -> None:
    """To describe a document, or to be told the history of a prescription, leaves no other act. Who
    did something then is named once, by that; who was let into a record, or was refused, saw
    nothing by it."""
    document = uuid4()
    let_in = teller.decided(record=RECORD, kind=kind, document_id=str(document))
    acting = teller.decided(record=RECORD, kind=kind, document_id=str(document))
    said = {"record": RECORD, "decision_id": acting.data["decision_id"]}
    heard = [
        let_in,
        acting,
        teller.tell("vault.document_opened", document_id=str(document), **said),
        teller.decided(record=RECORD, kind="record"),
        teller.decided(record=RECORD, kind=kind, permit=False),
        teller.decided(record=RECORD, kind=kind, action="manage"),
        teller.decided(record=RECORD, kind=kind, scope="double"),
        teller.decided(record=RECORD, kind=kind, via="audit"),
    ]

    for asked in (None, document):
        assert [(s.what, s.right) for s in sights(heard, asked)] == [
            (f"was let in to read ({kind})", "care_team"),
            ("opened a document", "care_team"),
        ]


def test_a_list_concerns_whose_it_is_of(teller: Teller) -> None:
    """A breach notice goes to those whose documents were listed, though none was opened."""
    heard = [
        teller.listed(record=RECORD),
        teller.listed(record=OTHER, via="audit"),
        teller.decided(record=OTHER, permit=False),
    ]

    found = affected_by(heard, actor=DOCTOR["id"], since=None, until=None)

    assert {record: touched.kinds for record, touched in found.items()} == {RECORD: {"documents"}}


@pytest.mark.parametrize(
    ("kind", "touched"),
    [
        ("document", "documents"),
        ("profile_section", "profile"),
        ("measure", "profile"),
        ("appointment", "appointments"),
        ("prescription", "prescriptions"),
        ("message", "messages"),
        ("journal", "journal"),
        ("record", "rights"),
    ],
)
def test_what_was_read_is_of_its_own_kind(teller: Teller, kind: str, touched: str) -> None:
    """A list leaves no other act: a notice told whose medical profile was read that it was about
    their rights. Who was let into a record has read nothing by that."""
    for told in (teller.listed(record=RECORD, kind=kind), teller.decided(record=RECORD, kind=kind)):
        found = affected_by([told], actor=None, since=START, until=None)
        assert found[RECORD].kinds == {touched}
