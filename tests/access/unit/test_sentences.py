"""What a person reads of a decision: who, why, and of several reasons the one that is theirs."""

from typing import Any

import pytest

from services.access.domain.rules import NO_RULE, RULE_ERROR, Verdict
from services.access.domain.sentences import LISTING, Reason, conceals, who
from tests.access.support.judging import rules

DENTIST = {"kind": "professional", "profession": "40"}
PROFESSIONS = {"40": "Chirurgien-dentiste", "47": "Aide médico-psychologique (AMP)"}
WHO = "Un professionnel de santé (chirurgien-dentiste)"


def verdict(*named: str, permit: bool = False) -> Verdict:
    return Verdict(permit=permit, rules=sorted(named))


def reason(
    *named: str, kind: str = "professional", action: str = "read", listing: bool = False
) -> Reason:
    principal = DENTIST if kind == "professional" else {"kind": kind}
    return Reason(principal, action, listing, [verdict(*named), verdict("blocked")], rules())


def french(rule: str) -> str:
    return rules().by_id[rule].fr.replace("{who}", WHO)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (("blocked",), ["blocked"]),
        (("blocked", "matrix_read", NO_RULE), ["blocked"]),
        (("blocked", "record_not_active", "masked_document"), ["blocked", "record_not_active"]),
        (("masked_document",), ["masked_document"]),
        (("masked_document", "matrix_read"), ["masked_document", "matrix_read"]),
        (("treating_doctor",), ["treating_doctor"]),
    ],
    ids=" ".join,
)
def test_what_keeps_out_of_the_record_is_told_alone(
    named: tuple[str, ...], told: list[str]
) -> None:
    """
    Somebody who is shut out need not be told of this document; nor is the person puzzled by it.
    """
    assert rules().by_id["matrix_read"].about_item
    assert not rules().by_id["blocked"].about_item
    found = reason(*named)

    assert found.fr(PROFESSIONS) == " ".join(french(rule) for rule in told)
    assert found.en() == " ".join(rules().by_id[rule].en for rule in told)
    assert found.right() == told[0]


@pytest.mark.parametrize("beside", [(), ("matrix_read",), ("masked_document",)], ids=str)
def test_that_nothing_lets_in_is_told_before_what_is_about_one_thing(
    beside: tuple[str, ...],
) -> None:
    """
    The person can let them in; that the document is closed to them too is of no use yet.
    """
    found = reason(NO_RULE, *beside)

    assert found.right() == NO_RULE
    assert "ne fait pas partie de l’équipe" in found.fr(PROFESSIONS)
    assert found.fr(PROFESSIONS).startswith(WHO)
    assert found.en() == "No rule allows this: no rule, no access."
    assert found.ahead(PROFESSIONS).startswith("Ne peut pas ouvrir votre dossier")


@pytest.mark.parametrize(
    ("action", "kind", "said"),
    [
        ("read", "professional", "n’a rien pu voir"),
        ("feed", "professional", "n’a rien pu ajouter"),
        ("manage", "professional", "n’a rien pu modifier"),
        ("manage", "facility", "n’a rien pu voir ni modifier"),
    ],
)
def test_what_was_tried_in_vain_is_told_by_what_it_was(action: str, kind: str, said: str) -> None:
    """
    Only a professional can be given consent, so only of one is it suggested.
    """
    told = reason(NO_RULE, action=action, kind=kind).fr(PROFESSIONS)

    assert said in told
    assert ("votre accord" in told) == (kind == "professional" and action == "read")


def test_a_rule_that_could_not_be_evaluated_is_told_as_a_check_that_failed() -> None:
    """
    No reason is made up, and no other rule named.
    """
    found = reason(RULE_ERROR)

    assert found.right() == RULE_ERROR
    assert found.fr(PROFESSIONS) == (
        f"{WHO} n’a rien pu voir : l’accès n’a pas pu être vérifié. Vous n’avez rien à faire."
    )
    assert found.en() == "No rule allows this: no rule, no access."


def test_a_list_names_no_rule() -> None:
    """
    Each item had its own.
    """
    found = reason("blocked", listing=True)

    assert found.right() == LISTING
    assert "la liste" in found.fr(PROFESSIONS)
    assert found.fr(PROFESSIONS).startswith(WHO)
    assert found.en() == "A list was asked for; each item was judged by itself."


def test_ahead_of_time_a_rule_speaks_of_what_would_be() -> None:
    """
    Nothing has happened yet; a rule without such a sentence has its own.
    """
    assert reason("blocked").ahead(PROFESSIONS) == "Est bloqué sur votre dossier."
    assert reason("trusted_mail").ahead(PROFESSIONS) == french("trusted_mail")


@pytest.mark.parametrize(
    ("principal", "said"),
    [
        (DENTIST, WHO),
        ({"kind": "professional", "profession": "99"}, "Un professionnel"),
        ({"kind": "caregiver"}, "Un aidant"),
        ({"kind": "service"}, "Un service de la plateforme"),
    ],
    ids=["known", "unknown", "caregiver", "service"],
)
def test_nobody_is_named_but_by_what_they_are(principal: dict[str, Any], said: str) -> None:
    """
    Names are looked up by who reads; a sentence that is kept must not hold one.
    """
    assert who(principal, PROFESSIONS) == said


@pytest.mark.parametrize(
    ("told", "hidden"),
    [
        (verdict("masked_document"), True),
        (verdict("blocked", "masked_document"), True),
        (verdict("blocked"), False),
        (verdict(NO_RULE), False),
        (verdict("masked_document", permit=True), False),
    ],
)
def test_a_refusal_by_what_hides_something_would_show_that_it_is_there(
    told: Verdict, hidden: bool
) -> None:
    """
    Whoever may see it is refused nothing by it.
    """
    assert conceals(told, rules()) is hidden


def test_a_profession_loses_its_capital_and_no_acronym() -> None:
    """
    As within a sentence: only its first letter.
    """
    told = who({"kind": "professional", "profession": "47"}, PROFESSIONS)
    assert told == "Un professionnel de santé (aide médico-psychologique (AMP))"
