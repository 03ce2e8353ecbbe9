"""What a token must say of each kind of caller, and whom it makes."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.kernel.actor import ActorKind
from tests.shared.auth.place import DOCTOR, RECORD, Place, refused


def test_a_professional_is_proven_with_one_work_situation(place: Place) -> None:
    """Access is decided on the situation chosen for the session (psc_userinfo, pitfall)."""
    actor = place.actor(place.issuer.token("professional", **DOCTOR))
    assert actor.kind is ActorKind.PROFESSIONAL
    assert (actor.id, actor.profession, actor.specialty) == ("899700366240", "10", "SM26")
    assert (actor.facility, actor.regulation, actor.secret) == ("1750712184", False, False)


def test_the_sector_is_carried_to_who_judges_it(place: Place) -> None:
    """Access looks at it: some sectors never read (CSP, L1111-18)."""
    sector = "SA24^1.2.250.1.71.4.2.4"
    actor = place.actor(place.issuer.token("professional", **DOCTOR, Secteur_Activite=sector))
    assert actor.claims["Secteur_Activite"] == sector


@pytest.mark.parametrize(
    "changed",
    [
        {"Palier_Authentification": "APPPRIP1^1.2.250.1.213.1.5.1.1.1"},
        {"Palier_Authentification": None},
        {"SubjectRole": ["10^1.2.250.1.213.1.1.5.5", "21^1.2.250.1.213.1.1.5.5"]},
        {"SubjectRole": ["21^1.2.250.1.213.1.1.5.5"]},
        {"exercice": [{"codeProfession": "10"}, {"codeProfession": "21"}]},
        {"SubjectOrganizationID": ""},
        {"SubjectNameID": None},
        {"Secteur_Activite": ""},
        {"exercice": {"codeProfession": "10", "codeCategorieProfessionnelle": ""}},
        {"exercice": {"codeProfession": ""}},
    ],
    ids=str,
)
def test_a_professional_half_proven_is_refused(place: Place, changed: dict[str, Any]) -> None:
    """Level, identity and situation are all needed: none has a default."""
    refused(place, place.issuer.token("professional", **(DOCTOR | changed)))


def test_what_userinfo_leaves_blank_is_not_said(place: Place) -> None:
    """It has all its members, and a nurse has no specialty."""
    nurse = DOCTOR | {
        "SubjectRole": ["60^1.2.250.1.213.1.1.5.5"],
        "Acces_Regulation_Medicale": "",
        "exercice": {
            "codeProfession": "60",
            "codeCategorieProfessionnelle": "C",
            "codeTypeSavoirFaire": "",
            "codeSavoirFaire": "",
            "activities": [{"codeSectionPharmacien": "", "numeroFinessSite": ""}],
        },
    }
    actor = place.actor(place.issuer.token("professional", **nurse))
    assert (actor.profession, actor.specialty, actor.pharmacist_section) == ("60", None, None)
    assert not actor.regulation


@pytest.mark.parametrize(
    ("said", "section"),
    [
        ({"activities": [{"codeSectionPharmacien": "G"}]}, "G"),
        ({"codeSectionPharmacien": "", "activities": [{"codeSectionPharmacien": "G"}]}, "G"),
        ({"codeSectionPharmacien": "D", "activities": [{"codeSectionPharmacien": "G"}]}, "D"),
        ({"activities": [{"codeSectionPharmacien": s} for s in "DG"]}, None),
        ({"activities": []}, None),
        ({"activities": ["G"]}, None),
    ],
    ids=str,
)
def test_a_pharmacists_section_is_that_of_the_activity_chosen(
    place: Place, said: dict[str, Any], section: str | None
) -> None:
    """Userinfo has it there; of two activities none was chosen."""
    pharmacist = DOCTOR | {
        "SubjectRole": ["21^1.2.250.1.213.1.1.5.5"],
        "exercice": {"codeProfession": "21", **said},
    }
    actor = place.actor(place.issuer.token("professional", **pharmacist))
    assert actor.pharmacist_section == section
    assert "activities" not in actor.claims["exercice"]


@pytest.mark.parametrize("category", ["C", "M", "F", "E"])
def test_every_professional_category_is_known(place: Place, category: str) -> None:
    """TRE_R09; what is none of them would be taken for somebody in practice."""
    exercice = {"codeProfession": "10", "codeCategorieProfessionnelle": category}
    actor = place.actor(place.issuer.token("professional", **(DOCTOR | {"exercice": exercice})))
    assert actor.claims["exercice"]["codeCategorieProfessionnelle"] == category
    wrong = exercice | {"codeCategorieProfessionnelle": "e"}
    refused(place, place.issuer.token("professional", **(DOCTOR | {"exercice": wrong})))


def test_names_are_left_behind(place: Place) -> None:
    """Userinfo carries names; what is carried on to the next service must not."""
    token = place.issuer.token("professional", **DOCTOR, family_name="KAMARA", given_name="Awa")
    actor = place.actor(token)
    assert "KAMARA" not in str(actor.claims)
    assert "KAMARA" not in repr(actor)


KINDS: list[tuple[str, dict[str, Any]]] = [
    ("professional", DOCTOR),
    ("patient", {"record_id": RECORD}),
    ("representative", {"sub": str(uuid4()), "record_id": RECORD}),
    ("caregiver", {"sub": str(uuid4()), "record_id": RECORD}),
    ("facility", {"SubjectOrganizationID": "1750712184"}),
    ("secretary", {"SubjectOrganizationID": "1750712184"}),
    ("application", {"client_id": "app-1"}),
    ("auditor", {"mandate": {"id": "m1", "scope": ["audit"], "expires": "2026-12-01T00:00:00Z"}}),
    ("operator", {}),
    ("support", {}),
]


@pytest.mark.parametrize(("kind", "claims"), KINDS)
def test_the_development_issuer_signs_for_every_kind(
    place: Place, kind: str, claims: dict[str, Any]
) -> None:
    """Each kind has its token, and the Actor is of that kind and no other."""
    actor = place.actor(place.issuer.token(kind, **claims))
    assert actor.kind.value == kind
    assert "claims" not in str(actor.to_event())


def test_every_kind_but_service_is_covered() -> None:
    """A new kind of caller needs its claims, and this test its example."""
    assert {kind for kind, _ in KINDS} | {"service"} == {kind.value for kind in ActorKind}


def test_a_facility_reads_for_the_professional_it_names(place: Place) -> None:
    """Indirect authentication: the professional is proven as if they called themselves."""
    who = DOCTOR | {
        "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
        "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
    }
    facility: dict[str, Any] = {"SubjectOrganizationID": "1750712184"}
    actor = place.actor(place.issuer.token("facility", **facility, for_professional=who))
    assert actor.on_behalf_of
    assert (actor.kind, actor.on_behalf_of.id) == (ActorKind.FACILITY, "899700366240")
    elsewhere = who | {"SubjectOrganizationID": "1690784137"}
    refused(place, place.issuer.token("facility", **facility, for_professional=elsewhere))
    unproven = who | {"Palier_Authentification": "none"}
    refused(place, place.issuer.token("facility", **facility, for_professional=unproven))
    secretly = place.issuer.token("facility", **facility, for_professional=who | {"secret": True})
    assert place.actor(secretly).secret


def test_a_mandate_ends_at_its_instant(place: Place) -> None:
    """An auditor's token may outlive the mandate it states; the mandate wins."""
    mandate = {"id": "m1", "scope": ["audit"], "expires": "2026-11-21T09:01:00Z"}
    token = place.issuer.token("auditor", mandate=mandate)
    assert place.actor(token).mandate == "m1"
    place.clock.move(timedelta(seconds=60))
    refused(place, token)


