"""Events of the first versions, as they are read today."""

from typing import Any

from services.directory.contract.parts import Description, FacilityDescription
from tests.support.golden import golden_files


def test_what_the_first_version_did_not_say_is_filled_in() -> None:
    """
    Each place had the one practice of its professional; whoever changed was active; a facility
    was an establishment, open.
    """
    first = {
        golden.topic: golden.load() for golden in golden_files("directory") if golden.version == 1
    }

    changed: Any = first["directory.professional_changed"]
    (place,) = changed.description["places"]
    assert (changed.active, place["profession"], place["specialty"]) == (True, "10", "SM26")
    assert Description.model_validate(changed.description).mailboxes == []
    registered: Any = first["directory.facility_registered"]
    told = FacilityDescription.model_validate(registered.description)
    assert (told.level, told.open, told.mailboxes) == ("ET", True, [])
    assert (told.siret, told.address, told.described_by) == (None, None, None)


def test_every_facility_is_described_in_full() -> None:
    """
    Read models and answers look at each entry of a description, whatever wrote it: what a
    version did not know of is there, unsaid.
    """
    told: list[Any] = [g.load() for g in golden_files("directory") if "facility" in g.topic]
    descriptions = [event.description for event in told if hasattr(event, "description")]

    assert len(descriptions) == 7
    for description in descriptions:
        assert set(description) == set(FacilityDescription.model_fields)
