"""The journal: who sees which lines, exactly counted, in words a person reads."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.audit.adapters.sealing import RecordSealing
from services.audit.adapters.words import groups, words
from services.audit.application import Audit, Outside
from services.audit.contract import JournalPage, ReadJournal
from services.audit.domain.audience import Scope
from services.audit.domain.lines import Group, Result, Who
from services.audit.domain.ports import Decided
from services.audit.domain.reading import JournalReading, MandateUse
from services.audit.messages import message_for
from services.audit.projections.journal import JournalLines, Rights, Subjects
from services.audit.projections.journal_view import StoredJournal
from shared.crypto.local_keys import LocalKeys
from shared.eventing.received import Received
from shared.eventing.view import ProjectionOf
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.common import CommonSettings
from shared.kernel.errors import Forbidden
from shared.stores.documents import At, Documents
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from tests.audit.logs import NOW

RECORD, OTHER_RECORD = uuid4(), uuid4()
PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
PARENT = Actor(kind=ActorKind.REPRESENTATIVE, id=str(uuid4()), record_id=RECORD)
DOCTOR = Actor(kind=ActorKind.PROFESSIONAL, id="810000000001", profession="10")
DENTIST = Actor(kind=ActorKind.PROFESSIONAL, id="810000000002", profession="40")
HOSPITAL = Actor(kind=ActorKind.FACILITY, id="1750000001")
AUDITOR = Actor(kind=ActorKind.AUDITOR, id="a1", mandate="m1", physician_present=True)
CLOCK = Actor(kind=ActorKind.SERVICE, id="identity")

REFUSED_FR = "Vous n’avez rien à faire."
HIDDEN_FROM = {
    "INVISIBLE_PATIENT": {ActorKind.PATIENT, ActorKind.REPRESENTATIVE},
    "INVISIBLE_REPRESENTANTS_LEGAUX": {ActorKind.REPRESENTATIVE},
    "MASQUE_PS": {ActorKind.PROFESSIONAL},
}


class Rules:
    """Stands for the access service: the rules of the journal and of hidden documents."""

    def __init__(self) -> None:
        self.whole_for: set[str] = set()
        self.denied: set[str] = set()
        self.asked: list[tuple[Scope, str]] = []

    def decide_journal(self, record_id: UUID, scope: Scope, by: Actor) -> Decided:
        self.asked.append((scope, by.id))
        reasons = ["own_journal_lines"]
        if by.id in self.whole_for:
            reasons.append("treating_doctor")
        permit = by.id not in self.denied and (
            by.kind is not ActorKind.PROFESSIONAL or scope is Scope.OWN or by.id in self.whole_for
        )
        return Decided(permit=permit, decision_id=uuid4(), reasons=reasons, refusal_fr=REFUSED_FR)

    def may_see(
        self, record_id: UUID, documents: Sequence[Mapping[str, Any]], by: Actor
    ) -> list[bool]:
        return [
            not any(by.kind in HIDDEN_FROM.get(code, ()) for code in document["confidentiality"])
            for document in documents
        ]


class Directory:
    def of(self, national_ids: Any) -> dict[str, str]:
        known = {DOCTOR.id: "Claire Martin"}
        return {id_: known[id_] for id_ in national_ids if id_ in known}


class World:
    """Messages in, pages out."""

    def __init__(self, folder: Path) -> None:
        keys = LocalKeys(bytes(range(32)), "audit")
        settings = EventStoreSettings(data_dir=folder)
        common = CommonSettings(
            environment="development",
            amqp_uri="amqp://nowhere",
            service_keys_dir=folder,
            issuers_file=folder / "issuers.json",
            data_dir=folder,
        )
        self.rules = Rules()
        self.keys = keys
        sealing = RecordSealing(keys, b"s" * 32)
        self.projections: tuple[ProjectionOf, ...] = (
            JournalLines(sealing, groups()),
            Subjects(sealing),
            Rights(),
        )
        self.views: list[Documents] = [
            open_documents(common, "audit", kind.NAME, kind.VERSION, kind.INDEXES)
            for kind in (JournalLines, Subjects, Rights)
        ]
        lines, subjects, rights = self.views
        self.audit = Audit(
            settings,
            keys,
            FixedClock(NOW),
        )
        self.audit.answer_with(
            Outside(
                access=self.rules,
                names=Directory(),
                journal=StoredJournal(
                    lines=lines, subjects=subjects, rights=rights, sealing=sealing
                ),
                log=None,  # type: ignore[arg-type]  # the proofs have tests of their own
                words=words(),
            ),
        )
        self._reached: dict[str, int] = {}
        self.now = NOW

    def tell(self, type_: str, by: Actor, record: UUID = RECORD, **data: Any) -> None:
        """A message of another service, as the follower hands it over; a minute after the last."""
        publisher = type_.partition(".")[0]
        before = self._reached.get(publisher, 0)
        self._reached[publisher] = before + 1
        self.now += timedelta(minutes=1)
        received = Received(
            publisher=publisher,
            type=type_,
            version=1,
            key=f"{uuid4()}.1",
            epoch="e1",
            position=before + 1,
            occurred_at=self.now,
            record=record,
            data={
                "by": by.to_event(),
                "secret": by.secret,
                **{name.rstrip("_"): value for name, value in data.items()},
            },
        )
        at = At(source=publisher, epoch="e1", previous=before, position=before + 1)
        for projection, view in zip(self.projections, self.views, strict=True):
            view.apply(projection.writes(received), at)

    def deposit(
        self,
        by: Actor,
        *codes: str,
        type_: str = "11502-2",
        action: str = "vault.document_deposited",
    ) -> str:
        document_id = str(uuid4())
        self.tell(
            action,
            by,
            document_id=document_id,
            decision_id=str(uuid4()),
            type=type_,
            class_="11",
            author=None,
            facility=by.id,
            confidentiality=list(codes) or ["N"],
            by_patient=False,
            status="Approved",
        )
        return document_id

    def decided(self, by: Actor, *, permit: bool, **data: Any) -> str:
        decision_id = str(uuid4())
        fields: dict[str, Any] = {
            "action": "read",
            "kind": "document",
            "mode": "normal",
            "document_id": None,
            "confidentiality": [],
            "listing": False,
            "via": "vault",
            "right": "treating_doctor" if permit else "no_rule",
            "reason_fr": REFUSED_FR,
        }
        self.tell(
            "access.access_decided",
            by,
            permit=permit,
            decision_id=decision_id,
            **{**fields, **data},
        )
        return decision_id

    def read(self, by: Actor, record: UUID = RECORD, **filters: Any) -> JournalPage:
        return self.audit.journal(ReadJournal(record_id=record, **filters), by)

    def sentences(self, by: Actor, **filters: Any) -> list[str]:
        page = self.read(by, order="oldest_first", **filters)
        assert page.total == len(page.items)
        return [line.sentence_fr for line in page.items]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.audit.close()


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
    for action in groups():
        if action in {"vault.document_deposited", "vault.document_released"}:
            world.deposit(DOCTOR, action=action)
        elif not action.startswith("access.access_decided"):
            world.tell(action, DOCTOR)

    page = world.read(PATIENT, limit=100)

    assert page.total == len([a for a in groups() if ":" not in a])
    assert all("{" not in line.sentence_fr for line in page.items)
    assert all(line.sentence_fr[0].isupper() and line.sentence_fr[-1] == "." for line in page.items)


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


def test_a_line_about_an_unknown_document_waits(world: World) -> None:
    """A decision heard before the deposit it is about: nobody is told before one can judge."""
    world.decided(DENTIST, permit=False, document_id=str(uuid4()))

    assert world.read(PATIENT).total == 0


def test_representatives_see_no_secret_session(world: World) -> None:
    """What a minor did in secret is hidden from parents, and counted for the minor."""
    secret = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD, secret=True)
    world.tell("identity.record_activated", PATIENT)
    world.tell("access.emergency_switches_set", secret)

    assert world.read(PARENT).total == 1
    assert world.read(PATIENT).total == 2


def test_a_secret_carried_by_a_service_is_one(world: World) -> None:
    """Who acted decides, whatever the message's own mark says."""
    secret = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD, secret=True)
    carried = Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=secret)
    world.tell("access.emergency_switches_set", carried)

    assert world.read(PARENT).total == 0


