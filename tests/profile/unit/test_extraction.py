"""Measures out of biology documents: with that finality's consent, and never more visible."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.profile.contract import extraction as x
from services.profile.domain.errors import NotConsented, NotSecret
from services.profile.policies import POLICIES
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.profile.world import (
    DOCTOR,
    DOCUMENT,
    IN_SECRET,
    PARENT,
    PATIENT,
    RECORD,
    World,
)
from tests.support.hearing import hear

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "cda"
RESULT = """<observation classCode="OBS" moodCode="{mood}"><code code="{code}"
 codeSystem="2.16.840.1.113883.6.1"/><statusCode code="{status}"/><effectiveTime value="{at}"/>
<value xsi:type="PQ" value="{value}" unit="{unit}"/></observation>"""


def result(**said: str) -> str:
    given = {
        "code": "4548-4", "value": "6.9", "unit": "%", "at": "20261110080000+0100",
        "status": "completed", "mood": "EVN",
    }  # fmt: skip
    return RESULT.format(**(given | said))


def report(*results: str) -> bytes:
    """The body of a CDA document, level 3, with the observations of a CR-BIO."""
    spaces = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return f"<ClinicalDocument {spaces}>{''.join(results)}</ClinicalDocument>".encode()


def allow(world: World, *, allowed: bool = True, by: Any = PATIENT) -> None:
    request = x.SetExtraction(request_id=uuid4(), record_id=RECORD, allowed=allowed)
    world.app.set_extraction(request, by)


def extract(world: World, by: Any = PATIENT) -> list[tuple[str, bool]]:
    request = x.ExtractMeasures(request_id=uuid4(), record_id=RECORD, document_id=DOCUMENT)
    found = world.app.extract_measures(request, by)
    world.project()
    return [(item.kind, item.known) for item in found.items]


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


def test_results_become_measures_once(world: World) -> None:
    """
    In the unit kept, with the document they are of; whoever asks again brings nothing new.
    """
    allow(world)
    sugar = result(code="40193-5", value="4.89", unit="mmol/L")
    world.papers.content = report(result(), sugar)

    assert extract(world) == [("GLUCOSE", False), ("GLYCATED_HEMOGLOBIN", False)]
    assert extract(world, PARENT) == [("GLUCOSE", True), ("GLYCATED_HEMOGLOBIN", True)]
    (line,) = world.listed("GLUCOSE").items
    assert line.values
    assert line.values["value"] == pytest.approx(88.1)
    assert line.document_id == DOCUMENT
    assert line.at.isoformat() == "2026-11-10T07:00:00+00:00"


@pytest.mark.parametrize(
    "other",
    [
        result(mood="INT"),
        result(status="active"),
        result(code="6301-6"),
        result(at="2026"),
        result(value="NaN-ish"),
    ],
    ids=["wanted", "not final", "no measure", "no day", "no number"],
)
def test_what_is_no_result_is_left(world: World, other: str) -> None:
    """
    And a document without one is refused by name.
    """
    allow(world)
    world.papers.content = report(other)
    with pytest.raises(InvalidRequest) as refusal:
        extract(world)
    assert list(refusal.value.fields) == ["document_id"]
    world.papers.content = report(other, result())
    assert extract(world) == [("GLYCATED_HEMOGLOBIN", False)]


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


def test_who_may_not_see_the_document_extracts_nothing(world: World) -> None:
    """
    The vault opens it in their name.
    """
    allow(world)
    world.papers.content = report(result())
    world.papers.hidden_from.add(PARENT.id)
    with pytest.raises(Forbidden):
        extract(world, PARENT)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the ANS's sample documents are not here")
@pytest.mark.parametrize(
    ("name", "milligrams"),
    [("Glycémie mole", 88.1), ("Glycémie deux unités principales_mole_masse", 88.1)],
)
def test_the_published_samples(world: World, name: str, milligrams: float) -> None:
    """
    4.89 mmol/L, once, also where the laboratory gives it in two units.
    """
    allow(world)
    world.papers.content = (SAMPLES / f"BIO-CR-BIO_2024.01_{name}.xml").read_bytes()
    assert extract(world) == [("GLUCOSE", False)]
    (line,) = world.listed("GLUCOSE", PATIENT, since="2014-01-01T00:00:00Z").items
    assert line.values
    assert line.values["value"] == pytest.approx(milligrams)
