"""Racing replicas on real stores: no permit is saved above a block that it ignored."""

from threading import Barrier, Thread
from uuid import uuid4

from services.access import contract as c
from services.access.application import Access, redecide_all
from services.access.domain.decision import Decision
from services.access.domain.rights import Rights
from shared.kernel.errors import Conflict, Unavailable
from tests.access.support.logs import World, block, of
from tests.access.support.people import DOCTOR, PATIENT, RECORD

DECIDERS = 3
ROUNDS = 8


def test_no_permit_is_saved_above_a_block(stored: World) -> None:
    """
    DESIGN 4, read your revocation: blocks and decisions race from several replicas.
    """
    deciders = [stored.replica() for _ in range(DECIDERS)]
    for _ in range(ROUNDS):
        stored.treated_by(DOCTOR)
        race(stored, deciders)
        stored.app.unblock_professional(of(DOCTOR), PATIENT)

    blocked_since = 0
    permits = refusals = 0
    for recorded in stored.app.read(0, 10_000):
        event = recorded.event
        if isinstance(event, Rights.ProfessionalBlocked):
            blocked_since = recorded.position
        if isinstance(event, Rights.ProfessionalUnblocked):
            blocked_since = 0
        if isinstance(event, Decision.Created):
            permit = event.made["verdicts"][0]["permit"]
            permits, refusals = permits + permit, refusals + (not permit)
            assert not (permit and blocked_since), recorded.position

    assert permits, "nothing was permitted: the race was not run"
    assert refusals, "nothing was refused: the race was not run"
    assert not any(again.differs for again in redecide_all(stored.app))


def race(world: World, deciders: list[Access]) -> None:
    """Each decider asks until it is refused; the block comes when all have begun."""
    ready = Barrier(len(deciders) + 1)
    failures: list[BaseException] = []

    def ask(app: Access) -> None:
        try:
            world.decide(DOCTOR, app)
            ready.wait()
            while world.decide(DOCTOR, app).permit:
                pass
        except (Conflict, Unavailable):
            return  # a loser of the race is refused, never served
        except BaseException as failure:
            failures.append(failure)
            raise

    threads = [Thread(target=ask, args=(app,)) for app in deciders]
    for thread in threads:
        thread.start()
    ready.wait()
    world.app.block_professional(block(DOCTOR), PATIENT)
    for thread in threads:
        thread.join(30)
    assert not failures


def test_two_replicas_start_on_an_empty_store(stored: World) -> None:
    """
    Rules and matrix are kept once, whoever comes first.
    """
    apps: list[Access] = []
    threads = [Thread(target=lambda: apps.append(stored.replica())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(apps) == 3
    assert all(stored.decide(DOCTOR, app).decision_id for app in apps)


def test_a_racing_retry_of_a_command_works_once(stored: World) -> None:
    """
    The same request from two replicas at once: one event, one answer.
    """
    request = c.BlockProfessional(
        request_id=uuid4(), record_id=RECORD, professional=DOCTOR.id, reason="lost trust"
    )
    replicas = [stored.replica() for _ in range(3)]
    answers: list[int] = []

    def send(app: Access) -> None:
        answers.append(app.block_professional(request, PATIENT).position)

    threads = [Thread(target=send, args=(app,)) for app in replicas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    blocks = [r for r in stored.app.read(0, 500) if isinstance(r.event, Rights.ProfessionalBlocked)]
    assert len(blocks) == 1
    assert answers == [blocks[0].position] * 3


def test_where_a_stream_stood_at_a_position(stored: World) -> None:
    """
    What re-decision asks of the store: the version then, not the version now.
    """
    stream = stored.app.rights_id(RECORD)
    before = stored.app.head().position
    version = stored.app.version_of(stream)
    stored.treated_by(DOCTOR)

    assert stored.app.guarded.version_of(stream, at=before) == version
    assert stored.app.guarded.version_of(stream, at=0) == 0
    assert stored.app.guarded.version_of(stream) == version + 1
    assert stored.app.guarded.position_of(stream, version + 1) == before + 1
    assert stored.app.guarded.position_of(stream, version + 9) == 0
