"""What is asked of ``access`` becomes lines of the journal, and time: it must tell nothing."""

from typing import Any

import pytest

from services.vault.contract.reading import Search
from tests.vault.cda import cda
from tests.vault.world import DOCTOR, OTHER_HOSPITAL, OTHER_RECORD, RECORD, World


@pytest.fixture
def lists(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every list that access was asked about: each is a line of the journal."""
    asked: list[Any] = []
    decide_many = world.access.decide_many

    def noted(record_id: Any, action: str, tuples: Any, *who: Any) -> Any:
        asked.append(tuples)
        return decide_many(record_id, action, tuples, *who)

    monkeypatch.setattr(world.access, "decide_many", noted)
    return asked


def test_an_empty_record_and_one_where_all_is_hidden_ask_the_same(
    world: World, lists: list[Any]
) -> None:
    """Else the reader's own journal would have a line more for the second."""
    world.deposit(cda(confidentiality=["MASQUE_PS"]))
    world.project()

    for record in (RECORD, OTHER_RECORD):
        lists.clear()
        assert world.vault.search(Search(record_id=record), DOCTOR).total == 0
        assert [len(asked) for asked in lists] == [1]


def test_looking_for_a_double_is_no_list(world: World, lists: list[Any]) -> None:
    """A depositor would read in their journal of a list that they never asked for."""
    world.deposit(cda(confidentiality=["MASQUE_PS"]))

    world.deposit(cda(confidentiality=["MASQUE_PS"]), by=OTHER_HOSPITAL)

    assert lists == []
