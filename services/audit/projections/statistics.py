"""Read model: what is counted of everything that services tell, of nobody.

One small document per fact, and one per cell that says that there is such a cell. In clear: the
month and the measure; a code that may bear health is a token, and sealed in the cell under our
own key. Nothing leads from a fact to a record: erasing one changes no count.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from services.audit.domain.statistics import Cell, Measures
from services.audit.projections.journal import Sealing, line_id
from shared.eventing.received import Received
from shared.stores.documents import Documents, Eq, Json, Put, Range, Write

_PARIS = ZoneInfo("Europe/Paris")
_PAGE = 500


class Facts:
    NAME = "statistics"
    VERSION = 1
    INDEXES = ("is_cell,measure,value,month",)

    def __init__(self, measures: Measures, sealing: Sealing) -> None:
        self._measures = measures
        self._sealing = sealing

    def writes(self, received: Received) -> Sequence[Write]:
        month = f"{received.occurred_at.astimezone(_PARIS):%Y-%m}"
        writes: list[Write] = []
        for measure, value in self._measures.facts(received.type, received.data):
            token = value_token(self._sealing, measure, value)
            fact: Json = {"month": month, "measure": measure, "value": token, "is_cell": False}
            label = self._sealing.seal(None, f"cell.{month}.{token}", value)
            place = self._sealing.token("fact", f"{line_id(received)}.{measure}")
            writes.append(Put(f"cell.{month}.{token}", {**fact, "is_cell": True, "label": label}))
            writes.append(Put(place, fact))
        return writes

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return []


class StoredCounts:
    def __init__(self, facts: Documents, sealing: Sealing) -> None:
        self._facts = facts
        self._sealing = sealing

    def until(self, month: str) -> Mapping[Cell, int]:
        return {cell: self._count(cell) for cell in self._cells(month)}

    def _cells(self, month: str) -> list[Cell]:
        found: list[Cell] = []
        cursor: str | None = None
        where = (Eq("is_cell", value=True), Range("month", lt=f"{month}~"))
        while True:
            page = self._facts.find(*where, limit=_PAGE, after=cursor)
            found += [self._cell(item) for item in page.items]
            if (cursor := page.next_cursor) is None:
                return found

    def _cell(self, item: Json) -> Cell:
        return item["month"], item["measure"], self._sealing.open(None, item["id"], item["label"])

    def _count(self, cell: Cell) -> int:
        month, measure, value = cell
        fits = (Eq("is_cell", value=False), Eq("measure", measure))
        token = value_token(self._sealing, measure, value)
        return self._facts.count(*fits, Eq("value", token), Eq("month", month))


def value_token(sealing: Sealing, measure: str, value: str) -> str:
    return sealing.token("value", f"{measure}/{value}")
