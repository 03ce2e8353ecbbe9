"""The names printed on the paper: the person's from ``identity``, the prescriber's from
``directory``."""

from datetime import date
from uuid import UUID

from services.prescription.domain.ports import Names
from shared.kernel.actor import Actor
from shared.kernel.errors import NotFound
from shared.rpc.client import RpcClient


class RpcPeople:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def names(self, record_id: UUID, prescriber: str, by: Actor) -> Names:
        asked = {"record_id": str(record_id)}
        traits = self._client.call("identity", "get_identity", asked, by=by)["traits"]
        return Names(
            person=f"{traits['first_given_name']} {traits['birth_name']}",
            born=_day(traits["birth_date"]),
            prescriber=self._prescriber(prescriber),
        )

    def _prescriber(self, national_id: str) -> str:
        """One the directory does not know is printed by their national id alone."""
        try:
            found = self._client.call("directory", "get_professional", {"national_id": national_id})
        except NotFound:
            return ""
        return f"{found['given_name']} {found['family_name']}"


def _day(written: str | None) -> date | None:
    """INSi gives days that no calendar has; an age cannot be made of them."""
    try:
        return date.fromisoformat(written or "")
    except ValueError:
        return None
