"""Doubles: candidates, and merges that two people make and anyone of them undoes."""

from typing import Protocol
from uuid import UUID

from services.identity.application.log import IdentityLog
from services.identity.contract import doubles as c
from services.identity.contract.parts import IdentityTraits
from services.identity.domain.candidate_search import CandidateSearch
from services.identity.domain.errors import UnknownMerge, UnknownRecord
from services.identity.domain.identity_read import IdentityRead
from services.identity.domain.likeness import Described, Likeness
from services.identity.domain.merge import Merge, MergeState
from shared.kernel.actor import Actor
from shared.rpc.contract import Done, Listing
from shared.stores.event_log import Outcome, command, unreplayed


class People(Protocol):
    def like(self, wanted: Described, limit: int) -> list[tuple[UUID, Likeness]]:
        """Records of people born on that day who are likely the one described, likeliest
        first.
        """
        ...


class KnownMerges(Protocol):
    def page(
        self, state: MergeState, limit: int, cursor: str | None
    ) -> tuple[list[UUID], str | None]:
        """Ids of merges in that state, and where the next page begins."""
        ...

    def count(self, state: MergeState) -> int: ...


class Doubles(IdentityLog):
    people: People
    merges_known: KnownMerges
    """Read models; set where this process has them."""

    @unreplayed
    def find_candidates(self, request: c.FindCandidates, by: Actor) -> Outcome[c.Candidates]:
        """Who searched is in the log, and how many were shown; not for whom. Each person shown
        has that in their journal.
        """
        items = []
        for record_id, likeness in self.people.like(request.traits.to_domain(), request.limit):
            try:
                items.append(self._candidate(record_id, likeness))
            except UnknownRecord:
                continue
        trace = CandidateSearch(found=len(items), by=by.to_event())
        shown = [IdentityRead.trace(item.record_id, by) for item in items]
        return Outcome(answer=c.Candidates(items=items), save=[trace, *shown])

    @command
    def propose_merge(self, request: c.ProposeMerge, by: Actor) -> Outcome[c.MergeProposed]:
        source, target = self.known(request.source), self.known(request.target)
        source.check_mergeable(target)
        merge_id = self.new_id(request, by, "merge")
        merge = Merge.propose(merge_id, source.id, target.id, request.reason, by)
        return Outcome(answer=c.MergeProposed(merge_id=merge_id), save=[merge])

    def merges(self, request: c.ListMerges, _: Actor) -> Listing[c.MergeSeen]:
        found, cursor = self.merges_known.page(request.state, request.limit, request.cursor)
        seen = [self._merge(merge_id) for merge_id in found]
        # The log may be ahead of the read model.
        items = [c.MergeSeen.of(merge) for merge in seen if merge.state is request.state]
        total = self.merges_known.count(request.state)
        return Listing[c.MergeSeen](items=items, next_cursor=cursor, total=total)

    def confirm_merge(self, request: c.ConfirmMerge, by: Actor) -> c.RecordsMerged:
        """Answer once access has applied it: from then on the source is served under the target,
        and whoever was shut out of either is shut out of both.
        """
        merged = self._confirm_merge(request, by)
        self.outside.access.have_applied(merged.target, merged.position)
        return merged

    @command
    def _confirm_merge(self, request: c.ConfirmMerge, by: Actor) -> Outcome[c.RecordsMerged]:
        """Checked again: both may have changed since it was proposed."""
        merge = self._merge(request.merge_id)
        source, target = self.known(merge.source), self.known(merge.target)
        holders = self.holders_of(source)
        moved = {"ins": len(holders)}
        merge.confirm(moved, by)
        source.merge_into(target, by)
        for holder in holders:
            holder.move(target.id, by)
        answer = c.RecordsMerged(
            source=source.id,
            target=target.id,
            moved=moved,
            identity_status=target.identity_status,
        )
        return Outcome(answer=answer, save=[source, target, merge, *holders])

    @command
    def reject_merge(self, request: c.RejectMerge, by: Actor) -> Outcome[Done]:
        merge = self._merge(request.merge_id)
        merge.reject(by)
        return Outcome(answer=Done(), save=[merge])

    def split(self, request: c.Split, by: Actor) -> Done:
        """Answer once access has applied it: two people from then on, of whom neither is let in by
        what the other allowed, nor acts for the other's children.
        """
        done = self._split(request, by)
        self.outside.access.have_applied(self._merge(request.merge_id).target, done.position)
        return done

    @command
    def _split(self, request: c.Split, by: Actor) -> Outcome[Done]:
        merge = self._merge(request.merge_id)
        source, target = self.known(merge.source), self.known(merge.target)
        merge.split(source.status_before_merge.value, by)
        source.split_from(target, by)
        holders = self.holders_of(source)
        for holder in holders:
            holder.move(source.id, by)
        return Outcome(answer=Done(), save=[source, target, merge, *holders])

    def _candidate(self, record_id: UUID, likeness: Likeness) -> c.Candidate:
        record = self.known(record_id)
        return c.Candidate(
            record_id=record.id,
            score=likeness.score,
            near=likeness.near,
            status=record.status,
            identity_status=record.identity_status,
            traits=IdentityTraits.of(record.traits),
        )

    def _merge(self, merge_id: UUID) -> Merge:
        merge = self.get(merge_id, Merge)
        if merge is None:
            raise UnknownMerge
        return merge
