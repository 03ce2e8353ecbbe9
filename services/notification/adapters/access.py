"""Access, as notification needs it: may someone act in this person's place today?"""

from uuid import UUID

from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.rpc.client import RpcClient


class AccessOverRpc:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def may_read(self, record_id: UUID, by: Actor) -> None:
        """A notice is a line of the journal told at once: who may read the one may read the
        other. Raise ``Forbidden`` with the decision otherwise.
        """
        decided = self._client.call(
            "access",
            "decide",
            {
                "record_id": record_id,
                "action": "read",
                "resource": {"kind": "journal", "scope": "all"},
                "mode": "normal",
            },
            by=by,
        )
        if not decided["permit"]:
            raise Forbidden(
                message_fr=decided.get("reason_fr"), decision_id=UUID(decided["decision_id"])
            )
