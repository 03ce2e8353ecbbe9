"""AuditEvent resources are valid for a library that is not ours, and say what ANS asks for."""

from typing import Any
from uuid import uuid4

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from services.audit.adapters.words import groups
from services.audit.domain.audit_event import audit_event
from tests.audit.telling import DOCTOR, Teller
from tests.support.published import message_of

RECORD, DOCUMENT = uuid4(), uuid4()
PATIENT = {"kind": "patient", "id": str(RECORD)}


def event(type_: str, **given: Any) -> dict[str, Any]:
    told = Teller().tell(type_, record=given.pop("record", RECORD), **given)
    made = audit_event(told, "carnet.example")
    AuditEvent.model_validate(made)
    return made


@pytest.mark.parametrize("action", sorted({a.partition(":")[0] for a in groups()}))
def test_every_act_of_the_journal_is_a_valid_resource(action: str) -> None:
    """R4 and R4B have the same AuditEvent."""
    given = {"document_id": str(DOCUMENT), "confidentiality": ["N", "MASQUE_PS"], "permit": True}
    told = message_of(action).model_fields
    event(action, **{name: value for name, value in given.items() if name in told})


def test_it_has_what_the_national_profile_asks_for() -> None:
    """TDEAuditEvent: one subtype, a period, two agents or more, each with who it is."""
    made = event("vault.document_opened", document_id=str(DOCUMENT), confidentiality=["N"])

    assert len(made["subtype"]) == 1
    assert made["period"]["start"]
    assert [agent["requestor"] for agent in made["agent"]] == [True, False]
    assert made["agent"][0]["who"]["identifier"]["value"] == DOCTOR["id"]
    assert made["agent"][0]["role"][0]["coding"][0]["code"] == "10"
    assert [entity["role"]["code"] for entity in made["entity"]] == ["1", "3"]
    assert made["entity"][1]["securityLabel"][0]["code"] == "N"


@pytest.mark.parametrize(
    ("type_", "given", "action", "outcome", "purpose"),
    [
        ("vault.document_deposited", {}, "C", "0", "TREAT"),
        ("vault.document_opened", {}, "R", "0", "TREAT"),
        ("vault.document_opened", {"mode": "break_glass"}, "R", "0", "ETREAT"),
        ("vault.document_opened", {"by": PATIENT}, "R", "0", "PATRQT"),
        ("vault.document_deleted", {}, "D", "0", "TREAT"),
        ("vault.document_masked", {}, "U", "0", "TREAT"),
        ("access.access_decided", {"permit": False}, "R", "4", "TREAT"),
        ("access.access_decided", {"permit": False, "listing": True}, "R", "0", "TREAT"),
        ("access.glass_broken", {}, "U", "0", "ETREAT"),
        ("identity.record_activated", {"by": {"kind": "operator", "id": "o"}}, "U", "0", "HOPERAT"),
    ],
)
def test_action_outcome_and_purpose(
    type_: str, given: dict[str, Any], action: str, outcome: str, purpose: str
) -> None:
    """C R U D E; 0 success, 4 minor failure; why the record was used (v3-ActReason)."""
    made = event(type_, **given)

    assert made["action"] == action
    assert made["outcome"] == outcome
    assert made["purposeOfEvent"][0]["coding"][0]["code"] == purpose


def test_an_emergency_is_a_security_alert() -> None:
    """DICOM 110113, with the subtype of an override that started."""
    made = event("access.glass_broken")

    assert made["type"]["code"] == "110113"
    assert made["subtype"][0]["code"] == "110127"


def test_of_no_record_there_is_no_entity() -> None:
    """A number that was tried is of nobody."""
    assert "entity" not in event("prescription.number_refused", record=None)


def test_an_auditor_without_a_physician_is_not_told_which_document() -> None:
    """The record and who acted, nothing else."""
    given: dict[str, Any] = {"document_id": str(DOCUMENT), "confidentiality": ["MASQUE_PS"]}
    told = Teller().tell("vault.document_opened", record=RECORD, **given)

    made = audit_event(told, "carnet.example", objects=False)

    assert [entity["role"]["code"] for entity in made["entity"]] == ["1"]
    assert str(DOCUMENT) not in str(made)
    assert str(RECORD) in str(made)
