"""Who appears in the story, and how each calls the services."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from shared.auth.development import DevelopmentIssuer
from shared.kernel.actor import ActorKind
from shared.rpc.client import RpcClient

HOSPITAL = "1750712184"
GENERAL_PRACTICE = "1380780080"
DENTAL_PRACTICE = "1690784137"

TREATING_DOCTOR = "899700366240"
DENTIST = "899700551239"
EMERGENCY_DOCTOR = "899700770011"

PROFESSIONALS = (
    {
        "national_id": TREATING_DOCTOR,
        "given_name": "Hélène",
        "family_name": "ESSAI-GÉNÉRALISTE",
        "profession": "10",
        "specialty": "SM26",
    },
    {
        "national_id": DENTIST,
        "given_name": "Karim",
        "family_name": "ESSAI-DENTISTE",
        "profession": "40",
    },
    {
        "national_id": EMERGENCY_DOCTOR,
        "given_name": "Aïcha",
        "family_name": "ESSAI-URGENTISTE",
        "profession": "10",
        "specialty": "SM26",
    },
)
"""As the national directory would know them; the persons do not exist."""

CALL_TIMEOUT = 30.0
"""Seconds; a first call may find a service still opening its stores."""


@dataclass(frozen=True)
class Caller:
    """One who calls, with a fresh token each time: tokens live minutes, the story jumps weeks."""

    rpc: RpcClient
    issuer: DevelopmentIssuer
    kind: ActorKind
    claims: Mapping[str, Any]

    def ask(self, method: str, **arguments: Any) -> Any:
        """A query: ``SERVICE.METHOD`` and its arguments."""
        service, _, name = method.partition(".")
        token = self.issuer.token(self.kind, **self.claims)
        return self.rpc.call(service, name, arguments, token=token, timeout=CALL_TIMEOUT)

    def do(self, method: str, **arguments: Any) -> Any:
        """A command: the same with a request_id of its own."""
        return self.ask(method, request_id=str(uuid4()), **arguments)


@dataclass(frozen=True)
class Cast:
    rpc: RpcClient
    issuer: DevelopmentIssuer

    def insurer(self) -> Caller:
        return self._caller(ActorKind.OPERATOR, sub="insurer")

    def patient(self, record_id: str) -> Caller:
        return self._caller(ActorKind.PATIENT, record_id=record_id)

    def hospital(self) -> Caller:
        return self._caller(
            ActorKind.FACILITY, SubjectOrganizationID=HOSPITAL, software="hospital record"
        )

    def doctor(self, national_id: str, facility: str) -> Caller:
        return self._professional(national_id, facility, "10", "SM26")

    def dentist(self) -> Caller:
        return self._professional(DENTIST, DENTAL_PRACTICE, "40", None)

    def _professional(
        self, national_id: str, facility: str, profession: str, specialty: str | None
    ) -> Caller:
        exercice = {"codeProfession": profession, "codeSavoirFaire": specialty}
        return self._caller(
            ActorKind.PROFESSIONAL,
            SubjectNameID=national_id,
            SubjectOrganizationID=facility,
            exercice={key: value for key, value in exercice.items() if value},
        )

    def _caller(self, kind: ActorKind, **claims: Any) -> Caller:
        return Caller(self.rpc, self.issuer, kind, claims)
