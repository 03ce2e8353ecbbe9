"""Keyring, asked for an auditor: what it hands over is sealed for the auditor, not for us."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from shared.kernel.actor import Actor
from shared.rpc.client import RpcClient


class RemoteKeyring:
    """Of all ``services`` but keyring, whose own log is sealed by a root that nobody is handed."""

    def __init__(self, client: RpcClient, services: Iterable[str]) -> None:
        self._client = client
        self._services = [name for name in services if name != "keyring"]

    def hand_over(self, record_id: UUID, recipient: str, by: Actor) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._client.call(
            "keyring",
            "open_for_audit",
            {
                "record_id": str(record_id),
                "services": self._services,
                "recipient": recipient,
            },
            by=by,
        )
        return answer
