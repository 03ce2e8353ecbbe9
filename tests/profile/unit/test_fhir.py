"""FHIR R4 Observations: what comes in, what is refused and why, what goes out validates."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from services.profile.contract import measures as m
from services.profile.domain.fhir import written
from services.profile.domain.series import Point
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.profile.world import (
    DOCUMENT,
    INS,
    MEASURING,
    NOW,
    OID,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    World,
    measure,
)

UCUM = "http://unitsofmeasure.org"
GLUCOSE: dict[str, Any] = {
    "resourceType": "Observation",
    "identifier": [{"system": "urn:oid:1.2.3", "value": "g1"}],
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2339-0"}]},
    "subject": {"identifier": {"system": f"urn:oid:{OID}", "value": INS}},
    "effectiveDateTime": "2026-11-20T08:00:00+01:00",
    "valueQuantity": {"value": 1.1, "unit": "g/L", "system": UCUM, "code": "g/L"},
    "device": {"display": "Lecteur"},
    "note": [{"text": "à jeun"}],
}
PRESSURE: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "bp1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
    "subject": {"reference": f"Patient/{RECORD}"},
    "effectiveDateTime": "2026-11-20T08:00:00Z",
    "component": [
        {
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "system": UCUM, "code": "mm[Hg]"},
        }
        for code, value in (("8462-4", 81), ("8480-6", 121))
    ],
}


def bundle(*resources: Any) -> dict[str, Any]:
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def other(**changed: Any) -> dict[str, Any]:
    return {k: v for k, v in (deepcopy(GLUCOSE) | changed).items() if v is not None}


def test_observations_come_in(world: World) -> None:
    """
    Values in the unit of the kind; parts by their codes, whatever their order.
    """
    answer = world.bring(bundle(GLUCOSE, PRESSURE))

    assert [one.outcome for one in answer.items] == ["taken", "taken"]
    (glucose,), (pressure,) = world.listed("GLUCOSE").items, world.listed("BLOOD_PRESSURE").items
    assert (glucose.values, glucose.device, glucose.comment) == (
        {"value": 110},
        "Lecteur",
        "à jeun",
    )
    assert pressure.values == {"systolic": 121, "diastolic": 81}
    assert glucose.author_type == "EDITOR_SOLUTION"


def test_twice_is_once(world: World) -> None:
    """
    A service that synchronises again changes nothing.
    """
    world.bring(bundle(GLUCOSE, PRESSURE))

    again = world.bring(bundle(PRESSURE, GLUCOSE))

    assert [one.outcome for one in again.items] == ["known", "known"]
    assert world.topics() == ["profile.measures_recorded"]


def test_an_observation_that_names_nobody_is_of_the_record_it_is_brought_to(world: World) -> None:
    """
    A device at home knows no patient: R4 leaves the subject open.
    """
    answer = world.bring(bundle(other(subject=None)))

    assert [one.outcome for one in answer.items] == ["taken"]
    assert world.listed("GLUCOSE").total == 1


@pytest.mark.parametrize(
    ("resource", "field"),
    [
        (None, "resourceType"),
        ({"resourceType": "Patient"}, "resourceType"),
        (other(status="entered-in-error"), "status"),
        (other(status="preliminary"), "status"),
        (other(code={"coding": [{"system": "http://loinc.org", "code": "1-1"}]}), "code"),
        (other(code={"text": "glucose"}), "code"),
        (other(effectiveDateTime="2026-11-20"), "effectiveDateTime"),
        (other(effectiveDateTime="2026-11-20T08:00:00"), "effectiveDateTime"),
        (other(effectiveDateTime="2027-11-20T08:00:00Z"), "at"),
        (other(valueQuantity=None), "valueQuantity"),
        (other(valueQuantity={"value": "1", "system": UCUM, "code": "g/L"}), "valueQuantity.value"),
        (
            other(valueQuantity={"value": True, "system": UCUM, "code": "g/L"}),
            "valueQuantity.value",
        ),
        (other(valueQuantity={"value": 1, "code": "g/L"}), "valueQuantity.code"),
        (
            other(valueQuantity={"value": 1, "system": UCUM, "code": "g/L", "comparator": "<"}),
            "valueQuantity.comparator",
        ),
        (other(valueQuantity={"value": 1, "system": UCUM, "code": "kg"}), "unit"),
        (other(valueQuantity={"value": 99, "system": UCUM, "code": "g/L"}), "value"),
        (other(subject={"reference": f"Patient/{OTHER_RECORD}"}), "subject"),
        (other(subject={"identifier": {"system": f"urn:oid:{OID}", "value": "1"}}), "subject"),
        (other(subject={"display": "Somebody"}), "subject"),
        (PRESSURE | {"component": PRESSURE["component"][:1]}, "component.systolic"),
        (PRESSURE | {"component": ["x"]}, "component.systolic"),
        (other(status=["final"]), "status"),
        (other(code={"coding": [{"system": {}, "code": []}]}), "code"),
        (PRESSURE | {"component": [{"code": {"coding": [{"code": {}}]}}]}, "component.systolic"),
        (
            other(valueQuantity={"value": 10**400, "system": UCUM, "code": "g/L"}),
            "valueQuantity.value",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_taken_says_why_and_the_rest_goes_on(
    world: World, resource: Any, field: str
) -> None:
    """
    One bad entry must not keep a year of readings out, nor the wrong person's in.
    """
    answer = world.bring(bundle(resource, GLUCOSE))

    assert [one.outcome for one in answer.items] == ["refused", "taken"]
    assert answer.items[0].field == field


def test_a_crowd_is_refused(world: World) -> None:
    """
    A bundle must not make us ask identity about thousands of people.
    """
    people = [other(subject={"reference": f"Patient/{number}"}) for number in range(5)]

    with pytest.raises(InvalidRequest):
        world.bring(bundle(*people))


def test_nobody_is_asked_about_before_access_permits(world: World) -> None:
    """
    Else anyone could learn here whose an INS is.
    """
    world.access.close(RECORD)

    with pytest.raises(Forbidden):
        world.bring(bundle(*[other(subject={"reference": f"Patient/{n}"}) for n in range(5)]))


@pytest.mark.parametrize("said", [{}, {"resourceType": "Bundle", "entry": 1}, {"entry": []}])
def test_what_is_no_bundle_is_refused(world: World, said: dict[str, Any]) -> None:
    """
    Nothing is half understood.
    """
    with pytest.raises(InvalidRequest):
        world.bring(said)


def test_what_goes_out_is_fhir_and_comes_back_the_same(world: World) -> None:
    """
    Validated by another implementation of FHIR; read again, it is what it was.
    """
    world.bring(bundle(GLUCOSE, PRESSURE))
    world.record(measure("INTERSTITIAL_GLUCOSE", 101.5, unit="mg/dL", at="2026-11-20T09:00:00Z"))
    for kind in ("GLUCOSE", "BLOOD_PRESSURE", "INTERSTITIAL_GLUCOSE"):
        asked = m.ExportObservations.model_validate({"record_id": RECORD, "kind": kind})
        out = world.app.export_observations(asked, by=PATIENT)
        Bundle.model_validate(out.bundle)
        before = world.listed(kind).items
        world.bring(out.bundle)
        after = world.listed(kind).items
        assert out.total == len(before) == 1
        assert [line.values for line in after] == [before[0].values] * 2
        assert [line.at for line in after] == [before[0].at] * 2


def test_what_goes_out_says_where_it_came_from() -> None:
    """
    R4 Observation: ``id``, ``device``, ``derivedFrom``, ``note``; none of them where there is
    nothing to say, as of an index that was computed.
    """
    point = Point(measure_id=None, at=NOW, values=(72.5,))
    measured = replace(
        point, measure_id=OTHER_RECORD, device="Balance", comment="à jeun", document_id=DOCUMENT
    )

    bundle = written(RECORD, MEASURING.kinds["WEIGHT"], [point, measured])

    computed, said = (entry["resource"] for entry in bundle["entry"])
    assert said == computed | {
        "id": str(OTHER_RECORD),
        "device": {"display": "Balance"},
        "derivedFrom": [{"reference": f"DocumentReference/{DOCUMENT}"}],
        "note": [{"text": "à jeun"}],
    }
    assert not {"id", "device", "derivedFrom", "note"} & computed.keys()
    assert computed["subject"] == {"reference": f"Patient/{RECORD}"}
    assert computed["valueQuantity"] == {"value": 72.5, "unit": "kg", "system": UCUM, "code": "kg"}


def test_an_empty_export_is_a_bundle_too(world: World) -> None:
    """
    FHIR knows no empty list: the member is left out.
    """
    asked = m.ExportObservations.model_validate({"record_id": RECORD, "kind": "WEIGHT"})

    Bundle.model_validate(world.app.export_observations(asked, by=PATIENT).bundle)
