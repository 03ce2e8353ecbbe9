"""What is read in a report of biology, and what is left."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.profile.contract import measures as m
from shared.kernel.errors import InvalidRequest
from tests.profile.reports import ACT, allow, extract, report, result
from tests.profile.world import (
    DOCUMENT,
    PARENT,
    PATIENT,
    RECORD,
    World,
)

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "cda"


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
    ("was", "now"),
    [
        ('moodCode="EVN"', 'moodCode="EVN" negationInd="true"'),
        ("<statusCode", "<subject><relatedSubject/></subject><statusCode"),
        ("00010101000000+0000", "00010101000000+0100"),
        ("<observation", '<entryRelationship typeCode="REFR"><observation'),
    ],
    ids=["denied", "of the father", "year 1", "quoted"],
)
def test_what_is_not_the_person_s_of_that_day_is_left(world: World, was: str, now: str) -> None:
    """
    A previous result that a report quotes is a measure of its own report, once.
    """
    allow(world)
    at = {"at": was} if was[0] == "0" else {}
    other = result(code="40193-5", unit="mmol/L", **at).replace(was, now)
    closing = "</entryRelationship>" if "REFR" in now else ""
    world.papers.content = report(other + closing, result())
    assert extract(world) == [("GLYCATED_HEMOGLOBIN", False)]


@pytest.mark.parametrize(
    ("was", "now", "value"),
    [
        ('xsi:type="PQ"', 'xsi:type="hl7:PQ"', 95.0),
        ('unit="g/L"', 'unit="g/l"', 95.0),
        ('unit="g/L"/>', 'unit="U"><translation value="5" code="mmol/L"/></value>', 90.1),
        (
            '<code code="2339-0"\n codeSystem="2.16.840.1.113883.6.1"/>',
            ('<code code="GLY" codeSystem="1.2.3"><translation code="2339-0"'
            ' codeSystem="2.16.840.1.113883.6.1"/></code>'),
            95.0,
        ),
        ('<effectiveTime value="20261110"/>', ('<effectiveTime><low value="202611100830+0100"/>'
         "</effectiveTime>"), 95.0),
    ],
    ids=["prefix", "small litre", "second unit", "local code", "span"],
)  # fmt: skip
def test_results_are_taken_however_they_are_written(
    world: World, was: str, now: str, value: float
) -> None:
    """
    Prefixes are the document's own; UCUM writes l and L; LOINC may be the second code.
    """
    allow(world)
    written = result(code="2339-0", value="0.95", unit="g/L", at="20261110")
    assert was in written
    world.papers.content = report(written.replace(was, now))
    assert extract(world) == [("GLUCOSE", False)]
    (line,) = world.listed("GLUCOSE").items
    assert line.values
    assert line.values["value"] == pytest.approx(value)


def test_one_that_no_living_person_has_does_not_keep_the_others_out(world: World) -> None:
    """
    It is left; alone it is refused.
    """
    allow(world)
    impossible = result(code="40193-5", value="9000", unit="mmol/L")
    world.papers.content = report(impossible, result())
    assert extract(world) == [("GLYCATED_HEMOGLOBIN", False)]
    world.papers.content = report(impossible)
    with pytest.raises(InvalidRequest):
        extract(world)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("202611100830+0100", "2026-11-10T07:30:00+00:00"),
        ("202611100830", "2026-11-10T07:30:00+00:00"),
        ("20261110083005.5+0100", "2026-11-10T07:30:05.500000+00:00"),
        ("20261110", "2026-11-09T23:00:00+00:00"),
    ],
)
def test_an_instant_is_read_to_the_precision_it_has(world: World, written: str, at: str) -> None:
    """
    "0830" was half past eight, not three minutes past.
    """
    allow(world)
    world.papers.content = report(result(at=written))
    extract(world)
    (line,) = world.listed("GLYCATED_HEMOGLOBIN", PATIENT).items
    assert line.at.isoformat() == at


@pytest.mark.parametrize(
    ("now", "written", "taken"),
    [
        ("20:30", "20261122", True),
        ("20:30", "20261123", False),
        ("20:30", "20261122003000+0400", True),
        ("20:30", "20261122003000", False),
        ("12:00", "20261122", True),
        ("11:59", "20261122", False),
    ],
    ids=[
        "on Réunion",
        "after it",
        "there, with its hour",
        "in Paris",
        "on Wallis",
        "not yet there",
    ],
)
def test_a_sample_of_a_day_that_has_begun_overseas_is_not_in_the_future(
    world: World, now: str, written: str, *, taken: bool
) -> None:
    """
    Half past midnight on Réunion is 20:30 UTC of the day before, 21:30 in Paris.
    """
    hour, minute = map(int, now.split(":"))
    world.clock.move(timedelta(hours=hour - 8, minutes=minute - 30))
    allow(world)
    world.papers.content = report(result(at=written))
    if taken:
        assert extract(world) == [("GLYCATED_HEMOGLOBIN", False)]
    else:
        with pytest.raises(InvalidRequest, match="fit") as refused:
            extract(world)
        assert "at" in refused.value.fields


BATTERY = """<section><templateId root="1.3.6.1.4.1.19376.1.3.3.2.1"/><entry><act classCode="ACT"
 moodCode="EVN"><statusCode code="{status}"/><entryRelationship typeCode="COMP">{result}
</entryRelationship></act></entry></section>"""
"""IHE's Laboratory Specialty Section."""


@pytest.mark.parametrize(
    ("content", "preliminary"),
    [
        (report(ACT.format(status="active"), result()), True),
        (report(ACT.format(status="completed"), result()), False),
        (report(BATTERY.format(status="active", result=result())), True),
        (report(BATTERY.format(status="completed", result=result())), False),
        (report(result()), False),
    ],
    ids=["report", "final report", "battery", "final battery", "nothing said"],
)
def test_what_a_laboratory_may_still_change_says_so(
    world: World, content: bytes, *, preliminary: bool
) -> None:
    """
    XD-LAB: the act of a report, or of a battery, that is active has results to come.
    """
    allow(world)
    world.papers.content = content
    extract(world)
    (line,) = world.listed("GLYCATED_HEMOGLOBIN").items
    (last,) = world.app.latest_measures(m.LatestMeasures(record_id=RECORD), PATIENT).items
    asked = m.ExportObservations(record_id=RECORD, kind="GLYCATED_HEMOGLOBIN", limit=10)
    (entry,) = world.app.export_observations(asked, PATIENT).bundle["entry"]
    assert (line.preliminary, last.preliminary) == (preliminary, preliminary)
    assert entry["resource"]["status"] == ("preliminary" if preliminary else "final")


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
