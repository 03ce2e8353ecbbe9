"""An auditor opens the records of the mandate, through audit, and no other."""

from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from scripts.cli.audit_keys import mandated_keys
from services.audit.adapters.contents import KeysOf
from services.keyring.contract import OpenedForAudit
from services.keyring.domain.managed_key import ManagedKey
from shared.crypto.event_cipher import RowIdentity, open_state, seal_state
from shared.crypto.handover import Recipient
from shared.crypto.keys import KeyErased, KeyUnavailable
from shared.crypto.remote_keys import about
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.rpc.client import RpcClient
from tests.keyring.place import Place, service


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


class Client:
    """Stands for the way through audit, which passes on what keyring hands over."""

    def __init__(self, place: Place, by: Actor) -> None:
        self._place = place
        self._by = by

    def call(self, service: str, method: str, asked: dict[str, Any], *, token: str) -> Any:
        assert (service, method, token) == ("audit", "open_record", "token")
        half = asked["recipient"]
        return opened(self._place, UUID(asked["record_id"]), self._by, half).model_dump(mode="json")


def handed_keys(place: Place, record: UUID) -> KeysOf:
    client = cast("RpcClient", Client(place, carried(record)))
    return mandated_keys(client, "token", record, "replay", place.signer.public_key())


def test_what_is_handed_opens_that_record_alone(place: Place) -> None:
    """Rows that the service sealed; another record's stay closed, and the service's own."""
    record, other = place.new_record(), place.new_record()
    row = RowIdentity("vault", uuid4(), 1, "vault.document_opened")
    sealed = seal_state(place.keys("vault").current(record), row, b"what happened")
    others = seal_state(place.keys("vault").current(other), row, b"of somebody else")

    keys = handed_keys(place, record)("vault")

    assert open_state(keys, row, sealed) == b"what happened"
    with pytest.raises(KeyUnavailable):
        open_state(keys, row, others)
    with pytest.raises(KeyUnavailable):
        keys.current(None)


def test_of_an_erased_record_a_tombstone_is_handed(place: Place) -> None:
    """Signed by keyring: only then does an auditor say that it was erased."""
    record = place.new_record()
    row = RowIdentity("vault", uuid4(), 1, "vault.document_opened")
    sealed = seal_state(place.keys("vault").current(record), row, b"what happened")
    place.call(
        "destroy", service("identity"),
        request_id=uuid4(), record_id=record, certificate_of=uuid4(),
    )  # fmt: skip

    with pytest.raises(KeyErased):
        open_state(handed_keys(place, record)("vault"), row, sealed)
