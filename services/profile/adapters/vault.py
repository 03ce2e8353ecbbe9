"""Asks ``vault`` over RPC, in the name of the caller, about a document linked to."""

from typing import Any
from uuid import UUID

from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.kernel.gate import NORMALLY, How
from shared.rpc.client import RpcClient


class RpcPapers:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def may_see(self, document_id: UUID, record_id: UUID, by: Actor, how: How = NORMALLY) -> bool:
        asked: dict[str, Any] = {"document_id": str(document_id), "mode": how.mode}
        if how.session:
            asked["session"] = str(how.session)
        try:
            found = self._client.call("vault", "describe", asked, by=by)
        except Forbidden:
            return False
        return bool(found["record_id"] == str(record_id))
