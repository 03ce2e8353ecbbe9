"""Reports of laboratories, and what comes out of them."""

from typing import Any
from uuid import uuid4

from services.profile.contract import extraction as x
from tests.profile.world import DOCUMENT, PATIENT, RECORD, World

RESULT = """<observation classCode="OBS" moodCode="{mood}"><code code="{code}"
 codeSystem="2.16.840.1.113883.6.1"/><statusCode code="{status}"/><effectiveTime value="{at}"/>
<value xsi:type="PQ" value="{value}" unit="{unit}"/></observation>"""
ACT = """<documentationOf><serviceEvent><lab:statusCode code="{status}"
 xmlns:lab="urn:oid:1.3.6.1.4.1.19376.1.3.2"/></serviceEvent></documentationOf>"""


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
