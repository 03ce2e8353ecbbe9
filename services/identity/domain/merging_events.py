"""What happens to the two records of a merge."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.identity.domain.ending_events import Restored
from services.identity.domain.record_event import RecordEvent
from services.identity.domain.states import Status
from shared.kernel.ins import Ins

if TYPE_CHECKING:
    from services.identity.domain.record import Record


class MergedInto(RecordEvent):
    """The source: from now on it is the target that lives."""

    TOPIC = "identity.record_merged_into"
    target: UUID

    def apply(self, record: "Record") -> None:
        record.status_before_merge = record.status
        record.status = Status.MERGED
        record.merged_into = self.target


class SplitOff(Restored):
    """The source again."""

    TOPIC = "identity.record_split_off"

    def apply(self, record: "Record") -> None:
        super().apply(record)
        record.merged_into = None
        record.status_before_merge = Status.ANNOUNCED


class Absorbed(RecordEvent):
    """The target takes the source's matricules: ``current`` as its own, for it had none;
    ``former`` beside its own. ``proven``: INSi gave that one for these very traits.
    """

    TOPIC = "identity.record_absorbed"
    source: UUID
    current: list[str] | None
    former: list[list[str]]
    proven: bool

    def apply(self, record: "Record") -> None:
        record.absorbed.append(self.source)
        record.former_ins += [Ins(*parts) for parts in self.former]
        if self.current:
            record.ins = Ins(*self.current)
            record.retrieved = self.proven


class Released(RecordEvent):
    """The target gives them back. ``numbers``: all that came from the source."""

    TOPIC = "identity.record_released"
    source: UUID
    numbers: list[list[str]]

    def apply(self, record: "Record") -> None:
        given_back = [Ins(*parts) for parts in self.numbers]
        record.absorbed.remove(self.source)
        record.former_ins = [ins for ins in record.former_ins if ins not in given_back]
        if record.ins in given_back:
            record.ins = None
            record.retrieved = False
