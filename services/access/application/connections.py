"""What the catalogue says, applied: a revocation counts in every decision after it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.access.application.log import AccessLog
from services.access.domain.connection import Client
from services.access.domain.grants import Allowed, Authorisation, Source
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome


class Connections(AccessLog):
    """Asked by policies, which save what comes back."""

    def know_authorisation(
        self, record_id: UUID, authorisation_id: UUID, given: Authorisation, by: Actor
    ) -> Outcome[Done]:
        rights = self.rights_of(record_id) or Rights.open(self.secret, record_id, by=by)
        rights.know_authorisation(authorisation_id, given, by=by)
        return Outcome(answer=Done(), save=[rights])

    def restrict_authorisation(
        self,
        record_id: UUID,
        authorisation_id: UUID,
        allowed: list[Allowed],
        before: datetime,
        source: Source,
        by: Actor,
    ) -> Outcome[Done] | None:
        rights = self.rights_of(record_id)
        if rights is None:
            return None
        rights.restrict_authorisation(authorisation_id, allowed, before, source=source, by=by)
        return Outcome(answer=Done(), save=[rights])

    def forget_authorisation(
        self, record_id: UUID, authorisation_id: UUID, source: Source, by: Actor
    ) -> Outcome[Done] | None:
        rights = self.rights_of(record_id)
        if rights is None:
            return None
        rights.forget_authorisation(authorisation_id, source=source, by=by)
        return Outcome(answer=Done(), save=[rights])

    def stop_client(
        self, client_id: str, *, stopped: bool, source: Source, by: Actor
    ) -> Outcome[Done]:
        client = self.client(client_id) or Client.know(self.secret, client_id, by=by)
        client.stop(stopped=stopped, source=source, by=by)
        return Outcome(answer=Done(), save=[client])


def allowed_in(data: dict[str, Any]) -> list[Allowed]:
    """As messages of the catalogue say it."""
    return [
        Allowed(scope=a["scope"], action=a["action"], categories=list(a["categories"]))
        for a in data["allowed"]
    ]
