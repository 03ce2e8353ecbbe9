"""Read model: professionals by the beginnings of their names, profession and place.

Words are keyed tokens, and what is found is read from the log: a stolen database names nobody.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.directory.contract import reading
from services.directory.contract.reading import SearchProfessionals
from services.directory.domain.codes import Codes
from services.directory.domain.professional import Professional
from services.directory.projections.tokens import Tokens
from shared.kernel.actor import Actor
from shared.kernel.words import PREFIX_MIN
from shared.rpc.contract import Listing
from shared.stores.documents import Documents, Eq, Filter, Has, Patch, Put, Write
from shared.stores.event_log import EventLog


class Professionals:
    NAME = "professionals"
    VERSION = 3
    INDEXES = ("words[]", "places[]", "professions[]")

    def __init__(self, secret: bytes) -> None:
        self._tokens = Tokens(secret)

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Professional.Created():
                return [Put(str(event.originator_id), self._entry(event, active=True))]
            case Professional.Changed():
                return [Put(str(event.originator_id), self._entry(event, active=event.active))]
            case Professional.Deactivated():
                return [Patch(str(event.originator_id), {"active": False})]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        """Nothing here belongs to a record."""
        return []

    def _entry(
        self, event: Professional.Created | Professional.Changed, *, active: bool
    ) -> dict[str, Any]:
        described = event.description
        places = described["places"]
        where = [place[name] for place in places for name in ("facility", "town")]
        return {
            "words": self._tokens.name(f"{described['given_name']} {described['family_name']}"),
            "places": self._tokens.places(where, [place["postal_code"] for place in places]),
            "professions": sorted({d["profession"] for d in (described, *places)}),
            "active": active,
        }


class ProfessionalSearch:
    """The query on it; every word asked for must begin a name."""

    def __init__(self, documents: Documents, log: EventLog, codes: Codes) -> None:
        self._documents = documents
        self._log = log
        self._codes = codes
        self._tokens = Tokens(log.secret)

    def search_professionals(
        self, request: SearchProfessionals, by: Actor
    ) -> Listing[reading.Professional]:
        where = self._filters(request)
        page = self._documents.find(*where, limit=request.limit, after=request.cursor)
        found = (self._log.get(UUID(item["id"]), Professional) for item in page.items)
        return Listing[reading.Professional](
            items=[reading.Professional.of(p, self._codes) for p in found if p],
            next_cursor=page.next_cursor,
            total=self._documents.count(*where),
        )

    def _filters(self, request: SearchProfessionals) -> list[Filter]:
        where: list[Filter] = [Eq("active", True)]
        where += [Has("words", token) for token in self._tokens.asked(request.text, PREFIX_MIN)]
        if request.profession:
            where.append(Has("professions", request.profession))
        if request.place:
            where.append(Has("places", self._tokens.place(request.place)))
        return where
