"""Read model: whose a mailbox of the trust space is. Addresses are keyed tokens."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.directory.contract.reading import Holder, HolderOf
from services.directory.domain.facility import Facility
from services.directory.domain.professional import Professional
from shared.crypto.tokens import keyed_token
from shared.kernel.actor import Actor
from shared.kernel.errors import NotFound
from shared.stores.documents import Documents, Has, Put, Write
from shared.stores.event_log import EventLog


class MailboxHolders:
    NAME = "mailboxes"
    VERSION = 1
    INDEXES = ("addresses[]",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Professional.Created() | Professional.Changed():
                return [self._entry(event.originator_id, event.description)]
            case Facility.Created() | Facility.Changed():
                return [self._entry(event.originator_id, event.description)]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        """Nothing here belongs to a record."""
        return []

    def _entry(self, stream: UUID, described: dict[str, Any]) -> Write:
        found = {address_token(self._secret, box["address"]) for box in described["mailboxes"]}
        return Put(str(stream), {"addresses": sorted(found)})


class HolderSearch:
    """The query on it; what is found is read from the log."""

    def __init__(self, documents: Documents, log: EventLog) -> None:
        self._documents = documents
        self._log = log

    def holder_of(self, request: HolderOf, by: Actor) -> Holder:
        """One who practises before one who left, whose it may have been; then a professional before
        the facility whose mailbox it also is."""
        token = address_token(self._log.secret, request.address)
        streams = [UUID(row["id"]) for row in self._documents.find(Has("addresses", token)).items]
        people = [p for one in streams if (p := self._log.get(one, Professional))]
        places = [f for one in streams if (f := self._log.get(one, Facility))]
        holders: list[Professional | Facility] = [*people, *places]
        found = [
            _holder(holder, box)
            for holder in holders
            for box in holder.description["mailboxes"]
            if box["address"].lower() == request.address.lower()
        ]
        if not found:
            raise NotFound
        return next((one for one in found if one.active), found[0])


def _holder(holder: Professional | Facility, box: dict[str, Any]) -> Holder:
    described = holder.description
    if isinstance(holder, Professional):
        return Holder(
            national_id=holder.national_id,
            facility=box["facility"],
            name=f"{described['given_name']} {described['family_name']}",
            kind=box["kind"],
            active=holder.active,
        )
    return Holder(
        national_id=None,
        facility=holder.structure,
        name=described["name"],
        kind=box["kind"],
        active=described["open"],
    )


def address_token(secret: bytes, address: str) -> str:
    return keyed_token(secret, "mailbox", address.lower())
