"""The vault asks identity whose an INS is and who a person is, and profile for a summary."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.identity.contract import CONTRACT as IDENTITY
from services.profile.contract import CONTRACT as PROFILE
from services.vault.adapters.identity import RpcIdentities
from services.vault.adapters.profile import RpcProfiles
from services.vault.domain.patient import Person, Traits
from services.vault.domain.ports import Identities
from services.vault.domain.summary import FromProfile, Profiles
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.gate import NORMALLY
from shared.kernel.ins import INS_NIR_DEMO, INS_NIR_TEST, Ins
from tests.identity.people import TRAITS as GIVEN
from tests.neighbours import registered as known
from tests.neighbours.in_process import InProcess, caller
from tests.neighbours.registered import Records
from tests.profile.world import RECORD, World
from tests.vault.world import PlayedIdentities, PlayedProfiles

HOSPITAL = caller(ActorKind.FACILITY, SubjectOrganizationID=known.HOSPITAL)
PERSON = caller(ActorKind.PATIENT, record_id=str(RECORD))
STRANGER = caller(
    ActorKind.PROFESSIONAL, SubjectNameID=known.RETIRED, SubjectOrganizationID=known.CLINIC
)
"""Without any right."""


@pytest.fixture
def identities(side: str, records: Records, tmp_path: Path) -> Identities:
    if side == "double":
        return PlayedIdentities(
            records={
                ins(known.OPEN_INS): records.open,
                ins(known.CLOSED_INS): records.closed,
                ins(known.UNPROVEN_INS): records.unproven,
            },
            persons={records.open, records.closed, records.unproven},
            unproven={records.unproven},
        )
    client = InProcess("vault", tmp_path)
    client.knows(IDENTITY, records.identity, others={"close": records.identity.close_record})
    return RpcIdentities(client)


def ins(value: str, oid: str = INS_NIR_TEST) -> Ins:
    return Ins(value=value, oid=oid)


def test_an_ins_names_a_record_open_or_closed(identities: Identities, records: Records) -> None:
    """Whether it is open is what access knows."""
    assert identities.resolve(ins(known.OPEN_INS), by=HOSPITAL) == records.open
    assert identities.resolve(ins(known.CLOSED_INS), by=HOSPITAL) == records.closed


@pytest.mark.parametrize("value", [known.NOBODYS_INS, known.ANNOUNCED_INS, known.ERASED_INS])
def test_an_ins_names_nobody(identities: Identities, value: str) -> None:
    """Nor does that of another register."""
    assert identities.resolve(ins(value), by=HOSPITAL) is None
    assert identities.resolve(ins(known.OPEN_INS, INS_NIR_DEMO), by=HOSPITAL) is None


def test_what_is_no_ins_is_refused(identities: Identities) -> None:
    with pytest.raises(InvalidRequest):
        identities.resolve(ins("100000000000000"), by=HOSPITAL)


def test_a_person_is_told_by_their_traits(identities: Identities, records: Records) -> None:
    """And by the INS of a qualified identity."""
    found = identities.person_of(records.open, by=HOSPITAL)
    assert found == Person(traits=Traits(**GIVEN), ins=ins(known.OPEN_INS))
    assert identities.person_of(records.unproven, by=HOSPITAL).ins is None


@pytest.mark.parametrize("which", ["erased", "unknown"])
def test_there_is_no_such_person(identities: Identities, records: Records, which: str) -> None:
    record_id: UUID = getattr(records, which, uuid4())
    with pytest.raises(Forbidden):
        identities.person_of(record_id, by=HOSPITAL)


ALLERGY = {"label": "Pénicilline"}
CONTACT = {"type": "TRUSTED_CONTACT", "name": "Ada", "relation": "OTHER", "phone": "+33612345678"}
SHOWN = FromProfile(sections={"allergies": (ALLERGY,), "contacts": (CONTACT,)})


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("profile"))
    world.add("allergies", entry=ALLERGY)
    world.add("contacts", entry=CONTACT)
    yield world
    world.app.close()


@pytest.fixture
def profiles(side: str, profile: World, tmp_path: Path) -> Profiles:
    if side == "double":
        return PlayedProfiles(shown=SHOWN, records={RECORD}, hidden_from={STRANGER.id})
    client = InProcess("vault", tmp_path)
    client.knows(PROFILE, profile.app)
    return RpcProfiles(client)


def test_a_profile_is_shown_to_who_may_see_it(profiles: Profiles) -> None:
    """What was said of each entry; no directives, and no measures."""
    found = profiles.of(RECORD, PERSON, NORMALLY)
    assert found is not None
    for section, said in SHOWN.sections.items():
        (entry,) = found.sections[section]
        assert entry.items() >= said[0].items()
    assert found.sections.keys() == SHOWN.sections.keys()
    assert (found.directives, found.measures) == (None, ())


def test_hidden_and_absent_are_alike(profiles: Profiles) -> None:
    assert profiles.of(RECORD, STRANGER, NORMALLY) is None
    assert profiles.of(uuid4(), PERSON, NORMALLY) is None
