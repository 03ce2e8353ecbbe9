"""Read model: open facilities by kind, place and the beginnings of their names."""

from collections.abc import Sequence
from uuid import UUID

from services.directory.contract import reading
from services.directory.contract.reading import SearchFacilities
from services.directory.domain.codes import Codes
from services.directory.domain.facility import Facility
from services.directory.domain.national_ids import finess_of
from services.directory.projections.tokens import Tokens
from shared.kernel.actor import Actor
from shared.kernel.words import PREFIX_MIN
from shared.rpc.contract import Listing
from shared.stores.documents import Documents, Eq, Filter, Has, Put, Write
from shared.stores.event_log import EventLog


class Facilities:
    """What is found is read from the log, so only what is searched by is here."""

    NAME = "facilities"
    VERSION = 2
    INDEXES = ("words[]", "places[]", "kinds[]", "level")

    def __init__(self, secret: bytes) -> None:
        self._tokens = Tokens(secret)

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Facility.Created() | Facility.Changed():
                described = event.description
                where = [described["town"], event.structure, finess_of(event.structure)]
                entry = {
                    "words": self._tokens.name(described["name"]),
                    "places": self._tokens.places(
                        where, [described["postal_code"]], described["commune"]
                    ),
                    "kinds": [k for k in (described["sector"], described["category"]) if k],
                    "level": described["level"],
                    "open": described["open"],
                }
                return [Put(str(event.originator_id), entry)]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        """Nothing here belongs to a record."""
        return []


class FacilitySearch:
    def __init__(self, documents: Documents, log: EventLog, codes: Codes) -> None:
        self._documents = documents
        self._log = log
        self._codes = codes
        self._tokens = Tokens(log.secret)

    def search_facilities(self, request: SearchFacilities, by: Actor) -> Listing[reading.Facility]:
        where = self._filters(request)
        page = self._documents.find(*where, limit=request.limit, after=request.cursor)
        found = (self._log.get(UUID(item["id"]), Facility) for item in page.items)
        return Listing[reading.Facility](
            items=[reading.Facility.of(f, self._codes) for f in found if f],
            next_cursor=page.next_cursor,
            total=self._documents.count(*where),
        )

    def _filters(self, request: SearchFacilities) -> list[Filter]:
        where: list[Filter] = [Eq("open", True), Eq("level", request.level)]
        if request.kind:
            where.append(Has("kinds", request.kind))
        if request.place:
            where.append(Has("places", self._tokens.place(request.place)))
        if request.text:
            asked = self._tokens.asked(request.text, PREFIX_MIN)
            where += [Has("words", token) for token in asked]
        return where
