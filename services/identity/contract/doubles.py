"""Doubles: found by traits, merged by two people, split again."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.identity.contract.parts import IdentityTraits, Part
from services.identity.contract.proving import Typed
from services.identity.domain.identity_status import IdentityStatus
from services.identity.domain.likeness import Described, Near
from services.identity.domain.merge import Merge, MergeReason, MergeState, Step
from services.identity.domain.states import Status
from shared.eventing.messages import Instant
from shared.rpc.contract import Answer, Command, Done, ListQuery, Query


class DescribedTraits(Part):
    """The birth date is the first criterion and mandatory (RNIV); nobody is found by a name."""

    birth_date: str = Field(pattern=r"^[12]\d{3}-\d{2}-\d{2}$")
    birth_name: Typed
    given_names: Typed = Field(description="one or several, in any order")
    sex: Literal["M", "F", "I"] | None = None
    birth_place: str | None = Field(default=None, max_length=5)

    def to_domain(self) -> Described:
        return Described(**self.model_dump())


class FindCandidates(Query):
    traits: DescribedTraits
    limit: int = Field(default=20, ge=1, le=50)


class Candidate(Answer):
    """``near``: by trait, why it does not fit fully; a trait that fits is not there."""

    record_id: UUID
    score: Annotated[int, Field(ge=0, le=100)]
    near: dict[str, Near]
    status: Status
    identity_status: IdentityStatus
    traits: IdentityTraits


class Candidates(Answer):
    """The likeliest first; under a score of 60 two people are two people."""

    items: list[Candidate]


class ProposeMerge(Command):
    """``source`` would go into ``target``."""

    source: UUID
    target: UUID
    reason: MergeReason


class MergeProposed(Done):
    merge_id: UUID


class OfMerge(Command):
    merge_id: UUID


class ConfirmMerge(OfMerge):
    pass


class RejectMerge(OfMerge):
    """Nothing was merged; a new proposal may follow."""


class RecordsMerged(Done):
    """``moved``: what now counts for the target, by kind: how many. ``identity_status``: the
    target's; verify its INS again.
    """

    source: UUID
    target: UUID
    moved: dict[str, int]
    identity_status: IdentityStatus


class Split(OfMerge):
    pass


class ListMerges(ListQuery):
    """Those in one state: ``proposed`` wait for another person to confirm them."""

    state: MergeState = MergeState.PROPOSED


class MergeStep(Answer):
    at: Instant
    kind: str
    id: str

    @classmethod
    def of(cls, step: Step) -> "MergeStep":
        return cls(at=step.at, kind=step.by["kind"], id=step.by["id"])


class MergeSeen(Answer):
    """The account of one merge: who did what and when, and what identity moved."""

    merge_id: UUID
    source: UUID
    target: UUID
    reason: MergeReason
    state: MergeState
    proposed: MergeStep
    rejected: MergeStep | None
    confirmed: MergeStep | None
    split: MergeStep | None
    moved: dict[str, int]

    @classmethod
    def of(cls, merge: Merge) -> "MergeSeen":
        return cls(
            merge_id=merge.id,
            source=merge.source,
            target=merge.target,
            reason=merge.reason,
            state=merge.state,
            proposed=MergeStep.of(merge.proposed),
            rejected=MergeStep.of(merge.rejected) if merge.rejected else None,
            confirmed=MergeStep.of(merge.confirmed) if merge.confirmed else None,
            split=MergeStep.of(merge.split_again) if merge.split_again else None,
            moved=merge.moved,
        )
