"""Asks ``access`` over RPC, in the name of the caller."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.kernel.actor import Actor
from shared.kernel.errors import Unavailable
from shared.kernel.gate import NORMALLY, Decision, How
from shared.rpc.client import RpcClient


class RpcAccess:
    """:class:`shared.kernel.gate.Access`, as every service but ``access`` has it."""

    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def decide(
        self,
        record_id: UUID,
        action: str,
        resource: Mapping[str, Any],
        by: Actor,
        how: How = NORMALLY,
    ) -> Decision:
        asked = _asked(record_id, action, how) | {"resource": dict(resource)}
        answer = self._client.call("access", "decide", asked, by=by)
        return Decision(
            record_id=record_id,
            permit=answer["permit"],
            decision_id=UUID(answer["decision_id"]),
            reasons=tuple(answer["reasons"]),
            secret=answer.get("secret", False),
        )

    def decide_many(
        self,
        record_id: UUID,
        action: str,
        tuples: Sequence[Mapping[str, Any]],
        by: Actor,
        how: How = NORMALLY,
    ) -> Sequence[bool]:
        asked = _asked(record_id, action, how) | {"attribute_tuples": list(tuples)}
        permits: list[bool] = self._client.call("access", "decide_many", asked, by=by)["permits"]
        if len(permits) != len(tuples):
            raise Unavailable("access did not answer for everything it was asked")
        return permits


def _asked(record_id: UUID, action: str, how: How) -> dict[str, Any]:
    asked: dict[str, Any] = {"record_id": str(record_id), "action": action, "mode": how.mode}
    if how.session:
        asked["session"] = str(how.session)
    return asked
