"""What a record does when it is merged with another of the same person."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.identity.domain import merging_events as e
from services.identity.domain.ending import Ending
from services.identity.domain.ending_events import ErasureBegun
from services.identity.domain.errors import CannotMerge, NotInThatState
from services.identity.domain.identity_status import Attribute, DowngradeReason
from services.identity.domain.states import Status
from services.identity.domain.whose import Whose
from shared.kernel.actor import Actor
from shared.kernel.ins import INS_NIA, Ins

if TYPE_CHECKING:
    from services.identity.domain.record import Record

_FIT = frozenset(
    {
        (Status.ANNOUNCED, Status.ANNOUNCED),
        (Status.ANNOUNCED, Status.OPEN),
        (Status.OPEN, Status.OPEN),
    }
)
"""Statuses of source and target: what one of them closed, opposed or had suspended stays so."""


class Merging(Whose, Ending):
    """The part of a record that joins another, or takes one in."""

    id: UUID
    status: Status
    status_before_merge: Status
    merged_into: UUID | None
    absorbed: list[UUID]
    """Records merged into this one."""

    @property
    def numbers(self) -> list[Ins]:
        """Every matricule that finds this record."""
        return [*self.former_ins, *([self.ins] if self.ins else [])]

    def check_mergeable(self, target: "Record") -> None:
        """RNIV: one person, two records; never two people whose numbers differ."""
        if self.id == target.id:
            raise CannotMerge("a record is not merged with itself")
        if (self.status, target.status) not in _FIT or self.absorbed:
            raise CannotMerge("both wait to open, or the target is open; no chains")
        if Attribute.FICTITIOUS in self.attributes | target.attributes:
            raise CannotMerge("a fictitious identity is no double of anyone's")
        differ = self.ins and target.ins and self.ins != target.ins
        if differ and INS_NIA not in {i.oid for i in (self.ins, target.ins) if i}:
            raise CannotMerge("they carry two different INS")

    def merge_into(self, target: "Record", by: Actor) -> None:
        """The target takes its matricules over: as its own if it has none, else as former ones. A
        doubt about whose the target is outlasts the number it takes.
        """
        self.check_mergeable(target)
        was = target.identity_status
        same = self.traits.strict == target.traits.strict
        takes = target.ins is None and self.ins is not None
        former = self.former_ins if takes else self.numbers
        target._record(
            e.Absorbed,
            by,
            source=self.id,
            current=_parts(self.ins) if takes and self.ins else None,
            former=[_parts(ins) for ins in former],
            proven=self.retrieved and same and not target.is_doubted,
        )
        target._tell_qualified(was, by)
        self._record(e.MergedInto, by, target=target.id)

    def split_from(self, target: "Record", by: Actor) -> None:
        """Each has again what it brought; what happened to the target meanwhile stays its own."""
        if self.status is not Status.MERGED or self.id not in target.absorbed:
            raise NotInThatState("it is not merged into that record")
        was = target.identity_status
        target._record(
            e.Released, by, source=self.id, numbers=[_parts(ins) for ins in self.numbers]
        )
        target._tell_downgraded(was, DowngradeReason.SPLIT, by)
        self._record(e.SplitOff, by, **self.restored(self.status_before_merge))

    def follow_into_erasure(self, by: Actor) -> None:
        """The target is being erased, and this is the same person."""
        if self.status is not Status.MERGED:
            raise NotInThatState(f"the record is {self.status.value}")
        self._record(ErasureBegun, by)


def _parts(ins: Ins) -> list[str]:
    return [ins.value, ins.oid]
