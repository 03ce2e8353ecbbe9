"""Access, as the catalogue needs it: who may manage a record, and what it has applied."""

from uuid import UUID

from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.rpc.client import RpcClient


class AccessOverRpc:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def may_manage(self, record_id: UUID, by: Actor) -> None:
        """Raise ``Forbidden`` with the decision otherwise."""
        decided = self._client.call(
            "access",
            "decide",
            {
                "record_id": record_id,
                "action": "manage",
                "resource": {"kind": "record"},
                "mode": "normal",
            },
            by=by,
        )
        if not decided["permit"]:
            raise Forbidden(
                message_fr=decided["refusal_fr"], decision_id=UUID(decided["decision_id"])
            )

    def have_applied(self, subject: UUID, position: int) -> None:
        """``at_least`` waits there; what comes back is of no interest here. ``subject`` may be
        a service: of it access knows no rights, and waits all the same.
        """
        self._client.call(
            "access", "rights", {"record_id": subject, "at_least": {"catalogue": position}}
        )
