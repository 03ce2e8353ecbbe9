"""When identity says something of a record: erased, merged, split."""

from typing import Any
from uuid import UUID, uuid4

from services.profile.contract import measures as m
from services.profile.contract import requests as r
from services.profile.policies import POLICIES
from shared.kernel.actor import Actor, ActorKind
from tests.profile.world import DOCUMENT, OTHER_RECORD, PATIENT, RECORD, World, measure
from tests.support.hearing import hear

PERSON = Actor(kind=ActorKind.PATIENT, id=str(OTHER_RECORD), record_id=OTHER_RECORD)
MERGE = {"source": str(RECORD), "merge_id": str(uuid4())}


def directives(world: World, record: UUID, words: str | None, by: Actor) -> None:
    said: dict[str, Any] = {"request_id": uuid4(), "record_id": record}
    said["directives"] = {"text": words} if words else None
    world.app.set_directives(r.SetDirectives.model_validate(said), by)


def seen(world: World) -> tuple[list[str], int, str | None]:
    """By the person of the target: allergies, weights, directives."""
    world.project()
    profile = world.app.get_profile(r.GetProfile(record_id=OTHER_RECORD), PERSON)
    weights = world.app.measures(
        m.ListMeasures.model_validate({"record_id": OTHER_RECORD, "kind": "WEIGHT"}), PERSON
    )
    labels = sorted(view.entry["label"] for view in profile.sections.get("allergies", []))
    return labels, weights.total, profile.directives.text if profile.directives else None


def test_merged_the_source_is_served_under_the_target(world: World) -> None:
    """
    By the rights in the target's record; split, each has its own again.
    """
    entry = world.add("allergies", entry={"label": "Latex"})
    world.record(measure("WEIGHT", 71.25, unit="kg"))
    directives(world, RECORD, "Les miennes", PATIENT)
    world.access.open(OTHER_RECORD)
    assert seen(world) == ([], 0, None)

    hear(world.app, POLICIES, "identity.records_merged", OTHER_RECORD, **MERGE)
    world.access.close(RECORD)
    assert seen(world) == (["Latex"], 1, "Les miennes")
    links: list[dict[str, Any]] = [
        {"kind": "ENTRY", "id": str(entry)}, {"kind": "DOCUMENT", "id": str(DOCUMENT)},
    ]  # fmt: skip
    world.add("allergies", PERSON, record_id=OTHER_RECORD, entry={"label": "Noix"}, links=links)
    directives(world, OTHER_RECORD, "Les dernières", PERSON)
    assert seen(world) == (["Latex", "Noix"], 1, "Les dernières")

    world.access.reopen(RECORD)
    hear(world.app, POLICIES, "identity.records_split", OTHER_RECORD, **MERGE)
    assert seen(world) == (["Noix"], 0, "Les dernières")
    assert world.labels(PATIENT) == ["Latex"]


def test_what_a_device_sent_under_the_source_comes_in_once_under_the_target(world: World) -> None:
    """
    It sends its memory again, by the same names: each reading would be there twice. Split, the
    target has none of them.
    """
    old = measure("WEIGHT", 71.25, unit="kg", source_id="w1")
    new = measure("WEIGHT", 71.5, unit="kg", source_id="w2", at="2026-11-21T07:00:00Z")

    def sent(*measures: dict[str, Any]) -> list[bool]:
        said = {"request_id": uuid4(), "record_id": OTHER_RECORD, "measures": list(measures)}
        answer = world.app.record_measures(m.RecordMeasures.model_validate(said), PERSON)
        world.project()
        return [one.known for one in answer.items]

    world.record(old)
    world.access.open(OTHER_RECORD)
    hear(world.app, POLICIES, "identity.records_merged", OTHER_RECORD, **MERGE)

    assert sent(old, new) == [True, False]
    assert sent(new, old) == [True, True]
    assert seen(world)[1] == 2

    hear(world.app, POLICIES, "identity.records_split", OTHER_RECORD, **MERGE)
    assert sent(old, new) == [False, True]


def test_directives_withdrawn_after_a_merge_bring_no_former_ones_back(world: World) -> None:
    """
    The last that was said is that there are none (CSP R.1111-17 to R.1111-20).
    """
    directives(world, RECORD, "Les miennes", PATIENT)
    world.access.open(OTHER_RECORD)
    hear(world.app, POLICIES, "identity.records_merged", OTHER_RECORD, **MERGE)

    directives(world, OTHER_RECORD, None, PERSON)

    assert seen(world)[2] is None


def test_nothing_is_left_of_an_erased_record(world: World) -> None:
    """
    Rows that nobody can open any more go too, from tables and read models.
    """
    directives(world, RECORD, "Première version", PATIENT)
    world.add("allergies", entry={"label": "Latex"})
    for _ in range(2):
        hear(world.app, POLICIES, "identity.record_erased", RECORD)
    world.project()

    with world.app.guarded.reading() as sql:
        assert sql("SELECT record FROM profile_directives") == []
    assert world.sections.count() == 0
