"""What a caller may ask of each method of every contract, in words that fit it."""

import importlib
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

from scripts.cli.processes import SERVICES
from scripts.demo.cast import HOSPITAL
from shared.kernel.ins import INS_NIR_TEST
from shared.rpc.contract import Contract, Method
from tests.trust.attackers.building import DAY, letter, pdf
from tests.trust.attackers.filling import ENDS, MEDICINE
from tests.trust.attackers.records import PHARMACY, SPECIALIST, Record

ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u1\r\n"
    "DTSTAMP:20261101T080000Z\r\nDTSTART:20270101T080000Z\r\nSUMMARY:Dentiste\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)
BUNDLE = {"resourceType": "Bundle", "type": "collection", "entry": []}
PERSONAL = "EXPPAT_2"
MARCH = "2026-03-05T16:00:00.000Z"
"""Dated apart, so that lists have one order."""
TRAITS = {
    "birth_name": "ESSAI", "birth_given_names": "CLAIRE", "first_given_name": "CLAIRE",
    "sex": "F", "birth_date": "2011-04-02", "birth_place": "51215",
}  # fmt: skip
SAID = {"birth_name": "ESSAI", "given_name": "CLAIRE", "sex": "F", "birth_date": "2011-04-02"}
MEASURE = {"kind": "WEIGHT", "at": DAY, "values": [51.5], "unit": "kg"}
DESCRIPTION = {
    "name": "Autre", "description": "Rien.", "editor": {"name": "E", "kind": "publisher"},
    "themes": ["OBSERVANCE"], "terms_url": "https://elan.example/cgu",
}  # fmt: skip
VALUES: dict[str, Any] = {
    "professional": SPECIALIST, "national_id": SPECIALIST, "facility": HOSPITAL,
    "means": "electronic", "reason": "other", "unit": "kg", "members": [SPECIALIST],
    "episode": "S1", "expected_end": ENDS, "role": "trusted_person", "birth_name": "ESSAI",
    "first_given_name": "CLAIRE", "birth_date": "2011-04-02", "legitimate_reason": "motif",
    "accepted": True, "note": "vu", "unable_to_consent": True, "verdict": "justified",
    "accept": True, "court_order": "RG 1", "version": "9", "cells": [], "action": "read",
    "attribute_tuples": [{"kind": "document"}], "regulation": True, "break_glass": True,
    "masked": True, "document_attributes": {"type": "11502-2", "confidentiality": ["N"]},
    "text": "a", "from": "2020-01-01T00:00:00.000Z", "instant": "2020-01-01T00:00:00.000Z",
    "confirmed": True, "name": "Genou", "on": True, "part": 0, "purpose": "events",
    "from_month": "2026-01", "to_month": "2026-12", "from_size": 1, "after": 0, "position": 1,
    "service": "vault", "channel": "online", "motive": "person_request", "activation_code": "A",
    "contact": {}, "area": "51", "traits": TRAITS, "reading": {}, "beneficiary": 1, "rows": [{}],
    "document_kind": "CN", "attribute": "doubtful", "date": "2026-01-01", "profession": "10",
    "family_name": "ESSAI", "given_name": "Hélène", "consults_from": "2026-01-01",
    "kind": "WEIGHT", "file": "f", "address": "a@hopital.mssante.fr", "recipient": "r",
    "day": "2026-11-22", "finalities": ["SUIVI"], "token": "t", "oid": "1.2.3.4",
    "description": DESCRIPTION, "evidence": [], "lines": [MEDICINE], "number": "AAAAA",
    "outcomes": [{"line": 1, "what": "dispensed", "quantity": 1}], "section": "allergies",
    "entry": {"label": "Latex"}, "hidden_from": [], "directives": {},
    "questionnaire": "bilan_18_25",
    "answers": {}, "measures": [MEASURE], "bundle": BUNDLE, "allowed": True, "sex": "F",
    "title": "Dentiste", "starts_at": DAY, "ics": ICS, "item": "GRIPPE", "answer": "to_plan",
    "subject": "Bonjour", "body": "Bonjour.", "note_": "x", "services": ["vault"],
}  # fmt: skip
FITTING: dict[str, dict[str, Any]] = {
    "access.declare_consent": {"professional": SPECIALIST},
    "access.withdraw_consent": {"facility": HOSPITAL},
    "access.name_role": {"role": "SAGE_FEMME_REFERENTE"},
    "access.invite_caregiver": {"ins": "279035121518989"},
    "access.invite_representative": {"ins": "279035121518989"},
    "agenda.add_appointment": {"starts_at": DAY},
    "agenda.add_reminder": {"date": "2030-01-01"},
    "agenda.import_appointments": {"record_id": True},
    "audit.affected_by": {"actor": SPECIALIST},
    "directory.get_facility": {"finess": "750712184"},
    "directory.search_professionals": {"text": "essai"},
    "directory.import_report": {"kind": "activities", "file": "0" * 64},
    "identity.find_candidates": {"traits": {"birth_date": "2011-04-02"}},
    "identity.retrieve_ins": {"traits": SAID},
    "identity.retrieve_ins_by_card": {"reading": {"serial": "1"}},
    "identity.resolve": {"ins": True},
    "keyring.rotate": {"record_id": True},
    "messaging.start_conversation": {"to": True},
    "messaging.open_attachment": {"number": 1},
    "messaging.save_attachment_to_record": {"number": 1},
    "notification.report_bounce": {"status": "5.1.1"},
    "prescription.send_to_pharmacy": {"facility": PHARMACY},
    "prescription.cancel": {"reason": "asked_by_person"},
    "prescription.issue": {"lines": [MEDICINE]},
    "prescription.replace": {"lines": [MEDICINE]},
    "prescription.reverse_dispensation": {"reason": "entry_error"},
    "profile.set_directives": {"directives": {"text": "Aucune."}},
    "vault.deposit": {"record_id": True, **letter("Attestation")},
    "vault.deposit_lot": {"record_id": True, "documents": [letter("Attestation")]},
    "vault.missing_mandatory": {"episode": {"facility": HOSPITAL, "from": "2026-01-01"}},
    "vault.replace": letter("Attestation 2"),
    "vault.reclassify": {"title": "Autre"},
}
"""What one method needs besides, or means by another word; ``True``: of the record."""
OF_A_PERSON: dict[str, dict[str, Any]] = {
    "vault.deposit": letter("Attestation", type=PERSONAL, service_start=MARCH),
    "vault.deposit_lot": {"documents": [letter("Attestation", type=PERSONAL, service_start=MARCH)]},
    "vault.replace": letter("Attestation 2", type=PERSONAL, service_start=MARCH),
}
"""People themselves put in what is of certain types."""


