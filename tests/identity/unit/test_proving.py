"""Use cases that prove an identity, with the file-backed national registry."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from services.identity.application import Identity
from services.identity.contract.proving import (
    ChangeIns,
    CorrectTraits,
    SetAttribute,
    ValidateIdentity,
    VerificationStatus,
    VerifyIns,
    VerifyInsBatch,
)
from services.identity.contract.reading import Existence, GetIdentity, Resolve
from services.identity.domain.errors import InsAlreadyHeld, InsiForbidden, InsNotConfirmed
from shared.kernel.errors import DeadlineExceeded
from shared.kernel.ins import INS_NIR_TEST
from tests.identity.insi import people_of_registry, sought, traces
from tests.identity.people import INS, INSURER, OTHER_INS, TRAITS, VAULT

DE_VINCI = {
    "birth_name": "DE VINCI",
    "birth_given_names": "RUTH ISABELLE",
    "first_given_name": "RUTH",
    "sex": "F",
    "birth_date": "1977-07-14",
    "birth_place": "63220",
}


def test_a_refused_verification_takes_the_number_back_inside(
    identity: Identity, announced: Callable[..., UUID]
) -> None:
    """
    A right key with wrong traits is someone else's number: it finds nobody any more.
    """
    record_id = announced(ins=OTHER_INS, checked_with="CN")

    answer = identity.verify_ins(VerifyIns(request_id=uuid4(), record_id=record_id), INSURER)

    assert (answer.result, answer.identity_status) == ("KO", "PROV")
    assert identity.get_identity(GetIdentity(record_id=record_id), VAULT).ins is None
    assert identity.resolve(Resolve(ins=OTHER_INS), VAULT) == Existence(status="none")


def test_a_verification_that_fails_changes_nothing(
    identity: Identity, announced: Callable[..., UUID]
) -> None:
    """
    Silence of INSi is no refusal.
    """
    slow = people_of_registry()["TEMPORISE/75056"]
    record_id = announced(ins={"value": slow["ins"], "oid": INS_NIR_TEST}, checked_with="CN")

    with pytest.raises(DeadlineExceeded):
        identity.verify_ins(VerifyIns(request_id=uuid4(), record_id=record_id), INSURER)

    seen = identity.get_identity(GetIdentity(record_id=record_id), INSURER)
    assert seen.identity_status == "QUAL"


def test_an_ins_is_attached_once_insi_confirms_it(
    identity: Identity, announced: Callable[..., UUID]
) -> None:
    """
    From provisional to qualified, the way identity-vigilance staff go.
    """
    record_id = announced(traits=DE_VINCI, ins=None)
    change = ChangeIns.model_validate(
        {"request_id": uuid4(), "record_id": record_id, "ins": OTHER_INS}
    )

    assert identity.change_ins(change, INSURER).identity_status == "RECUP"
    validated = identity.validate_identity(
        ValidateIdentity(request_id=uuid4(), record_id=record_id, document_kind="PA"), INSURER
    )

    assert validated.identity_status == "QUAL"
    seen = identity.get_identity(GetIdentity(record_id=record_id), VAULT)
    assert seen.ins
    assert seen.ins.model_dump() == OTHER_INS


def test_an_ins_insi_does_not_confirm_is_not_attached(
    identity: Identity, announced: Callable[..., UUID]
) -> None:
    """
    Never accept a number on its key alone.
    """
    record_id = announced(ins=None)

    with pytest.raises(InsNotConfirmed):
        identity.change_ins(
            ChangeIns.model_validate(
                {"request_id": uuid4(), "record_id": record_id, "ins": OTHER_INS}
            ),
            INSURER,
        )

    seen = identity.get_identity(GetIdentity(record_id=record_id), INSURER)
    assert seen.identity_status == "PROV"


def test_one_number_on_two_records_is_a_collision(
    identity: Identity, announced: Callable[..., UUID]
) -> None:
    """
    Refused, and said where it is, so that the two records can be looked at.
    """
    first = announced()
    second = announced(ins=None)

    with pytest.raises(InsAlreadyHeld) as refusal:
        identity.change_ins(
            ChangeIns.model_validate({"request_id": uuid4(), "record_id": second, "ins": INS}),
            INSURER,
        )

    assert str(first) in refusal.value.fields["ins"]


def test_a_date_of_no_calendar_is_kept_with_a_computable_one_beside(
    identity: Identity, announced: Callable[..., UUID]
) -> None:
    """
    The qualified identity is as INSi gave it; ages are computed with a day that exists.
    """
    claude = people_of_registry()["PAT-QUATRE/51215"]
    given = identity.retrieve_ins(sought(claude), INSURER)
    record_id = announced(traits=TRAITS | {"birth_date": "1979-02-28"}, ins=None)
    assert given.traits
    assert given.ins

    identity.change_ins(
        ChangeIns(request_id=uuid4(), record_id=record_id, ins=given.ins, traits=given.traits),
        INSURER,
    )

    seen = identity.get_identity(GetIdentity(record_id=record_id), VAULT)
    assert seen.traits.birth_date == "1979-02-30"
    assert seen.birth_date_computable.isoformat() == "1979-02-28"


def test_a_doubtful_record_is_not_found_by_its_number(
    identity: Identity, announced: Callable[..., UUID]
) -> None:
    """
    Nobody feeds a record that may be another's; when proven again it is found again.
    """
    record_id = announced()
    asked = SetAttribute(request_id=uuid4(), record_id=record_id, attribute="doubtful")
    identity.set_attribute(asked, INSURER)

    assert identity.resolve(Resolve(ins=INS), VAULT).status == "none"
    with pytest.raises(InsiForbidden):
        identity.verify_ins(VerifyIns(request_id=uuid4(), record_id=record_id), INSURER)


def test_a_former_number_still_finds_the_record(
    identity: Identity, announced: Callable[..., UUID]
) -> None:
    """
    A laboratory that still has the waiting number must not be told that there is nobody.
    """
    former = {"value": "785039935001202", "oid": INS_NIR_TEST}
    record_id = announced(ins=former, traits=DE_VINCI)
    identity.change_ins(
        ChangeIns.model_validate({"request_id": uuid4(), "record_id": record_id, "ins": OTHER_INS}),
        INSURER,
    )

    carriers = [
        identity.carrier(identity.ins_rules.of_mailbox(f"{n}@patient.mssante.fr"))
        for n in (former["value"], OTHER_INS["value"])
    ]

    assert [c.id for c in carriers if c] == [record_id, record_id]


def test_a_lot_is_verified_later(identity: Identity, announced: Callable[..., UUID]) -> None:
    """
    Asked for, sent, collected: each record has its answer, and those INSi may not be asked
    about are skipped.
    """
    right, wrong, without = announced(), announced(ins=OTHER_INS), announced(ins=None)
    asked = identity.verify_ins_batch(
        VerifyInsBatch(request_id=uuid4(), record_ids=[right, wrong, without, uuid4()]), INSURER
    )

    def results() -> dict[UUID, str]:
        status = VerificationStatus(batch_id=asked.batch_id)
        return dict(identity.verification_status(status, INSURER).results)

    identity.advance_verifications([asked.batch_id])
    assert results() == {}
    identity.advance_verifications([asked.batch_id])
    identity.advance_verifications([asked.batch_id])

    assert [results()[r] for r in (right, wrong, without)] == ["OK", "KO", "skipped"]
    seen = identity.get_identity(GetIdentity(record_id=wrong), INSURER)
    assert seen.identity_status == "PROV"


def test_an_answer_about_what_the_record_was_is_not_applied(
    identity: Identity, announced: Callable[..., UUID]
) -> None:
    """
    INSi looked at traits that were corrected meanwhile: neither yes nor no.
    """
    record_id = announced()
    asked = identity.verify_ins_batch(
        VerifyInsBatch(request_id=uuid4(), record_ids=[record_id]), INSURER
    )
    identity.advance_verifications([asked.batch_id])
    identity.correct_traits(
        CorrectTraits.model_validate(
            {
                "request_id": uuid4(),
                "record_id": record_id,
                "traits": TRAITS | {"used_name": "DURAND"},
            }
        ),
        INSURER,
    )

    identity.advance_verifications([asked.batch_id])

    answer = identity.verification_status(VerificationStatus(batch_id=asked.batch_id), INSURER)
    assert answer.results == {record_id: "moved"}


def test_a_lot_insi_has_forgotten_is_sent_again(
    identity: Identity, announced: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Neither a restart here nor a loss there leaves a lot without an answer.
    """
    asked = identity.verify_ins_batch(
        VerifyInsBatch(request_id=uuid4(), record_ids=[announced()]), INSURER
    )
    identity.advance_verifications([asked.batch_id])
    monkeypatch.setattr(identity.outside.insi, "_lots", {})

    for _ in range(2):
        identity.advance_verifications([asked.batch_id])

    answer = identity.verification_status(VerificationStatus(batch_id=asked.batch_id), INSURER)
    assert list(answer.results.values()) == ["OK"]
    assert ("collect", "lot_unknown", None) in traces(identity)
