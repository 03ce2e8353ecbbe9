"""An auditor opens the records of the mandate, through audit, and no other."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.keyring.contract import OpenedForAudit
from services.keyring.domain.managed_key import ManagedKey
from shared.crypto.handover import Recipient
from shared.crypto.remote_keys import about
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from tests.keyring.place import Place


def carried(*scope: object, by: str = "audit", kind: ActorKind = ActorKind.AUDITOR) -> Actor:
    """An auditor whose request that service carries."""
    claims: dict[str, Any] = {"mandate": {"id": "m1", "scope": [str(one) for one in scope]}}
    principal = Actor(kind=kind, id="a1", mandate="m1", claims=claims)
    return Actor(kind=ActorKind.SERVICE, id=by, on_behalf_of=principal)


def opened(place: Place, record: UUID, by: Actor, half: str) -> OpenedForAudit:
    answer = place.call(
        "open_for_audit", by, record_id=record, services=["vault", "access"], recipient=half
    )
    assert isinstance(answer, OpenedForAudit)
    return answer


def test_the_keys_are_those_of_the_services(place: Place) -> None:
    """Sealed for the auditor alone; the opening is an event of the record."""
    record, recipient = place.new_record(), Recipient()

    answer = opened(place, record, carried(record), recipient.half)

    public = place.signer.public_key()
    for handed in answer.keys:
        secret = recipient.take(handed.key, about(handed.service, record, 1), public)
        assert secret == place.keys(handed.service).current(record).secret
    assert {handed.service for handed in answer.keys} == {"vault", "access"}
    last = place.app.read(0, 100)[-1].event
    assert isinstance(last, ManagedKey.OpenedForAudit)
    assert last.by["on_behalf_of"]["mandate"] == "m1"


def test_of_no_other_record_by_no_other_way(place: Place) -> None:
    """Out of scope, through another service, or for somebody who is no auditor."""
    record, half = place.new_record(), Recipient().half
    before = place.app.head()

    for by in (
        carried(uuid4()),
        carried(record, by="vault"),
        carried(record, kind=ActorKind.OPERATOR),
        Actor(kind=ActorKind.SERVICE, id="audit"),
    ):
        with pytest.raises(Forbidden):
            opened(place, record, by, half)
    assert place.app.head() == before
