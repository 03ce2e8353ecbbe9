"""What is asked of ``access`` becomes lines of the journal, and time: it must tell nothing."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.vault.contract.reading import Search
from shared.kernel.actor import Actor
from shared.kernel.gate import NORMALLY, How
from tests.vault.cda import cda
from tests.vault.world import DOCTOR, OTHER_HOSPITAL, OTHER_RECORD, RECORD, PlayedAccess, World


class Counting(PlayedAccess):
    """Counts the lists it was asked about: each is a line of the journal."""

    lists = 0

    def decide_many(
        self,
        record_id: UUID,
        action: str,
        tuples: Sequence[Mapping[str, Any]],
        by: Actor,
        how: How = NORMALLY,
    ) -> Sequence[bool]:
        self.lists += 1
        assert tuples
        return super().decide_many(record_id, action, tuples, by, how)


def test_an_empty_record_and_one_where_all_is_hidden_ask_the_same(world: World) -> None:
    """Else the reader's own journal would have a line more for the second."""
    world.deposit(cda(confidentiality=["MASQUE_PS"]))
    world.project()
    access = world.vault.gate._access = Counting(hidden_codes={"MASQUE_PS"})

    for record in (RECORD, OTHER_RECORD):
        assert world.vault.search(Search(record_id=record), DOCTOR).total == 0
        assert (access.lists, len(access.asked)) == (1, 1)
        access.lists = 0
        access.asked.clear()


def test_looking_for_a_double_is_no_list(world: World) -> None:
    """A depositor would read in their journal of a list that they never asked for."""
    world.deposit(cda(confidentiality=["MASQUE_PS"]))
    access = world.vault.gate._access = Counting(hidden_codes={"MASQUE_PS"})

    world.deposit(cda(confidentiality=["MASQUE_PS"]), by=OTHER_HOSPITAL)

    assert access.lists == 0
