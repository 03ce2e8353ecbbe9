"""Doubles are looked for by traits, likeliest first, and nothing of the search is in clear."""

from uuid import UUID

from services.identity.contract.doubles import FindCandidates
from tests.identity.lives import announce
from tests.identity.people import INSURER, TRAITS
from tests.identity.world import World


def find(world: World, **changes: str) -> list[tuple[UUID, int]]:
    wanted = {"birth_date": "1979-03-28", "birth_name": "Pat Trois", "given_names": "Dominique"}
    request = FindCandidates.model_validate({"traits": wanted | changes})
    return [(c.record_id, c.score) for c in world.identity.find_candidates(request, INSURER).items]


def test_candidates_come_likeliest_first(world: World, pair: tuple[UUID, UUID]) -> None:
    """
    The one whose name fits, then the typo; nobody of another name, nobody of another day.
    """
    announce(world, traits=TRAITS | {"birth_name": "DURAND"} | named("CLAIRE"), ins=None)
    announce(world, traits=TRAITS | {"birth_date": "1979-03-29"}, ins=None)
    world.read()

    found = find(world)

    assert [record_id for record_id, _ in found] == list(pair)
    assert found[0][1] > found[1][1]


def named(name: str) -> dict[str, str]:
    return {"birth_given_names": name, "first_given_name": name}


def test_day_and_month_swapped_are_found(world: World) -> None:
    """
    The mistake of whoever reads dates the other way round.
    """
    record_id = announce(world, traits=TRAITS | {"birth_date": "1979-03-02"}, ins=None)
    world.read()

    assert [r for r, _ in find(world, birth_date="1979-02-03")] == [record_id]


def test_each_search_is_traced_without_what_was_sought(world: World) -> None:
    """
    Staff who look people up are in the log, and in the journal of each person they were shown.
    """
    shown = announce(world, ins=None)
    world.read()
    find(world)

    search, read = world.identity.read(world.identity.head().position - 2, 2)
    assert search.topic == "identity.candidates_sought"
    assert vars(search.event)["found"] == 1
    assert "TROIS" not in str(vars(search.event)).upper()
    assert (read.topic, read.record_id) == ("identity.identity_read", shown)


def test_no_birth_date_and_no_name_are_in_clear_in_the_read_model(world: World) -> None:
    """
    A stolen database says nothing of a person.
    """
    announce(world, ins=None)
    world.read()

    document = world.candidates.find(limit=1).items[0]

    assert not any(secret in str(document) for secret in ("1979", "03-28", "PAT-TROIS"))
