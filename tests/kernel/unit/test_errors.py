"""Refusals: stable codes, a sentence for people, and nothing else on the wire."""

from uuid import UUID

from shared.kernel import errors
from shared.kernel.errors import Forbidden, InvalidRequest, Refusal

CODES_OF_CONTRACT = {
    "unauthenticated",
    "forbidden",
    "invalid_request",
    "not_found",
    "conflict",
    "stale_read",
    "deadline_exceeded",
    "unavailable",
    "too_large",
    "too_many",
}


def family() -> list[type[Refusal]]:
    found = vars(errors).values()
    return [e for e in found if isinstance(e, type) and issubclass(e, Refusal) and e is not Refusal]


def test_codes_are_those_of_the_contract() -> None:
    """
    Callers branch on the code: none is missing, none is invented, none is used twice.
    """
    codes = [kind.code for kind in family()]

    assert set(codes) == CODES_OF_CONTRACT
    assert len(codes) == len(set(codes))


def test_a_refusal_without_words_says_its_own() -> None:
    """
    Whoever reads it gets a sentence, never an empty message.
    """
    for kind in family():
        assert kind().to_fault() == {"code": kind.code, "message": kind().message}
        assert kind().message.endswith(".")


def test_a_hidden_record_and_a_missing_one_answer_alike() -> None:
    """
    DESIGN 11: the answer must not tell whether there is a record.
    """
    assert Forbidden().to_fault() == Forbidden().to_fault()
    assert "exist" in Forbidden().message


def test_fault_carries_what_is_known_and_no_more() -> None:
    """
    The fields that were wrong, the sentence for the person, the decision to ask about.
    """
    decision = UUID(int=7)
    refusal = InvalidRequest(
        "Bad.", message_fr="Mauvais.", fields={"traits.sex": "is M, F or I"}, decision_id=decision
    )

    assert refusal.to_fault() == {
        "code": "invalid_request",
        "message": "Bad.",
        "message_fr": "Mauvais.",
        "fields": {"traits.sex": "is M, F or I"},
        "decision_id": str(decision),
    }
    assert str(refusal) == "[invalid_request] Bad."
