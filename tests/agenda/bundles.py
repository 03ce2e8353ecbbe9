"""FHIR R4 bundles as services send them."""

from typing import Any
from uuid import uuid4

from services.agenda.contract.imports import ImportAppointments
from tests.agenda.world import RECORD

RPPS = "urn:oid:1.2.250.1.71.4.2.1"
STRUCTURE = "urn:oid:1.2.250.1.71.4.2.2"
INS_SYSTEM = "urn:oid:1.2.250.1.213.1.4.10"


def booked(number: str = "rdv-1", **changes: Any) -> dict[str, Any]:
    """As the regulated access to care (SAS) writes one; ``changes``: of the resource."""
    return {
        "resourceType": "Appointment",
        "identifier": [{"system": "https://booking.example", "value": number}],
        "meta": {"lastUpdated": "2026-11-20T10:00:00Z"},
        "status": "booked",
        "specialty": [{"coding": [{"code": "SM53", "display": "Médecine générale"}]}],
        "description": "Téléconsultation",
        "start": "2026-12-01T09:30:00+01:00",
        "end": "2026-12-01T09:45:00+01:00",
        "patientInstruction": "Apporter la carte Vitale.",
        "participant": [
            {
                "actor": {
                    "type": "Practitioner",
                    "display": "Dr Claire Morel",
                    "identifier": {"system": RPPS, "value": "899700366240"},
                },
                "status": "accepted",
            },
            {
                "actor": {"reference": "Location/1", "display": "3 rue des Lilas, Lyon"},
                "status": "accepted",
            },
            {
                "actor": {
                    "type": "Organization",
                    "identifier": {"system": STRUCTURE, "value": "1750712184"},
                },
                "status": "accepted",
            },
        ],
    } | changes


def bundle(*resources: Any, **changes: Any) -> dict[str, Any]:
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries} | changes


def importing_bundle(content: dict[str, Any], **changes: Any) -> ImportAppointments:
    said = {"request_id": uuid4(), "record_id": RECORD, "bundle": content} | changes
    return ImportAppointments.model_validate(said)
