"""Profile asks identity whose an INS is and who a person is, and the vault for reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.identity.contract import CONTRACT as IDENTITY
from services.profile.adapters.identity import RpcPeople
from services.profile.adapters.vault import RpcPapers
from services.profile.domain.ports import Papers, People, Person, Report
from services.vault.contract import CONTRACT as VAULT
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Forbidden
from shared.kernel.gate import How
from shared.kernel.ins import INS_NIR_DEMO, INS_NIR_TEST
from tests.neighbours import registered as known
from tests.neighbours.in_process import InProcess, caller
from tests.neighbours.registered import Records
from tests.profile.world import PlayedPapers, PlayedPeople
from tests.vault.cda import cda, replacing
from tests.vault.world import OTHER_RECORD, RECORD, STRANGER, World

PERSON = caller(ActorKind.PATIENT, record_id=str(RECORD))
NOBODY = caller(
    ActorKind.PROFESSIONAL, SubjectNameID=STRANGER.id, SubjectOrganizationID=STRANGER.facility
)
"""Without any right."""
REPORT = cda()


@pytest.fixture
def people(side: str, records: Records, tmp_path: Path) -> People:
    if side == "double":
        return PlayedPeople(
            records={known.OPEN_INS: records.open, known.CLOSED_INS: records.closed},
            names={records.open: "DOMINIQUE PAT-TROIS"},
        )
    client = InProcess("profile", tmp_path)
    client.knows(IDENTITY, records.identity, others={"close": records.identity.close_record})
    return RpcPeople(client)


def test_an_ins_names_a_record_open_or_closed(people: People, records: Records) -> None:
    """One without its OID is a NIR of this environment."""
    assert people.record_of(known.OPEN_INS, INS_NIR_TEST) == records.open
    assert people.record_of(known.OPEN_INS, "") == records.open
    assert people.record_of(known.CLOSED_INS, INS_NIR_TEST) == records.closed


@pytest.mark.parametrize(
    "value",
    [known.NOBODYS_INS, known.ANNOUNCED_INS, known.ERASED_INS, "", "123", "9" * 80],
    ids=["nobody", "announced", "erased", "nothing", "short", "long"],
)
def test_an_ins_names_nobody(people: People, value: str) -> None:
    """Nor does what is none, or is of another register."""
    assert people.record_of(value, INS_NIR_TEST) is None
    assert people.record_of(known.OPEN_INS, INS_NIR_DEMO) is None
    assert people.record_of(known.OPEN_INS, "1.2.3") is None


def test_a_person_is_named(people: People, records: Records) -> None:
    named = Person(name="DOMINIQUE PAT-TROIS", birth_date="1979-03-28", sex="F")
    own = caller(ActorKind.PATIENT, record_id=str(records.open))
    assert people.person_of(records.open, own) == named


@pytest.mark.parametrize("which", ["erased", "unknown"])
def test_there_is_no_such_person(people: People, records: Records, which: str) -> None:
    record_id: UUID = getattr(records, which, uuid4())
    with pytest.raises(Forbidden):
        people.person_of(record_id, NOBODY)


@dataclass
class Asked:
    """``replaced``: a document that a newer version took the place of."""

    papers: Papers
    document: UUID
    replaced: UUID


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("vault")
    world = World(folder)
    client = InProcess("profile", folder)
    client.knows(VAULT, world.vault)
    former = world.deposit(cda(id_='<id root="1.2.3" extension="1"/>')).document_id
    world.deposit(cda(id_='<id root="1.2.3" extension="2"/>', related=replacing("1.2.3^1")))
    yield Asked(RpcPapers(client), world.deposit(REPORT).document_id, former)
    world.vault.close()


@pytest.fixture
def asked(side: str, request: pytest.FixtureRequest) -> Asked:
    if side == "double":
        document = uuid4()
        papers = PlayedPapers(document=document, content=REPORT, hidden_from={NOBODY.id})
        return Asked(papers, document, document)
    found: Asked = request.getfixturevalue("vault")
    return found


def test_a_report_is_opened(asked: Asked) -> None:
    """Of one of the records that are served together."""
    found = asked.papers.report(asked.document, [OTHER_RECORD, RECORD], PERSON)
    assert found == Report(record_id=RECORD, content=REPORT, confidentiality=["N"])
    assert asked.papers.may_see(asked.document, [OTHER_RECORD, RECORD], PERSON)


def test_a_report_that_was_replaced_says_so(asked: Asked) -> None:
    """What a laboratory corrected is not taken for a measure."""
    if isinstance(asked.papers, PlayedPapers):
        asked.papers.replaced = True
    assert asked.papers.report(asked.replaced, [RECORD], PERSON).replaced


def test_hidden_absent_and_of_another_record_are_refused_alike(asked: Asked) -> None:
    for document_id, records, by in (
        (asked.document, [RECORD], NOBODY),
        (uuid4(), [RECORD], PERSON),
        (asked.document, [OTHER_RECORD], PERSON),
        (asked.document, [], PERSON),
    ):
        assert not asked.papers.may_see(document_id, records, by)
        with pytest.raises(Forbidden):
            asked.papers.report(document_id, records, by)


def test_a_session_that_is_none_shows_nothing(asked: Asked) -> None:
    assert not asked.papers.may_see(asked.document, [RECORD], NOBODY, How("break_glass", uuid4()))
