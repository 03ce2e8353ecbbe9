"""Puts documents into the ``vault`` over RPC, in the name of the prescriber."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.prescription.domain.ports import Content, Deposited, Head
from shared.crypto.base64_text import to_base64
from shared.kernel.actor import Actor
from shared.rpc.client import RpcClient


class RpcVault:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def deposit(
        self,
        request_id: UUID,
        record_id: UUID,
        content: Content,
        confidentiality: Sequence[str],
        replaces: UUID | None,
        by: Actor,
    ) -> Deposited:
        asked: dict[str, Any] = {
            "request_id": str(request_id),
            "record_id": str(record_id),
            "content": to_base64(content.data),
            "media_type": content.media_type,
            "metadata": content.metadata,
            "confidentiality": list(confidentiality),
        }
        if replaces:
            asked["replaces"] = str(replaces)
        answer = self._client.call("vault", "deposit", asked, by=by)
        return Deposited(
            document_id=UUID(answer["document_id"]),
            confidentiality=answer.get("confidentiality") or confidentiality,
        )

    def head(self) -> Head:
        answer = self._client.call("vault", "head", {})
        return Head(epoch=answer["epoch"], position=answer["position"])
