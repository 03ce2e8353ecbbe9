"""What people allow services, and take back; what a service's token is worth."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from services.catalogue import contract as c
from services.catalogue.application.log import CatalogueLog
from services.catalogue.domain.access_token import derived_token, fits, stream_of, token_hash
from services.catalogue.domain.connections import (
    Authorisation,
    Authoriser,
    Connections,
    Ending,
)
from services.catalogue.domain.errors import (
    Over,
    ServiceNotOpen,
    UnknownAuthorisation,
    UnknownFinality,
)
from services.catalogue.domain.finality import Agreed, agree, allowed_by, still_declared
from services.catalogue.domain.listed_service import ListedService
from shared.crypto.keys import KeyErased
from shared.eventing.kin import served_under
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.ids import derived_id
from shared.kernel.secrecy import require_unseen
from shared.rpc.contract import Done, Listing
from shared.stores.event_log import Outcome, command

INACTIVE = c.TokenState(active=False)


class Connecting(CatalogueLog):
    def authorise(self, request: c.Authorise, by: Actor) -> c.Authorised:
        """The token itself is kept nowhere: it is derived again for a repeated request.

        Answer once access has applied it: the token works, and a former one does not.
        """
        granted = self.applied(request.record_id, self._authorise(request, by))
        return c.Authorised(**granted.model_dump(), token=self._token(request, by))

    @command
    def _authorise(self, request: c.Authorise, by: Actor) -> Outcome[c.Granted]:
        """Decided on the service as it is: one suspended or changed meanwhile is seen."""
        self.require_manager(request.record_id, by)
        service = self.service(request.service)
        agreed = _agreed(service, request.finalities)
        authorisation_id = self._authorisation_id(request, by)
        found = self.connections(request.record_id)
        connections = found or Connections.open(self.secret, request.record_id, by=by)
        given = {
            "service_id": service.id,
            "oid": service.oid,
            "secret": by.in_secret,
            "agreed": agreed,
            "finalities_version": service.finalities_version,
            "authoriser": _authoriser(by),
            "token_hash": token_hash(self._token(request, by)),
        }
        connections.grant(
            authorisation_id,
            given,
            now=self.clock.now(),
            remind_every=self.delays.reminder,
            by=by,
        )
        return Outcome(
            answer=c.Granted(authorisation_id=authorisation_id),
            save=[connections, *self._ended_elsewhere(request, by)],
            relied_on={service.id: service.version},
        )

    def _ended_elsewhere(self, request: c.Authorise, by: Actor) -> list[Connections]:
        """What was allowed the same service in a record that was merged with this one: as what is
        given again replaces the former, and its token, so it does there."""
        ended = []
        for connections in self.together(request.record_id):
            former = connections.of_service(request.service, secret=by.in_secret)
            if former and connections.record_id != request.record_id:
                connections.end(former, Ending.PERSON, by)
                ended.append(connections)
        return ended

    def reapprove(self, request: c.Reapprove, by: Actor) -> Done:
        """Answer once access has applied it: what is left out is refused afterwards."""
        return self.applied(request.record_id, self._reapprove(request, by))

    @command
    def _reapprove(self, request: c.Reapprove, by: Actor) -> Outcome[Done]:
        self.require_manager(request.record_id, by)
        connections, authorisation = self._known(request, by)
        require_unseen(by, not authorisation["secret"])
        service = self.service(authorisation["service_id"])
        if self._is_over(authorisation, service):
            raise Over
        connections.reapprove(
            request.authorisation_id,
            _agreed(service, request.finalities),
            finalities_version=service.finalities_version,
            authoriser=_authoriser(by),
            by=by,
        )
        return Outcome(answer=Done(), save=[connections], relied_on={service.id: service.version})

    def revoke(self, request: c.Revoke, by: Actor) -> Done:
        """Answer once access has applied it: the service does nothing afterwards."""
        return self.applied(request.record_id, self._revoke(request, by))

    @command
    def _revoke(self, request: c.Revoke, by: Actor) -> Outcome[Done]:
        """The person always may, whatever state the service or the record is in."""
        if by.principal.kind is not ActorKind.PATIENT:
            self.require_manager(request.record_id, by)
        connections, authorisation = self._known(request, by)
        require_unseen(by, not authorisation["secret"])
        connections.end(request.authorisation_id, Ending.PERSON, by)
        return Outcome(answer=Done(), save=[connections])

    def authorisations(self, request: c.Authorisations, by: Actor) -> Listing[c.AuthorisationView]:
        """What is connected now, from the log: never stale."""
        if by.principal.kind is not ActorKind.PATIENT:
            self.require_manager(request.record_id, by)
        served = served_under(self, request.record_id)
        live = {
            key: authorisation
            for connections in self.together(request.record_id)
            for key, authorisation in connections.visible_to(by.principal, served).items()
        }
        ordered = sorted(key for key in live if key > (request.cursor or ""))
        page = ordered[: request.limit]
        return Listing[c.AuthorisationView](
            items=[self._view(key, live[key]) for key in page],
            next_cursor=page[-1] if len(ordered) > len(page) else None,
            total=len(live),
        )

    def introspect(self, request: c.Introspect, by: Actor) -> c.TokenState:
        """Read from the log at each call: a revocation or a suspension holds at once. Of a record
        that was merged into another, the token opens that one."""
        stream = stream_of(request.token)
        connections: Connections | None = None
        with suppress(KeyErased):  # an erased record's tokens are worth what unknown ones are
            connections = self.get(stream, Connections) if stream else None
        for key, authorisation in (connections.live if connections else {}).items():
            if connections and fits(request.token, authorisation["token_hash"]):
                return self._state(served_under(self, connections.record_id), key, authorisation)
        return INACTIVE

    def _known(self, request: c.OfAuthorisation, by: Actor) -> tuple[Connections, Authorisation]:
        """Of this record or of one that was merged into it."""
        served = served_under(self, request.record_id)
        for connections in self.together(request.record_id):
            if str(request.authorisation_id) in connections.live:
                return connections, connections.of(request.authorisation_id, by.principal, served)
        raise UnknownAuthorisation

    def _state(self, record_id: UUID, key: str, authorisation: Authorisation) -> c.TokenState:
        service = self.service(authorisation["service_id"])
        if not service.is_open or self._is_over(authorisation, service):
            return INACTIVE
        left = still_declared(authorisation["agreed"], service.finalities)
        return c.TokenState(
            active=True,
            client_id=service.oid,
            service_id=service.id,
            record_id=record_id,
            authorisation_id=UUID(key),
            finalities=[agreed["code"] for agreed in left],
            exchanges=_exchanges(left),
            authoriser=ActorKind(authorisation["authoriser"]["kind"]),
            secret=authorisation["secret"],
            exp=service.deadline_after(authorisation["finalities_version"]),
        )

    def _is_over(self, authorisation: Authorisation, service: ListedService) -> bool:
        """At its instant, whenever the timer comes to write it down."""
        ends = service.deadline_after(authorisation["finalities_version"])
        return ends is not None and self.clock.now() >= ends

    def _view(self, key: str, authorisation: Authorisation) -> c.AuthorisationView:
        service = self.service(authorisation["service_id"])
        left = still_declared(authorisation["agreed"], service.finalities)
        return c.AuthorisationView(
            authorisation_id=UUID(key),
            service_id=service.id,
            name=service.description["name"],
            status=service.status,
            finalities=[agreed["code"] for agreed in left],
            exchanges=_exchanges(left),
            authoriser=ActorKind(authorisation["authoriser"]["kind"]),
            granted_at=authorisation["granted_at"],
            reapprove_before=service.deadline_after(authorisation["finalities_version"]),
        )

    def _authorisation_id(self, request: c.Authorise, by: Actor) -> UUID:
        """One per record and service; one more for what a secret session connects, so that
        what representatives do shows nothing of it."""
        kept_from = "secret" if by.in_secret else "open"
        parts = (str(request.record_id), str(request.service), kept_from)
        return derived_id(self.secret, "authorisation", *parts)

    def _token(self, request: c.Authorise, by: Actor) -> str:
        who = by.principal
        return derived_token(
            self.secret,
            Connections.id_of(self.secret, request.record_id),
            *(str(request.service), who.kind.value, who.id, str(request.request_id)),
        )


def _agreed(service: ListedService, codes: list[str]) -> list[Agreed]:
    """Pre-series services may be connected too, by those who know their id."""
    if not service.is_open:
        raise ServiceNotOpen
    if unknown := set(codes) - {finality["code"] for finality in service.finalities}:
        raise UnknownFinality(fields={"finalities": f"not of this service: {min(unknown)}"})
    return agree(service.finalities, codes)


def _authoriser(by: Actor) -> Authoriser:
    return Authoriser(kind=by.principal.kind.value, id=by.principal.id)


def _exchanges(left: list[Agreed]) -> list[Any]:
    return [c.Exchange.model_validate(exchange) for exchange in allowed_by(left)]
