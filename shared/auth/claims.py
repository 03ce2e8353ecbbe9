"""What a token must say of each kind of caller, and the Actor it makes.

Professionals' claims have the names of Pro Santé Connect's userinfo; names and civilities,
which it also carries, are left behind here: nothing downstream needs them.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)

from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Unauthenticated

LEVELS = frozenset({"APPPRIP3^1.2.250.1.213.1.5.1.1.1"})
"""Values of ``Palier_Authentification`` that prove a card or Pro Santé Connect (PGSSI-S,
"Référentiel d'authentification", palier 3)."""

Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,16}$")]
Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z/._:-]{0,127}$")]
Told = BeforeValidator(lambda value: None if value == "" else value)
"""Userinfo has all its members: one that it knows nothing of is an empty text. Those that close
something (category, sector) are not taken so.
"""


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    sub: Id | None = None
    secret: StrictBool = False
    """A secret session on a minor's record: hidden from representatives."""

    def actor(self) -> Actor:
        raise NotImplementedError

    def ends(self) -> datetime | None:
        """When what these claims state ends, if that is not with the token."""
        return None

    def kept(self) -> dict[str, Any]:
        """What is carried to the next service."""
        return self.model_dump(mode="json", exclude_none=True)


class Exercice(BaseModel):
    """The one work situation chosen for the session (a person may have several)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    codeProfession: Code  # noqa: N815 - Pro Santé Connect's name
    codeCategorieProfessionnelle: Literal["C", "M", "F", "E"] | None = None  # noqa: N815 - idem
    """TRE_R09. ``E``: a student, who is not in practice and breaks no glass."""
    codeSavoirFaire: Annotated[Code | None, Told] = None  # noqa: N815 - idem
    codeSectionPharmacien: Annotated[Code | None, Told] = None  # noqa: N815 - idem

    @model_validator(mode="before")
    @classmethod
    def _of_its_activity(cls, told: Any) -> Any:
        """Userinfo says a pharmacist's section in the activity, of which the one chosen is left."""
        match told:
            case {"activities": [{"codeSectionPharmacien": section}], **rest}:
                return rest | {
                    "codeSectionPharmacien": rest.get("codeSectionPharmacien") or section
                }
        return told


Sector = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,16}(\^[0-9.]+)?$")]
"""``SA07^1.2.250.1.71.4.2.4``: insurers and employers never get in (CSP, L1111-18)."""


class ProfessionalClaims(_Claims):
    SubjectNameID: Id
    SubjectRole: Annotated[list[str], Field(min_length=1, max_length=1)]
    exercice: Exercice
    SubjectOrganizationID: Id
    Palier_Authentification: str
    Acces_Regulation_Medicale: Annotated[Literal["VRAI", "FAUX"] | None, Told] = None
    Secteur_Activite: Sector | None = None

    def actor(self) -> Actor:
        if self.Palier_Authentification not in LEVELS:
            raise Unauthenticated("this level of authentication does not prove a professional")
        if self.SubjectRole[0].partition("^")[0] != self.exercice.codeProfession:
            raise Unauthenticated("the role is not that of the work situation chosen")
        return Actor(
            kind=ActorKind.PROFESSIONAL,
            id=self.SubjectNameID,
            profession=self.exercice.codeProfession,
            specialty=self.exercice.codeSavoirFaire,
            pharmacist_section=self.exercice.codeSectionPharmacien,
            facility=self.SubjectOrganizationID,
            regulation=self.Acces_Regulation_Medicale == "VRAI",
            secret=self.secret,
            claims=self.model_dump(
                mode="json", include={"Secteur_Activite", "exercice"}, exclude_none=True
            ),
        )


class PatientClaims(_Claims):
    record_id: UUID

    def actor(self) -> Actor:
        return Actor(
            kind=ActorKind.PATIENT,
            id=str(self.record_id),
            record_id=self.record_id,
            secret=self.secret,
        )


class DelegateClaims(_Claims):
    """``sub``: their own record; ``record_id``: the one they act for."""

    kind: Literal[ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER]
    sub: Id
    record_id: UUID

    def actor(self) -> Actor:
        if self.secret:
            raise Unauthenticated("a secret session is the minor's own, never a delegate's")
        return Actor(kind=self.kind, id=self.sub, record_id=self.record_id)


