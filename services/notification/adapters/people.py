"""Where people can be reached, and who acts for them: ``identity`` and ``access`` over RPC."""

from uuid import UUID

from services.notification.domain.ports import Contact
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden, NotFound
from shared.kernel.gate import Gate
from shared.rpc.access import RpcAccess
from shared.rpc.client import RpcClient

JOURNAL = {"kind": "journal", "scope": "all"}
"""A notice is a line of the journal told at once: who may read the one may read the other."""


class RpcPeople:
    def __init__(self, client: RpcClient) -> None:
        self._client = client
        self._gate = Gate(RpcAccess(client), lambda record_id: record_id, JOURNAL)

    def contact(self, record_id: UUID) -> Contact:
        asked = {"record_id": str(record_id)}
        try:
            found = self._client.call("identity", "get_identity", asked)["contact"] or {}
        except (NotFound, Forbidden):
            return Contact()
        return Contact(email=found.get("email"), phone=found.get("phone"))

    def may_read(self, record_id: UUID, by: Actor) -> None:
        self._gate.require(record_id, "read", JOURNAL, by)
