"""The journal: who sees which lines, exactly counted, in words a person reads."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.audit.adapters.words import groups
from services.audit.domain.lines import Group, Result, Who
from shared.crypto.sealing import NotAuthentic
from shared.stores.documents import At, Patch
from tests.audit.logs import NOW
from tests.audit.world import CLOCK, DENTIST, DOCTOR, HOSPITAL, OTHER_RECORD, PATIENT, RECORD, World
from tests.support.published import message_of

STORY = """
Le système a annoncé l’ouverture de votre espace santé, prévue le 2 janvier 2027, sauf opposition.
Votre espace santé s’est ouvert automatiquement, en l’absence d’opposition.
Vous avez activé votre espace santé.
Un établissement de santé a ajouté un document (compte rendu d’examens biologiques) à votre espace \
santé.
Claire Martin (médecin) a consulté un document (compte rendu d’examens biologiques), en tant que \
médecin traitant.
Un professionnel de santé (chirurgien-dentiste) a voulu consulter un document (compte rendu \
d’examens biologiques) de votre espace santé. L’accès a été refusé. Vous n’avez rien à faire.
Vous avez bloqué Claire Martin : ce professionnel ne peut plus consulter votre espace santé.
Un professionnel de santé (chirurgien-dentiste) a déclaré une urgence pour accéder à votre espace \
santé sans accord préalable (« bris de glace »). Le motif donné est conservé avec votre espace \
santé.
Vous avez consulté l’historique des accès à votre espace santé.
""".strip().splitlines()


UNELIDED = re.compile(r"\b(?:de|que|le|la|ne|se|jusque) (?:un|une|il|elle)\b", re.IGNORECASE)


def test_a_life_of_a_record_reads_like_french(world: World) -> None:
    """The story of the ground floor, as the person reads it."""
    world.tell("identity.record_announced", CLOCK, opens_at="2027-01-01T23:00:00.000Z")
    world.tell("identity.record_opened", CLOCK)
    world.tell("identity.record_activated", PATIENT)
    document_id = world.deposit(HOSPITAL)
    decision = world.decided(DOCTOR, permit=True, document_id=document_id)
    world.tell(
        "vault.document_opened",
        DOCTOR,
        document_id=document_id,
        decision_id=decision,
        mode="normal",
        confidentiality=["N"],
    )
    world.decided(DENTIST, permit=False, document_id=document_id)
    world.tell("access.professional_blocked", PATIENT, professional=DOCTOR.id)
    world.tell("access.glass_broken", DENTIST, professional=DENTIST.id)
    world.tell("audit.journal_read", PATIENT, scope="all")

    assert world.sentences(PATIENT) == STORY


def test_every_action_has_a_sentence_that_can_be_told(world: World) -> None:
    """No line may fail to be shown because of a word that its message does not carry."""
    about: dict[str, Any] = {}
    for action in groups():
        if action in {"vault.document_deposited", "vault.document_released"}:
            about = {"document_id": world.deposit(DOCTOR, action=action)}
        elif ":" not in action:
            told = message_of(action).model_fields.keys()
            world.tell(action, DOCTOR, **{name: about[name] for name in about.keys() & told})

    page = world.read(PATIENT, limit=100)

    assert page.total == len([a for a in groups() if ":" not in a])
    assert all("{" not in line.sentence_fr for line in page.items)
    assert all(line.sentence_fr[0].isupper() and line.sentence_fr[-1] == "." for line in page.items)
    assert not [line.sentence_fr for line in page.items if UNELIDED.search(line.sentence_fr)]


def test_what_is_released_hidden_leaves_no_line(world: World) -> None:
    """A document held back comes into the record by its release: it is judged from then on."""
    world.deposit(DOCTOR, "INVISIBLE_PATIENT", action="vault.document_released")

    assert world.read(PATIENT).total == 0


def test_what_is_hidden_from_the_person_leaves_no_line(world: World) -> None:
    """Not the deposit, not who opened it, not in the total; the rest is there (R1111-53)."""
    world.deposit(HOSPITAL)
    hidden = world.deposit(DOCTOR, "INVISIBLE_PATIENT")
    world.tell(
        "vault.document_opened",
        DOCTOR,
        document_id=hidden,
        decision_id=str(uuid4()),
        mode="normal",
        confidentiality=["INVISIBLE_PATIENT"],
    )
    world.decided(DENTIST, permit=False, document_id=hidden)
    world.decided(DENTIST, permit=False, action="feed", confidentiality=["INVISIBLE_PATIENT"])
    world.decided(DENTIST, permit=False, document_id=hidden)
    world.decided(DENTIST, permit=False, action="feed", confidentiality=["INVISIBLE_PATIENT"])

    page = world.read(PATIENT)

    assert page.total == 1
    assert [line.actor_kind for line in page.items] == [Who.HEALTHCARE_FACILITY]
    assert world.read(PATIENT, actor_kind="HEALTHCARE_PROFESSIONAL").total == 0


def test_once_revealed_the_lines_appear(world: World) -> None:
    """What a line is about is judged by what it is now, not by what it was."""
    document_id = world.deposit(DOCTOR, "INVISIBLE_PATIENT")
    assert world.read(PATIENT).total == 0

    world.tell(
        "vault.document_revealed_to_patient",
        DOCTOR,
        document_id=document_id,
        confidentiality=["N"],
    )

    assert world.read(PATIENT).total == 2


def test_masked_later_the_lines_vanish_for_professionals(world: World) -> None:
    """And stay for the person who masked it."""
    world.rules.whole_for.add(DOCTOR.id)
    document_id = world.deposit(HOSPITAL)
    assert world.read(DOCTOR).total == 1

    world.tell(
        "vault.document_masked",
        PATIENT,
        document_id=document_id,
        confidentiality=["MASQUE_PS"],
        decision_id=str(uuid4()),
    )

    assert world.read(DOCTOR).total == 0
    assert world.read(PATIENT).total == 2


def test_a_private_appointment_leaves_no_line_to_whom_it_is_masked(world: World) -> None:
    """Nothing derived from it reaches a professional who reads the whole journal; the person has
    all of it."""
    world.rules.whole_for.add(DOCTOR.id)
    for codes in ([], ["MASQUE_PS"]):
        world.tell(
            "agenda.appointment_added", PATIENT, appointment_id=str(uuid4()), source="person",
            occurrence=None, confidentiality=codes,
        )  # fmt: skip

    assert world.read(DOCTOR).total == 1
    assert world.read(PATIENT).total == 2


def test_a_line_about_an_unknown_document_waits(world: World) -> None:
    """A decision heard before the deposit it is about: nobody is told before one can judge."""
    world.decided(DENTIST, permit=False, document_id=str(uuid4()))

    assert world.read(PATIENT).total == 0


def test_filters_count_exactly(world: World) -> None:
    """Totals are of what is shown, on every page, whatever the filters."""
    for _ in range(5):
        world.deposit(HOSPITAL)
        world.tell("access.emergency_switches_set", PATIENT)
    start = NOW + timedelta(minutes=4)

    assert world.read(PATIENT).total == 10
    assert world.read(PATIENT, group="MEDICAL_DOCUMENT").total == 5
    assert world.read(PATIENT, actor_kind="PATIENT").total == 5
    assert world.read(PATIENT, to=start).total == 3
    assert world.read(PATIENT, from_=start).total == 7
    assert world.read(PATIENT, record=OTHER_RECORD).total == 0


def test_pages_repeat_and_miss_nothing(world: World) -> None:
    """Newest first; the total is the same on each page."""
    for _ in range(7):
        world.tell("access.emergency_switches_set", PATIENT)
    seen: list[str] = []
    cursor = None
    while True:
        page = world.read(PATIENT, limit=3, cursor=cursor)
        assert page.total == 7
        seen += [line.id for line in page.items]
        if (cursor := page.next_cursor) is None:
            break

    assert len(set(seen)) == len(seen) == 7
    newest = world.read(PATIENT, limit=1).items[0]
    oldest = world.read(PATIENT, limit=1, order="oldest_first").items[0]
    assert newest.at > oldest.at


def test_a_permitted_decision_is_told_by_what_was_done(world: World) -> None:
    """Not twice; a list is told once, and not when audit itself had asked for it."""
    world.decided(DOCTOR, permit=True, document_id=str(uuid4()))
    world.decided(DOCTOR, permit=False, listing=True, items=3)
    world.decided(DOCTOR, permit=False, listing=True, items=3, via="audit")

    page = world.read(PATIENT)

    assert [line.action for line in page.items] == ["access.access_decided:listed"]
    assert page.items[0].actor.id == DOCTOR.id


def test_a_list_of_prescriptions_is_a_line(world: World) -> None:
    """It leaves no other trace: who read all that somebody was prescribed was in no journal."""
    listed: dict[str, Any] = {"permit": False, "listing": True, "kind": "prescription"}
    world.decided(DOCTOR, via="prescription", **listed)
    world.decided(DOCTOR, via="audit", **listed)

    assert world.sentences(PATIENT) == [
        "Claire Martin (médecin) a consulté la liste des ordonnances de votre espace santé."
    ]


def test_a_double_that_the_vault_came_upon_is_no_line(world: World) -> None:
    """Nobody wanted to read it: to its depositor the line would tell that it is there."""
    for permit in (True, False):
        world.decided(DENTIST, permit=permit, scope="double", confidentiality=["MASQUE_PS"])

    assert world.read(PATIENT).items == []
    assert world.read(DENTIST).items == []


def test_what_a_sender_knows_of_a_document_hides_nothing_less(world: World) -> None:
    """Copies are asked for with the codes that who asks is told of, which may be fewer."""
    hidden = world.deposit(HOSPITAL, "INVISIBLE_PATIENT")

    world.tell(
        "vault.copies_asked", HOSPITAL, document_id=hidden, copies_id=str(uuid4()),
        to=["899700366240"], confidentiality=["N"],
    )  # fmt: skip

    assert world.read(PATIENT).total == 0


def test_the_rights_of_a_page_are_one_question(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one for each of its lines, ten thousand of which may be printed."""
    for _ in range(3):
        decision_id = world.decided(DOCTOR, permit=True)
        document_id = world.deposit(HOSPITAL)
        world.tell(
            "vault.document_opened", DOCTOR, document_id=document_id, decision_id=decision_id
        )
    monkeypatch.setattr(type(world.views[2]), "get", None)

    opened = [line for line in world.read(PATIENT).items if line.action == "vault.document_opened"]

    assert [line.right for line in opened] == ["treating_doctor"] * 3


