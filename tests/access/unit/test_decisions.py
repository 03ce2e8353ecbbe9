"""Use cases: decisions are saved before they are answered, and say all they rest on."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError

from services.access import contract as c
from services.access.domain.decision import Decision
from services.access.domain.matrix import MatrixRegister
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, Unavailable
from shared.rpc.contract import Done
from shared.stores.outcome import Outcome
from shared.stores.places import Parked
from tests.access.support.judging import NOW
from tests.access.support.logs import World, block, of
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    OPERATOR,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    through_vault,
)


def saved(world: World, decision_id: UUID) -> Decision:
    found = world.app.get(decision_id, Decision)
    assert found
    return found


def test_a_decision_is_in_the_log_when_it_is_answered(world: World) -> None:
    """
    DESIGN 4: if it cannot be durably saved, nothing is served.
    """
    answer = world.decide(DOCTOR)

    assert answer.position == world.app.head().position
    assert not answer.permit
    assert saved(world, answer.decision_id).made["verdicts"] == [
        {"permit": False, "rules": ["no_rule"]}
    ]


def test_a_decision_says_all_it_rests_on(world: World) -> None:
    """
    Who, what, how, on which facts and where they stood, by which rules and which matrix.
    """
    world.treated_by(DOCTOR)
    version = world.rights().version
    head = world.app.head().position
    answer = world.decide(DOCTOR)

    decision = saved(world, answer.decision_id)
    made = decision.made
    assert decision.by == DOCTOR.to_event()
    assert (made["via"], made["action"], made["mode"]) == ("vault", "read", "normal")
    assert made["facts"]["roles"] == ["treating_doctor"]
    assert made["facts"]["record_status"] == "activated"
    assert made["rights"] == {
        "stream": str(Rights.id_of(world.app.secret, RECORD)),
        "version": version,
        "position": head,
    }
    assert made["heard"] == {"service": "identity", "position": 3}
    assert made["cells"] == [{"read": "yes", "write": "yes"}]
    assert made["rules"] == world.app.rules.digest
    assert made["matrix"] == world.app.current_matrix().digest
    assert made["at"] == NOW


def test_a_permit_never_outruns_a_block(world: World) -> None:
    """
    Read your revocation: a block saved between a decision and its save makes it decide again.
    """
    world.treated_by(DOCTOR)
    other = world.replica()
    commit = world.app.commit
    raced: list[int] = []

    def block_first(outcome: Outcome[c.Decided]) -> int:
        if not raced:
            raced.append(other.block_professional(block(DOCTOR), PATIENT).position)
        return commit(outcome)

    world.app.commit = block_first  # type: ignore[method-assign,assignment]  # the race, made certain

    answer = world.decide(DOCTOR)

    assert answer.reasons == ["blocked", "no_rule"]
    assert answer.position > raced[0]


def test_a_block_is_read_on_every_replica_at_once(world: World) -> None:
    """
    No read model lies between a revocation and the next decision.
    """
    replica = world.replica()
    world.treated_by(DOCTOR)
    assert world.decide(DOCTOR, replica).permit

    world.app.block_professional(block(DOCTOR), PATIENT)

    assert not world.decide(DOCTOR, replica).permit


def test_a_decision_that_keeps_losing_the_race_is_not_answered(world: World) -> None:
    """
    Five attempts, then a conflict: never an answer that was not saved.
    """

    def always_lose(_: Outcome[c.Decided]) -> int:
        raise IntegrityError

    world.app.commit = always_lose  # type: ignore[method-assign,assignment]  # a store that always moved

    with pytest.raises(Conflict):
        world.decide(DOCTOR)


def test_a_list_is_one_event(world: World) -> None:
    """
    DESIGN 8: decide_many saves one decision for the batch, each item judged by itself.
    """
    world.app.name_administrator(of(DENTIST), PATIENT)
    before = world.app.head().position
    kinds = ["IMG-KOS", "83901-9", "PRESC-BIO"]
    request = c.DecideMany(
        record_id=RECORD,
        action="read",
        attribute_tuples=[c.Resource(kind="document", type=t) for t in kinds],
    )

    answer = world.app.decide_many(request, through_vault(DENTIST))

    assert answer.permits == [True, False, False]
    assert world.app.head().position == before + 1
    assert saved(world, answer.decision_id).made["listing"]


def test_a_list_is_at_most_five_hundred() -> None:
    """
    CONTRACT: at most 500; the caller is told which argument.
    """
    with pytest.raises(ValueError, match="attribute_tuples"):
        c.DecideMany(
            record_id=RECORD, action="read", attribute_tuples=[c.Resource()] * (c.BATCH + 1)
        )


def test_the_type_names_the_class_whatever_the_caller_says(world: World) -> None:
    """
    A caller cannot have a report judged as an image.
    """
    world.app.name_administrator(of(DENTIST), PATIENT)

    answer = world.decide(DENTIST, resource={"class": "31", "type": "11502-2"})

    assert answer.reasons == ["matrix_read"]


def test_a_record_never_heard_of_is_refused_and_the_refusal_kept(world: World) -> None:
    """
    It has no key, so the decision is sealed under the service's.
    """
    answer = world.decide(DOCTOR, record_id=OTHER_RECORD)

    decision = saved(world, answer.decision_id)
    assert not answer.permit
    assert decision.record_id is None
    assert decision.made["subject"] == str(OTHER_RECORD)


def test_what_is_asked_of_an_erased_record_is_refused_and_kept_without_what_it_was(
    world: World,
) -> None:
    """
    Whoever tried can be found; of the person nothing is kept that their erasure would not reach.
    """
    world.treated_by(DOCTOR)
    version = world.rights().version
    world.erase()

    answer = world.decide(DOCTOR, resource={"document_id": uuid4(), "author": DENTIST.id})
    listed = world.app.decide_many(
        c.DecideMany.model_validate(
            {"record_id": RECORD, "action": "read", "attribute_tuples": [{}, {"type": "11502-2"}]}
        ),
        through_vault(DOCTOR),
    )

    assert not answer.permit
    assert listed.permits == [False, False]
    for decision_id in (answer.decision_id, listed.decision_id):
        decision = saved(world, decision_id)
        assert decision.record_id is None
        assert decision.by == DOCTOR.to_event()
        assert decision.made["subject"] == str(RECORD)
        assert decision.made["rights"]["version"] == version
        assert decision.made["facts"]["roles"] == []
        for item in decision.made["items"]:
            assert {name for name, value in item.items() if value} == {"kind"}


def test_a_record_with_a_parked_message_is_not_decided_on(world: World) -> None:
    """
    What waits to be applied may be a closure: unavailable, rather than wrong.
    """
    waiting = Parked(
        publisher="identity",
        position=9,
        held_by=RECORD,
        envelope="",
        error="sample: cannot be applied",
        parked_at=NOW,
    )
    nothing = Outcome(answer=Done())
    world.app.commit(nothing, world.app.places.park(waiting))

    with pytest.raises(Unavailable):
        world.decide(DOCTOR)


def test_a_new_matrix_counts_from_the_next_decision_on_every_replica(world: World) -> None:
    """
    The matrix is data: replaced without code, and old decisions keep theirs.
    """
    world.treated_by(DOCTOR)
    replica = world.replica()
    assert world.decide(DOCTOR, replica).permit
    cell = c.MatrixCell(
        profession="10", document_class="10", read="no", sourced=True, source="a test"
    )
    load = c.LoadMatrix(request_id=uuid4(), version="test-1", cells=[cell])

    loaded = world.app.load_matrix(load, OPERATOR)

    assert world.decide(DOCTOR, replica).reasons == ["matrix_read"]
    register = world.app.register()
    assert register
    assert register.current == loaded.digest
    assert len(register.cells) == 2


def test_a_name_is_given_to_one_matrix_only(world: World) -> None:
    """
    Two operators must not call two tables the same.
    """
    cell = c.MatrixCell(profession="10", read="yes", sourced=True, source="a test")
    other = cell.model_copy(update={"read": "no"})
    world.app.load_matrix(
        c.LoadMatrix(request_id=uuid4(), version="test-1", cells=[cell]), OPERATOR
    )

    with pytest.raises(Conflict):
        world.app.load_matrix(
            c.LoadMatrix(request_id=uuid4(), version="test-1", cells=[other]), OPERATOR
        )


def test_starting_again_loads_nothing_twice(world: World) -> None:
    """
    Every replica prepares the store; the first one does it.
    """
    before = world.app.head().position
    world.replica()

    assert world.app.head().position == before
    assert world.app.version_of(MatrixRegister.id_of(world.app.secret)) == 2


def test_what_a_caller_may_be_told_is_generic_and_the_person_reads_why(world: World) -> None:
    """
    DESIGN 11: "may not see" and "does not exist" read the same to whoever is refused.
    """
    masked = {"confidentiality": ["MASQUE_PS"]}
    world.app.declare_consent(
        c.DeclareConsent.model_validate({
            "request_id": uuid4(), "record_id": RECORD, "professional": DOCTOR.id,
            "means": "checkbox",
        }),
        PATIENT,
    )  # fmt: skip

    hidden = world.decide(DOCTOR, resource=masked)
    unknown = world.decide(DENTIST)

    assert hidden.refusal_fr == unknown.refusal_fr
    assert hidden.refusal_fr
    assert "masqué" in hidden.reason_fr
    assert "Un professionnel de santé (chirurgien-dentiste)" in unknown.reason_fr


def test_a_service_without_a_caller_is_refused(world: World) -> None:
    """
    A service's own token opens nothing of a person.
    """
    alone = Actor(kind=ActorKind.SERVICE, id="vault")
    request = c.Decide(record_id=RECORD, action="read")

    answer = world.app.decide(request, alone)

    assert answer.reasons == ["no_rule", "support_and_operators_never"]


def test_secret_sessions_are_marked(world: World) -> None:
    """
    All that a secret session records is hidden from representatives.
    """
    answer = world.decide(replace(DOCTOR, secret=True))

    assert saved(world, answer.decision_id).by["secret"] is True
