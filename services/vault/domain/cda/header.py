"""What a CDA R2 header says: HL7 CDA R2, and the CI-SIS "Volet structuration minimale" for
where French software writes each thing and how XDS metadata are made of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from services.vault.domain.metadata import Author, Coded, Reference, Statement
from services.vault.domain.patient import Patient, Traits, is_national
from shared.cda.timestamps import civil_date, read_timestamp
from shared.cda.tree import Element, attribute, child, children, text
from shared.kernel.errors import InvalidRequest

T = TypeVar("T")

PS_IDNAT = "1.2.250.1.71.4.2.1"
STRUCT_IDNAT = "1.2.250.1.71.4.2.2"
REPLACES = "RPLC"

ORDER = "urn:ihe:iti:xds:2013:order"
ACCESSION = "urn:ihe:iti:xds:2013:accession"
STUDY = "urn:ihe:iti:xds:2016:studyInstanceUID"
_DICOM = "1.2.840.10008.2.16.4"
"""DICOM's own codes: an act is one of imaging by the modality that its code is translated to."""
_UID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_ACCESSION_NUMBER = "{urn:dicom-org:ps3-20}accessionNumber"

_SEX = {"M": "M", "F": "F", "UN": "I", "U": "I"}
_EVENT = "documentationOf/serviceEvent"
_FACILITY = "componentOf/encompassingEncounter/location/healthCareFacility"


@dataclass(frozen=True, kw_only=True, repr=False)
class Header:
    statement: Statement
    patient: Patient
    templates: tuple[str, ...]


def read_header(document: Element) -> Header:
    """Read all that the vault keeps. Raises :class:`InvalidRequest` naming what cannot be read."""
    act = _principal_act(document)
    return Header(
        statement=Statement(
            unique_id=_identifier(child(document, "id")),
            type=_coded(child(document, "code")),
            title=text(child(document, "title")),
            creation=_time(document, "effectiveTime", "value", "creation"),
            service_start=_act_time(act, "low") or _act_time(act, None),
            service_stop=_act_time(act, "high"),
            authors=tuple(_author(author) for author in children(document, "author")),
            practice_setting=attribute(
                act,
                "performer/assignedEntity/representedOrganization/standardIndustryClassCode",
                "code",
            ),
            facility_type=attribute(document, f"{_FACILITY}/code", "code"),
            confidentiality=tuple(_codes(document, "confidentialityCode")),
            language=attribute(document, "languageCode", "code"),
            event_codes=tuple(_event_codes(document)),
            set_id=_identifier(child(document, "setId")),
            version_number=_version(document),
            replaces=tuple(_replaced(document)),
            legal_authenticator=_signatory(child(document, "legalAuthenticator/assignedEntity")),
            custodian=_national(
                child(document, "custodian/assignedCustodian/representedCustodianOrganization"),
                STRUCT_IDNAT,
            ),
            reference_ids=tuple(_references(document)),
            source_patient=_source_patient(document),
        ),
        patient=_patient(document),
        templates=tuple(t.get("root", "").strip() for t in children(document, "templateId")),
    )


def _patient(document: Element) -> Patient:
    roles = list(children(document, "recordTarget/patientRole"))
    if len(roles) != 1:
        raise _unreadable("patient", "there must be exactly one patient")
    ids = ((i.get("root", ""), i.get("extension", "")) for i in children(roles[0], "id"))
    person = child(roles[0], "patient")
    return Patient(
        ids=tuple((root.strip(), value.strip()) for root, value in ids),
        traits=Traits(
            birth_name=_name(person, "family", "BR") or _name(person, "family", None),
            birth_given_names=_name(person, "given", None),
            first_given_name=_name(person, "given", "BR"),
            sex=_SEX.get(attribute(person, "administrativeGenderCode", "code") or ""),
            birth_date=_birth_date(person),
            birth_place=text(child(person, "birthplace/place/addr/county")),
        ),
    )


def _name(person: Element | None, part: str, qualifier: str | None) -> str | None:
    """All parts with that qualifier (BR birth, CL used, SP married) of the first name that has
    one; ``None``: with none.

    CI-SIS: the unqualified ``given`` is the list of the birth certificate, in one element or
    one each.
    """
    for name in children(person, "name"):
        found = [
            text(element)
            for element in children(name, part)
            if (
                qualifier in element.get("qualifier", "").split()
                if qualifier
                else not element.get("qualifier")
            )
        ]
        if any(found):
            return " ".join(filter(None, found))
    return None


def _birth_date(person: Element | None) -> str | None:
    return _read(attribute(person, "birthTime", "value"), _day, "patient.birth_date")


def _day(written: str) -> str:
    """Not checked against the calendar: INSi gives days that none has, such as 1979-02-30."""
    if found := re.fullmatch(r"(\d{4})(?:(\d{2})(?:(\d{2}))?)?", written, re.ASCII):
        return "-".join(part for part in found.groups() if part)
    return civil_date(read_timestamp(written))


