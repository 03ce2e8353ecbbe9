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
        known = self._of(record_id) or [Rights.open(self.secret, record_id, by=by)]
        for rights in known:
            rights.know_authorisation(authorisation_id, given, by=by)
        return Outcome(answer=Done(), save=known)

    def restrict_authorisation(
        self,
        record_id: UUID,
        authorisation_id: UUID,
        allowed: list[Allowed],
        before: datetime,
        source: Source,
        by: Actor,
    ) -> Outcome[Done]:
        known = self._of(record_id)
        for rights in known:
            rights.restrict_authorisation(authorisation_id, allowed, before, source=source, by=by)
        return Outcome(answer=Done(), save=known)

    def forget_authorisation(
        self, record_id: UUID, authorisation_id: UUID, source: Source, by: Actor
    ) -> Outcome[Done]:
        known = self._of(record_id)
        for rights in known:
            rights.forget_authorisation(authorisation_id, source=source, by=by)
        return Outcome(answer=Done(), save=known)

    def connections_merged(self, target: Rights, source: Rights, by: Actor) -> None:
        """The catalogue serves what was allowed on the source under the target, until a split."""
        source.follow_target(target.record_id, by=by)
        for key, authorisation in source.authorisations.items():
            target.know_authorisation(UUID(key), authorisation, by=by)

    def connections_split(self, target: Rights, source: Rights, said: Source, by: Actor) -> None:
        source.follow_target(None, by=by)
        for key in source.authorisations:
            target.forget_authorisation(UUID(key), source=said, by=by)

    def stop_client(
        self, client_id: str, *, stopped: bool, source: Source, by: Actor
    ) -> Outcome[Done]:
        client = self.client(client_id) or Client.know(self.secret, client_id, by=by)
        client.stop(stopped=stopped, source=source, by=by)
        return Outcome(answer=Done(), save=[client])

    def _of(self, record_id: UUID) -> list[Rights]:
        """Those of the record, and of the one it was merged into."""
        rights = self.rights_of(record_id)
        target = self.rights_of(rights.merged_into) if rights and rights.merged_into else None
        return [found for found in (rights, target) if found]


def allowed_in(data: dict[str, Any]) -> list[Allowed]:
    """As messages of the catalogue say it."""
    return [
        Allowed(scope=a["scope"], action=a["action"], categories=list(a["categories"]))
        for a in data["allowed"]
    ]
