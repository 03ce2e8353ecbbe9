"""Asks ``vault`` over RPC, in the name of the caller, about a document linked to."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from services.profile.domain.ports import Report
from shared.crypto.base64_text import from_base64
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.kernel.gate import NORMALLY, How
from shared.rpc.client import RpcClient

REPLACED = "Deprecated"
"""Status of a document that a newer version took the place of."""


class RpcPapers:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def report(self, document_id: UUID, records: Collection[UUID], by: Actor) -> Report:
        asked = {"document_id": str(document_id), "mode": NORMALLY.mode}
        found = self._client.call("vault", "open", asked, by=by)
        document = found["document"]
        if UUID(document["record_id"]) not in records:
            raise Forbidden
        return Report(
            record_id=UUID(document["record_id"]),
            content=from_base64(found["content"]),
            confidentiality=document["confidentiality"],
            replaced=document["status"] == REPLACED,
        )

    def may_see(
        self, document_id: UUID, records: Collection[UUID], by: Actor, how: How = NORMALLY
    ) -> bool:
        asked: dict[str, Any] = {"document_id": str(document_id), "mode": how.mode}
        if how.session:
            asked["session"] = str(how.session)
        try:
            found = self._client.call("vault", "describe", asked, by=by)
        except Forbidden:
            return False
        return UUID(found["record_id"]) in records