def test_refusals_are_lines(world: World) -> None:
    """With their result, so that a screen can show them apart."""
    world.decided(DENTIST, permit=False, kind="journal")
    world.decided(DENTIST, permit=False, action="feed")

    page = world.read(PATIENT)

    assert {line.result for line in page.items} == {Result.REFUSED}
    assert {line.group for line in page.items} == {Group.GENERAL, Group.MEDICAL_DOCUMENT}


@pytest.mark.parametrize(
    ("kind", "thing"),
    [
        ("document", "un document"),
        ("profile_section", "des informations du profil médical"),
        ("measure", "des mesures de santé"),
        ("appointment", "des rendez-vous"),
        ("prescription", "une ordonnance"),
        ("message", "un message"),
    ],
)
def test_a_refusal_says_what_was_refused(world: World, kind: str, thing: str) -> None:
    """Who wanted to read a prescription wanted no document."""
    for action in ("read", "feed", "manage"):
        world.decided(DENTIST, permit=False, kind=kind, action=action)

    read, fed, managed = world.sentences(PATIENT)

    who = "Un professionnel de santé (chirurgien-dentiste) a voulu"
    assert read.startswith(f"{who} consulter {thing} de votre espace santé.")
    assert fed.startswith(f"{who} ajouter {thing} à votre espace santé.")
    assert managed.startswith(f"{who} modifier {thing} de votre espace santé.")


