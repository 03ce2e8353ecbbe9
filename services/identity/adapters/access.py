"""Access, as identity needs it: who represents a person, and that a closing or a suspension is
applied."""

from uuid import UUID

from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.rpc.client import RpcClient


class AccessOverRpc:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def represents(self, record_id: UUID, by: Actor) -> bool:
        """The rights of a record are shown to who acts for the person, whatever its state; what
        they are is of no interest here."""
        try:
            self._client.call("access", "rights", {"record_id": record_id}, by=by)
        except Forbidden:
            return False
        return True

    def have_applied(self, record_id: UUID, position: int) -> None:
        """``at_least`` waits there; what comes back is of no interest here."""
        self._client.call(
            "access", "rights", {"record_id": record_id, "at_least": {"identity": position}}
        )
