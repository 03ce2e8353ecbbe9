"""Read model: merges by state, so that a proposal is found by who may confirm it."""

from collections.abc import Sequence
from uuid import UUID

from services.identity.domain.merge import Merge, MergeState
from shared.stores.documents import Documents, Eq, Patch, Put, Write


class Merges:
    """The state alone: which records, and who proposed, is read from the log."""

    NAME = "merges"
    VERSION = 1
    INDEXES = ("state",)

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Merge.Created():
                return [Put(str(event.originator_id), {"state": MergeState.PROPOSED.value})]
            case Merge.Confirmed():
                return [Patch(str(event.originator_id), {"state": MergeState.CONFIRMED.value})]
            case Merge.Rejected():
                return [Patch(str(event.originator_id), {"state": MergeState.REJECTED.value})]
            case Merge.Split():
                return [Patch(str(event.originator_id), {"state": MergeState.SPLIT.value})]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        """Nothing here names a record."""
        return []


class MergesByState:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def page(
        self, state: MergeState, limit: int, cursor: str | None
    ) -> tuple[list[UUID], str | None]:
        found = self._documents.find(Eq("state", state.value), limit=limit, after=cursor)
        return [UUID(item["id"]) for item in found.items], found.next_cursor

    def count(self, state: MergeState) -> int:
        return self._documents.count(Eq("state", state.value))
