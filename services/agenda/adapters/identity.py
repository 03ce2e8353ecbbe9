"""Asks ``identity`` over RPC: which record an INS is of, and when and as what one was born."""

from uuid import UUID

from services.agenda.domain.ports import Traits
from shared.kernel.actor import Actor
from shared.kernel.birth_date import computable, earliest
from shared.rpc.client import RpcClient


class IdentityOverRpc:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def resolve(self, value: str, oid: str, by: Actor) -> UUID | None:
        asked = {"ins": {"value": value, "oid": oid}}
        answer = self._client.call("identity", "resolve", asked, by=by)
        return UUID(answer["record_id"]) if answer["record_id"] else None

    def traits_of(self, record_id: UUID, by: Actor | None) -> Traits:
        answer = self._client.call("identity", "get_identity", {"record_id": record_id}, by=by)
        traits = answer["traits"]
        return Traits(
            born=computable(traits["birth_date"]),
            earliest=earliest(traits["birth_date"]),
            sex=traits["sex"],
        )