def methods() -> Iterator[tuple[str, Method]]:
    """Of all services, as ``service.method``."""
    for service in SERVICES:
        contract: Contract = importlib.import_module(f"services.{service}.contract").CONTRACT
        for method in contract.methods:
            yield f"{service}.{method.name}", method


UNKNOWN_NUMBER = "00000-00000-00000-00000"
"""Of no prescription, with the check character that fits."""
UNKNOWN = str(UUID(int=0x0190A000_0000_7000_8000_00000000DEAD))
"""An id that nothing has."""
KINDS: dict[str, tuple[str, ...]] = {
    ".document_id": ("document", "held", "replaced", "newer", "prescription"),
    ".also[]": ("document",),
    ".replaces": ("document",),
    ".documents[].replaces": ("document",),
    ".release[]": ("held",),
    ".attachments[].document_id": ("document",),
    ".directives.document_id": ("document",),
    ".links[].id": ("document", "entry"),
    ".logical_id": ("logical",),
    ".decision_id": ("decision",),
    ".session": ("session",),
    ".export_id": ("export",),
    ".entry_id": ("entry",),
    ".measure_id": ("measure",),
    ".appointment_id": ("appointment",),
    ".reminder_id": ("reminder",),
    ".authorisation_id": ("authorisation",),
    ".conversation_id": ("conversation",),
    ".message_id": ("message",),
    ".prescription_id": ("prescription",),
    ".number": ("number",),
}
"""Kinds of hidden things that fit an argument."""
NOT_OF_A_RECORD = {
    ".batch_id", ".certificate_of", ".copies_id", ".delegation", ".dispensation", ".draft_id",
    ".folder_id", ".invitation", ".merge_id", ".notification_id", ".record_id", ".record_ids[]",
    ".reference", ".representative", ".representatives[]", ".request_id", ".service",
    ".service_id", ".source", ".target", ".team_id", ".attribute_tuples[].document_id",
    ".resource.document_id",
}  # fmt: skip
"""Ids that name nothing here that is hidden from one who may otherwise see the record."""
BESIDE: dict[str, dict[str, Any]] = {".links[].id": {"kind": "DOCUMENT"}}
"""What an id does not come without."""


