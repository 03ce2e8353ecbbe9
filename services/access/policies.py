"""What access does when identity or the catalogue speaks: what they say is a fact of decisions."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.access.application import Access
from services.access.application.connections import allowed_in
from services.access.domain.grants import (
    BACK_AS_BEFORE,
    STATUS_SAID,
    Authorisation,
    DelegationKind,
    Source,
    Status,
)
from services.access.domain.legacy import Legacy
from services.access.domain.rights import Rights
from shared.eventing.received import Received
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import parse_instant
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome

FOLLOWS = ("identity", "catalogue")


class Applied(BaseModel):
    """A policy has nobody to answer."""


Policy = Callable[[Access, Received], Outcome[Any] | None]


def on_state_changed(app: Access, received: Received) -> Outcome[Applied] | None:
    """Keep the new state, with the place in identity's log where it was said."""
    if received.record is None:
        return None
    by = _publisher(received)
    rights = app.rights_of(received.record) or Rights.open(app.secret, received.record, by=by)
    source = _source(received)
    back = received.type in BACK_AS_BEFORE
    status = Status(rights.active_status) if back else STATUS_SAID[received.type]
    rights.change_status(status, source=source, by=by)
    representatives = received.data.get("representatives") or []
    majority = received.data.get("majority_at")
    if representatives or majority:
        rights.know_representatives(
            [str(person) for person in representatives],
            parse_instant(majority) if majority else None,
            source=source,
            by=by,
        )
    return Outcome(answer=Applied(), save=[rights])


def on_death_revoked(app: Access, received: Received) -> Outcome[Applied] | None:
    """Again what it was: open or activated as it was last, or as the message says."""
    rights = app.rights_of(received.record) if received.record else None
    if rights is None:
        return None
    said = received.data["status"]
    rights.change_status(
        Status(rights.active_status if said == Status.OPEN else said),
        source=_source(received),
        by=_publisher(received),
    )
    return Outcome(answer=Applied(), save=[rights])


def on_traits_corrected(app: Access, received: Received) -> Outcome[Applied] | None:
    """Another birth date moves the instant from which representatives are refused."""
    rights = app.rights_of(received.record) if received.record else None
    majority = received.data["majority_at"]
    if rights is None or majority is None:
        return None
    rights.know_representatives(
        rights.representatives,
        parse_instant(majority),
        source=_source(received),
        by=_publisher(received),
    )
    return Outcome(answer=Applied(), save=[rights])


def on_records_merged(app: Access, received: Received) -> Outcome[Applied] | None:
    """What the person forbade on either record is forbidden on the one that lives."""
    target = app.rights_of(received.record) if received.record else None
    source = app.rights_of(UUID(received.data["source"]))
    if target is None or source is None:
        return None
    by = _publisher(received)
    app.follow_merges(target)
    app.follow_merges(source)
    target.take_stricter(UUID(received.data["merge_id"]), source, by=by)
    app.connections_merged(target, source, by)
    return Outcome(answer=Applied(), save=[target, source])


def on_records_split(app: Access, received: Received) -> Outcome[Applied] | None:
    """Two people after all: each has again what they forbade themselves."""
    target = app.rights_of(received.record) if received.record else None
    if target is None:
        return None
    by = _publisher(received)
    target.give_stricter_back(UUID(received.data["merge_id"]), by=by)
    source = app.readable(UUID(received.data["source"]))
    if source is None:
        return Outcome(answer=Applied(), save=[target])
    app.connections_split(target, source, _source(received), by)
    return Outcome(answer=Applied(), save=[target, source])


def on_identity_proven(app: Access, received: Received) -> Outcome[Applied] | None:
    """Others feed documents only to a qualified identity (RNIV)."""
    rights = app.rights_of(received.record) if received.record else None
    if rights is None:
        return None
    rights.prove_identity(
        qualified=received.type == "identity.identity_qualified",
        source=_source(received),
        by=_publisher(received),
    )
    return Outcome(answer=Applied(), save=[rights])