def test_a_professional_sees_their_own_lines(world: World) -> None:
    """And is asked about no more than those, so that no refusal is made of it."""
    world.tell("access.glass_broken", DENTIST, professional=DENTIST.id)
    world.tell("access.glass_broken", DOCTOR, professional=DOCTOR.id)

    page = world.read(DENTIST)

    assert page.scope == "own"
    assert page.total == 1
    assert [line.actor.id for line in page.items] == [DENTIST.id]
    assert world.rules.asked == [(Scope.OWN, DENTIST.id)]


def test_a_professional_named_by_a_software_owns_the_line(world: World) -> None:
    """A facility's software acted, for an authenticated professional."""
    software = Actor(kind=ActorKind.FACILITY, id=HOSPITAL.id, on_behalf_of=DENTIST)
    world.tell("access.care_team_joined", software)

    assert world.read(DENTIST).total == 1


def test_a_professional_s_own_line_about_what_they_may_not_see(world: World) -> None:
    """They know that they tried; nothing tells what it was, nor why they were refused."""
    document_id = world.deposit(HOSPITAL, "MASQUE_PS")
    world.decided(DENTIST, permit=False, document_id=document_id)

    [line] = world.read(DENTIST).items

    assert line.document is None
    assert line.sentence_fr == (
        "Un professionnel de santé (chirurgien-dentiste) a voulu consulter un document de "
        "l’espace santé. L’accès a été refusé."
    )


