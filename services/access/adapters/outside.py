"""Identity and the directory, over RPC."""

import unicodedata
from uuid import UUID

from services.access.domain.outside import Described, Named, Outside, WaitingList
from shared.kernel.errors import InvalidRequest, NotFound
from shared.rpc.client import RpcClient

_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE"})


class PeopleOverRpc:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def find(self, described: Described) -> UUID | None:
        ins = {"value": described.ins} | ({"oid": described.oid} if described.oid else {})
        try:
            found = self._client.call("identity", "resolve", {"ins": ins})
        except InvalidRequest:
            return None
        if not found["record_id"]:
            return None
        record_id = UUID(found["record_id"])
        traits = self._client.call("identity", "get_identity", {"record_id": record_id})["traits"]
        same = (
            _plain(described.birth_name) == _plain(traits["birth_name"])
            and _plain(described.first_given_name) == _plain(traits["first_given_name"])
            and str(described.birth_date) == traits["birth_date"]
        )
        return record_id if same else None


class ProfessionalsOverRpc:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def get(self, national_id: str) -> Named | None:
        try:
            found = self._client.call("directory", "get_professional", {"national_id": national_id})
        except (NotFound, InvalidRequest):
            return None
        return Named(
            family_name=found["family_name"],
            given_name=found["given_name"],
            profession=found["profession"],
            specialty=found["specialty"],
            pharmacist_section=found["pharmacist_section"],
        )


def over_rpc(client: RpcClient, waiting: WaitingList) -> Outside:
    return Outside(PeopleOverRpc(client), ProfessionalsOverRpc(client), waiting)


def _plain(name: str) -> str:
    """As INSi writes names: A-Z in capitals, one space where there is anything else."""
    bare = unicodedata.normalize("NFD", name.upper().translate(_LIGATURES))
    letters = "".join(
        c if "A" <= c <= "Z" else "" if unicodedata.combining(c) else " " for c in bare
    )
    return " ".join(letters.split())
