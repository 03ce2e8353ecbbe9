"""Sample services and callers; a glucose sensor, as in the story."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.catalogue import contract as c
from services.catalogue.domain.criteria import Criterion
from shared.kernel.actor import Actor, ActorKind

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
REAPPROVAL = timedelta(days=30)
REMINDER = timedelta(days=90)
RECORD = UUID("0190a000-0000-7000-8000-000000000001")
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="ans")
PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
SECRETLY = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD, secret=True)
PARENT = Actor(kind=ActorKind.REPRESENTATIVE, id=str(UUID(int=7)), record_id=RECORD)
GATEWAY = Actor(kind=ActorKind.SERVICE, id="gateway")
TIMER = Actor(kind=ActorKind.SERVICE, id="catalogue")
SENSOR = "1.2.250.1.999.1"
INSURER = "1.2.250.1.999.2"


def exchange(action: str, *categories: str, scope: str = "measure") -> dict[str, Any]:
    return {"scope": scope, "action": action, "categories": list(categories)}


def finality(code: str, *exchanges: dict[str, Any], label: str = "Suivi") -> dict[str, Any]:
    return {"code": code, "label": label, "description": "Pourquoi.", "exchanges": list(exchanges)}


FOLLOW = finality("SUIVI", exchange("ajouter", "INTERSTITIAL_GLUCOSE"))
CHART = finality("COURBE", exchange("consulter", "INTERSTITIAL_GLUCOSE", "WEIGHT"))


def description(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Capteur de glycémie Élan",
        "description": "Reporte les lectures du capteur.",
        "editor": {"name": "Élan Santé", "kind": "publisher"},
        "themes": ["OBSERVANCE"],
        "terms_url": "https://elan.example/cgu",
        "medical_device": True,
    } | changes


def proposal(oid: str = SENSOR, **changes: Any) -> c.ProposeService:
    given = {"oid": oid, "description": description(), "finalities": [FOLLOW, CHART]}
    return c.ProposeService.model_validate({"request_id": uuid4()} | given | changes)


def evidence(*criteria: Criterion) -> list[dict[str, Any]]:
    return [
        {"criterion": each, "reference": "R-2026/12", "checked_on": "2026-06-01"}
        for each in criteria or Criterion
    ]


def reference(service_id: UUID, **changes: Any) -> c.ReferenceService:
    given = {"request_id": uuid4(), "service_id": service_id, "evidence": evidence()}
    return c.ReferenceService.model_validate(given | changes)


def change(service_id: UUID, **changes: Any) -> c.ChangeService:
    given = {"service_id": service_id, "description": description(), "finalities": [FOLLOW, CHART]}
    return c.ChangeService.model_validate({"request_id": uuid4()} | given | changes)


def suspension(service_id: UUID) -> c.SuspendService:
    return c.SuspendService(request_id=uuid4(), service_id=service_id, reason="security")


def withdrawal(service_id: UUID) -> c.WithdrawService:
    return c.WithdrawService(request_id=uuid4(), service_id=service_id, reason="contract_ended")


def lifting(service_id: UUID) -> c.LiftServiceSuspension:
    return c.LiftServiceSuspension(request_id=uuid4(), service_id=service_id)


def authorise(service_id: UUID, *finalities: str, **changes: Any) -> c.Authorise:
    given = {"record_id": RECORD, "service": service_id, "finalities": finalities or ("SUIVI",)}
    return c.Authorise.model_validate({"request_id": uuid4()} | given | changes)


def reapproval(authorisation_id: UUID, *finalities: str) -> c.Reapprove:
    return c.Reapprove(
        request_id=uuid4(),
        record_id=RECORD,
        authorisation_id=authorisation_id,
        finalities=list(finalities),
    )


def revocation(authorisation_id: UUID) -> c.Revoke:
    return c.Revoke(request_id=uuid4(), record_id=RECORD, authorisation_id=authorisation_id)
