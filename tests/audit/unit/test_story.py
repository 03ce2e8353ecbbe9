"""Acts as an auditor's timeline, report and export tell them."""

from uuid import uuid4

from scripts.cli.audit_part import part_of
from scripts.cli.audit_sentences import Story
from tests.audit.telling import Teller

RECORD = uuid4()


def test_a_list_refuses_nobody() -> None:
    """``permit`` is said of one thing. A professional's day of work was a row of refusals."""
    teller, story = Teller(), Story(physician=False)
    heard = [teller.listed(record=RECORD, kind=kind) for kind in ("document", "measure")]

    assert [story.line(told)["refused"] for told in heard] == [False, False]
    part = part_of("", [*heard, teller.decided(record=RECORD, permit=False)], story)
    assert part.counted == {("professional", False): 2, ("professional", True): 1}


def test_what_could_not_be_presented_was_refused() -> None:
    """By its own message: no decision of access says so."""
    told = Teller().tell("prescription.presentation_refused", record=RECORD, reason="used")
    assert Story(physician=False).line(told)["refused"]


def test_a_double_that_the_vault_came_upon_is_neither() -> None:
    """Nobody wanted to read it, whatever was answered."""
    for permit in (True, False):
        told = Teller().decided(record=RECORD, permit=permit, scope="double")
        line = Story(physician=False).line(told)
        assert not line["refused"]
        assert line["sentence_fr"] == "Un document déposé a été comparé à un document déjà présent."
