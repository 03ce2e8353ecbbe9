"""Asks ``profile`` over RPC, in the name of the reader, who gets what they may see."""

from uuid import UUID

from services.vault.domain.summary import FromProfile
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.kernel.gate import How
from shared.rpc.client import RpcClient

SECTIONS = [
    *("allergies", "contacts", "directives", "diseases", "hospitalizations", "treatments"),
    *("vaccinations", "family_history", "lifestyle", "wishes"),
]
"""Those of a synthesis (VSM)."""


class RpcProfiles:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def of(self, record_id: UUID, by: Actor, how: How) -> FromProfile | None:
        asked = {"record_id": str(record_id), "mode": how.mode}
        if how.session:
            asked["session"] = str(how.session)
        wanted = asked | {"sections": SECTIONS}
        try:
            answer = self._client.call("profile", "get_profile", wanted, by=by)
            measures = self._client.call("profile", "latest_measures", asked, by=by)
        except Forbidden:
            return None
        return FromProfile(
            sections={
                name: tuple(one["entry"] for one in entries)
                for name, entries in answer["sections"].items()
            },
            directives=answer["directives"],
            measures=tuple(measures["items"]),
        )
