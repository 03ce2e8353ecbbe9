"""Whose record it is: statuses, attributes, corrections and changes of INS, rule by rule."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.domain.errors import (
    DocumentNeedsNoDoubt,
    InsiForbidden,
    SameIns,
    TraitsAreOfInsi,
)
from services.identity.domain.identity_status import Attribute, IdentityDocument, IdentityStatus
from services.identity.domain.record import Record
from shared.kernel.errors import Conflict, InvalidRequest
from shared.kernel.ins import INS_NIR_TEST, Ins
from tests.identity.people import INSURER, NOW, traits
from tests.identity.unit.test_record import INS, announce
from tests.support.facts import new_facts

PROV, RECUP, VALI, QUAL = IdentityStatus
PASSPORT = IdentityDocument.PASSPORT
NEW_INS = Ins("277076322082910", INS_NIR_TEST)
OTHER_DAY = traits(birth_date="1979-03-29")

Act = Callable[[Record], None]


def identity_in(status: IdentityStatus) -> Record:
    """Announced with what gives that status at once."""
    ins = INS if status in {RECUP, QUAL} else None
    record = announce(ins, PASSPORT if status in {VALI, QUAL} else None)
    new_facts(record)
    assert record.identity_status is status
    return record


def validate(record: Record) -> None:
    record.validate_identity(IdentityDocument.IDENTITY_CARD, INSURER)


def retrieve(record: Record) -> None:
    record.change_ins(NEW_INS, record.traits, NOW, INSURER)


def refuse(record: Record) -> None:
    record.note_verification(confirmed=False, by=INSURER)


def confirm(record: Record) -> None:
    record.note_verification(confirmed=True, by=INSURER)


def doubt(record: Record) -> None:
    record.set_attribute(Attribute.DOUBTFUL, on=True, by=INSURER)


def be_fictitious(record: Record) -> None:
    record.set_attribute(Attribute.FICTITIOUS, on=True, by=INSURER)


def be_homonym(record: Record) -> None:
    record.set_attribute(Attribute.HOMONYM, on=True, by=INSURER)


@pytest.mark.parametrize(
    ("was", "act", "now", "told"),
    [
        (PROV, validate, VALI, None),
        (RECUP, validate, QUAL, "identity_qualified"),
        (PROV, retrieve, RECUP, None),
        (VALI, retrieve, QUAL, "identity_qualified"),
        (QUAL, retrieve, QUAL, None),
        (QUAL, confirm, QUAL, None),
        (RECUP, refuse, PROV, "identity_downgraded"),
        (QUAL, refuse, PROV, "identity_downgraded"),
        (QUAL, doubt, PROV, "identity_downgraded"),
        (VALI, doubt, PROV, "identity_downgraded"),
        (RECUP, be_fictitious, PROV, "identity_downgraded"),
        (PROV, doubt, PROV, None),
        (QUAL, be_homonym, QUAL, None),
    ],
)
def test_statuses_follow_what_is_proven(
    was: IdentityStatus, act: Act, now: IdentityStatus, told: str | None
) -> None:
    """
    RNIV's transitions; the others hear of the two that matter to them, and of no other.
    """
    record = identity_in(was)

    act(record)

    assert record.identity_status is now
    consequences = [
        topic.removeprefix("identity.")
        for topic, _ in new_facts(record)
        if topic.endswith(("qualified", "downgraded"))
    ]
    assert consequences == ([told] if told else [])


def test_a_doubt_that_is_lifted_proves_nothing() -> None:
    """
    RNIV: after a doubt the identity is retrieved and checked again, or stays provisional.
    """
    record = identity_in(QUAL)
    doubt(record)

    record.set_attribute(Attribute.DOUBTFUL, on=False, by=INSURER)
    assert record.identity_status is PROV

    confirm(record)
    validate(record)
    assert record.identity_status is QUAL


@pytest.mark.parametrize("attribute", [Attribute.DOUBTFUL, Attribute.FICTITIOUS])
def test_insi_is_never_asked_about_a_doubtful_identity(attribute: Attribute) -> None:
    """
    RNIV 1: no call, no INS, no document, until the doubt is lifted.
    """
    record = identity_in(QUAL)
    record.set_attribute(attribute, on=True, by=INSURER)

    for act in (record.ins_to_verify, record.require_insi_allowed, lambda: retrieve(record)):
        with pytest.raises(InsiForbidden):
            act()
    with pytest.raises(DocumentNeedsNoDoubt):
        validate(record)


def test_traits_of_insi_are_read_only() -> None:
    """
    What INSi gave is corrected at INSi; names in use are the person's own.
    """
    for status in (RECUP, QUAL):
        record = identity_in(status)
        with pytest.raises(TraitsAreOfInsi):
            record.correct_traits(OTHER_DAY, NOW, INSURER)

        record.correct_traits(traits(used_name="DURAND"), NOW, INSURER)
        assert record.traits.used_name == "DURAND"
        assert record.identity_status is status


def test_a_strict_trait_that_changes_takes_the_validation_back() -> None:
    """
    The document that was checked said something else.
    """
    record = identity_in(VALI)

    record.correct_traits(OTHER_DAY, NOW, INSURER)

    assert [t for t, _ in new_facts(record)] == [
        "identity.traits_corrected",
        "identity.identity_downgraded",
    ]
    assert record.identity_status is PROV


def test_a_local_identity_needs_a_day_of_the_calendar() -> None:
    """
    Only INSi may give 30 February, and then it is kept as it came.
    """
    strange = traits(birth_date="1979-02-30")
    record = identity_in(PROV)
    with pytest.raises(InvalidRequest):
        record.correct_traits(strange, NOW, INSURER)

    record.change_ins(INS, strange, NOW, INSURER)

    assert record.traits.birth_date == "1979-02-30"


def test_former_matricules_are_kept() -> None:
    """
    A NIA becomes a NIR: one active matricule, the history beside it.
    """
    record = identity_in(QUAL)

    retrieve(record)

    assert (record.ins, record.former_ins) == (NEW_INS, [INS])
    with pytest.raises(SameIns):
        retrieve(record)


def test_insi_traits_replace_ours_and_a_document_must_be_checked_again() -> None:
    """
    INSi knows better; but what was checked was the identity we had before.
    """
    record = identity_in(VALI)

    record.change_ins(INS, OTHER_DAY, NOW, INSURER)

    assert record.traits == OTHER_DAY
    assert record.identity_status is RECUP


ACTS: list[Act] = [validate, retrieve, refuse, confirm, doubt, be_fictitious, be_homonym] + [
    lambda r: r.set_attribute(Attribute.DOUBTFUL, on=False, by=INSURER),
    lambda r: r.set_attribute(Attribute.FICTITIOUS, on=False, by=INSURER),
    lambda r: r.correct_traits(OTHER_DAY, NOW, INSURER),
]


@given(acts=st.lists(st.sampled_from(ACTS), max_size=12), start=st.sampled_from(IdentityStatus))
@settings(max_examples=150, deadline=None)
def test_whatever_happens_doubt_forbids_and_steps_are_told(
    acts: list[Act], start: IdentityStatus
) -> None:
    """
    In any order: a doubted identity is provisional; qualified and downgraded are told exactly
    when they happen; the log rebuilds the same identity.
    """
    record = announce(INS if start in {RECUP, QUAL} else None, PASSPORT if start == QUAL else None)
    for act in acts:
        was = record.identity_status
        new_facts(record)
        try:
            act(record)
        except Conflict:
            assert new_facts(record) == []
            continue
        topics = [topic for topic, _ in new_facts(record)]
        now = record.identity_status
        if record.is_doubted:
            assert now is PROV
        if now is QUAL and was is not QUAL:
            assert "identity.identity_qualified" in topics
        if was is QUAL and now is not QUAL:
            assert "identity.identity_downgraded" in topics
