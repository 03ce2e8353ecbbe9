"""METADATA.XML of an IHE XDM submission set: an ebRIM 3.0 SubmitObjectsRequest.

IHE ITI TF-2 3.32 (Distribute Document Set on Media) and TF-3 4.2 (metadata); identifiers of
people and structures as the CI-SIS writes them ("Volet partage de documents de santé", annex).
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.vault.domain.listing import Entry
from services.vault.domain.metadata import Author
from services.vault.domain.patient import Person
from services.vault.domain.states import Status
from services.vault.domain.value_sets import ValueSets
from services.vault.domain.xdm_fields import LONG, cx, cxi, dtm, hl7, unique_id, xcn, xon
from shared.kernel.clock import instant
from shared.kernel.plain_text import for_xml

LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
STABLE_DOCUMENT = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
SUBMISSION_SET = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
REPLACES = "urn:ihe:iti:2007:AssociationType:RPLC"

_AUTHOR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
_CLASS = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
_CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
_EVENT = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
_FORMAT = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
_FACILITY_TYPE = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
_PRACTICE = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
_TYPE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
_PATIENT = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
_UNIQUE = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
_SET_AUTHOR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
_SET_CONTENT = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
_SET_PATIENT = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
_SET_SOURCE = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
_SET_UNIQUE = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"

_APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
_STATUS = {
    Status.APPROVED: _APPROVED,
    Status.DEPRECATED: "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated",
    Status.ARCHIVED: "urn:asip:ci-sis:2010:StatusType:Archived",
}
_CLASS_SYSTEM = "1.2.250.1.213.1.1.4.1"
_LOINC = "2.16.840.1.113883.6.1"
_MEDICAL_RECORDS = "11503-0"
"""LOINC "Medical records": the whole of someone's documents, as the content type of the set."""
_FREE = 1024
"""Characters of an ebRIM localized text (FreeFormText)."""


@dataclass(frozen=True, kw_only=True)
class Enclosed:
    """A document in the set. ``uri``: its file beside METADATA.XML; ``sha1``: XDS's hash, hex."""

    entry: Entry
    uri: str
    sha1: str


@dataclass(frozen=True, kw_only=True)
class Set:
    """One submission set. ``source_oid``: of the system that makes the export; ``before``: the
    documents of the sets before this one."""

    id: UUID
    made_at: datetime
    person: Person
    record_id: UUID
    source_oid: str
    documents: Sequence[Enclosed]
    before: Sequence[Entry] = ()


def metadata(submission: Set, sets: ValueSets) -> bytes:
    """The whole file, UTF-8."""
    return _Writer(submission, sets).written()


