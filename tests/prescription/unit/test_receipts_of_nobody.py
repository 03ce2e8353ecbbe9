"""What is dispensed to somebody without a qualified INS is kept as a PDF, not as a CDA document."""

from dataclasses import replace
from datetime import timedelta

from tests.prescription.world import RECORD, TRAITS, World, given


def test_without_a_qualified_ins_it_is_a_pdf(world: World) -> None:
    """A CDA document without an INS would be nobody's."""
    world.people.persons[RECORD] = replace(TRAITS, ins=None)
    world.dispense(world.issue().number, given(1))
    content = list(world.vault.contents.values())[-1]
    assert content.data.startswith(b"%PDF")
    assert content.metadata["type"] == "60593-1"


def test_the_day_of_the_pdf_is_that_of_france(world: World) -> None:
    """Half past midnight in Paris is still the day before in UTC."""
    world.people.persons[RECORD] = replace(TRAITS, ins=None)
    world.clock.move(timedelta(hours=15))
    world.dispense(world.issue().number, given(1))
    metadata = list(world.vault.contents.values())[-1].metadata
    assert (metadata["creation"], metadata["service_start"]) == ("2026-11-22", "2026-11-22")
