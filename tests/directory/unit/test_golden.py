"""Events as they were stored, version by version: what was written must stay readable."""

from typing import Any

import pytest

from services.directory import domain
from services.directory.contract import Description, FacilityDescription
from tests.support.golden import Golden, event_classes, golden_files

EVENTS = event_classes(domain)
FILES = golden_files("directory")


def test_every_version_of_every_event_is_kept() -> None:
    """
    A new event or version without its file would one day be changed unseen.
    """
    wanted = {
        (topic, version)
        for topic, kind in EVENTS.items()
        for version in range(1, getattr(kind, "class_version", 1) + 1)
    }

    assert {(golden.topic, golden.version) for golden in FILES} == wanted


@pytest.mark.parametrize("golden", FILES, ids=str)
def test_stored_bytes_still_read(golden: Golden) -> None:
    """
    The very bytes load as the newest version; those of the newest are written alike today.
    """
    event = golden.load()

    assert type(event) is EVENTS[golden.topic]
    if golden.version == getattr(type(event), "class_version", 1):
        assert golden.store(event) == golden.state


def test_what_the_first_version_did_not_say_is_filled_in() -> None:
    """
    Each place had the one practice of its professional; whoever changed was active; a facility
    was an establishment, open.
    """
    first = {golden.topic: golden.load() for golden in FILES if golden.version == 1}

    changed: Any = first["directory.professional_changed"]
    (place,) = changed.description["places"]
    assert (changed.active, place["profession"], place["specialty"]) == (True, "10", "SM26")
    assert Description.model_validate(changed.description).mailboxes == []
    registered: Any = first["directory.facility_registered"]
    told = FacilityDescription.model_validate(registered.description)
    assert (told.level, told.open, told.mailboxes) == ("ET", True, [])
