"""Read model: when the prevention plan of each record must be looked at. Ids and days only."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from services.agenda.domain.prevention_plan import PreventionPlan
from shared.stores.documents import Delete, Documents, Patch, Put, Range, Sort, Write

SWEEP = 200
"""Plans of one sweep at most; each asks identity once. The next sweep takes the rest."""
AT_ONCE = "0000-00-00"
NEVER = "9999-99-99"


class PlanDays:
    """Row of a record: ``look``, the day to look at it again."""

    NAME = "plans"
    VERSION = 1
    INDEXES = ("look",)

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case PreventionPlan.Looked():
                return [Patch(str(event.record_id), {"look": event.next_look})]
            case PreventionPlan.Paused():
                return [Patch(str(event.record_id), {"look": NEVER})]
            case PreventionPlan.Due():
                return []
            case PreventionPlan.Event():  # whatever else is known of it may make something due
                return [Put(str(event.record_id), {"look": AT_ONCE})]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Delete(str(record_id))]


class ListedPlans:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def plans_due(self, today: date) -> Sequence[UUID]:
        tomorrow = (today + timedelta(days=1)).isoformat()
        page = self._documents.find(
            Range("look", ge=AT_ONCE, lt=tomorrow), sort=[Sort("look")], limit=SWEEP
        )
        return [UUID(row["id"]) for row in page.items]
