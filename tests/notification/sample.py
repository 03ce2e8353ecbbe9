"""Messages of other services, as notification hears them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.eventing.received import Received
from shared.kernel.actor import Actor, ActorKind
from tests.support.published import published

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
RECORD = UUID("0190a000-0000-7000-8000-000000000001")
OTHER = UUID("0190a000-0000-7000-8000-000000000002")
DOCUMENT = UUID("0190a000-0000-7000-8000-0000000000d0")
SESSION = UUID("0190a000-0000-7000-8000-0000000000e0")

PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
PARENT = Actor(kind=ActorKind.REPRESENTATIVE, id=str(OTHER), record_id=RECORD)
DOCTOR = {
    "kind": "professional",
    "id": "899700366240",
    "profession": "10",
    "facility": "1750712184",
}
HOSPITAL = {"kind": "facility", "id": "1750712184", "facility": "1750712184"}


def carried(by: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "service", "id": "vault", "on_behalf_of": by}


def received(type_: str, position: int = 1, **data: Any) -> Received:
    publisher, _, _ = type_.partition(".")
    return Received(
        publisher=publisher,
        type=type_,
        version=1,
        key=f"{DOCUMENT}.{position}",
        epoch="e",
        position=position,
        occurred_at=NOW + timedelta(seconds=position),
        record=RECORD,
        data=published(type_, **({"record_id": str(RECORD), "by": DOCTOR} | data)),
    )


def deposited(position: int = 1, **data: Any) -> Received:
    defaults = {"document_id": str(DOCUMENT), "confidentiality": ["N"], "by": HOSPITAL}
    return received("vault.document_deposited", position, **(defaults | data))


def opened(position: int = 2, **data: Any) -> Received:
    defaults = {"document_id": str(DOCUMENT), "confidentiality": ["N"]}
    return received("vault.document_opened", position, **(defaults | data))


def glass_broken(position: int = 3, **data: Any) -> Received:
    return received("access.glass_broken", position, **({"session": str(SESSION)} | data))


def announced(position: int = 1, **data: Any) -> Any:
    defaults: dict[str, Any] = {"representatives": [], "majority_at": None}
    return received("identity.record_announced", position, **(defaults | data))


def activated(position: int = 2) -> Any:
    return received("identity.record_activated", position)
