"""The life of a listed service, and how people find it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.catalogue import contract as c
from services.catalogue.adapters.tables import read_codes
from services.catalogue.application import Catalogue
from services.catalogue.domain.criteria import Criterion
from services.catalogue.domain.errors import (
    Incomplete,
    NeverReads,
    NotInThatState,
    OidTaken,
    UnknownService,
)
from services.catalogue.domain.listed_service import Status
from shared.kernel.errors import InvalidRequest
from tests.catalogue.conftest import AccessSeen, Told, Views
from tests.catalogue.sample import (
    CHART,
    FOLLOW,
    INSURER,
    NOW,
    OPERATOR,
    PATIENT,
    REAPPROVAL,
    change,
    description,
    evidence,
    exchange,
    finality,
    lifting,
    proposal,
    reference,
    suspension,
    withdrawal,
)


def status(catalogue: Catalogue, service_id: UUID) -> Status:
    return catalogue.get_service(c.GetService(service_id=service_id), PATIENT).status


def test_a_whole_life(catalogue: Catalogue, told: Told) -> None:
    """
    Each state is one of the production catalogue's, and others hear of each change but the first.
    """
    service_id = catalogue.propose_service(proposal(), OPERATOR).service_id
    assert status(catalogue, service_id) == "HORS_LIGNE"
    catalogue.reference_service(reference(service_id, pre_series=True), OPERATOR)
    assert status(catalogue, service_id) == "PRESERIE"
    catalogue.reference_service(reference(service_id), OPERATOR)
    assert status(catalogue, service_id) == "EN_LIGNE"
    catalogue.suspend_service(suspension(service_id), OPERATOR)
    assert status(catalogue, service_id) == "SUSPENDUE"
    catalogue.lift_service_suspension(lifting(service_id), OPERATOR)
    assert status(catalogue, service_id) == "EN_LIGNE"
    catalogue.withdraw_service(withdrawal(service_id), OPERATOR)
    assert status(catalogue, service_id) == "DEREFERENCEE"

    heard = [(kind, data["client_id"]) for kind, data in told()]
    assert heard == [
        (kind, "1.2.250.1.999.1")
        for kind in (
            "service_referenced",
            "service_referenced",
            "service_suspended",
            "service_suspension_lifted",
            "service_withdrawn",
        )
    ]


def test_a_service_suspended_in_pre_series_comes_back_to_it(catalogue: Catalogue) -> None:
    """
    Lifting a suspension references nobody.
    """
    service_id = catalogue.propose_service(proposal(), OPERATOR).service_id
    catalogue.reference_service(reference(service_id, pre_series=True), OPERATOR)
    catalogue.suspend_service(suspension(service_id), OPERATOR)
    catalogue.lift_service_suspension(lifting(service_id), OPERATOR)

    assert status(catalogue, service_id) is Status.PRE_SERIES


@pytest.mark.parametrize("missing", list(Criterion))
def test_no_reference_without_evidence_of_each_criterion(
    catalogue: Catalogue, missing: Criterion
) -> None:
    """
    CSP L1111-13-1 III: interoperability, security, ethics, data protection, content; CE marking
    of medical devices alone.
    """
    shown = evidence(*(set(Criterion) - {missing}))
    device = catalogue.propose_service(proposal(), OPERATOR).service_id
    with pytest.raises(Incomplete) as refusal:
        catalogue.reference_service(reference(device, evidence=shown), OPERATOR)
    assert set(refusal.value.fields) == {f"evidence.{missing.value}"}

    plain = proposal("1.2.250.1.999.3", description=description(medical_device=False))
    other = catalogue.propose_service(plain, OPERATOR).service_id
    if missing is Criterion.MEDICAL_DEVICE:
        catalogue.reference_service(reference(other, evidence=shown), OPERATOR)
    else:
        with pytest.raises(Incomplete):
            catalogue.reference_service(reference(other, evidence=shown), OPERATOR)


def test_a_service_becomes_a_medical_device_on_evidence_alone(catalogue: Catalogue) -> None:
    """
    CSP L1111-13-1 III: by a change of its description it would be one without CE marking. What was
    shown once counts for the next change.
    """
    plain = description(medical_device=False)
    given = evidence(*(set(Criterion) - {Criterion.MEDICAL_DEVICE}))
    service_id = catalogue.propose_service(proposal(description=plain), OPERATOR).service_id
    catalogue.change_service(change(service_id, description=plain | {"name": "Autre"}), OPERATOR)
    catalogue.reference_service(reference(service_id, evidence=given), OPERATOR)

    with pytest.raises(Incomplete) as refusal:
        catalogue.change_service(change(service_id, evidence=given), OPERATOR)
    assert set(refusal.value.fields) == {"evidence.medical_device"}
    catalogue.change_service(
        change(service_id, evidence=evidence(Criterion.MEDICAL_DEVICE)), OPERATOR
    )
    catalogue.change_service(change(service_id, description=plain), OPERATOR)
    catalogue.change_service(change(service_id), OPERATOR)

    shown = catalogue.get_service(c.GetService(service_id=service_id), OPERATOR)
    assert shown.description.medical_device


def test_states_that_do_not_follow_are_refused(catalogue: Catalogue, sensor: UUID) -> None:
    """
    A service out of the catalogue does not come back; nothing is done twice.
    """
    with pytest.raises(NotInThatState):
        catalogue.reference_service(reference(sensor), OPERATOR)
    with pytest.raises(NotInThatState):
        catalogue.lift_service_suspension(lifting(sensor), OPERATOR)
    catalogue.withdraw_service(withdrawal(sensor), OPERATOR)
    with pytest.raises(NotInThatState):
        catalogue.withdraw_service(withdrawal(sensor), OPERATOR)
    with pytest.raises(NotInThatState):
        catalogue.suspend_service(suspension(sensor), OPERATOR)
    with pytest.raises(NotInThatState):
        catalogue.reference_service(reference(sensor), OPERATOR)
    with pytest.raises(NotInThatState):
        catalogue.change_service(change(sensor), OPERATOR)


def test_one_service_per_oid(catalogue: Catalogue, sensor: UUID) -> None:
    """
    The OID is the client id of its tokens: two would share their rights.
    """
    with pytest.raises(OidTaken):
        catalogue.propose_service(proposal(), OPERATOR)


@pytest.mark.parametrize("kind", ["insurer", "bank", "employer", "state"])
def test_insurers_may_be_listed_and_read_nothing(catalogue: Catalogue, kind: str) -> None:
    """
    CSP L1111-18: even with the person's consent; so they cannot ask for it, first or later.
    """
    whose = description(editor={"name": "Mutuelle", "kind": kind})
    with pytest.raises(NeverReads) as refusal:
        catalogue.propose_service(proposal(INSURER, description=whose), OPERATOR)
    assert set(refusal.value.fields) == {"finalities.COURBE"}

    listed = proposal(INSURER, description=whose, finalities=[])
    service_id = catalogue.propose_service(listed, OPERATOR).service_id
    catalogue.reference_service(reference(service_id), OPERATOR)
    later = change(service_id, description=whose, reapprove_before=NOW + REAPPROVAL)
    with pytest.raises(NeverReads):
        catalogue.change_service(later, OPERATOR)


def test_a_service_that_reads_cannot_become_an_insurers(catalogue: Catalogue, sensor: UUID) -> None:
    """
    Bought by an insurer, it must give up reading first.
    """
    whose = description(editor={"name": "Mutuelle", "kind": "insurer"})
    with pytest.raises(NeverReads):
        catalogue.change_service(change(sensor, description=whose), OPERATOR)


def test_a_service_may_name_every_code_there_is(catalogue: Catalogue) -> None:
    """
    Of appointments there is one category: whoever asks for them asks for all.
    """
    codes = read_codes()
    exchanges = [exchange("ajouter", *known, scope=s) for s, known in codes.categories.items()]
    everything = proposal(
        description=description(themes=sorted(codes.themes), regions=sorted(codes.regions)),
        finalities=[finality("F", *exchanges)],
    )

    catalogue.propose_service(everything, OPERATOR)

    assert len(codes.categories["appointment"]) == 1


def test_unknown_codes_are_named(catalogue: Catalogue) -> None:
    """
    A category that means nothing would be agreed to and cover nothing, or too much one day.
    """
    wrong = proposal(
        description=description(themes=["ASTROLOGIE"], regions=["99"]),
        finalities=[finality("F", exchange("ajouter", "WEIGHT", scope="document"))],
    )
    with pytest.raises(InvalidRequest) as refusal:
        catalogue.propose_service(wrong, OPERATOR)
    assert set(refusal.value.fields) == {
        "description.themes",
        "description.regions",
        "finalities.F.document",
    }
    with pytest.raises(InvalidRequest) as refusal:
        catalogue.propose_service(proposal(finalities=[FOLLOW, FOLLOW]), OPERATOR)
    assert set(refusal.value.fields) == {"finalities"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"oid": "not an oid"},
        {"description": description(terms_url="http://elan.example/cgu")},
        {"finalities": [finality("F")]},
        {"finalities": [finality("F", exchange("delete", "WEIGHT"))]},
        {"finalities": [finality("F", exchange("ajouter"))]},
        {"finalities": [finality("F", exchange("ajouter", "X", scope="message"))]},
    ],
    ids=["oid", "plain http", "no exchange", "unknown action", "no category", "unknown scope"],
)
def test_what_does_not_fit_never_reaches_a_rule(wrong: dict[str, Any]) -> None:
    """
    Messages and prescriptions pass through no finality; neither does anything unnamed.
    """
    with pytest.raises(ValidationError):
        proposal(**wrong)


def test_other_finalities_need_a_date_that_leaves_time(
    catalogue: Catalogue, sensor: UUID, told: Told
) -> None:
    """
    Both sides of the bound; and no date where nobody has anything to approve.
    """
    told()
    more = [FOLLOW, CHART, finality("AGENDA", exchange("ajouter", "GLUCOSE"))]
    for date in (None, NOW + REAPPROVAL - timedelta(seconds=1)):
        early = change(sensor, finalities=more, reapprove_before=date)
        with pytest.raises(InvalidRequest) as refusal:
            catalogue.change_service(early, OPERATOR)
        assert set(refusal.value.fields) == {"reapprove_before"}
    with pytest.raises(InvalidRequest):
        catalogue.change_service(change(sensor, reapprove_before=NOW + REAPPROVAL), OPERATOR)
    with pytest.raises(ValidationError):  # in UTC it is in no year, and could not be told
        change(sensor, finalities=more, reapprove_before="9999-12-31T23:59:59-12:00")

    asked = change(sensor, finalities=more, reapprove_before=NOW + REAPPROVAL)
    catalogue.change_service(asked, OPERATOR)
    renamed = change(sensor, description=description(name="Élan 2"), finalities=more)
    catalogue.change_service(renamed, OPERATOR)
    heard = [(data["finalities_version"], data["reapprove_before"]) for _, data in told()]
    assert heard == [(2, "2026-12-21T08:30:00.000Z"), (2, None)]


def test_suspending_and_withdrawing_wait_for_access(
    catalogue: Catalogue, sensor: UUID, access: AccessSeen
) -> None:
    """
    DESIGN 4: the answer means that the service does nothing any more.
    """
    suspended = catalogue.suspend_service(suspension(sensor), OPERATOR)
    withdrawn = catalogue.withdraw_service(withdrawal(sensor), OPERATOR)

    assert access.waited == [(sensor, suspended.position), (sensor, withdrawn.position)]


def list_some(catalogue: Catalogue) -> None:
    listed = [
        ("1.2.3.1", "Élan glycémie", ["OBSERVANCE"], []),
        ("1.2.3.2", "Rendez-vous Bretagne", ["GESTION"], ["53"]),
        ("1.2.3.3", "Vaccins de poche", ["CARNET_VACCIN", "PREVENTION_INFO"], ["53", "52"]),
        ("1.2.3.4", "Agenda santé", ["GESTION"], ["11"]),
    ]
    for oid, name, themes, regions in listed:
        told = description(name=name, themes=themes, regions=regions)
        service = catalogue.propose_service(proposal(oid, description=told), OPERATOR)
        catalogue.reference_service(reference(service.service_id), OPERATOR)


def test_people_find_services_by_theme_region_and_words(catalogue: Catalogue, views: Views) -> None:
    """
    By name, page by page; a service without regions is for the whole country; words are found
    from their first letters, without accents.
    """
    list_some(catalogue)

    everything = ["Agenda santé", "Élan glycémie", "Rendez-vous Bretagne", "Vaccins de poche"]
    assert views.listed() == everything
    assert views.listed(theme="GESTION") == ["Agenda santé", "Rendez-vous Bretagne"]
    assert views.listed(region="53") == everything[1:]
    assert views.listed(region="53", theme="GESTION") == ["Rendez-vous Bretagne"]
    assert views.listed(text="ELAN gly") == ["Élan glycémie"]
    assert views.listed(text="poche vaccin") == ["Vaccins de poche"]
    assert views.listed(text="poche gly") == []
    with pytest.raises(InvalidRequest):
        views.listed(text="a")


def test_only_what_is_in_the_catalogue_is_listed(
    catalogue: Catalogue, sensor: UUID, views: Views
) -> None:
    """
    Proposed, pre-series, suspended and withdrawn services are for the operator to see.
    """
    name = "Capteur de glycémie Élan"
    catalogue.propose_service(proposal("1.2.3.9", description=description(name="Projet")), OPERATOR)
    assert views.listed() == [name]
    assert views.listed(by=OPERATOR) == [name, "Projet"]
    catalogue.suspend_service(suspension(sensor), OPERATOR)
    assert views.listed() == []
    catalogue.lift_service_suspension(lifting(sensor), OPERATOR)
    assert views.listed() == [name]
    catalogue.change_service(change(sensor, description=description(name="Neuf")), OPERATOR)
    assert views.listed(text="neuf") == ["Neuf"]
    assert views.listed(text="capteur") == ["Neuf"]
    catalogue.withdraw_service(withdrawal(sensor), OPERATOR)
    assert views.listed() == []


def test_no_such_service(catalogue: Catalogue) -> None:
    """
    The catalogue is public: what is not there is plainly not found.
    """
    with pytest.raises(UnknownService):
        catalogue.get_service(c.GetService(service_id=uuid4()), PATIENT)


def test_a_repeated_request_does_it_once(catalogue: Catalogue, told: Told) -> None:
    """
    A proposal sent twice is one service; the answer is the first one.
    """
    asked = proposal()
    first = catalogue.propose_service(asked, OPERATOR)

    assert catalogue.propose_service(asked, OPERATOR) == first
    assert catalogue.head().position == first.position
    assert told() == []
