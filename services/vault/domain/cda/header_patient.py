"""The patient of a CDA R2 header: identifiers and strict traits (CI-SIS, "Volet structuration
minimale")."""

import re

from services.vault.domain.cda.header_forms import read, unreadable, xds_id
from services.vault.domain.patient import Patient, Traits, is_national
from shared.cda.timestamps import civil_date, read_timestamp
from shared.cda.tree import Element, attribute, child, children, text

_SEX = {"M": "M", "F": "F", "UN": "I", "U": "I"}


def read_patient(document: Element) -> Patient:
    roles = list(children(document, "recordTarget/patientRole"))
    if len(roles) != 1:
        raise unreadable("patient", "there must be exactly one patient")
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


def source_patient(document: Element) -> str | None:
    """The first number of the patient that is none of the State's: an INS of today or before, or
    the NIR, which the CI-SIS writes as a number of insurance too."""
    numbers = list(children(document, "recordTarget/patientRole/id"))
    national = [n for n in numbers if is_national(n.get("root", "").strip())]
    known = {n.get("extension", "").strip() for n in national}
    own = (n for n in numbers if n not in national and n.get("extension", "").strip() not in known)
    return next((written for n in own if (written := xds_id(n))), None)


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
    return read(attribute(person, "birthTime", "value"), _day, "patient.birth_date")


def _day(written: str) -> str:
    """Not checked against the calendar: INSi gives days that none has, such as 1979-02-30. With an
    hour it is that of where the child was born, unless it is told by UTC."""
    if found := re.fullmatch(r"(\d{4})(?:(\d{2})(?:(\d{2}))?)?", written, re.ASCII):
        return "-".join(part for part in found.groups() if part)
    read_at = read_timestamp(written)
    by_clock = re.search(r"[+-](?!00(?:00)?$)", written)
    return "-".join((written[:4], written[4:6], written[6:8])) if by_clock else civil_date(read_at)
