"""Events as they were stored, version by version: what was written must stay readable."""

import pytest

from services.profile import domain
from tests.support.golden import Golden, event_classes, golden_files

EVENTS = event_classes(domain)
FILES = golden_files("profile")


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
