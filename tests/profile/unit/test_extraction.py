"""Measures out of biology documents: with that finality's consent, and never more visible."""

from typing import Any
from uuid import uuid4

import pytest

from services.profile.contract import extraction as x
from services.profile.domain.errors import NotConsented, NotSecret
from services.profile.policies import POLICIES
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.profile.reports import ACT, allow, extract, report, result
from tests.profile.world import (
    DOCTOR,
    DOCUMENT,
    IN_SECRET,
    PARENT,
    PATIENT,
    RECORD,
    World,
    measure,
)
from tests.support.hearing import hear


def test_not_without_consent(world: World) -> None:
    """
    None was asked for, or it was taken back: the document is not even opened.
    """
    world.papers.content = report(result())
    with pytest.raises(NotConsented):
        extract(world)
    allow(world)
    allow(world, allowed=False)
    with pytest.raises(NotConsented):
        extract(world)
    asked = x.AskExtraction(record_id=RECORD)
    assert not world.app.extraction(asked, PATIENT).allowed
    assert world.listed("GLYCATED_HEMOGLOBIN").total == 0


def test_consent_is_not_given_in_secret(world: World) -> None:
    """
    Representatives see whether it stands.
    """
    with pytest.raises(NotSecret):
        allow(world, by=IN_SECRET)


def test_what_an_older_reader_took_wrongly_goes_when_it_is_read_again(world: World) -> None:
    """
    A wrong instant made it another measure: there would be two of one result.
    """
    allow(world)
    world.papers.content = report(
        result(at="20261110080300+0100"), result(code="2339-0", unit="g/L")
    )
    assert extract(world) == [("GLUCOSE", False), ("GLYCATED_HEMOGLOBIN", False)]
    world.papers.content = report(result(at="202611100830+0100"), result(code="2339-0", unit="g/L"))
    assert extract(world) == [("GLUCOSE", True), ("GLYCATED_HEMOGLOBIN", False)]

    (line,) = world.listed("GLYCATED_HEMOGLOBIN", PATIENT).items
    assert line.at.isoformat() == "2026-11-10T07:30:00+00:00"
    assert world.listed("GLUCOSE").total == 1


def test_one_that_was_taken_for_final_is_marked_when_it_is_read_again(world: World) -> None:
    """
    As by a reader of before, which did not look at the act of the report.
    """
    allow(world)
    world.papers.content = report(result())
    extract(world)
    world.papers.content = report(ACT.format(status="active"), result())
    assert extract(world) == [("GLYCATED_HEMOGLOBIN", False)]
    assert [one.preliminary for one in world.listed("GLYCATED_HEMOGLOBIN").items] == [True]
    assert extract(world) == [("GLYCATED_HEMOGLOBIN", True)]


def test_measures_of_a_replaced_report_count_no_more(world: World) -> None:
    """
    The laboratory corrected itself; told twice is once, and nothing more comes out of the former.
    """
    allow(world)
    world.papers.content = report(result())
    extract(world)
    assert world.listed("GLYCATED_HEMOGLOBIN").total == 1
    data = {"document_id": str(DOCUMENT), "replaced_by": str(uuid4())}
    for _ in range(2):
        hear(world.app, POLICIES, "vault.document_replaced", RECORD, **data)
        world.project()
    assert world.listed("GLYCATED_HEMOGLOBIN").total == 0
    assert world.app.withdraw_document(DOCUMENT).save == []
    world.papers.replaced = True
    with pytest.raises(InvalidRequest) as refusal:
        extract(world)
    assert refusal.value.fields == {"document_id": "was replaced by a newer version"}


def test_measures_of_a_deleted_report_count_no_more(world: World) -> None:
    """
    Its laboratory takes back what it put into the wrong person's record; what was entered by hand
    stays.
    """
    allow(world)
    world.papers.content = report(result(), result(code="2339-0", value="0.95", unit="g/L"))
    extract(world)
    world.record(measure("GLUCOSE", 110, unit="mg/dL"))
    data = {"document_id": str(DOCUMENT), "decision_id": str(uuid4())}
    hear(world.app, POLICIES, "vault.document_deleted", RECORD, **data)
    world.project()

    assert world.listed("GLYCATED_HEMOGLOBIN").items == []
    assert [line.values for line in world.listed("GLUCOSE").items] == [{"value": 110}]


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7", b"<a>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b""],
    ids=["pdf", "not closed", "entity", "empty"],
)
def test_what_is_no_report_is_refused(world: World, content: bytes) -> None:
    """
    XML is read without DTD and without entities.
    """
    allow(world)
    world.papers.content = content
    with pytest.raises(InvalidRequest):
        extract(world)


def test_as_visible_as_the_document_then_and_later(world: World) -> None:
    """
    Nothing derived from something hidden reaches those it is hidden from.
    """
    allow(world)
    world.papers.content = report(result())
    world.papers.confidentiality = ["INVISIBLE_REPRESENTANTS_LEGAUX"]
    extract(world)

    def seen(by: Any) -> int:
        world.project()
        return world.listed("GLYCATED_HEMOGLOBIN", by=by).total

    assert (seen(PATIENT), seen(PARENT), seen(DOCTOR)) == (1, 0, 1)
    for name, codes, shown in (
        ("masked", ["MASQUE_PS"], (1, 1, 0)),
        ("unmasked", ["N"], (1, 1, 1)),
    ):
        data = {"document_id": str(DOCUMENT), "confidentiality": codes}
        hear(world.app, POLICIES, f"vault.document_{name}", RECORD, **data)
        assert (seen(PATIENT), seen(PARENT), seen(DOCTOR)) == shown


def test_a_secret_session_extracts_what_is_hidden_from_parents_alone(world: World) -> None:
    """
    Measures of a document that they see would appear among those that they see.
    """
    allow(world)
    world.papers.content = report(result())
    with pytest.raises(NotSecret):
        extract(world, IN_SECRET)
    assert world.listed("GLYCATED_HEMOGLOBIN", PARENT).total == 0

    world.papers.confidentiality = ["INVISIBLE_REPRESENTANTS_LEGAUX"]
    assert extract(world, IN_SECRET) == [("GLYCATED_HEMOGLOBIN", False)]
    assert world.listed("GLYCATED_HEMOGLOBIN", PARENT).total == 0
    assert world.listed("GLYCATED_HEMOGLOBIN", PATIENT).total == 1


def test_who_may_not_see_the_document_extracts_nothing(world: World) -> None:
    """
    The vault opens it in their name.
    """
    allow(world)
    world.papers.content = report(result())
    world.papers.hidden_from.add(PARENT.id)
    with pytest.raises(Forbidden):
        extract(world, PARENT)
