"""What a person is told, and what nobody may be told."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notification.application import Notification
from services.notification.contract import MarkRead, NoticeLine, Notifications, SetPreferences
from services.notification.domain.errors import UnknownNotice
from services.notification.messages import message_for
from services.notification.policies import POLICIES
from shared.kernel.errors import Forbidden
from shared.kernel.secrecy import SeenByRepresentatives
from shared.stores.documents import Documents
from tests.notification.conftest import Access, Hear, Show
from tests.notification.sample import (
    DOCTOR,
    DOCUMENT,
    HOSPITAL,
    OTHER,
    PARENT,
    PATIENT,
    RECORD,
    SESSION,
    carried,
    deposited,
    glass_broken,
    opened,
    received,
)

ALL = Notifications(record_id=RECORD)


def kinds(show: Show, by: Any = PATIENT, request: Notifications = ALL) -> list[str]:
    listing = show(request, by)
    assert listing.total == len(listing.items)
    return [notice.kind.value for notice in listing.items]


def test_an_emergency_access_is_told_by_role_time_and_reason(hear: Hear, show: Show) -> None:
    """
    CSP R1111-48: the person learns who (by role), when, on what ground, and what they may do.
    """
    hear(glass_broken())

    (notice,) = show(ALL, PATIENT).items

    assert notice.subject == SESSION
    assert notice.title_fr == "Accès en urgence à votre dossier"
    assert notice.text_fr == (
        "Le 21 novembre 2026 à 9 h 30, un médecin a ouvert votre dossier en urgence, sans votre"
        " accord préalable, en déclarant que vous n’étiez pas en état d’exprimer votre volonté"
        " et que votre santé était exposée à un risque immédiat (article L. 1111-17 du code de"
        " la santé publique). Le motif indiqué et tout ce qui a été consulté figurent dans"
        " l’historique des accès de votre dossier. Si cet accès vous paraît injustifié, vous"
        " pouvez le signaler, et vous opposer aux accès en urgence à venir."
    )


@pytest.mark.parametrize(
    ("by", "someone"),
    [
        (DOCTOR, "un médecin"),
        (carried(DOCTOR), "un médecin"),
        (carried(HOSPITAL), "un établissement de santé"),
        (HOSPITAL | {"on_behalf_of": DOCTOR | {"profession": "50"}}, "une sage-femme"),
        (DOCTOR | {"profession": "00"}, "un professionnel de santé"),
    ],
)
def test_a_deposit_is_told_by_the_role_behind_it(
    hear: Hear, show: Show, by: dict[str, Any], someone: str
) -> None:
    """
    The professional a hospital's software names, else the hospital; never a name.
    """
    hear(deposited(by=by))

    (notice,) = show(ALL, PATIENT).items

    assert notice.text_fr == (
        f"Le 21 novembre 2026 à 9 h 30, {someone} a ajouté un document à votre dossier."
    )
    assert notice.subject == DOCUMENT


@pytest.mark.parametrize("by", [{"kind": "service", "id": "vault"}, DOCTOR])
def test_a_document_that_opens_is_not_told_as_one_that_comes(
    hear: Hear, show: Show, by: dict[str, Any]
) -> None:
    """
    CSP R1111-53: it came a month before, or for a consultation; who opens it, or time, did not add
    it.
    """
    data = {"document_id": str(DOCUMENT), "confidentiality": ["N"], "by": by}
    hear(received("vault.document_revealed_to_patient", 1, **data))

    (notice,) = show(ALL, PATIENT).items

    assert notice.text_fr == (
        "Votre dossier a été mis à jour. Un professionnel de santé, par exemple votre médecin"
        " traitant, peut faire le point avec vous."
    )
    assert notice.subject == DOCUMENT


def test_an_opening_is_told_with_what_the_person_can_do(hear: Hear, show: Show) -> None:
    """
    Every access by a professional is told; the person can block them.
    """
    hear(opened())

    (notice,) = show(ALL, PATIENT).items

    assert notice.text_fr.startswith("Le 21 novembre 2026 à 9 h 30, un médecin a consulté")
    assert "vous pouvez le bloquer" in notice.text_fr


@pytest.mark.parametrize("kind", ["patient", "representative", "caregiver"])
def test_people_are_not_told_what_they_do_themselves(hear: Hear, show: Show, kind: str) -> None:
    """
    One's own reading and filing is no news.
    """
    person = {"kind": kind, "id": str(RECORD), "record_id": str(RECORD)}
    hear(deposited(1, by=person), opened(2, by=carried(person)))

    assert kinds(show) == []


@pytest.mark.parametrize("kind", ["patient", "representative"])
@pytest.mark.parametrize(
    ("type_", "names", "record"),
    [
        ("access.representative_invited", {"invited": str(OTHER)}, OTHER),
        ("access.caregiver_invited", {"invited": str(OTHER)}, OTHER),
        ("access.delegation_ended", {"delegate": str(OTHER)}, OTHER),
        ("access.delegation_ended", {"delegate": str(OTHER)}, RECORD),
        ("access.invitation_answered", {}, RECORD),
        ("identity.record_closed", {}, RECORD),
        ("identity.record_reopened", {}, RECORD),
        ("identity.erasure_requested", {}, RECORD),
        ("identity.erasure_cancelled", {}, RECORD),
    ],
)
def test_what_one_person_does_is_told_to_the_other(
    hear: Hear, active: None, show: Show, type_: str, names: dict[str, str], record: UUID, kind: str
) -> None:
    """
    To whoever is invited, answered or let go; and the end of a record to whom it belongs, since
    a representative may have asked for it.
    """
    person = {"kind": kind, "id": str(RECORD), "record_id": str(RECORD)}
    hear(received(type_, 3, by=carried(person), **names))

    told = type_.partition(".")[2]
    assert kinds(show, PATIENT, Notifications(record_id=record)) == [told]


def test_nothing_hidden_from_the_person_reaches_them(
    hear: Hear, show: Show, notification: Notification
) -> None:
    """
    R1111-53: bad news waits for a consultation; a notice, a count, an event would tell it.
    """
    hidden = ["N", "INVISIBLE_PATIENT"]
    hear(deposited(1, confidentiality=hidden), opened(2, confidentiality=hidden))

    assert kinds(show) == []
    assert notification.head().position == 0


def test_representatives_learn_nothing_kept_from_them(hear: Hear, show: Show) -> None:
    """
    A minor's secret (R1111-50), by session or by document: not in their list, nor its total.
    """
    hear(
        deposited(1, confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"]),
        opened(2, secret=True),
        deposited(4, by=HOSPITAL),
        glass_broken(3, secret=True),
    )

    assert len(kinds(show)) == 4
    assert kinds(show, PARENT) == ["document_deposited"]


def test_who_may_no_longer_act_in_their_place_reads_nothing(
    hear: Hear, show: Show, access: Access, notification: Notification
) -> None:
    """
    Majority or a court order ends it at its instant: access is asked each time.
    """
    hear(deposited())
    (notice,) = show(ALL, PARENT).items
    access.refused.add(PARENT.id)

    with pytest.raises(Forbidden):
        show(ALL, PARENT)
    with pytest.raises(Forbidden):
        notification.mark_read(mark(notice.notification_id), PARENT)
    assert kinds(show) == ["document_deposited"]


def test_a_message_applied_twice_tells_once(hear: Hear, notification: Notification) -> None:
    """
    A crash between decision and acknowledgement brings the same message again.
    """
    hear(deposited())

    assert POLICIES["vault.document_deposited"](notification, deposited()) is None


def test_reading_is_marked_once_and_filters(
    hear: Hear, show: Show, notification: Notification
) -> None:
    """
    What was read leaves the unread list and stays in the other.
    """
    hear(deposited(1), opened(2))
    first = show(ALL, PATIENT).items[0]
    for _ in range(2):
        notification.mark_read(mark(first.notification_id), PATIENT)

    unread = Notifications(record_id=RECORD, unread=True)

    assert kinds(show, PATIENT, unread) == ["document_deposited"]
    assert kinds(show) == ["document_opened", "document_deposited"]
    assert [row.topic for row in notification.read(2, 10)] == ["notification.notification_read"]


def test_a_notice_of_another_record_is_as_good_as_none(
    hear: Hear, show: Show, notification: Notification
) -> None:
    """
    Nor may a representative mark, and so find out about, what is kept from them.
    """
    hear(deposited(1, secret=True))
    (notice,) = show(ALL, PATIENT).items
    elsewhere = mark(notice.notification_id).model_copy(update={"record_id": OTHER})

    for request, by in (
        (elsewhere, PATIENT),
        (mark(uuid4()), PATIENT),
        (mark(notice.notification_id), PARENT),
    ):
        with pytest.raises(UnknownNotice):
            notification.mark_read(request, by)


def test_a_secret_session_leaves_what_parents_see_as_it_is(
    hear: Hear, show: Show, notification: Notification
) -> None:
    """
    CSP L1111-5: a notice that turned to read would tell that the minor was there. Choices
    are the family's.
    """
    hear(deposited(1), deposited(2, secret=True))
    (seen_by_all,) = (notice.notification_id for notice in show(ALL, PARENT).items)
    (hidden,) = {n.notification_id for n in show(ALL, PATIENT).items} - {seen_by_all}
    secretly = replace(PATIENT, secret=True)

    with pytest.raises(SeenByRepresentatives):
        notification.mark_read(mark(seen_by_all), secretly)
    notification.mark_read(mark(hidden), secretly)
    chosen = {"request_id": uuid4(), "record_id": RECORD, "language": "en"}
    with pytest.raises(SeenByRepresentatives):
        notification.set_preferences(SetPreferences.model_validate(chosen), secretly)

    notification.mark_read(mark(seen_by_all), PATIENT)
    notification.mark_read(mark(seen_by_all), secretly)


def test_pages_go_from_the_newest_to_the_oldest(hear: Hear, show: Show) -> None:
    """
    No notice is repeated or missed between two pages, and the total says how many there are.
    """
    hear(*(deposited(position) for position in range(1, 8)))
    seen: list[NoticeLine] = []
    cursor = None
    for _ in range(3):
        page = show(Notifications(record_id=RECORD, limit=3, cursor=cursor), PATIENT)
        assert page.total == 7
        seen += page.items
        cursor = page.next_cursor

    assert cursor is None
    times = [notice.happened_at for notice in seen]
    assert times == sorted(times, reverse=True)
    assert len({notice.notification_id for notice in seen}) == len(seen) == 7


def test_others_hear_only_that_a_notice_was_made(hear: Hear, notification: Notification) -> None:
    """
    For the journal: the record and the kind; and secret when it must stay from representatives.
    """
    hear(deposited(1), opened(2, secret=True))

    told = [message_for(row.event) for row in notification.read(0, 10)]

    assert [(m.TYPE, m.record_id, m.secret) for m in told if m] == [
        ("notification.notification_created", RECORD, False),
        ("notification.notification_created", RECORD, True),
    ]
    assert "899700366240" not in str(told)


def test_a_stolen_read_model_tells_nothing(hear: Hear, show: Show, documents: Documents) -> None:
    """
    Ids and dates: neither who, nor what kind of thing happened.
    """
    hear(glass_broken())
    show(ALL, PATIENT)

    (stored,) = documents.find().items

    assert set(stored) == {"id", "what", "record_id", "happened_at", "private", "read"}


def mark(notification_id: UUID) -> MarkRead:
    return MarkRead(request_id=uuid4(), record_id=RECORD, notification_id=notification_id)
