"""Correspondents as the ``directory`` knows them, over RPC."""

from typing import Any

from services.messaging.domain.correspondent import Correspondent, MailboxKind
from shared.kernel.errors import InvalidRequest, NotFound
from shared.rpc.client import RpcClient

PHARMACY = "SA33"
"""Sector of activity: Pharmacie d'officine (TRE_R02)."""


class RpcDirectory:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def of_professional(self, national_id: str, facility: str | None) -> Correspondent:
        found = self._ask("get_professional", national_id=national_id)
        if found is None:
            return Correspondent(national_id=national_id, facility=facility)
        here = [box for box in found["mailboxes"] if box["facility"] == facility]
        box = _first(here) or _first(found["mailboxes"])
        return Correspondent(
            name=f"{found['given_name']} {found['family_name']}",
            national_id=national_id,
            facility=facility,
            **_of(box),
        )

    def of_facility(self, structure: str) -> Correspondent:
        found = self._facility(structure)
        if found is None:
            return Correspondent(facility=structure)
        box = _first(found["mailboxes"], MailboxKind.ORG)
        return Correspondent(name=found["name"], facility=structure, **_of(box))

    def of_address(self, address: str) -> Correspondent | None:
        try:
            found = self._client.call("directory", "holder_of", {"address": address})
        except (NotFound, InvalidRequest):
            return None
        return Correspondent(
            address=address.lower(),
            name=found["name"],
            national_id=found["national_id"],
            facility=found["facility"],
            kind=MailboxKind(found["kind"]),
        )

    def practises(self, who: Correspondent) -> bool:
        """Also true of one the directory does not know."""
        if who.national_id:
            found = self._ask("get_professional", national_id=who.national_id)
            return found is None or bool(found["active"])
        found = self._facility(who.facility) if who.facility else None
        return found is None or bool(found["open"])

    def is_pharmacy(self, structure: str) -> bool:
        found = self._facility(structure)
        return found is not None and found["open"] and found["sector"] == PHARMACY

    def _facility(self, structure: str) -> dict[str, Any] | None:
        return self._ask("get_facility", structure=structure)

    def _ask(self, method: str, **arguments: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._client.call("directory", method, arguments)
        except (NotFound, InvalidRequest):
            return None
        return found


def _first(boxes: list[dict[str, Any]], kind: str = MailboxKind.PER) -> dict[str, Any] | None:
    """One of that kind if there is one, else one that people read."""
    wanted = [box for box in boxes if box["kind"] == kind]
    read = [box for box in boxes if box["kind"] != MailboxKind.APP]
    return next(iter(wanted or read or boxes), None)


def _of(box: dict[str, Any] | None) -> dict[str, Any]:
    if box is None:
        return {}
    return {"address": box["address"].lower(), "kind": MailboxKind(box["kind"])}
