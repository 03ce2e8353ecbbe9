"""Asks ``access`` over RPC, in the name of the caller."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.agenda.domain.ports import Decision
from shared.kernel.actor import Actor
from shared.kernel.errors import Unavailable
from shared.rpc.client import RpcClient


class AccessOverRpc:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def decide(
        self, record_id: UUID, action: str, resource: Mapping[str, Any], by: Actor
    ) -> Decision:
        asked = {"record_id": record_id, "action": action, "resource": resource, "mode": "normal"}
        answer = self._client.call("access", "decide", asked, by=by)
        return Decision(permit=answer["permit"], decision_id=UUID(answer["decision_id"]))

    def decide_many(
        self, record_id: UUID, action: str, tuples: Sequence[Mapping[str, Any]], by: Actor
    ) -> Sequence[bool]:
        asked = {
            "record_id": record_id,
            "action": action,
            "attribute_tuples": list(tuples),
            "mode": "normal",
        }
        permits: list[bool] = self._client.call("access", "decide_many", asked, by=by)["permits"]
        if len(permits) != len(tuples):
            raise Unavailable("access did not answer for every appointment")
        return permits
