"""The ``vault`` and the ``profile`` over RPC, in the name of who attaches or saves."""

from typing import Any
from uuid import UUID

from services.messaging.domain.attachment import PDF, File
from services.messaging.domain.ports import Copy
from shared.crypto.base64_text import from_base64, to_base64
from shared.kernel.actor import Actor
from shared.rpc.client import RpcClient


class RpcVault:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def open(self, document_id: UUID, by: Actor) -> File:
        asked = {"document_id": str(document_id), "unwrap": True}
        found = self._client.call("vault", "open", asked, by=by)
        return File(
            name=found["document"]["title"],
            media_type=found["media_type"],
            data=from_base64(found["content"]),
        )

    def deposit(
        self, request_id: UUID, record_id: UUID, file: File, given: dict[str, Any], by: Actor
    ) -> tuple[UUID, bool]:
        asked = {
            "request_id": str(request_id),
            "record_id": str(record_id),
            "content": to_base64(file.data),
            "media_type": file.media_type,
            "metadata": given,
        }
        found = self._client.call("vault", "deposit", asked, by=by)
        return UUID(found["document_id"]), found["duplicate_of"] is not None

    def copy_of(self, copies_id: UUID) -> Copy:
        asked = {"copies_id": str(copies_id)}
        found = self._client.call("vault", "contents_for_copies", asked)
        document = found["document"]
        return Copy(
            file=_file(document["title"], found["media_type"], found["content"]),
            shown=_file(document["title"], found["shown_media_type"], found["shown"])
            if found["shown"]
            else None,
            title=document["title"],
            unique_id=document["unique_id"],
            type=document["type"]["code"],
            confidentiality=tuple(document["confidentiality"]),
        )


def _file(name: str, media_type: str, content: str) -> File:
    return File(name=name, media_type=media_type, data=from_base64(content))


class RpcProfile:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def summary(self, record_id: UUID, by: Actor) -> File:
        asked = {"record_id": str(record_id)}
        found = self._client.call("profile", "summary_document", asked, by=by)
        data = from_base64(found["content"])
        return File(name="profil-medical.pdf", media_type=PDF, data=data)
