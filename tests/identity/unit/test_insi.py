"""INSi asked directly, with the file-backed national registry."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.application import Identity
from services.identity.contract.proving import RetrieveInsByCard, VerifyIns
from shared.kernel.errors import DeadlineExceeded, Refusal, TooMany, Unavailable
from tests.identity.insi import people_of_registry, sought, traces
from tests.identity.people import HOSPITAL, INS, INSURER, OTHER_INS


def test_insi_answers_one_none_or_several(identity: Identity) -> None:
    """
    00 gives the identity, 01 and 02 give nothing; a place of birth tells two people apart.
    """
    jeanne = people_of_registry()["MARTIN/75056"] | {"first_given_name": "Jeanne", "sex": "F"}
    jeanne |= {"birth_date": "1970-04-02"}

    one = identity.retrieve_ins(sought(people_of_registry()["DE VINCI/63220"]), INSURER)
    several = identity.retrieve_ins(sought(jeanne), INSURER)
    told_apart = identity.retrieve_ins(sought(jeanne, birth_place="69123"), INSURER)

    assert one.code == "00"
    assert one.ins
    assert one.ins.model_dump() == OTHER_INS
    assert (several.code, several.traits, several.ins) == ("02", None, None)
    assert told_apart.traits
    assert told_apart.traits.birth_given_names == "JEANNE LOUISE"


def test_nobody_is_found_by_other_traits(identity: Identity) -> None:
    """
    Each trait counts, and nothing comes back with 01.
    """
    ruth = people_of_registry()["DE VINCI/63220"]
    for change in ({"sex": "M"}, {"birth_date": "1977-07-15"}, {"birth_place": "75056"}):
        answer = identity.retrieve_ins(sought(ruth, **change), INSURER)
        assert (answer.code, answer.traits) == ("01", None)


def test_a_card_gives_the_identity_of_who_stands_there(identity: Identity) -> None:
    """
    One card, two people: the beneficiary chosen says which.
    """

    def read(beneficiary: int) -> Any:
        request = RetrieveInsByCard.model_validate(
            {"reading": {"serial": "8025000000007"}, "beneficiary": beneficiary}
        )
        return identity.retrieve_ins_by_card(request, INSURER)

    assert read(1).traits.birth_given_names == "JEANNE MARIE"
    assert read(2).traits.birth_given_names == "PAUL JEAN"
    assert read(3).code == "01"


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("TEMPORISE", DeadlineExceeded), ("INJOIGNABLE", Unavailable), ("REFUSE", Unavailable)],
)
def test_failures_of_insi_are_told_and_traced(
    identity: Identity, name: str, refusal: type[Refusal]
) -> None:
    """
    A call that failed is a call that was made: the log says so.
    """
    with pytest.raises(refusal):
        identity.retrieve_ins(sought(people_of_registry()[f"{name}/75056"]), INSURER)

    assert traces(identity) == [("by_traits", refusal.code, None)]


def test_every_call_is_traced_without_what_was_asked(
    identity: Identity, announced: Callable[..., UUID]
) -> None:
    """
    Who, what kind of call, which answer; no name and no number.
    """
    record_id = announced()
    identity.verify_ins(VerifyIns(request_id=uuid4(), record_id=record_id), INSURER)
    identity.retrieve_ins(sought(people_of_registry()["DE VINCI/63220"]), INSURER)

    assert traces(identity) == [("verify", "OK", record_id), ("by_traits", "00", None)]
    told = [vars(r.event) for r in identity.read(0, 50) if r.topic == "identity.insi_called"]
    assert "VINCI" not in str(told)
    assert INS["value"] not in str(told)


def test_asking_insi_directly_is_held_to_a_rate(identity: Identity) -> None:
    """
    INSi is no directory to browse.
    """
    request = sought(people_of_registry()["DE VINCI/63220"])
    for _ in range(3):
        identity.retrieve_ins(request, HOSPITAL)
    with pytest.raises(TooMany):
        identity.retrieve_ins(request, HOSPITAL)
