"""Messaging asks profile for the summary that a person attaches."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.messaging.adapters.vault import RpcProfile
from services.messaging.domain.ports import Profile
from services.profile.contract import CONTRACT
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Forbidden
from tests.messaging.world import PlayedProfile
from tests.neighbours.in_process import InProcess, caller
from tests.profile.world import RECORD, World

PERSON = caller(ActorKind.PATIENT, record_id=str(RECORD))
STRANGER = caller(ActorKind.REPRESENTATIVE, sub=str(uuid4()), record_id=str(RECORD))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("profile"))
    yield made
    made.app.close()


@pytest.fixture
def profile(side: str, world: World, tmp_path: Path) -> Profile:
    if side == "double":
        return PlayedProfile(records={RECORD}, hidden_from={STRANGER.id})
    client = InProcess("messaging", tmp_path)
    client.knows(CONTRACT, world.app)
    return RpcProfile(client)


def test_it_is_a_pdf(profile: Profile) -> None:
    found = profile.summary(RECORD, PERSON)
    assert (found.name, found.media_type) == ("profil-medical.pdf", "application/pdf")
    assert found.data.startswith(b"%PDF-")


def test_who_may_not_read_it_does_not_attach_it(profile: Profile) -> None:
    for record_id, by in ((RECORD, STRANGER), (uuid4(), PERSON)):
        with pytest.raises(Forbidden):
            profile.summary(record_id, by)
