"""Who is named on paper: the person from ``identity``, professionals and pharmacies from
``directory``."""

from datetime import date
from typing import Any
from uuid import UUID

from services.prescription.domain.ports import Facility, Names, Traits
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest, NotFound
from shared.rpc.client import RpcClient


class RpcPeople:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def names(self, record_id: UUID, professional: str, by: Actor) -> Names:
        asked = {"record_id": str(record_id)}
        found = self._client.call("identity", "get_identity", asked, by=by)
        given, family = self._professional(professional)
        return Names(
            traits=_traits(found),
            born=_day(found["traits"]["birth_date"]),
            given=given,
            family=family,
        )

    def _professional(self, national_id: str) -> tuple[str, str]:
        """One the directory does not know is printed by their national id alone."""
        try:
            found = self._client.call("directory", "get_professional", {"national_id": national_id})
        except (NotFound, InvalidRequest):
            return "", ""
        return found["given_name"], found["family_name"]


class RpcFacilities:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def facility(self, structure: str) -> Facility | None:
        """By its FINESS: a Struct_IdNat that begins with 1; others are not in the directory."""
        if len(structure) != FINESS_LENGTH + 1 or structure[0] != "1":
            return None
        try:
            found = self._client.call("directory", "get_facility", {"finess": structure[1:]})
        except NotFound:
            return None
        return Facility(name=found["name"], sector=found["sector"], open=found["open"])


FINESS_LENGTH = 9


def _traits(found: dict[str, Any]) -> Traits:
    traits, ins = found["traits"], found.get("ins")
    return Traits(
        birth_name=traits["birth_name"],
        birth_given_names=traits["birth_given_names"],
        first_given_name=traits["first_given_name"],
        sex=traits["sex"],
        birth_date=traits["birth_date"],
        birth_place=traits["birth_place"],
        ins=(ins["value"], ins["oid"]) if ins else None,
    )


def _day(written: str | None) -> date | None:
    """INSi gives days that no calendar has; an age cannot be made of them."""
    try:
        return date.fromisoformat(written or "")
    except ValueError:
        return None
