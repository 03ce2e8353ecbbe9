"""Directives: one current version, and nobody reads a former one."""

from uuid import uuid4

import pytest

from services.profile.application.sayings import place
from services.profile.contract import requests as r
from services.profile.domain.errors import NotSecret
from shared.crypto.fields import open_field
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from tests.profile.world import (
    DOCTOR,
    DOCUMENT,
    IN_SECRET,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    World,
)


def put(world: World, said: dict[str, object] | None, by: Actor = PATIENT) -> None:
    request = r.SetDirectives.model_validate(
        {"request_id": uuid4(), "record_id": RECORD, "directives": said}
    )
    world.app.set_directives(request, by)


def read(world: World, by: Actor = PATIENT) -> str | None:
    shown = world.profile(by).directives
    return shown.text if shown else None


def test_the_latest_alone_is_read(world: World) -> None:
    """
    A doctor who finds two versions cannot know which one is the person's will.
    """
    put(world, {"text": "Première version"})
    put(world, {"text": "Seconde version"})

    assert read(world) == read(world, DOCTOR) == "Seconde version"


def test_former_words_are_nowhere(world: World) -> None:
    """
    Not in the log, not in the tables, not even with every key of the service.
    """
    put(world, {"text": "Première version"})
    put(world, {"text": "Seconde version"})

    with world.app.guarded.reading() as sql:
        rows = sql("SELECT record, sealed FROM profile_directives")
    events = [vars(row.event) for row in world.app.read(0, 100)]
    assert [row[0] for row in rows] == [str(RECORD)]
    assert "Première" not in str(events)
    assert "Seconde" in str(open_field(world.keys, place(RECORD), rows[0][1]))
    assert world.topics() == ["profile.directives_set"] * 2


def test_withdrawn_there_are_none(world: World) -> None:
    """
    Directives are withdrawn at any moment (CSP L.1111-11).
    """
    put(world, {"text": "Première version"})
    put(world, None)

    assert read(world) is None


def test_a_document_of_the_record_may_be_the_directives(world: World) -> None:
    """
    Its id is for those only who may see it.
    """
    put(world, {"document_id": str(DOCUMENT)})
    world.papers.hidden_from.add(DOCTOR.id)

    shown = world.profile().directives
    assert shown
    assert shown.document_id == DOCUMENT
    assert world.profile(DOCTOR).directives is None
    with pytest.raises(InvalidRequest):
        put(world, {"document_id": str(OTHER_RECORD)})


def test_not_in_a_secret_session(world: World) -> None:
    """
    Directives are an adult's; representatives would see that they changed.
    """
    with pytest.raises(NotSecret):
        put(world, {"text": "x"}, by=IN_SECRET)