def _author(author: Element) -> Author:
    assigned = child(author, "assignedAuthor")
    organization = child(assigned, "representedOrganization")
    device = child(assigned, "assignedAuthoringDevice")
    return Author(
        national_id=_national(assigned, PS_IDNAT),
        family=text(child(assigned, "assignedPerson/name/family")),
        given=text(child(assigned, "assignedPerson/name/given")),
        specialty=attribute(assigned, "code", "code"),
        role=attribute(author, "functionCode", "code"),
        institution=_national(organization, STRUCT_IDNAT),
        institution_name=text(child(organization, "name")),
        device=text(child(device, "softwareName")) or text(child(device, "manufacturerModelName")),
    )


def _signatory(entity: Element | None) -> Author | None:
    if entity is None:
        return None
    return Author(
        national_id=_national(entity, PS_IDNAT),
        family=text(child(entity, "assignedPerson/name/family")),
        given=text(child(entity, "assignedPerson/name/given")),
        specialty=attribute(entity, "code", "code"),
        institution=_national(child(entity, "representedOrganization"), STRUCT_IDNAT),
    )


def _national(holder: Element | None, root: str) -> str | None:
    """The identifier of one register, among all that someone may have."""
    for identifier in children(holder, "id"):
        if identifier.get("root", "").strip() == root:
            return identifier.get("extension", "").strip() or None
    return None


def _principal_act(document: Element) -> Element | None:
    """The one that says when it was done and by whom (CI-SIS: both are due of it alone); else the
    first that says when."""
    acts = list(children(document, _EVENT))
    dated = [act for act in acts if child(act, "effectiveTime") is not None]
    performed = [act for act in dated if child(act, "performer") is not None]
    return next(iter(performed or dated or acts), None)


def _act_time(act: Element | None, bound: str | None) -> str | None:
    path = f"effectiveTime/{bound}" if bound else "effectiveTime"
    return _time(act, path, "value", "service_start" if bound != "high" else "service_stop")


def _event_codes(document: Element) -> Iterator[Coded]:
    for act in children(document, _EVENT):
        if code := _coded(child(act, "code")):
            yield code


def _references(document: Element) -> Iterator[Reference]:
    """The order it answers to, the accession number of its images, and the study of each act of
    imaging (DICOM PS3.20: the identifier of such an act is its Study Instance UID)."""
    for order in children(document, "inFulfillmentOf/order"):
        for identifier in children(order, "id"):
            if written := _identifier(identifier):
                yield Reference(id=written, type=ORDER)
        for identifier in order.iterfind(_ACCESSION_NUMBER):
            if written := _identifier(identifier):
                yield Reference(id=written, type=ACCESSION)
    for act in children(document, _EVENT):
        by_machine = (t.get("codeSystem") == _DICOM for t in children(act, "code/translation"))
        study = _identifier(child(act, "id"))
        if study and _UID.fullmatch(study) and any(by_machine):
            yield Reference(id=study, type=STUDY)


def _source_patient(document: Element) -> str | None:
    """The first number of the patient that is none of the State's: an INS of today or before, or
    the NIR, which the CI-SIS writes as a number of insurance too."""
    numbers = list(children(document, "recordTarget/patientRole/id"))
    national = [n for n in numbers if is_national(n.get("root", "").strip())]
    known = {n.get("extension", "").strip() for n in national}
    own = (n for n in numbers if n not in national and n.get("extension", "").strip() not in known)
    return next((written for n in own if (written := _identifier(n))), None)


def _replaced(document: Element) -> Iterator[str]:
    for related in children(document, "relatedDocument"):
        if related.get("typeCode") == REPLACES:
            for identifier in children(related, "parentDocument/id"):
                if written := _identifier(identifier):
                    yield written


def _identifier(element: Element | None) -> str | None:
    """The XDS form: ``root^extension``, or the root alone."""
    if element is None or not (root := element.get("root", "").strip()):
        return None
    extension = element.get("extension", "").strip()
    return f"{root}^{extension}" if extension else root


def _coded(element: Element | None) -> Coded | None:
    if element is None or not (code := element.get("code", "").strip()):
        return None
    return Coded(
        code=code,
        system=element.get("codeSystem", "").strip() or None,
        display=element.get("displayName"),
    )


def _codes(document: Element, name: str) -> Iterator[str]:
    return (c for e in children(document, name) if (c := e.get("code", "").strip()))


def _version(document: Element) -> int | None:
    return _read(attribute(document, "versionNumber", "value"), _whole, "version_number")


def _whole(written: str) -> int:
    if not re.fullmatch(r"\d{1,9}", written, re.ASCII):
        raise ValueError("not a version number")
    return int(written)


def _time(parent: Element | None, path: str, name: str, field: str) -> str | None:
    return _read(attribute(parent, path, name), read_timestamp, field)


def _read(value: str | None, reader: Callable[[str], T], field: str) -> T | None:
    try:
        return None if value is None else reader(value)
    except ValueError:
        raise _unreadable(field, "is not in the form the standard gives") from None


def _unreadable(field: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(
        "The header of the document cannot be read.", fields={f"content.{field}": sentence}
    )