def test_the_insurer_gives_records(world: World) -> None:
    """It acts as operator; people know it by its name."""
    world.tell("identity.ins_attached", Actor(kind=ActorKind.OPERATOR, id="cnam"))

    [line] = world.read(PATIENT).items

    assert line.actor_kind is Who.ENROLMENT
    assert line.sentence_fr.startswith("L’Assurance Maladie a rattaché")


def test_the_treating_doctor_sees_all(world: World) -> None:
    """Those whom the person trusts with the journal."""
    world.rules.whole_for.add(DOCTOR.id)
    world.tell("access.glass_broken", DENTIST, professional=DENTIST.id)

    page = world.read(DOCTOR)

    assert page.scope == "all"
    assert page.total == 1
    assert "l’espace santé" in page.items[0].sentence_fr


def test_an_auditor_sees_who_and_not_what(world: World) -> None:
    """All lines, hidden ones too, and of none which document it was; the mandate is logged."""
    world.deposit(HOSPITAL)
    world.deposit(DOCTOR, "INVISIBLE_PATIENT")

    page = world.read(AUDITOR)

    assert page.total == 2
    assert all(line.document is None for line in page.items)
    assert all("un document à" in line.sentence_fr for line in page.items)
    assert [r.topic for r in world.audit.read(0, 10)] == [
        JournalReading.Created.TOPIC,
        MandateUse.Created.TOPIC,
    ]


def test_a_refused_reader_sees_nothing_and_no_reading_is_saved(world: World) -> None:
    """The decision's id and its French sentence come with the refusal."""
    world.rules.denied.add(DENTIST.id)

    with pytest.raises(Forbidden) as refusal:
        world.read(DENTIST)

    assert refusal.value.decision_id is not None
    assert refusal.value.message_fr == REFUSED_FR
    assert world.audit.head().position == 0


def test_every_reading_is_an_event_that_others_hear_of(world: World) -> None:
    """Who watches is watched: the next page of the journal will tell of this one."""
    page = world.read(PATIENT, group="GENERAL")

    [recorded] = world.audit.read(0, 10)
    assert isinstance(recorded.event, JournalReading.Created)
    assert recorded.record_id == RECORD
    assert recorded.event.filters == {"group": "GENERAL"}
    message = message_for(recorded.event)
    assert message is not None
    assert message.model_dump(mode="json")["decision_id"] == str(page.decision_id)


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


def test_refusals_are_lines(world: World) -> None:
    """With their result, so that a screen can show them apart."""
    world.decided(DENTIST, permit=False, kind="journal")
    world.decided(DENTIST, permit=False, action="feed")

    page = world.read(PATIENT)

    assert {line.result for line in page.items} == {Result.REFUSED}
    assert {line.group for line in page.items} == {Group.GENERAL, Group.MEDICAL_DOCUMENT}


def test_nothing_readable_lies_in_the_views(world: World, tmp_path: Path) -> None:
    """A stolen disk says neither who nor what: no professional's id, no document, no code."""
    document_id = world.deposit(HOSPITAL, "MASQUE_PS")
    world.tell("access.professional_blocked", PATIENT, professional=DOCTOR.id)

    stored = b"".join(f.read_bytes() for f in tmp_path.glob("audit.views.db*"))

    for secret in (document_id, HOSPITAL.id, DOCTOR.id, "MASQUE_PS", "11502-2"):
        assert secret.encode() not in stored


def test_an_erased_record_leaves_nothing(world: World) -> None:
    """Every view can say how to remove all of a record."""
    world.deposit(HOSPITAL)
    world.deposit(HOSPITAL)
    at = At(source="identity", epoch="e1", previous=0, position=1)
    for projection, view in zip(world.projections, world.views, strict=True):
        view.apply(projection.purge(RECORD), at)

    assert world.read(PATIENT).total == 0
