"""What an entry of each section of the profile says."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from services.profile.contract.parts import Code, Coding, Label, Moment, Part, Text

Relation = Literal[
    "MOTHER", "FATHER", "GRANDMOTHER", "GRANDFATHER", "SISTER", "BROTHER",
    "GREAT_GRANDMOTHER", "GREAT_GRANDFATHER", "AUNT", "UNCLE", "OTHER",
]  # fmt: skip


class Dated(Part):
    """A label in words, and its code where there is one."""

    label: Label
    coding: Coding | None = None
    start: Moment | None = None
    end: Moment | None = None
    comment: Text | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Dated":
        if self.start and self.end and self.end < self.start[: len(self.end)]:
            raise ValueError("the end comes after the start")
        return self


class Allergy(Dated):
    """CIM-10 or SNOMED CT, or the code of a substance."""

    section: Literal["allergies"]
    reaction: Text | None = None
    severity: Literal["mild", "moderate", "severe"] | None = None


class Condition(Dated):
    section: Literal["diseases"]


class Stay(Dated):
    """A hospital stay or an operation."""

    section: Literal["hospitalizations"]
    kind: Literal["stay", "operation"] = "stay"
    place: Label | None = None


class Treatment(Dated):
    """``coding``: CIS, CIP or ATC."""

    section: Literal["treatments"]
    dosage: Text | None = None
    long_term: bool = True


class Vaccination(Part):
    """``code``: of the vaccine, as the calendar of the prevention plan knows it."""

    section: Literal["vaccinations"]
    label: Label
    code: Code | None = None
    coding: Coding | None = None
    date: Moment | None = None
    dose_number: Annotated[int, Field(ge=1, le=20)] | None = None
    administration: Literal["INITIMMUNIZ", "BOOSTER", "IMMUNIZ"] | None = None
    lot: Label | None = None
    comment: Text | None = None


class BloodGroup(Part):
    section: Literal["blood_group"]
    group: Literal["APOS", "ANEG", "ABPOS", "ABNEG", "BPOS", "BNEG", "OPOS", "ONEG"]


class Disability(Part):
    section: Literal["disabilities"]
    type: Literal[
        "SENSORY", "NEURO_DEVELOPMENTAL_DISORDER", "PSYCHIC", "ENGINE", "POLY_DISABILITY",
        "DISABLING_DISEASES", "OTHERS",
    ]  # fmt: skip
    rate: Literal["LESS_THAN_50", "BETWEEN_50_AND_79", "BIGGER_THAN_80_OR_EQUAL", "UNKNOWN"]
    human_help: Literal["YES", "NO", "NONE"] = "NONE"
    label: Label | None = None
    comment: Text | None = None


class FamilyHistory(Part):
    section: Literal["family_history"]
    relation: Relation
    label: Label
    coding: Coding | None = None
    age_at_onset: Annotated[int, Field(ge=0, le=120)] | None = None
    comment: Text | None = None


class Lifestyle(Part):
    section: Literal["lifestyle"]
    topic: Literal["FOOD", "PHYSICAL_ACTIVITY", "SLEEP", "SCREEN", "ALCOHOL", "TOBACCO"]
    text: Text


class Contact(Part):
    section: Literal["contacts"]
    type: Literal["EMERGENCY_CONTACT", "TRUSTED_CONTACT", "CAREGIVER_CONTACT", "HELP_CONTACT"]
    relation: Literal["MOTHER", "FATHER", "CHILD", "SPOUSE", "TUTEUR", "OTHER"]
    name: Label
    phone: Annotated[str, Field(pattern=r"^\+?[0-9 .]{6,20}$")] | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")] | None = None
    address: Text | None = None


class HealthProfessional(Part):
    """A person or a place, in the person's own list; it gives no right."""

    section: Literal["health_professionals"]
    name: Label
    national_id: Code | None = None
    facility: Code | None = None
    specialty: Literal[
        "GENERAL_PRACTITIONER", "ALLERGIST", "CARDIOLOGIST", "DENTIST", "DERMATOLOGIST",
        "ENDOCRINOLOGIST", "GASTROENTEROLOGIST", "GERIATRICIAN", "GYNECOLOGIST", "INFECTOLOGIST",
        "NURSE", "PHYSIOTHERAPIST", "NEUROLOGIST", "ONCOLOGIST", "OPHTHALMOLOGIST",
        "ORTHOPEDIST", "SPEECH_THERAPIST", "ORTHOPTIST", "ENT_SPECIALIST", "PEDIATRICIAN",
        "PHARMACIST", "PODIATRIST", "PULMONOLOGIST", "PSYCHIATRIST", "RHEUMATOLOGIST",
        "MIDWIFE", "UROLOGIST", "OTHER",
    ] | None = None  # fmt: skip
    role: Literal["SAGE_FEMME_REFERENTE", "PHARMACIEN_CORRESPONDANT", "MEDECIN_TRAITANT"] | None = (
        None
    )
    phone: Annotated[str, Field(pattern=r"^\+?[0-9 .]{6,20}$")] | None = None
    address: Text | None = None


class OrganDonation(Part):
    """Everybody is presumed to agree; the national register of refusals has the last word
    (CSP L1232-1)."""

    section: Literal["wishes"]
    kind: Literal["organ_donation"]
    choice: Literal["agrees", "refuses", "agrees_in_part", "undecided"]
    text: Text | None = None


EntryContent = Annotated[
    Allergy
    | Condition
    | Stay
    | Treatment
    | Vaccination
    | BloodGroup
    | Disability
    | FamilyHistory
    | Lifestyle
    | Contact
    | HealthProfessional
    | OrganDonation,
    Field(discriminator="section"),
]
Section = Literal[
    "allergies", "diseases", "hospitalizations", "treatments", "vaccinations", "blood_group",
    "disabilities", "family_history", "lifestyle", "contacts", "health_professionals", "wishes",
]  # fmt: skip
ALONE = {"blood_group", "wishes"}
"""Sections that hold one entry."""


def section_first(said: Any) -> Any:
    """An entry is of the section that the request names."""
    if isinstance(said, dict) and isinstance(said.get("entry"), dict):
        return {**said, "entry": {**said["entry"], "section": said.get("section")}}
    return said
