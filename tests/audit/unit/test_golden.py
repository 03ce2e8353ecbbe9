"""The bytes of every event version ever stored still read, and are written the same."""

import pytest

import services.audit.domain
from tests.support.golden import Golden, event_classes, golden_files

FILES = golden_files("audit")


def test_every_event_version_has_its_file() -> None:
    """A new event, or a new version, comes with its stored form."""
    classes = event_classes(services.audit.domain)
    wanted = {
        (topic, version)
        for topic, event in classes.items()
        for version in range(1, getattr(event, "class_version", 1) + 1)
    }

    assert {(golden.topic, golden.version) for golden in FILES} == wanted


@pytest.mark.parametrize("golden", FILES, ids=str)
def test_stored_bytes_still_read(golden: Golden) -> None:
    """What was stored is read, and would be stored the same today."""
    event = golden.load()

    assert golden.store(event) == golden.state