def on_majority_reached(app: Access, received: Received) -> Outcome[Applied] | None:
    """Nobody acts for the person any more, whether identity or another representative named
    them."""
    rights = app.rights_of(received.record) if received.record else None
    if rights is None:
        return None
    by = _publisher(received)
    stopped = [
        delegate
        for i, d in rights.delegations.items()
        if d["kind"] == DelegationKind.REPRESENTATIVE
        for delegate in app.help_stopped(rights, d["delegate"], UUID(i), by)
    ]
    rights.end_representation(source=_source(received), by=by)
    return Outcome(answer=Applied(), save=[rights, *stopped])


def on_legacy_dmp_imported(app: Access, received: Received) -> Outcome[Applied] | None:
    """CSP R1111-40: what the person had decided in their former DMP, where they have said
    nothing else since; what is stricter wins."""
    rights = app.rights_of(received.record) if received.record else None
    if rights is None:
        return None
    given = Legacy.of(received.data)
    rights.take_legacy(given, at=received.occurred_at, by=_publisher(received))
    return Outcome(answer=Applied(), save=[rights])


def on_authorised(app: Access, received: Received) -> Outcome[Done] | None:
    """Given, or given again: replaces what was known under that id."""
    if received.record is None:
        return None
    data = received.data
    given = Authorisation(
        client=data["client_id"],
        allowed=allowed_in(data),
        authoriser={"kind": data["authoriser"]["kind"], "id": data["authoriser"]["id"]},
        before=None,
        secret=bool(data.get("secret")),
        source=_source(received),
    )
    return app.know_authorisation(
        received.record, UUID(data["authorisation_id"]), given, _publisher(received)
    )


def on_reapproval_asked(app: Access, received: Received) -> Outcome[Done] | None:
    """What is left meanwhile, and until when."""
    if received.record is None:
        return None
    data = received.data
    return app.restrict_authorisation(
        received.record,
        UUID(data["authorisation_id"]),
        allowed_in(data),
        parse_instant(data["before"]),
        _source(received),
        _publisher(received),
    )


def on_authorisation_revoked(app: Access, received: Received) -> Outcome[Done] | None:
    if received.record is None:
        return None
    authorisation_id = UUID(received.data["authorisation_id"])
    return app.forget_authorisation(
        received.record, authorisation_id, _source(received), _publisher(received)
    )


def on_service_stopped(app: Access, received: Received) -> Outcome[Done]:
    """Suspended or withdrawn: nothing on any record, until its suspension is lifted."""
    return app.stop_client(
        received.data["client_id"],
        stopped=received.type != "catalogue.service_suspension_lifted",
        source=_source(received),
        by=_publisher(received),
    )


def _source(received: Received) -> Source:
    return Source(service=received.publisher, position=received.position)


def _publisher(received: Received) -> Actor:
    return Actor(kind=ActorKind.SERVICE, id=received.publisher)


POLICIES: Mapping[str, Policy] = {
    **dict.fromkeys((*STATUS_SAID, *BACK_AS_BEFORE), on_state_changed),
    "identity.death_revoked": on_death_revoked,
    "identity.traits_corrected": on_traits_corrected,
    "identity.records_merged": on_records_merged,
    "identity.records_split": on_records_split,
    "identity.identity_qualified": on_identity_proven,
    "identity.identity_downgraded": on_identity_proven,
    "identity.legacy_dmp_imported": on_legacy_dmp_imported,
    "identity.majority_reached": on_majority_reached,
    "catalogue.authorisation_granted": on_authorised,
    "catalogue.authorisation_reapproved": on_authorised,
    "catalogue.reapproval_asked": on_reapproval_asked,
    "catalogue.authorisation_revoked": on_authorisation_revoked,
    "catalogue.service_suspended": on_service_stopped,
    "catalogue.service_suspension_lifted": on_service_stopped,
    "catalogue.service_withdrawn": on_service_stopped,
}
