"""What an auditor takes away from a store that may be anybody's by now."""

from pathlib import Path

import pytest

from scripts.cli.audit_evidence import copy_objects
from services.audit.adapters.event_stores import CannotRead
from tests.support.memory_objects import MemoryObjects


def test_no_object_is_written_outside_of_its_folder(tmp_path: Path) -> None:
    """Nor is a file of the auditor's emptied by a name that is no key."""
    mine = tmp_path / "mine"
    mine.write_text("kept")
    objects = MemoryObjects()
    objects.kept = {"../../mine": b"theirs"}

    with pytest.raises(CannotRead):
        copy_objects(objects, tmp_path / "objects" / "vault")

    assert mine.read_text() == "kept"


def test_what_is_there_is_copied(tmp_path: Path) -> None:
    """Small, large, empty; in folders as their names have them."""
    objects = MemoryObjects()
    objects.kept = {"tile/0/000": b"t", "empty": b"", "large": bytes(3_000_000)}

    copy_objects(objects, tmp_path)

    copied = {
        str(f.relative_to(tmp_path)): f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()
    }
    assert copied == objects.kept
