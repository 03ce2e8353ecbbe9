"""Questions to access: small enough for it, each answer to its own resource."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.vault.domain.gate import BATCH, Gate
from services.vault.domain.ports import NORMALLY, How
from shared.kernel.actor import Actor
from tests.vault.world import DOCTOR, RECORD, PlayedAccess


class EvenAuthors(PlayedAccess):
    """Permits what an even number wrote."""

    def decide_many(
        self,
        record_id: UUID,
        action: str,
        tuples: Sequence[Mapping[str, Any]],
        by: Actor,
        how: How = NORMALLY,
    ) -> Sequence[bool]:
        assert len(tuples) <= BATCH
        assert len({one["author"] for one in tuples}) == len(tuples)
        return [one["author"] % 2 == 0 for one in tuples]


def test_long_lists_are_asked_about_in_batches_and_answered_in_order() -> None:
    """decide_many takes 500 tuples at most; a shifted answer would show what is hidden."""
    resources = [{"author": number % (BATCH * 2 + 7)} for number in range(BATCH * 3)]

    permits = Gate(EvenAuthors()).may_read(RECORD, resources, DOCTOR)

    assert permits == [resource["author"] % 2 == 0 for resource in resources]
