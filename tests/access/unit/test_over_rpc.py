"""What access asks of others, and what all others ask of access: by the contracts of each."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.access.adapters.opening import parameters_of
from services.access.adapters.outside import over_rpc
from services.access.contract import CONTRACT as ACCESS
from services.access.contract import Decide, DecideMany, Invite
from services.access.domain.outside import NOBODY, Described, Named
from services.access.domain.reference import AccessSettings
from services.directory.contract import CONTRACT as DIRECTORY
from services.directory.contract.reading import Professional
from services.identity.contract import CONTRACT as IDENTITY
from services.identity.contract.reading import Existence, Identity
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest, NotFound, Unavailable
from shared.kernel.gate import How
from shared.rpc import wire
from shared.rpc.access import RpcAccess
from shared.rpc.client import RpcClient
from shared.rpc.contract import Contract
from tests.access.support.people import DOCTOR, RECORD
from tests.identity.people import INS, TRAITS

CONTRACTS: dict[str, Contract] = {c.service: c for c in (ACCESS, DIRECTORY, IDENTITY)}
Answered = Callable[[Any], Any]


class Neighbours:
    """Reads what is asked by the model of the method, as its service does, and answers by it."""

    def __init__(self, **answers: Answered) -> None:
        self._answers = answers
        self.asked: list[tuple[str, Any, Actor | None]] = []

    def call(
        self, service: str, method: str, arguments: Mapping[str, Any], *, by: Actor | None = None
    ) -> Any:
        declared = CONTRACTS[service].by_name[method]
        try:
            kwargs = wire.decode(wire.encode(arguments))["kwargs"]
            asked = declared.request.model_validate(kwargs)
        except ValidationError:
            raise InvalidRequest from None
        self.asked.append((f"{service}.{method}", asked, by))
        answer = declared.answer.model_validate(self._answers[method](asked))
        return answer.model_dump(mode="json")

    @property
    def client(self) -> RpcClient:
        return cast("RpcClient", self)


PERSON = Identity.model_validate(
    {
        "record_id": RECORD,
        "status": "open",
        "activated": True,
        "identity_status": "QUAL",
        "opens_at": "2026-01-01T00:00:00Z",
        "traits": {**TRAITS, "birth_given_names": "HÉLÈNE", "first_given_name": "HELENE"},
        "birth_date_computable": "1979-03-28",
    }
)
INVITED = Described(
    ins=INS["value"],
    oid=INS["oid"],
    birth_name="Pat-Trois",
    first_given_name="Hélène",
    birth_date=date(1979, 3, 28),
)


def known(_: object) -> Existence:
    return Existence(status="open", record_id=RECORD)


def found(described: Described, **answers: Answered) -> tuple[UUID | None, Neighbours]:
    asked = Neighbours(**{"resolve": known, "get_identity": lambda _: PERSON, **answers})
    return over_rpc(asked.client, NOBODY.waiting).people.find(described), asked


def test_who_is_invited_is_found_by_a_number_and_traits_however_they_are_written() -> None:
    """
    INSi writes capitals without accents; people do not.
    """
    for name in ("Pat-Trois", "pat trois", "PAT - TROIS"):
        record, asked = found(replace(INVITED, birth_name=name))
        assert record == RECORD
    resolved, described = asked.asked
    assert resolved[1].ins.model_dump() == INS
    assert described[1].record_id == RECORD


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ({"first_given_name": "LAETITIA"}, {"first_given_name": "Lætitia"}),
        ({"birth_name": "LE COEUR"}, {"birth_name": "Le Cœur"}),
        ({"birth_name": "D'ORNANO"}, {"birth_name": "d’Ornano"}),
        ({"birth_date": "1990-00-00"}, {"birth_date": "1990-00-00"}),
        ({"birth_date": "1990-33-00"}, {"birth_date": "1990-33-00"}),
    ],
    ids=["æ", "œ", "particle", "day unknown", "no month"],
)
def test_nobody_is_left_out_for_their_name_or_a_birth_date_that_nobody_knows(
    traits: dict[str, str], said: dict[str, str]
) -> None:
    """
    INSi writes ligatures as two letters, and gives days that no calendar has.
    """
    known_as = PERSON.traits.model_copy(update=traits)
    person = PERSON.model_copy(update={"traits": known_as})
    asked = Invite.model_validate(
        {
            "request_id": uuid4(), "record_id": RECORD, "ins": INS, "birth_name": "Pat-Trois",
            "first_given_name": "Hélène", "birth_date": "1979-03-28",
        } | said
    )  # fmt: skip
    described = replace(
        INVITED,
        birth_name=asked.birth_name,
        first_given_name=asked.first_given_name,
        birth_date=asked.birth_date,
    )

    assert found(described, get_identity=lambda _: person)[0] == RECORD


@pytest.mark.parametrize(
    "wrong",
    [{"birth_name": "PATTROIS"}, {"birth_name": "PAT TROIS ET DEMI"}, {"first_given_name": "Helen"},
     {"birth_date": date(1979, 3, 29)}],
    ids=["one word", "another name", "first name", "birth date"],
)  # fmt: skip
def test_all_that_was_said_of_who_is_invited_must_fit(wrong: dict[str, Any]) -> None:
    """
    A number alone, which others can know, must not make somebody a representative.
    """
    assert found(replace(INVITED, **wrong))[0] is None


def test_a_number_of_nobody_and_one_that_is_none_are_answered_alike() -> None:
    """
    Whoever invites learns nothing of who has a record, and nobody's traits are asked for.
    """
    for described, resolve in (
        (INVITED, lambda _: Existence(status="none")),
        (replace(INVITED, ins="x" * 30), known),
    ):
        record, asked = found(described, resolve=resolve)
        assert record is None
        assert "identity.get_identity" not in [name for name, _, _ in asked.asked]


def test_a_number_without_its_register_is_asked_for_as_it_was_given() -> None:
    """
    Identity says which register that is in this environment.
    """
    _, asked = found(replace(INVITED, oid=None))
    assert asked.asked[0][1].ins.oid is None


def professional(asked: Any) -> Professional:
    if asked.national_id != DOCTOR.id:
        raise NotFound
    return Professional(
        national_id=DOCTOR.id, family_name="ESSAI", given_name="Claude", profession="21",
        profession_fr="Pharmacien", specialty="S1", pharmacist_section="D", places=[],
        skills=[], diplomas=[], mailboxes=[], active=True,
    )  # fmt: skip


def test_the_directory_says_what_the_matrix_looks_at() -> None:
    """
    Name for people; profession, specialty and section for the rules.
    """
    asked = Neighbours(get_professional=professional)
    assert over_rpc(asked.client, NOBODY.waiting).professionals.get(DOCTOR.id) == Named(
        family_name="ESSAI",
        given_name="Claude",
        profession="21",
        specialty="S1",
        pharmacist_section="D",
    )


@pytest.mark.parametrize("number", ["899700000999", "1"], ids=["unknown", "no number"])
def test_whom_the_directory_does_not_have_is_nobody(number: str) -> None:
    """
    What the record names stays shown by its number; the page does not fail for it.
    """
    asked = Neighbours(get_professional=professional)
    assert over_rpc(asked.client, NOBODY.waiting).professionals.get(number) is None


def test_a_directory_out_of_reach_is_not_one_that_knows_nobody() -> None:
    """
    Else a person would read that their own doctor opens nothing.
    """

    def away(_: object) -> None:
        raise Unavailable("the directory is away")

    asked = Neighbours(get_professional=away)
    with pytest.raises(Unavailable):
        over_rpc(asked.client, NOBODY.waiting).professionals.get(DOCTOR.id)


def decided(_: object) -> dict[str, Any]:
    return {
        "permit": False,
        "decision_id": UUID(int=5),
        "reasons": ["no_rule"],
        "reason_fr": "Non.",
        "refusal_fr": "Non.",
    }


@pytest.mark.parametrize("how", [How(), How("break_glass", uuid4())], ids=["normal", "emergency"])
def test_a_question_of_access_is_carried_whole_in_the_callers_name(how: How) -> None:
    """
    What is judged is who calls, what they want, of what, and in which mode.
    """
    asked = Neighbours(decide=decided, decide_many=lambda _: many([False, True]))
    access = RpcAccess(asked.client)
    one = access.decide(RECORD, "manage", {"kind": "measure"}, DOCTOR, how)
    some = access.decide_many(RECORD, "feed", [{"kind": "message"}, {"type": "T"}], DOCTOR, how)

    assert (one.permit, one.decision_id, one.reasons) == (False, UUID(int=5), ("no_rule",))
    assert list(some) == [False, True]
    (_, first, by), (_, second, for_) = asked.asked
    assert by == for_ == DOCTOR
    assert isinstance(first, Decide)
    assert isinstance(second, DecideMany)
    assert (first.action, first.resource.kind, second.action) == ("manage", "measure", "feed")
    assert [(r.kind, r.type) for r in second.attribute_tuples] == [
        ("message", None),
        ("record", "T"),
    ]
    for question in (first, second):
        assert (question.record_id, question.mode, question.session) == (
            RECORD,
            how.mode,
            how.session,
        )


def many(permits: list[bool]) -> dict[str, Any]:
    return {"decision_id": uuid4(), "permits": permits}


@pytest.mark.parametrize("permits", [[], [True], [True] * 3], ids=len)
def test_an_answer_for_more_or_less_than_was_asked_opens_nothing(permits: list[bool]) -> None:
    """
    Permits are told apart by their place: one too many would open another document.
    """
    access = RpcAccess(Neighbours(decide_many=lambda _: many(permits)).client)
    with pytest.raises(Unavailable):
        access.decide_many(RECORD, "read", [{}, {}], DOCTOR)


def test_a_log_that_was_opened_alone_asks_nobody_and_says_so() -> None:
    """
    "Nobody" would be an answer: of an auditor's copy it would be a false one.
    """
    for ask in (
        lambda: NOBODY.people.find(INVITED),
        lambda: NOBODY.professionals.get(DOCTOR.id),
        lambda: NOBODY.waiting.queue("review", record_id=None, limit=1, after=None),
    ):
        with pytest.raises(Unavailable):
            ask()


def test_what_holds_unless_the_operator_chooses_otherwise() -> None:
    """
    What is not in force is off (caregivers, hiding from the person what is masked); a block
    holds in an emergency too; documents are fed under a qualified identity alone (RNIV).
    """
    chosen = parameters_of(AccessSettings())

    assert {name for name, on in chosen.items() if on} == {
        "block_beats_break_glass",
        "qualified_identity_to_feed",
    }
