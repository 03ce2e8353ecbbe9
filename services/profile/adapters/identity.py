"""Asks ``identity`` over RPC: in our own name whose an INS is, in the caller's who someone is."""

from uuid import UUID

from services.profile.domain.ports import Person
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.rpc.client import RpcClient


class RpcPeople:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def record_of(self, value: str, oid: str) -> UUID | None:
        try:
            answer = self._client.call("identity", "resolve", {"ins": {"value": value, "oid": oid}})
        except InvalidRequest:
            return None
        return UUID(answer["record_id"]) if answer["record_id"] else None

    def person_of(self, record_id: UUID, by: Actor) -> Person:
        answer = self._client.call("identity", "get_identity", {"record_id": str(record_id)}, by=by)
        traits = answer["traits"]
        family = traits.get("used_name") or traits["birth_name"]
        given = traits.get("used_given_name") or traits["first_given_name"]
        return Person(name=f"{given} {family}", birth_date=traits["birth_date"], sex=traits["sex"])
