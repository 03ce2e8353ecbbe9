"""Events as the vault and access save them, to be told of, proved and tampered with."""

from functools import cache
from uuid import UUID, uuid4

from services.access.domain.decision import Decision, Made
from services.vault.domain import life
from services.vault.domain.cover import UNCOVERED
from services.vault.domain.document import Content, Document
from services.vault.domain.metadata import Metadata
from shared.kernel.actor import Actor, ActorKind
from tests.audit.logs import NOW
from tests.support.golden import golden_files

DOCTOR = Actor(kind=ActorKind.PROFESSIONAL, id="810000000001", profession="10")
TITLE = "Compte rendu très intime"


def deposited(
    record_id: UUID, document_id: UUID, stored: str = "o", sealed_sha256: str = "0" * 64
) -> Document:
    """``stored``: the name of the object that its content is in."""
    metadata = Metadata(
        unique_id="1.2.3^4", type="11502-2", class_code="11", format="f", title=TITLE,
        creation="2026-11-21", service_start="2026-11-21",
    )  # fmt: skip
    content = Content(
        object=stored, sealed_sha256=sealed_sha256, sealed_size=1, sha256="0" * 64, size=1,
        media_type="application/pdf",
    )  # fmt: skip
    return life.deposit(
        document_id, record_id=record_id, logical_id=uuid4(), metadata=metadata, content=content,
        confidentiality=("N",), cover=UNCOVERED, decision_id=uuid4(), replaces=None,
        submission_set=None, held=False, copies_to=(), by=DOCTOR, now=NOW,
    )  # fmt: skip


def decided(record_id: UUID) -> Decision:
    """What is in the golden file of such an event, about that record."""
    return Decision.record(record_id, {**_made(), "subject": str(record_id)}, by=DOCTOR)


@cache
def _made() -> Made:
    wanted = (Decision.Created.TOPIC, Decision.Created.class_version)
    [kept] = [one.load() for one in golden_files("access") if (one.topic, one.version) == wanted]
    assert isinstance(kept, Decision.Created)
    return kept.made
