"""The state machine of the DMP and nothing else: each act in each state, allowed or refused."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from services.vault.domain import life
from services.vault.domain.cover import UNCOVERED
from services.vault.domain.document import Content, Document
from services.vault.domain.metadata import Metadata
from services.vault.domain.states import MOVES, Act, Status
from services.vault.domain.visibility import Masking
from shared.kernel.errors import Conflict
from tests.vault.world import AUTHOR, RECORD

FACTS = Path(__file__).parents[4] / "shared" / "domain" / "data" / "dmp_documents.json"
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ID = UUID("0190a000-0000-7000-8000-0000000000a1")
OTHER = UUID("0190a000-0000-7000-8000-0000000000a2")
DECISION = UUID("0190a000-0000-7000-8000-0000000000a3")
APART = Masking(allow_cumulation=False)

ALLOWED = {
    (Act.RELEASE, Status.HELD): Status.APPROVED,
    (Act.DISCARD, Status.HELD): Status.DISCARDED,
    (Act.REPLACE, Status.APPROVED): Status.DEPRECATED,
    (Act.ARCHIVE, Status.APPROVED): Status.ARCHIVED,
    (Act.UNARCHIVE, Status.ARCHIVED): Status.APPROVED,
    (Act.DELETE, Status.APPROVED): Status.DELETED,
    (Act.DELETE, Status.ARCHIVED): Status.DELETED,
}
"""DMPi and PDSm: TD2.1, TD3.3c, TD3.3d; the first two are of a document not yet deposited."""


def release(document: Document) -> None:
    life.release(
        document, DECISION, AUTHOR,
        confidentiality=("N",), cover=UNCOVERED, replaces=None, now=NOW,
    )  # fmt: skip


DO: dict[Act, Callable[[Document], None]] = {
    Act.RELEASE: release,
    Act.DISCARD: lambda d: life.discard(d, AUTHOR),
    Act.REPLACE: lambda d: life.supersede(d, OTHER, AUTHOR),
    Act.ARCHIVE: lambda d: life.archive(d, DECISION, AUTHOR),
    Act.UNARCHIVE: lambda d: life.unarchive(d, DECISION, AUTHOR),
    Act.DELETE: lambda d: life.delete(d, DECISION, AUTHOR),
}
WAY = {
    Status.HELD: (),
    Status.DISCARDED: (Act.DISCARD,),
    Status.APPROVED: (Act.RELEASE,),
    Status.DEPRECATED: (Act.RELEASE, Act.REPLACE),
    Status.ARCHIVED: (Act.RELEASE, Act.ARCHIVE),
    Status.DELETED: (Act.RELEASE, Act.DELETE),
}
"""How a document that was held back gets to each state."""


def made(*, held: bool = True, codes: tuple[str, ...] = ("N",)) -> Document:
    return life.deposit(
        ID,
        record_id=RECORD,
        logical_id=OTHER,
        metadata=Metadata(
            unique_id="1.2", type="34112-3", class_code="10", format="f", title="t",
            creation="2026-11-21", service_start="2026-11-21",
        ),
        content=Content(
            object="o", sealed_sha256="s", sealed_size=1, sha256="h", size=1, media_type="text/xml"
        ),
        confidentiality=codes,
        cover=UNCOVERED,
        decision_id=DECISION,
        replaces=None,
        submission_set=OTHER,
        held=held,
        copies_to=(),
        by=AUTHOR,
        now=NOW,
    )  # fmt: skip


def in_state(status: Status) -> Document:
    document = made()
    for act in WAY[status]:
        DO[act](document)
    assert document.status is status
    return document


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", Act)
def test_each_act_in_each_state(act: Act, status: Status) -> None:
    """What the DMP does not name is refused with its rule, and leaves no event."""
    document = in_state(status)
    version = document.version
    after = ALLOWED.get((act, status))
    if after:
        DO[act](document)
        assert document.status is after
        return

    with pytest.raises(Conflict) as refusal:
        DO[act](document)
    assert refusal.value.fields == {"status": MOVES[act].rule}
    assert (document.status, document.version) == (status, version)


@pytest.mark.skipif(not FACTS.exists(), reason="the reference data are not beside the repository")
def test_the_transitions_are_those_of_the_reference() -> None:
    """Of documents that are in the record: `state_machine`, and no other."""
    said = json.loads(FACTS.read_text())["state_machine"]
    reference = {(before, after) for befores, after, _ in said for before in befores.split("|")}

    ours = {(before.value, after.value) for (_, before), after in ALLOWED.items()}
    assert {pair for pair in ours if "Held" not in pair} == reference


CHANGES: dict[str, Callable[[Document], None]] = {
    "mask": lambda d: life.mask(d, DECISION, AUTHOR, APART),
    "unmask": lambda d: life.unmask(d, DECISION, AUTHOR),
    "reveal to the patient": lambda d: life.reveal_to_patient(d, DECISION, AUTHOR, APART),
    "reveal to representatives": lambda d: life.reveal_to_representatives(d, DECISION, AUTHOR),
    "report": lambda d: life.report(d, "not_mine", DECISION, AUTHOR),
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("change", CHANGES)
def test_who_sees_it_changes_while_it_is_in_the_record(change: str, status: Status) -> None:
    """Former versions and archived ones too: they can still be shown."""
    document = in_state(status)
    if status in {Status.APPROVED, Status.DEPRECATED, Status.ARCHIVED}:
        CHANGES[change](document)
        return

    with pytest.raises(Conflict):
        CHANGES[change](document)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.APPROVED])
def test_only_a_current_document_is_reclassified(status: Status) -> None:
    """TD3.3: metadata of an older version are not rewritten."""
    document = in_state(status)

    with pytest.raises(Conflict):
        life.reclassify(document, document.metadata, DECISION, AUTHOR)


def test_the_same_words_again_are_no_change() -> None:
    """No event, so no new entry either."""
    document = made(held=False)
    entry = document.entry_uuid

    life.reclassify(document, document.metadata, DECISION, AUTHOR)

    assert (document.version, document.entry_uuid) == (1, entry)


def test_a_change_of_metadata_is_a_new_entry_of_the_same_document() -> None:
    """entryUUID changes with each, logicalId does not; a change of state makes no new entry."""
    document = made(held=False, codes=("INVISIBLE_REPRESENTANTS_LEGAUX", "N"))
    entries = [document.entry_uuid]
    for change in ("mask", "unmask", "reveal to representatives"):
        CHANGES[change](document)
        entries.append(document.entry_uuid)
    DO[Act.ARCHIVE](document)
    DO[Act.UNARCHIVE](document)
    CHANGES["report"](document)

    assert len(set(entries)) == 4
    assert document.entry_uuid == entries[-1]
    assert document.logical_id == OTHER