class FacilityClaims(_Claims):
    """Software of a facility; it names the professional it reads for, authenticated by it."""

    SubjectOrganizationID: Id
    software: Annotated[str, Field(min_length=1, max_length=200)]
    for_professional: ProfessionalClaims | None = None
    Secteur_Activite: Sector | None = None

    def actor(self) -> Actor:
        named = self.for_professional.actor() if self.for_professional else None
        if named and named.facility != self.SubjectOrganizationID:
            raise Unauthenticated("the professional named does not work in this facility")
        return Actor(
            kind=ActorKind.FACILITY,
            id=self.SubjectOrganizationID,
            facility=self.SubjectOrganizationID,
            secret=self.secret or bool(named and named.secret),
            on_behalf_of=named,
        )


class SecretaryClaims(_Claims):
    sub: Id
    SubjectNameID: Id | None = None
    SubjectOrganizationID: Id
    Secteur_Activite: Sector | None = None

    def actor(self) -> Actor:
        return Actor(
            kind=ActorKind.SECRETARY,
            id=self.SubjectNameID or self.sub,
            facility=self.SubjectOrganizationID,
            secret=self.secret,
        )


class ApplicationClaims(_Claims):
    client_id: Id
    record_id: UUID | None = None

    def actor(self) -> Actor:
        return Actor(
            kind=ActorKind.APPLICATION,
            id=self.client_id,
            record_id=self.record_id,
            secret=self.secret,
        )


class Mandate(BaseModel):
    """What an auditor was asked to look at, until when, and whether a physician is there
    (without one, no health data)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Id
    scope: Annotated[list[Id], Field(min_length=1, max_length=100)]
    expires: AwareDatetime
    physician_present: StrictBool = False


class AuditorClaims(_Claims):
    sub: Id
    mandate: Mandate

    def ends(self) -> datetime:
        return self.mandate.expires

    def actor(self) -> Actor:
        return Actor(
            kind=ActorKind.AUDITOR,
            id=self.sub,
            mandate=self.mandate.id,
            physician_present=self.mandate.physician_present,
        )


class StaffClaims(_Claims):
    kind: Literal[ActorKind.OPERATOR, ActorKind.SUPPORT]
    sub: Id

    def actor(self) -> Actor:
        return Actor(kind=self.kind, id=self.sub)


CLAIMS: Mapping[ActorKind, type[_Claims]] = MappingProxyType(
    {
        ActorKind.PROFESSIONAL: ProfessionalClaims,
        ActorKind.PATIENT: PatientClaims,
        ActorKind.REPRESENTATIVE: DelegateClaims,
        ActorKind.CAREGIVER: DelegateClaims,
        ActorKind.FACILITY: FacilityClaims,
        ActorKind.SECRETARY: SecretaryClaims,
        ActorKind.APPLICATION: ApplicationClaims,
        ActorKind.AUDITOR: AuditorClaims,
        ActorKind.OPERATOR: StaffClaims,
        ActorKind.SUPPORT: StaffClaims,
    }
)
"""No entry for services: they have tokens of their own (``service_tokens.py``)."""


CLAIMS_BY_NAME = {kind.value: model for kind, model in CLAIMS.items()}


def actor_of(claims: Mapping[str, Any], now: datetime) -> Actor:
    """The Actor these verified claims make; :class:`Unauthenticated` names what is wrong."""
    kind = claims.get("kind")
    model = CLAIMS_BY_NAME.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise Unauthenticated("the token names no kind of caller", fields={"kind": "unknown"})
    try:
        parsed = model.model_validate(claims)
    except ValidationError as error:
        wrong = {".".join(map(str, e["loc"])): e["type"] for e in error.errors()}
        raise Unauthenticated(f"these are not the claims of a {kind}", fields=wrong) from None
    if (ends := parsed.ends()) and now >= ends:
        raise Unauthenticated("what this token states has ended")
    actor = parsed.actor()
    carried = {"kind": kind, "exp": claims["exp"]} | parsed.kept()
    return replace(actor, claims=carried)
