"""What a CDA R2 header says: HL7 CDA R2, and the CI-SIS "Volet structuration minimale" for
where French software writes each thing and how XDS metadata are made of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.vault.domain.cda.header_acts import act_time, event_codes, principal_act, references
from services.vault.domain.cda.header_forms import (
    STRUCT_IDNAT,
    national_id,
    read_coded,
    read_codes,
    read_time,
    read_version,
    xds_id,
)
from services.vault.domain.cda.header_patient import read_patient, source_patient
from services.vault.domain.cda.header_people import read_author, signatory
from services.vault.domain.metadata import Statement
from services.vault.domain.patient import Patient
from shared.cda.tree import Element, attribute, child, children, text

REPLACES = "RPLC"

_FACILITY = "componentOf/encompassingEncounter/location/healthCareFacility"


@dataclass(frozen=True, kw_only=True, repr=False)
class Header:
    statement: Statement
    patient: Patient
    templates: tuple[str, ...]


def read_header(document: Element) -> Header:
    """Read all that the vault keeps. Raises :class:`InvalidRequest` naming what cannot be read."""
    act = principal_act(document)
    return Header(
        statement=Statement(
            unique_id=xds_id(child(document, "id")),
            type=read_coded(child(document, "code")),
            title=text(child(document, "title")),
            creation=read_time(document, "effectiveTime", "value", "creation"),
            service_start=act_time(act, "low") or act_time(act, None),
            service_stop=act_time(act, "high"),
            authors=tuple(read_author(author) for author in children(document, "author")),
            practice_setting=attribute(
                act,
                "performer/assignedEntity/representedOrganization/standardIndustryClassCode",
                "code",
            ),
            facility_type=attribute(document, f"{_FACILITY}/code", "code"),
            confidentiality=tuple(read_codes(document, "confidentialityCode")),
            language=attribute(document, "languageCode", "code"),
            event_codes=tuple(event_codes(document)),
            set_id=xds_id(child(document, "setId")),
            version_number=read_version(document),
            replaces=tuple(_replaced(document)),
            legal_authenticator=signatory(child(document, "legalAuthenticator/assignedEntity")),
            custodian=national_id(
                child(document, "custodian/assignedCustodian/representedCustodianOrganization"),
                STRUCT_IDNAT,
            ),
            reference_ids=tuple(references(document)),
            source_patient=source_patient(document),
        ),
        patient=read_patient(document),
        templates=tuple(t.get("root", "").strip() for t in children(document, "templateId")),
    )


def _replaced(document: Element) -> Iterator[str]:
    for related in children(document, "relatedDocument"):
        if related.get("typeCode") == REPLACES:
            for identifier in children(related, "parentDocument/id"):
                if written := xds_id(identifier):
                    yield written
