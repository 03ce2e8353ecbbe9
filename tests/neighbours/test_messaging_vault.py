"""Messaging asks the vault for documents, gives it attachments, and gets what copies carry."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.messaging.adapters.vault import RpcVault
from services.messaging.domain.attachment import File
from services.messaging.domain.ports import Copy, Vault
from services.vault.contract import CONTRACT
from services.vault.contract.life import Delete
from services.vault.domain.copies import Copies
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.messaging.world import PlayedVault
from tests.neighbours.in_process import InProcess, caller
from tests.vault.cda import PDF, cda, enclosing
from tests.vault.world import AUTHOR, RECORD, STRANGER, World

PERSON = caller(ActorKind.PATIENT, record_id=str(RECORD))
IN_SECRET = caller(ActorKind.PATIENT, record_id=str(RECORD), secret=True)
NOBODY = caller(
    ActorKind.PROFESSIONAL, SubjectNameID=STRANGER.id, SubjectOrganizationID=STRANGER.facility
)
"""Without any right."""
CDA = cda(body=enclosing(PDF))
ANOTHER_CDA = cda(body=enclosing(PDF), id_='<id root="1.2.3.4" extension="2"/>')
WRAPPED = File(name="CR hospitalier.xml", media_type="text/xml", data=CDA)
GIVEN = {
    "type": "DOCPAT09",
    "title": "Mutuelle",
    "creation": "2026-11-21T08:30:00.000Z",
    "service_start": "2026-11-21T08:30:00.000Z",
}
"""What is said of a bare file."""
COPY = Copy(
    file=File(name="CR hospitalier", media_type="text/xml", data=CDA),
    shown=File(name="CR hospitalier", media_type="application/pdf", data=PDF),
    title="CR hospitalier",
    unique_id="1.2.3.4^1",
    type="34112-3",
    confidentiality=("N",),
)


@dataclass
class Asked:
    """A vault that holds CDA, level 1, for which copies were asked; of another that was deleted
    since, too."""

    vault: Vault
    document: UUID
    copies: UUID
    deleted: UUID


def played() -> Asked:
    document, copies = uuid4(), uuid4()
    shown = File(name="CR hospitalier", media_type="application/pdf", data=PDF)
    vault = PlayedVault(
        documents={document: shown},
        hidden_from={NOBODY.id},
        copies={copies: COPY},
        known={(RECORD, CDA): document},
    )
    return Asked(vault, document, copies, deleted=uuid4())


def deposited(world: World, content: bytes) -> tuple[UUID, UUID]:
    """The document, and what names its copies."""
    document = world.deposit(content, AUTHOR, copies_to=["cabinet@medecin.mssante.fr"])
    asked = [r.event.originator_id for r in world.events() if isinstance(r.event, Copies.Created)]
    return document.document_id, asked[-1]


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("vault")
    world = World(folder)
    document, copies = deposited(world, CDA)
    gone, deleted = deposited(world, ANOTHER_CDA)
    world.vault.delete(Delete(request_id=uuid4(), document_id=gone), AUTHOR)
    client = InProcess("messaging", folder)
    client.knows(CONTRACT, world.vault)
    yield Asked(RpcVault(client), document, copies, deleted)
    world.vault.close()


@pytest.fixture
def asked(side: str, request: pytest.FixtureRequest) -> Asked:
    found: Asked = played() if side == "double" else request.getfixturevalue("neighbour")
    return found


def test_a_document_is_opened_as_it_is_shown(asked: Asked) -> None:
    """By its title, and the file inside of a CDA."""
    found = asked.vault.open(asked.document, PERSON)
    assert (found.name, found.media_type, found.data) == ("CR hospitalier", "application/pdf", PDF)


def test_hidden_and_absent_are_refused_alike(asked: Asked) -> None:
    for document_id, by in ((asked.document, NOBODY), (uuid4(), PERSON)):
        with pytest.raises(Forbidden):
            asked.vault.open(document_id, by)


def test_copies_are_handed_out_while_the_document_is_there(asked: Asked) -> None:
    assert asked.vault.copy_of(asked.copies) == COPY
    for gone in (asked.deleted, uuid4()):
        with pytest.raises(Forbidden):
            asked.vault.copy_of(gone)


def test_a_file_is_taken_once(asked: Asked) -> None:
    """For a request that comes again; another request for the same file is told so."""
    file, request_id = File(name="a.pdf", media_type="application/pdf", data=PDF + b"%"), uuid4()
    first = asked.vault.deposit(request_id, RECORD, file, GIVEN, PERSON)
    again = asked.vault.deposit(request_id, RECORD, file, GIVEN, PERSON)
    other = asked.vault.deposit(uuid4(), RECORD, file, GIVEN, PERSON)
    assert first == again == (first[0], False)
    assert other == (first[0], True)


@pytest.mark.parametrize("missing", sorted(GIVEN))
def test_a_bare_file_says_what_it_is(asked: Asked, missing: str) -> None:
    given: dict[str, Any] = {name: said for name, said in GIVEN.items() if name != missing}
    with pytest.raises(InvalidRequest) as refused:
        asked.vault.deposit(uuid4(), RECORD, _pdf(), given, PERSON)
    assert set(refused.value.fields) == {f"metadata.{missing}"}


def test_of_a_person_a_cda_is_known_again_or_refused(asked: Asked) -> None:
    """It is a professional's: the one that came directly is recognised."""
    assert asked.vault.deposit(uuid4(), RECORD, WRAPPED, {}, PERSON) == (asked.document, True)
    new = File(name="x.xml", media_type="text/xml", data=cda(id_='<id root="1.2.3.5"/>'))
    with pytest.raises(InvalidRequest) as refused:
        asked.vault.deposit(uuid4(), RECORD, new, {}, PERSON)
    assert set(refused.value.fields) == {"content"}


def test_nothing_is_put_into_another_record(asked: Asked) -> None:
    with pytest.raises(Forbidden):
        asked.vault.deposit(uuid4(), uuid4(), _pdf(), GIVEN, PERSON)


def test_a_secret_session_takes_what_is_hidden_from_representatives_alone(asked: Asked) -> None:
    """Whether it is new or there already: messaging says so of all that it saves in one."""
    codes = {"confidentiality": ["INVISIBLE_REPRESENTANTS_LEGAUX"]}
    for file, given in ((_pdf(), GIVEN), (WRAPPED, {})):
        with pytest.raises(InvalidRequest) as refused:
            asked.vault.deposit(uuid4(), RECORD, file, given, IN_SECRET)
        assert set(refused.value.fields) == {"confidentiality"}
        assert asked.vault.deposit(uuid4(), RECORD, file, given | codes, IN_SECRET)


def _pdf() -> File:
    return File(name="a.pdf", media_type="application/pdf", data=PDF)
