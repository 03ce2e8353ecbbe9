"""Re-decision: nothing differs on an honest log, and what was altered is named."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from services.access import contract as c
from services.access.application import redecide_all
from services.access.application.past import Past
from services.access.domain.decision import Decision, Place
from services.access.domain.redecision import Redecision
from services.access.domain.rights import Rights
from shared.crypto.event_cipher import RowIdentity, open_state, seal_state
from shared.crypto.keys import Key, KeyErased, KeyUnavailable
from tests.access.support.judging import HOUR
from tests.access.support.logs import World, block, consent
from tests.access.support.people import (
    AUDITOR,
    DENTIST,
    DOCTOR,
    OPERATOR,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    REGULATOR,
    SECRETARY,
    SOFTWARE,
    through_vault,
)
from tests.support.damage import one_bit_off


def a_busy_day(world: World) -> None:
    """One decision by nearly every rule, with rights that come and go between them."""
    world.decide(DENTIST)
    world.treated_by(DOCTOR)
    world.decide(DOCTOR)
    world.app.declare_consent(consent(DENTIST), PATIENT)
    world.decide(DENTIST, resource={"type": "IMG-KOS"})
    world.move(24 * HOUR)
    world.decide(DENTIST, resource={"type": "IMG-KOS"})
    broken = world.app.break_glass(
        c.BreakGlass(
            request_id=uuid4(), record_id=RECORD, reason="unconscious", unable_to_consent=True
        ),
        REGULATOR,
    )
    world.decide(REGULATOR, mode="break_glass", session=broken.session)
    world.decide(REGULATOR, mode="regulation")
    world.decide(replace(SOFTWARE, on_behalf_of=REGULATOR))
    for actor in (SOFTWARE, SECRETARY, DOCTOR):
        world.decide(actor, action="feed")
    world.decide(PATIENT, resource={"confidentiality": ["INVISIBLE_PATIENT"]})
    world.app.block_professional(block(DOCTOR), PATIENT)
    world.decide(DOCTOR)
    listed = c.DecideMany(
        record_id=RECORD, action="read", attribute_tuples=[c.Resource(), c.Resource(kind="measure")]
    )
    world.app.decide_many(listed, through_vault(PATIENT))
    world.decide(DOCTOR, record_id=OTHER_RECORD)
    world.hear("record_closed")
    world.decide(PATIENT)


def alter(
    world: World, stream: UUID, version: int, change: Callable[[dict[str, Any]], None]
) -> None:
    """What an insider with the keys could do: rewrite one stored event, sealed anew."""
    where = "originator_id = ? AND originator_version = ?"
    with world.app.guarded.writing() as sql:
        (found,) = sql(
            f"SELECT topic, state FROM stored_events WHERE {where}",  # noqa: S608 - fixed text
            stream.hex,
            version,
        )
        topic, sealed = found
        row = RowIdentity("access", stream, version, topic)
        state = json.loads(open_state(world.keys, row, sealed))
        change(state)
        event = world.app.mapper.to_domain_event(StoredEvent(stream, version, topic, sealed))
        key = world.keys.current(getattr(event, "record_id", None))
        again = seal_state(key, row, json.dumps(state).encode())
        sql(f"UPDATE stored_events SET state = ? WHERE {where}", again, stream.hex, version)  # noqa: S608 - fixed text


def differing(world: World) -> list[Redecision]:
    return [again for again in redecide_all(world.app) if again.differs]


def why(world: World) -> Sequence[str]:
    (only,) = differing(world)
    return only.why


def test_an_honest_log_decides_again_the_same(world: World) -> None:
    """
    Every decision, by facts rebuilt from the log and rules found by their digest.
    """
    a_busy_day(world)

    again = list(redecide_all(world.app))

    assert len(again) == 15
    assert [r for r in again if r.differs] == []
    assert all(r.recorded == r.redecided for r in again)


def test_stretches_give_together_what_the_whole_log_gives(world: World) -> None:
    """
    Several processes share the work: none of it is lost, or done twice, where theirs meets.
    """
    a_busy_day(world)
    past, head = Past(world.app), world.app.head().position

    pieces = [
        list(world.app.redecide_all(after=after, upto=min(after + 4, head), past=past))
        for after in range(0, head, 4)
    ]

    assert [r for piece in pieces for r in piece] == list(redecide_all(world.app))


def test_rights_folded_forward_are_those_of_each_version(world: World) -> None:
    """
    In the order of the log or not: what is kept between decisions is never of another version.
    """
    a_busy_day(world)
    rights = world.app.rights_id(RECORD)
    versions = range(1, world.app.version_of(rights) + 1)
    past = Past(world.app)

    for version in [*versions, *reversed(versions)]:
        place = Place(stream=str(rights), version=version, position=0)
        found = past.rights(place)
        assert found is not None
        assert vars(found) == vars(world.app.repository.get(rights, version=version))


def test_old_decisions_are_decided_by_the_rules_and_matrix_of_their_instant(world: World) -> None:
    """
    What the law says today is not what it said then.
    """
    world.treated_by(DOCTOR)
    world.decide(DOCTOR)
    texts = {n: t for n, t in world.app.rules.texts.items() if n != "treating_doctor.cedar"}
    world.app.rules = world.app.revive(texts, world.app.rules.parameters)
    world.app.prepare()
    cell = c.MatrixCell(profession="10", read="no", sourced=True, source="a test")
    world.app.load_matrix(
        c.LoadMatrix(request_id=uuid4(), version="test-1", cells=[cell]), OPERATOR
    )
    world.decide(DOCTOR)

    old, new = redecide_all(world.app)

    assert (old.recorded, new.recorded) == ([True], [False])
    assert not old.differs
    assert not new.differs


def test_a_forged_permit_is_found(world: World) -> None:
    """
    A refusal rewritten into a permit does not follow from the facts.
    """
    refused = world.decide(DENTIST).decision_id

    def permit(state: dict[str, Any]) -> None:
        state["made"]["verdicts"] = [{"permit": True, "rules": ["explicit_consent"]}]

    alter(world, refused, 1, permit)

    assert why(world) == [
        "items.0: permit by explicit_consent recorded, deny by matrix_read, no_rule decided again"
    ]


def test_a_forged_fact_is_found_although_it_explains_the_permit(world: World) -> None:
    """
    The recorded copy is not believed: the log is read again.
    """
    refused = world.decide(DOCTOR).decision_id

    def role(state: dict[str, Any]) -> None:
        state["made"]["facts"]["roles"] = ["treating_doctor"]
        state["made"]["verdicts"] = [{"permit": True, "rules": ["treating_doctor"]}]

    alter(world, refused, 1, role)

    assert why(world)[0] == "facts.roles"


def test_a_right_rewritten_in_the_log_is_found(world: World) -> None:
    """
    Naming someone else afterwards: the decisions taken on the real one differ.
    """
    world.treated_by(DOCTOR)
    version = world.rights().version
    world.decide(DOCTOR)

    def someone_else(state: dict[str, Any]) -> None:
        state["professional"] = DENTIST.id

    alter(world, Rights.id_of(world.app.secret, RECORD), version, someone_else)

    assert "facts.roles" in why(world)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("profession", "10", "actor.profession"),
        ("facility", "1799999999", "actor.facility"),
        ("regulation", True, "actor.regulation"),
    ],
)
def test_a_borrowed_identity_is_found(
    world: World, name: str, value: object, expected: str
) -> None:
    """
    What was judged must be who called.
    """
    refused = world.decide(DENTIST).decision_id

    def borrow(state: dict[str, Any]) -> None:
        state["made"]["principal"][name] = value

    alter(world, refused, 1, borrow)

    assert expected in why(world)


def test_a_decision_moved_in_time_is_found(world: World) -> None:
    """
    A consent that had ended must not be made to last by dating the decision back.
    """
    world.app.declare_consent(consent(DOCTOR), PATIENT)
    world.move(24 * HOUR)
    refused = world.decide(DOCTOR).decision_id
    found = world.app.get(refused, Decision)
    assert found
    earlier = (found.made["at"] - HOUR).isoformat()

    def back(state: dict[str, Any]) -> None:
        state["made"]["at"]["_data_"] = earlier

    alter(world, refused, 1, back)

    assert "at: not the instant it was saved at" in why(world)


def test_a_permit_that_ignored_a_block_is_found(world: World) -> None:
    """
    Claiming an older version of the rights: more had been said when it was saved.
    """
    world.treated_by(DOCTOR)
    before = world.rights().version
    world.app.block_professional(block(DOCTOR), PATIENT)
    refused = world.decide(DOCTOR).decision_id

    def ignore(state: dict[str, Any]) -> None:
        made = state["made"]
        made["rights"]["version"] = before
        made["facts"] |= {"blocked": False, "roles": ["treating_doctor"]}
        made["verdicts"] = [{"permit": True, "rules": ["treating_doctor"]}]

    alter(world, refused, 1, ignore)

    assert why(world) == ["the rights had moved when it was saved: it ignored what came last"]


@pytest.mark.parametrize("digest", ["rules", "matrix"])
def test_rules_that_were_not_kept_are_named(world: World, digest: str) -> None:
    """
    A decision by texts that nobody can show again proves nothing.
    """
    decided = world.decide(DOCTOR).decision_id

    def other(state: dict[str, Any]) -> None:
        state["made"][digest] = "0" * 64

    alter(world, decided, 1, other)

    assert digest in why(world)[0]


def test_what_was_heard_is_checked_against_the_publishers_own_log(world: World) -> None:
    """
    Facts of others are rebuilt from their log where the auditor has it.
    """
    world.decide(DOCTOR)
    said = {1: "identity.record_announced", 2: "identity.record_opened"}

    honest = {**said, 3: "identity.record_activated"}
    other = {**said, 3: "identity.record_closed"}

    assert not any(r.differs for r in redecide_all(world.app, lambda s: honest[s["position"]]))
    (found,) = redecide_all(world.app, lambda s: other[s["position"]])
    assert found.why == ["heard: the publisher's own log does not say so"]


def test_a_changed_byte_is_a_finding_and_the_others_are_still_decided(world: World) -> None:
    """
    The auditor's tool goes on to the end of the log.
    """
    world.decide(DOCTOR)
    broken = world.decide(DOCTOR).decision_id
    world.decide(DOCTOR)
    with world.app.guarded.writing() as sql:
        ((sealed,),) = sql("SELECT state FROM stored_events WHERE originator_id = ?", broken.hex)
        changed = one_bit_off(sealed)
        sql("UPDATE stored_events SET state = ? WHERE originator_id = ?", changed, broken.hex)

    again = list(redecide_all(world.app))

    assert [r.decision_id for r in again if r.differs] == [broken]
    assert len(again) == 3
    assert "NotAuthentic" in again[1].why[0]


def test_an_erased_record_has_nothing_left_to_decide_on(world: World) -> None:
    """
    Its rows stay and prove; they can be read no more, which is no difference.
    """
    world.decide(DOCTOR)
    world.erase()

    (again,) = redecide_all(world.app)

    assert again.erased
    assert not again.differs


def test_what_was_refused_of_an_erased_record_is_decided_again(world: World) -> None:
    """
    By an auditor as by the command that reads the whole log: the refusal is of the service's key.
    """
    world.treated_by(DOCTOR)
    world.erase()
    refused = world.decide(DOCTOR)

    (again,) = redecide_all(world.app)
    alone = world.app.redecide(c.OfDecision(decision_id=refused.decision_id), AUDITOR)

    assert (again.recorded, again.redecided, again.why) == ([False], [False], [])
    assert (again.decision_id, again.erased) == (refused.decision_id, False)
    assert not alone.differs


def test_who_passes_a_record_off_as_erased_is_found(world: World) -> None:
    """
    Nobody is refused their doctor by an erasure that never was.
    """
    world.treated_by(DOCTOR)
    readable = world.keys.exact

    def erased(key_id: UUID, version: int) -> Key:
        if key_id == RECORD:
            raise KeyErased
        return readable(key_id, version)

    world.keys.exact = erased  # type: ignore[method-assign]  # what a liar would say
    refused = world.decide(DOCTOR)
    world.keys.exact = readable  # type: ignore[method-assign]  # and the truth

    (again,) = redecide_all(world.app)

    assert not refused.permit
    assert again.why == ["rights: of a record that was not erased, and not looked at"]


def test_what_cannot_be_reached_stops_instead_of_passing_as_a_finding(world: World) -> None:
    """
    A keyring out of reach is not a tampered log.
    """
    world.decide(DOCTOR)

    def out_of_reach(*_: object) -> None:
        raise KeyUnavailable

    world.keys.exact = out_of_reach  # type: ignore[method-assign,assignment]  # the keyring is down

    with pytest.raises(KeyUnavailable):
        list(redecide_all(world.app))


def test_pages_are_followed_to_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Bounded memory: a page at a time, none forgotten between two.
    """
    monkeypatch.setattr("services.access.application.redecisions.PAGE", 2)
    taken = [world.decide(DOCTOR).decision_id for _ in range(5)]

    assert [again.decision_id for again in redecide_all(world.app)] == taken