def fitting(key: str, method: Method, record: Record, *, person: bool) -> dict[str, Any]:
    """Arguments that the contract takes, about this record and what is plain in it; from a
    ``person``, or from anybody else."""
    schema = method.request.model_json_schema()
    given = {
        name: _value(name, schema["properties"][name], record)
        for name in schema.get("required", [])
    }
    more = FITTING.get(key, {}) | (OF_A_PERSON.get(key, {}) if person else {})
    for name, value in more.items():
        given[name] = _value(name, {}, record) if value is True else value
    method.request.model_validate(given)
    return given


def _value(name: str, schema: Mapping[str, Any], record: Record) -> Any:
    match name:
        case "record_id":
            return record.record_id
        case "ins":
            return {"value": record.ins, "oid": INS_NIR_TEST}
        case "to":
            return f"{record.ins}@patient.mssante.fr"
        case "request_id":
            return str(uuid4())
    kind = next(iter(KINDS.get(f".{name}", ())), "")
    if kind in record.plain:
        return record.plain[kind]
    if schema.get("format") == "uuid" or kind:
        return record.plain.get(name.removesuffix("_id"), UNKNOWN)
    if schema.get("items", {}).get("format") == "uuid":
        return [UNKNOWN]
    return VALUES.get(name)


def id_paths(method: Method) -> Iterator[str]:
    """Where a request may hold an id, as ``.documents[].replaces``."""
    schema = method.request.model_json_schema()
    found = set(_id_paths(schema, schema.get("$defs", {}), ""))
    number = schema["properties"].get("number", {})
    return iter(sorted(found | ({".number"} if number.get("type") == "string" else set())))


def _id_paths(schema: Mapping[str, Any], defs: Mapping[str, Any], path: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _id_paths(defs[schema["$ref"].rpartition("/")[2]], defs, path)
    if schema.get("format") == "uuid":
        yield path
    for several in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(several, []):
            yield from _id_paths(one, defs, path)
    if isinstance(schema.get("items"), dict):
        yield from _id_paths(schema["items"], defs, f"{path}[]")
    for name, inner in schema.get("properties", {}).items():
        yield from _id_paths(inner, defs, f"{path}.{name}")


def fresh(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same with a content nobody has put in yet."""
    changed = {**given}
    if "content" in given:
        changed["content"] = pdf(str(uuid4()))
    if "documents" in given:
        changed["documents"] = [fresh(one) for one in given["documents"]]
    return changed


def with_id(given: Mapping[str, Any], path: str, value: str) -> dict[str, Any]:
    """``given``, with that id at ``path``."""
    name, _, rest = path[1:].partition(".")
    bare = name.removesuffix("[]")
    there = given.get(bare)
    if not rest:
        return {**given, bare: [value] if name != bare else value}
    beside = BESIDE.get(path, {})
    if name != bare:
        former = there[0] if there else {}
        return {**given, bare: [with_id({**former, **beside}, f".{rest}", value)]}
    return {**given, bare: with_id({}, f".{rest}", value)}