def test_nothing_readable_lies_in_the_views(world: World, tmp_path: Path) -> None:
    """A stolen disk says neither who nor what: no professional's id, no document, no code."""
    document_id = world.deposit(HOSPITAL, "MASQUE_PS")
    world.tell("access.professional_blocked", PATIENT, professional=DOCTOR.id)

    stored = b"".join(f.read_bytes() for f in tmp_path.glob("audit.views.db*"))

    for secret in (document_id, HOSPITAL.id, DOCTOR.id, "MASQUE_PS", "11502-2"):
        assert secret.encode() not in stored


def test_lines_swapped_do_not_open(world: World) -> None:
    """What a line says is bound to its place: nobody's act is made somebody else's."""
    world.tell("access.glass_broken", DENTIST, professional=DENTIST.id)
    world.tell("access.glass_broken", DOCTOR, professional=DOCTOR.id)
    one, other = world.views[0].find().items
    at = At(source="access", epoch="e1", previous=2, position=3)
    world.views[0].apply([Patch(one["id"], {"line": other["line"]})], at)

    with pytest.raises(NotAuthentic):
        world.read(PATIENT)


def test_an_erased_record_leaves_nothing(world: World) -> None:
    """Every view can say how to remove all of a record."""
    world.deposit(HOSPITAL)
    world.deposit(HOSPITAL)
    at = At(source="identity", epoch="e1", previous=0, position=1)
    for projection, view in zip(world.projections, world.views, strict=True):
        view.apply(projection.purge(RECORD), at)

    assert world.read(PATIENT).total == 0
