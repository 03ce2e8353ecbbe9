"""Read model: professionals by the beginnings of their names, profession and place.

Words are keyed tokens, and what is found is read from the log: a stolen database names nobody.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.directory import contract
from services.directory.contract import SearchProfessionals
from services.directory.domain.codes import Codes
from services.directory.domain.professional import Professional
from services.directory.domain.words import PREFIX_MIN, beginnings, words
from shared.crypto.tokens import keyed_token
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.rpc.contract import Listing
from shared.stores.documents import Documents, Eq, Filter, Has, Patch, Put, Write
from shared.stores.event_log import EventLog


class Professionals:
    NAME = "professionals"
    VERSION = 1
    INDEXES = ("words", "places", "profession")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Professional.Created() | Professional.Changed():
                return [Put(str(event.originator_id), self._entry(event))]
            case Professional.Deactivated():
                return [Patch(str(event.originator_id), {"active": False})]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        """Nothing here belongs to a record."""
        return []

    def _entry(self, event: Professional.Created | Professional.Changed) -> dict[str, Any]:
        described = event.description
        names = beginnings(f"{described['given_name']} {described['family_name']}")
        return {
            "words": sorted(keyed_token(self._secret, "word", word) for word in names),
            "places": sorted(
                {
                    keyed_token(self._secret, "place", normal(value))
                    for place in described["places"]
                    for value in place.values()
                    if value
                }
            ),
            "profession": described["profession"],
            "active": True,
        }


class ProfessionalSearch:
    """The query on it; every word asked for must begin a name."""

    def __init__(self, documents: Documents, log: EventLog, codes: Codes) -> None:
        self._documents = documents
        self._log = log
        self._codes = codes

    def search_professionals(
        self, request: SearchProfessionals, by: Actor
    ) -> Listing[contract.Professional]:
        where = self._filters(request)
        page = self._documents.find(*where, limit=request.limit, after=request.cursor)
        found = (self._log.get(UUID(item["id"]), Professional) for item in page.items)
        return Listing[contract.Professional](
            items=[contract.Professional.of(p, self._codes) for p in found if p],
            next_cursor=page.next_cursor,
            total=self._documents.count(*where),
        )

    def _filters(self, request: SearchProfessionals) -> list[Filter]:
        asked = words(request.text)
        if not asked or min(map(len, asked)) < PREFIX_MIN:
            raise InvalidRequest(fields={"text": f"each word has at least {PREFIX_MIN} letters"})
        where: list[Filter] = [Eq("active", True)]
        where += [Has("words", keyed_token(self._log.secret, "word", word)) for word in asked]
        if request.profession:
            where.append(Eq("profession", request.profession))
        if request.place:
            place = keyed_token(self._log.secret, "place", normal(request.place))
            where.append(Has("places", place))
        return where


def normal(place: str) -> str:
    return " ".join(words(place))
