"""Read model: the catalogue itself, by theme, region and words. All of it is public."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.catalogue.contract import Description, Finality, Services, ServiceView
from services.catalogue.domain.listed_service import ListedService, Status
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import InvalidRequest
from shared.kernel.words import PREFIX_MIN, beginnings, words
from shared.rpc.contract import Listing
from shared.stores.documents import Documents, Eq, Filter, Has, Patch, Put, Sort, Write


class ServiceList:
    NAME = "services"
    VERSION = 2
    INDEXES = (
        "status", "themes[]", "regions[]", "words[]", "sorted_name", "finalities_version",
    )  # fmt: skip

    def __init__(self, regions: Iterable[str]) -> None:
        """``regions``: all of them, where a service is that names none."""
        self._everywhere = sorted(regions)

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case ListedService.Created():
                first = {"oid": event.oid, "finalities_version": 1, "status": Status.PROPOSED.value}
                return [Put(str(event.originator_id), first | self._shown(event))]
            case ListedService.Changed():
                version = {"finalities_version": event.finalities_version}
                return [Patch(str(event.originator_id), version | self._shown(event))]
            case ListedService.Event():
                return [Patch(str(event.originator_id), {"status": _status_after(event)})]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        """Nothing here belongs to a record."""
        return []

    def _shown(self, event: ListedService.Created | ListedService.Changed) -> dict[str, Any]:
        description = event.description
        told = (description["name"], description["editor"]["name"], description["description"])
        return {
            "description": description,
            "finalities": list(event.finalities),
            "themes": description["themes"],
            "regions": description["regions"] or self._everywhere,
            "words": sorted(beginnings(" ".join(told))),
            "sorted_name": " ".join(words(description["name"])),
        }


def _status_after(event: ListedService.Event) -> str:
    match event:
        case ListedService.Referenced():
            return (Status.PRE_SERIES if event.pre_series else Status.REFERENCED).value
        case ListedService.SuspensionLifted():
            return event.status
        case ListedService.Suspended():
            return Status.SUSPENDED.value
        case ListedService.Withdrawn():
            return Status.WITHDRAWN.value
    raise TypeError(f"{type(event).__qualname__} says nothing of the status")


class ServiceReader:
    """The queries on it."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def services(self, request: Services, by: Actor) -> Listing[ServiceView]:
        """What is in the catalogue today; operators see what was and what may be, too."""
        where = _filters(request)
        if by.principal.kind is not ActorKind.OPERATOR:
            where.append(Eq("status", Status.REFERENCED.value))
        page = self._documents.find(
            *where, sort=[Sort("sorted_name")], limit=request.limit, after=request.cursor
        )
        return Listing[ServiceView](
            items=[_view(item) for item in page.items],
            next_cursor=page.next_cursor,
            total=self._documents.count(*where),
        )


def _filters(request: Services) -> list[Filter]:
    where: list[Filter] = []
    if request.theme:
        where.append(Has("themes", request.theme))
    if request.text:
        asked = words(request.text)
        if not asked or min(map(len, asked)) < PREFIX_MIN:
            raise InvalidRequest(fields={"text": f"each word has at least {PREFIX_MIN} letters"})
        where += [Has("words", word) for word in asked]
    if request.region:
        where.append(Has("regions", request.region))
    return where


def _view(item: dict[str, Any]) -> ServiceView:
    return ServiceView(
        service_id=UUID(item["id"]),
        oid=item["oid"],
        status=Status(item["status"]),
        description=Description.model_validate(item["description"]),
        finalities=[Finality.model_validate(f) for f in item["finalities"]],
        finalities_version=item["finalities_version"],
    )
