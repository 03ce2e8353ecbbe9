"""Asks ``profile`` over RPC, in the name of the reader, who gets what they may see."""

from uuid import UUID

from services.vault.domain.summary import FromProfile
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.kernel.gate import How
from shared.rpc.client import RpcClient

SECTIONS = ["allergies", "contacts", "directives"]


class RpcProfiles:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def of(self, record_id: UUID, by: Actor, how: How) -> FromProfile | None:
        asked = {"record_id": str(record_id), "sections": SECTIONS, "mode": how.mode}
        if how.session:
            asked["session"] = str(how.session)
        try:
            answer = self._client.call("profile", "get_profile", asked, by=by)
        except Forbidden:
            return None
        return FromProfile(
            allergies=tuple(entry["entry"] for entry in answer["sections"].get("allergies", ())),
            contacts=tuple(entry["entry"] for entry in answer["sections"].get("contacts", ())),
            directives=answer["directives"],
        )
