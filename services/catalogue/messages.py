"""What others hear of the catalogue: ids, codes and dates; never a token, nor its hash."""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.catalogue.domain.connections import Connections
from services.catalogue.domain.finality import Agreed, DataAction, allowed_by
from services.catalogue.domain.listed_service import ListedService
from shared.eventing.messages import Instant, MessageData
from shared.eventing.telling import tell_as_they_are
from shared.kernel.actor import in_secret


class AllowedExchange(BaseModel):
    """In the words of access. ``categories``: a document's class, a measure's code, a section."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scope: str
    action: Literal["read", "feed"]
    categories: list[str]


class OfService(MessageData):
    """``client_id``: its OID, as in the tokens of applications."""

    service_id: UUID
    client_id: str


class ServiceReferenced(OfService):
    TYPE = "catalogue.service_referenced"
    pre_series: bool


class ServiceChanged(OfService):
    TYPE = "catalogue.service_changed"
    finalities_version: int
    reapprove_before: Instant | None


class ServiceSuspended(OfService):
    TYPE = "catalogue.service_suspended"
    reason: str


class ServiceSuspensionLifted(OfService):
    TYPE = "catalogue.service_suspension_lifted"


class ServiceWithdrawn(OfService):
    TYPE = "catalogue.service_withdrawn"
    reason: str


class OfAuthorisation(OfService):
    authorisation_id: UUID


class Authorised(OfAuthorisation):
    """``allowed``: all that the service may do from now on, and ``authoriser``: who must be
    allowed the same themselves."""

    finalities: list[str]
    allowed: list[AllowedExchange]
    authoriser: dict[str, str]


class AuthorisationGranted(Authorised):
    TYPE = "catalogue.authorisation_granted"


class AuthorisationReapproved(Authorised):
    TYPE = "catalogue.authorisation_reapproved"


class ReapprovalAsked(OfAuthorisation):
    """``allowed``: what is left meanwhile; nothing from the instant ``before`` on."""

    TYPE = "catalogue.reapproval_asked"
    allowed: list[AllowedExchange]
    before: Instant


class AuthorisationRevoked(OfAuthorisation):
    TYPE = "catalogue.authorisation_revoked"
    reason: str


class ConnectionsReminded(MessageData):
    """``services``: OIDs of what is connected."""

    TYPE = "catalogue.connections_reminded"
    services: list[str]


@singledispatch
def message_for(_event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


def _of_service(event: ListedService.Event) -> dict[str, Any]:
    return {"by": event.by, "service_id": event.originator_id, "client_id": event.oid}


tell_as_they_are(
    message_for,
    _of_service,
    {
        ListedService.Referenced: ServiceReferenced,
        ListedService.Changed: ServiceChanged,
        ListedService.Suspended: ServiceSuspended,
        ListedService.SuspensionLifted: ServiceSuspensionLifted,
        ListedService.Withdrawn: ServiceWithdrawn,
    },
    base=OfService,
)


AboutAuthorisation = (
    Connections.Granted | Connections.Reapproved | Connections.ReapprovalAsked | Connections.Revoked
)


def _of_authorisation(event: AboutAuthorisation) -> dict[str, Any]:
    return {
        "record_id": event.record_id,
        "by": event.by,
        "secret": event.secret or in_secret(event.by),
        "service_id": event.service_id,
        "client_id": event.oid,
        "authorisation_id": event.authorisation_id,
    }


def _allowed(agreed: Sequence[Agreed]) -> list[AllowedExchange]:
    return [
        AllowedExchange(
            scope=e["scope"],
            action="read" if e["action"] == DataAction.READ else "feed",
            categories=e["categories"],
        )
        for e in allowed_by(agreed)
    ]


def _authorised(event: Connections.Granted | Connections.Reapproved) -> dict[str, Any]:
    return {
        "finalities": [agreed["code"] for agreed in event.agreed],
        "allowed": _allowed(event.agreed),
        "authoriser": dict(event.authoriser),
        **_of_authorisation(event),
    }


@message_for.register
def _(event: Connections.Granted) -> MessageData:
    return AuthorisationGranted(**_authorised(event))


@message_for.register
def _(event: Connections.Reapproved) -> MessageData:
    return AuthorisationReapproved(**_authorised(event))


@message_for.register
def _(event: Connections.ReapprovalAsked) -> MessageData:
    return ReapprovalAsked(
        allowed=_allowed(event.agreed),
        before=event.reapprove_before,
        **_of_authorisation(event),
    )


@message_for.register
def _(event: Connections.Revoked) -> MessageData:
    return AuthorisationRevoked(reason=event.reason, **_of_authorisation(event))


@message_for.register
def _(event: Connections.Reminded) -> MessageData:
    return ConnectionsReminded(
        record_id=event.record_id, by=event.by, secret=event.secret, services=event.services
    )
