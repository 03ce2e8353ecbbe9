"""What each reader may know of a decision."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from tests.access.support.judging import HOUR
from tests.access.support.logs import World, consent
from tests.access.support.people import (
    AUDITOR,
    DENTIST,
    DOCTOR,
    HOSPITAL_DOCTOR,
    MOTHER,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    SOFTWARE,
    STRANGER,
    through_vault,
)

HIDING = ("MASQUE_PS", "INVISIBLE_PATIENT")


def explain(world: World, decision_id: UUID, reader: Actor) -> c.Explanation:
    return world.app.explain(c.OfDecision(decision_id=decision_id), reader)


def with_mother(world: World) -> None:
    world.hear(
        "record_announced", representatives=[MOTHER.id], majority_at="2026-11-21T11:00:00.000Z"
    )
    world.hear("record_activated")


def test_the_person_reads_why_in_french(world: World) -> None:
    """
    The story's dentist: refused, and the person can read why and what they can do.
    """
    refused = world.decide(DENTIST)

    told = explain(world, refused.decision_id, PATIENT)

    assert not told.permit
    assert told.reason_fr == (
        "Un professionnel de santé (chirurgien-dentiste) n’a rien pu voir : il ne fait pas partie "
        "de l’équipe qui vous soigne et vous ne lui avez pas donné votre accord. Si vous voulez "
        "qu’il consulte votre dossier, donnez-lui votre accord ; sinon vous n’avez rien à faire."
    )
    assert told.resource
    assert told.actor == DENTIST.to_event()


def test_the_facts_are_told_in_both_languages(world: World) -> None:
    """
    What the rules looked at, for software and for the person.
    """
    world.app.declare_consent(consent(DENTIST), PATIENT)
    opened = world.decide(DENTIST, resource={"class": "31", "type": "IMG-KOS"})
    assert opened.permit

    told = {fact.name: fact for fact in explain(world, opened.decision_id, PATIENT).facts}

    assert told["record_status"].fr == "Votre dossier est activé."
    assert told["consent"].fr == "Votre accord vaut jusqu’au 22 novembre 2026 à 11 h 00."
    assert told["consent"].en == "The consent ends at 2026-11-22T10:00:00Z."
    assert "blocked" not in told


def test_facts_are_not_told_of_what_is_hidden_from_the_reader(world: World) -> None:
    """
    A professional refused something masked learns nothing by the facts either.
    """
    world.app.declare_consent(consent(DOCTOR), PATIENT)
    refused = world.decide(DOCTOR, resource={"confidentiality": ["MASQUE_PS"]})

    assert explain(world, refused.decision_id, DOCTOR).facts == []
    assert explain(world, refused.decision_id, PATIENT).facts


def test_a_permit_names_its_rule_and_law(world: World) -> None:
    """
    An explanation that cannot be checked against the text is none.
    """
    world.treated_by(DOCTOR)
    opened = world.decide(DOCTOR)

    (rule,) = explain(world, opened.decision_id, PATIENT).rules

    assert (rule.id, rule.law, rule.permits) == ("treating_doctor", "CSP L1111-16", True)


def test_only_those_concerned_are_answered(world: World) -> None:
    """
    To others the same refusal as for a decision that does not exist.
    """
    refused = world.decide(DENTIST)
    assert explain(world, refused.decision_id, DENTIST)
    assert explain(world, refused.decision_id, AUDITOR)

    faults = []
    for reader, decision in ((STRANGER, refused.decision_id), (DOCTOR, refused.decision_id),
                             (PATIENT, uuid4())):  # fmt: skip
        with pytest.raises(Forbidden) as fault:
            explain(world, decision, reader)
        faults.append(fault.value.to_fault())

    assert faults[0] == faults[1] == faults[2]


def test_who_was_refused_something_hidden_is_not_told_that_it_is_there(world: World) -> None:
    """
    Nothing derived from something hidden reaches those it is hidden from.
    """
    world.app.declare_consent(consent(DOCTOR), PATIENT)
    masked = world.decide(DOCTOR, resource={"confidentiality": ["MASQUE_PS"]})
    surprise = world.decide(PATIENT, resource={"confidentiality": ["INVISIBLE_PATIENT"]})

    for decision, reader in ((masked, DOCTOR), (surprise, PATIENT)):
        told = explain(world, decision.decision_id, reader)
        assert (told.rules, told.resource) == ([], None)
        assert told.reason_fr == "Vous ne pouvez pas faire cela, ou cet élément n’existe pas."
    assert "masqué" in explain(world, masked.decision_id, PATIENT).reason_fr


def test_a_list_is_told_without_what_was_withheld(world: World) -> None:
    """
    How many kinds of documents were asked about would tell that some are hidden.
    """
    world.app.declare_consent(consent(DOCTOR), PATIENT)
    seen = {"kind": "document", "class": "10", "type": "11502-2", "confidentiality": ["N"]}
    tuples = [seen, *(seen | {"confidentiality": [code]} for code in HIDING)]
    listed = world.app.decide_many(
        c.DecideMany.model_validate(
            {"record_id": RECORD, "action": "read", "attribute_tuples": tuples}
        ),
        through_vault(DOCTOR),
    )

    assert listed.permits == [True, False, True]
    assert explain(world, listed.decision_id, DOCTOR).items == 2
    assert explain(world, listed.decision_id, PATIENT).items == 1
    assert explain(world, listed.decision_id, AUDITOR).items == 3


def test_the_object_of_a_line_about_something_hidden_is_left_out(world: World) -> None:
    """
    The person sees that their doctor opened something, not what was kept from them.
    """
    world.treated_by(DOCTOR)
    opened = world.decide(DOCTOR, resource={"confidentiality": ["INVISIBLE_PATIENT"]})

    told = explain(world, opened.decision_id, PATIENT)

    assert told.permit
    assert told.resource is None
    assert explain(world, opened.decision_id, DOCTOR).resource


def test_representatives_hear_nothing_of_a_minors_secret(world: World) -> None:
    """
    CSP R1111-50: not the decisions of a secret session, nor those about a secret document.
    """
    with_mother(world)
    world.treated_by(DOCTOR)
    plain = world.decide(DOCTOR)
    in_secret = world.decide(replace(DOCTOR, secret=True))
    about = world.decide(DOCTOR, resource={"confidentiality": ["INVISIBLE_REPRESENTANTS_LEGAUX"]})

    assert explain(world, plain.decision_id, MOTHER)
    for decision in (in_secret, about):
        with pytest.raises(Forbidden):
            explain(world, decision.decision_id, MOTHER)
        assert explain(world, decision.decision_id, PATIENT)


def test_after_majority_a_former_representative_reads_nothing(world: World) -> None:
    """
    The child's journal is the adult's alone.
    """
    with_mother(world)
    decision = world.decide(DOCTOR)
    world.move(HOUR)

    with pytest.raises(Forbidden):
        explain(world, decision.decision_id, MOTHER)


def test_auditors_see_health_data_only_beside_a_physician(world: World) -> None:
    """
    A document's type says something of a person's health.
    """
    decision = world.decide(DOCTOR)

    assert explain(world, decision.decision_id, AUDITOR).resource is None
    beside = replace(AUDITOR, physician_present=True)
    assert explain(world, decision.decision_id, beside).resource


def test_the_sentence_is_that_of_the_rules_of_that_instant(world: World) -> None:
    """
    The texts are kept by digest: an old decision is explained by its own rules.
    """
    world.treated_by(DOCTOR)
    decision = world.decide(DOCTOR)
    texts = dict(world.app.rules.texts)
    texts["treating_doctor.cedar"] = texts["treating_doctor.cedar"].replace("L1111-16", "L9999-9")
    world.app.rules = world.app.revive(texts, world.app.rules.parameters)
    world.app.prepare()

    (old,) = explain(world, decision.decision_id, PATIENT).rules
    (new,) = explain(world, world.decide(DOCTOR).decision_id, PATIENT).rules

    assert (old.law, new.law) == ("CSP L1111-16", "CSP L9999-9")


def test_who_was_refused_cannot_tell_a_record_from_none(world: World) -> None:
    """
    Not by facts, rules, or the type of what they asked for: to them a record that is there and
    one that is not, an item and none, are the same.
    """
    asked = {"type": "IMG-KOS", "confidentiality": ["INVISIBLE_REPRESENTANTS_LEGAUX"]}
    with_mother(world)
    there = world.decide(DENTIST, resource=asked)
    nowhere = world.decide(DENTIST, record_id=uuid4(), resource={"kind": "document"})
    stranger = world.decide(STRANGER, resource=asked)

    for decision, reader in ((there, DENTIST), (nowhere, DENTIST), (stranger, STRANGER)):
        told = explain(world, decision.decision_id, reader)
        assert (told.record_id.int, told.resource, told.rules, told.facts) == (0, None, [], [])
        assert told.reason_fr == "Vous ne pouvez pas faire cela, ou cet élément n’existe pas."
        assert told.reason_en == "You may not do this, or it does not exist."
    assert explain(world, there.decision_id, PATIENT).facts
    assert str(explain(world, there.decision_id, AUDITOR).record_id) == str(RECORD)


def test_a_list_is_no_permit_of_any_one_thing(world: World) -> None:
    """
    Each item was judged by itself, even where all were shown: no single rule speaks for a list.
    """
    world.treated_by(DOCTOR)
    request = c.DecideMany.model_validate(
        {"record_id": RECORD, "action": "read", "attribute_tuples": [{"kind": "measure"}] * 2}
    )
    listed = world.app.decide_many(request, through_vault(DOCTOR))
    assert all(listed.permits)

    for reader in (PATIENT, DOCTOR, AUDITOR):
        told = explain(world, listed.decision_id, reader)
        assert (told.permit, told.rules, told.resource, told.items) == (False, [], None, 2)


def test_a_representative_reads_of_the_child_their_token_is_for_alone(world: World) -> None:
    """
    A parent of two logs in for one of them; the other's journal needs another token.
    """
    with_mother(world)
    decision = world.decide(DOCTOR)

    with pytest.raises(Forbidden):
        explain(world, decision.decision_id, replace(MOTHER, record_id=OTHER_RECORD))
    with pytest.raises(Forbidden):
        explain(world, decision.decision_id, replace(MOTHER, kind=ActorKind.CAREGIVER))


def test_software_that_named_a_professional_and_they_themselves_are_concerned(
    world: World,
) -> None:
    """
    Whoever asked, and whoever was judged: both must be able to answer for it.
    """
    world.treated_by(HOSPITAL_DOCTOR)
    opened = world.decide(replace(SOFTWARE, on_behalf_of=HOSPITAL_DOCTOR))
    assert opened.permit

    for reader in (SOFTWARE, HOSPITAL_DOCTOR):
        assert explain(world, opened.decision_id, reader).permit
    with pytest.raises(Forbidden):
        explain(world, opened.decision_id, replace(SOFTWARE, id=DOCTOR.id))
