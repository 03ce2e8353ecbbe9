"""Records in pairs: one holds what its twin does not, hidden from somebody.

Whatever those it is hidden from ask of both must be answered alike.
"""

from dataclasses import dataclass, field
from typing import Any

from scripts.demo.cast import (
    DENTAL_PRACTICE,
    GENERAL_PRACTICE,
    HOSPITAL,
    TREATING_DOCTOR,
    Caller,
    Cast,
)
from shared.kernel.actor import ActorKind

NAMES = ("SECRET", "UNTOLD", "MASKED", "ALONE")
"""``SECRET``: of a minor, from who represents them. ``UNTOLD``: a result that no doctor has
announced, from the person. ``MASKED``: from professionals but those the person trusts. ``ALONE``:
as the first, and nothing else is there: its twin is empty."""
SPECIALIST = "899700551239"
STRANGER = "899700770011"
WORKS_AT = {TREATING_DOCTOR: GENERAL_PRACTICE, SPECIALIST: DENTAL_PRACTICE, STRANGER: "1330780081"}
"""Apart: what a practice put in, all who work there may see."""
PHARMACY = "1750000018"
OPEN_SERVICE, SECRET_SERVICE = "1.2.250.1.999.77", "1.2.250.1.999.78"
SPOKEN = ("orchidoxal", "pervenchine", "mirabellose", "campanulate")
"""Words that no answer to the wrong person may hold: one for each pair."""
HIDDEN_WORD = dict(zip(NAMES, SPOKEN, strict=True))


@dataclass
class Record:
    """``hidden``: ids of what is hidden in it, by kind; ``plain``: of what is not."""

    name: str
    record_id: str
    parent_id: str
    ins: str
    hidden: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """``twin`` holds nothing that is hidden."""

    one: Record
    twin: Record

    @property
    def word(self) -> str:
        return HIDDEN_WORD[self.one.name]


@dataclass
class People:
    """Tokens of everybody who comes near a record. ``secretly``: a minor's secret session."""

    cast: Cast

    def patient(self, record: Record, *, secretly: bool = False) -> Caller:
        return self._who(ActorKind.PATIENT, record_id=record.record_id, secret=secretly)

    def parent(self, record: Record) -> Caller:
        return self._who(ActorKind.REPRESENTATIVE, sub=record.parent_id, record_id=record.record_id)

    def caregiver(self, record: Record) -> Caller:
        return self._who(ActorKind.CAREGIVER, sub=record.parent_id, record_id=record.record_id)

    def application(self, record: Record) -> Caller:
        return self._who(ActorKind.APPLICATION, client_id=OPEN_SERVICE, record_id=record.record_id)

    def doctor(self, national_id: str = TREATING_DOCTOR, *, secretly: bool = False) -> Caller:
        return self._who(
            ActorKind.PROFESSIONAL, SubjectNameID=national_id, secret=secretly,
            SubjectOrganizationID=WORKS_AT[national_id],
            exercice={"codeProfession": "10", "codeSavoirFaire": "SM26"},
        )  # fmt: skip

    def secretary(self) -> Caller:
        return self._who(ActorKind.SECRETARY, sub="s1", SubjectOrganizationID=PHARMACY)

    def staff(self, kind: ActorKind) -> Caller:
        return self._who(kind, sub=f"sample-{kind.value}")

    def facility(self, structure: str) -> Caller:
        """Another's software, in nobody's name."""
        return self._who(ActorKind.FACILITY, SubjectOrganizationID=structure, software="other")

    def hospital(self, national_id: str | None = None) -> Caller:
        """Its software, in the name of that professional."""
        claims: dict[str, Any] = {"SubjectOrganizationID": HOSPITAL, "software": "hospital record"}
        if national_id:
            claims["for_professional"] = {
                "SubjectNameID": national_id, "SubjectOrganizationID": HOSPITAL,
                "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
                "exercice": {"codeProfession": "10", "codeSavoirFaire": "SM26"},
                "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
            }  # fmt: skip
        return self._who(ActorKind.FACILITY, **claims)

    def _who(self, kind: ActorKind, **claims: Any) -> Caller:
        claims = {name: value for name, value in claims.items() if value is not False}
        return Caller(self.cast.rpc, self.cast.issuer, kind, claims)
