"""Access, as identity needs it: to know that a closing or a suspension is applied."""

from uuid import UUID

from shared.rpc.client import RpcClient


class AccessOverRpc:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def have_applied(self, record_id: UUID, position: int) -> None:
        """``at_least`` waits there; what comes back is of no interest here."""
        self._client.call(
            "access", "rights", {"record_id": record_id, "at_least": {"identity": position}}
        )