@pytest.mark.parametrize(("said", "present"), [({}, False), ({"physician_present": True}, True)])
def test_no_physician_is_there_unless_the_mandate_says_so(
    place: Place, said: dict[str, bool], *, present: bool
) -> None:
    """Without one no health data is shown: what is not said must not open it."""
    mandate = {"id": "m1", "scope": ["all"], "expires": "2026-12-01T00:00:00Z"} | said
    actor = place.actor(place.issuer.token("auditor", mandate=mandate))
    assert actor.physician_present is present
    assert actor.claims["mandate"]["physician_present"] is present


def test_a_secretary_is_known_by_their_national_id_where_there_is_one(place: Place) -> None:
    """Else by what their software calls them."""
    secretary: dict[str, Any] = {"sub": "s1", "SubjectOrganizationID": "1750712184"}
    known = secretary | {"SubjectNameID": "3750712184/s1"}
    assert place.actor(place.issuer.token("secretary", **secretary)).id == "s1"
    assert place.actor(place.issuer.token("secretary", **known)).id == "3750712184/s1"


def test_a_secret_session_is_the_minors_own(place: Place) -> None:
    """A representative cannot hold what is hidden from representatives."""
    assert place.actor(place.issuer.token("patient", record_id=RECORD, secret=True)).secret
    refused(place, place.issuer.token("representative", sub="r", record_id=RECORD, secret=True))