class _Writer:
    def __init__(self, submission: Set, sets: ValueSets) -> None:
        self._set = submission
        self._sets = sets
        self._number = 0

    def written(self) -> bytes:
        ET.register_namespace("lcm", LCM)
        ET.register_namespace("rim", RIM)
        root = ET.Element(f"{{{LCM}}}SubmitObjectsRequest")
        objects = _add(root, "RegistryObjectList")
        for document in self._set.documents:
            self._document(objects, document)
        self._package(objects)
        self._classification(
            objects, classifiedObject=_urn(self._set.id), classificationNode=SUBMISSION_SET
        )
        for source, kind, target in self._associations():
            association = _add(
                objects,
                "Association",
                id=self._id(),
                associationType=kind,
                sourceObject=source,
                targetObject=target,
            )
            if kind == HAS_MEMBER:
                _slot(association, "SubmissionSetStatus", ["Original"])
        written: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
        return written

    def _associations(self) -> Iterator[tuple[str, str, str]]:
        """A document may replace one that came before its set (IHE ITI TF-3, 4.2.2.2)."""
        here = [d.entry for d in self._set.documents]
        known = {entry.document_id: entry for entry in (*self._set.before, *here)}
        for entry in here:
            yield _urn(self._set.id), HAS_MEMBER, _urn(entry.entry_uuid)
        for entry in here:
            if former := known.get(entry.replaces) if entry.replaces else None:
                yield _urn(entry.entry_uuid), REPLACES, _urn(former.entry_uuid)

    def _document(self, objects: ET.Element, document: Enclosed) -> None:
        entry, said = document.entry, document.entry.metadata
        me = _urn(entry.entry_uuid)
        one = _add(
            objects,
            "ExtrinsicObject",
            id=me,
            lid=_urn(entry.logical_id),
            objectType=STABLE_DOCUMENT,
            status=_STATUS[Status(entry.status)],
            mimeType=entry.media_type,
        )
        _slot(one, "creationTime", [dtm(said.creation)])
        _slot(one, "hash", [document.sha1])
        _slot(one, "languageCode", [said.language])
        if said.legal_authenticator:
            _slot(one, "legalAuthenticator", [xcn(said.legal_authenticator)])
        _slot(one, "serviceStartTime", [dtm(said.service_start)])
        if said.service_stop:
            _slot(one, "serviceStopTime", [dtm(said.service_stop)])
        _slot(one, "size", [str(entry.size)])
        _slot(one, "sourcePatientId", [cx(said.source_patient) or self._local_id()])
        _slot(one, "sourcePatientInfo", list(self._patient_info()))
        _slot(one, "URI", [document.uri])
        if said.reference_ids:
            _slot(one, "urn:ihe:iti:xds:2013:referenceIdList", map(cxi, said.reference_ids))
        _name(one, said.title)
        for author in said.authors:
            self._author(one, me, _AUTHOR, author)
        for scheme, code, display, system in self._codes(entry):
            self._code(one, me, scheme, code, display, system)
        self._identifier(one, me, _PATIENT, self._patient_id(), "XDSDocumentEntry.patientId")
        self._identifier(one, me, _UNIQUE, unique_id(entry), "XDSDocumentEntry.uniqueId")

    def _codes(self, entry: Entry) -> Iterator[tuple[str, str, str | None, str | None]]:
        said, sets = entry.metadata, self._sets
        known = sets.types[said.type]
        yield _CLASS, said.class_code, sets.classes.get(said.class_code), _CLASS_SYSTEM
        for code in entry.confidentiality:
            yield _CONFIDENTIALITY, *self._known("confidentiality", code)
        for event in said.event_codes:
            yield _EVENT, event.code, event.display, event.system
        yield _FORMAT, said.format, sets.formats.get(said.format), sets.format_system(said.format)
        if said.facility_type:
            yield _FACILITY_TYPE, *self._known("facility_types", said.facility_type)
        if said.practice_setting:
            yield _PRACTICE, *self._known("practice_settings", said.practice_setting)
        yield _TYPE, known.code, known.display, known.system

    def _package(self, objects: ET.Element) -> None:
        me = _urn(self._set.id)
        one = _add(objects, "RegistryPackage", id=me, status=_APPROVED)
        _slot(one, "submissionTime", [dtm(instant(self._set.made_at))])
        _name(one, "Copie du dossier")
        traits = self._set.person.traits
        person = Author(family=traits.birth_name, given=traits.first_given_name)
        self._author(one, me, _SET_AUTHOR, person)
        self._code(one, me, _SET_CONTENT, _MEDICAL_RECORDS, "Dossier médical", _LOINC)
        self._identifier(one, me, _SET_PATIENT, self._patient_id(), "XDSSubmissionSet.patientId")
        source = self._set.source_oid
        self._identifier(one, me, _SET_SOURCE, source, "XDSSubmissionSet.sourceId")
        unique = f"2.25.{self._set.id.int}"
        self._identifier(one, me, _SET_UNIQUE, unique, "XDSSubmissionSet.uniqueId")

    def _author(self, parent: ET.Element, of: str, scheme: str, author: Author) -> None:
        slots = {
            "authorPerson": xcn(author),
            "authorInstitution": xon(author),
            "authorRole": self._said(author.role, "functions"),
            "authorSpecialty": self._said(author.specialty, "specialties"),
        }
        if not any(slots.values()):
            return
        one = self._classification(
            parent, classificationScheme=scheme, classifiedObject=of, nodeRepresentation=""
        )
        for name, value in slots.items():
            if value:
                _slot(one, name, [value])

    def _known(self, value_set: str, code: str) -> tuple[str, str | None, str | None]:
        displays: Mapping[str, str] = getattr(self._sets, value_set)
        return code, displays.get(code), self._sets.system(value_set, code)

    def _said(self, code: str | None, value_set: str) -> str:
        if code is None:
            return ""
        _, display, system = self._known(value_set, code)
        return f"{hl7(code)}^{hl7(display)}^{system or ''}"

    def _code(
        self,
        parent: ET.Element,
        of: str,
        scheme: str,
        code: str,
        display: str | None,
        system: str | None,
    ) -> None:
        one = self._classification(
            parent, classificationScheme=scheme, classifiedObject=of, nodeRepresentation=code
        )
        _slot(one, "codingScheme", [system or "unknown"])
        _name(one, display or code)

    def _classification(self, parent: ET.Element, **attributes: str) -> ET.Element:
        return _add(parent, "Classification", id=self._id(), **attributes)

    def _identifier(self, parent: ET.Element, of: str, scheme: str, value: str, name: str) -> None:
        one = _add(
            parent,
            "ExternalIdentifier",
            id=self._id(),
            registryObject=of,
            identificationScheme=scheme,
            value=value[:LONG],
        )
        _name(one, name)

    def _id(self) -> str:
        self._number += 1
        return f"id{self._number}"

    def _local_id(self) -> str:
        return f"{self._set.record_id}^^^&{self._set.source_oid}&ISO^PI"

    def _patient_id(self) -> str:
        """The INS where the identity is qualified, else our own number of the record."""
        ins = self._set.person.ins
        return f"{ins.value}^^^&{ins.oid}&ISO^NH" if ins else self._local_id()

    def _patient_info(self) -> Iterator[str]:
        """Fields of the HL7 v2 PID segment."""
        traits = self._set.person.traits
        yield f"PID-3|{self._patient_id()}"
        yield f"PID-5|{hl7(traits.birth_name)}^{hl7(traits.birth_given_names)}^^^^^L"
        if traits.birth_date:
            yield f"PID-7|{dtm(traits.birth_date)}"
        yield f"PID-8|{ {'M': 'M', 'F': 'F'}.get(traits.sex or '', 'U') }"


def _add(parent: ET.Element, tag: str, /, **attributes: str) -> ET.Element:
    said = {name: for_xml(value) for name, value in attributes.items()}
    return ET.SubElement(parent, f"{{{RIM}}}{tag}", said)


def _slot(parent: ET.Element, name: str, values: Iterable[str]) -> None:
    listed = _add(_add(parent, "Slot", name=name), "ValueList")
    for value in values:
        _add(listed, "Value").text = for_xml(value[:LONG])


def _name(parent: ET.Element, text: str) -> None:
    localized = _add(_add(parent, "Name"), "LocalizedString", value=text[:_FREE])
    localized.set("{http://www.w3.org/XML/1998/namespace}lang", "fr-FR")


def _urn(identifier: UUID) -> str:
    return f"urn:uuid:{identifier}"
