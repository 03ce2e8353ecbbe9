"""Confidentiality codes: who may set them, together with what."""

import pytest

from services.vault.domain.visibility import Masking, masked, unmasked, visibility_at_deposit
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, InvalidRequest

DOCTOR = Actor(kind=ActorKind.PROFESSIONAL, id="801234567897")
PATIENT = Actor(kind=ActorKind.PATIENT, id="r")
APART = Masking(allow_cumulation=False)
PARENT = Actor(kind=ActorKind.REPRESENTATIVE, id="p")


def decided(*codes: str, by: Actor = DOCTOR, former: tuple[str, ...] = (), both: bool = False):  # type: ignore[no-untyped-def]  # a tuple of codes
    return visibility_at_deposit(
        codes, former=former, by=by, masking=Masking(allow_cumulation=both)
    )


def test_nothing_said_is_normal() -> None:
    """One to four codes per document: none means N."""
    assert decided() == ("N",)


def test_masked_and_hidden_from_the_patient_exclude_each_other() -> None:
    """DMP EX_2.1-1050, while cumul-invisible_patient-masque_ps is false."""
    with pytest.raises(InvalidRequest) as refusal:
        decided("MASQUE_PS", "INVISIBLE_PATIENT")
    assert set(refusal.value.fields) == {"confidentiality"}

    assert decided("MASQUE_PS", "INVISIBLE_PATIENT", both=True)


def test_four_codes_at_most() -> None:
    """Cardinality 1..4 of the DMP."""
    assert len(decided("N", "R", "V", "MASQUE_PS")) == 4
    with pytest.raises(InvalidRequest):
        decided("N", "R", "V", "MASQUE_PS", "INVISIBLE_REPRESENTANTS_LEGAUX")


def test_only_professionals_hide_from_the_patient() -> None:
    """CSP R.1111-53: it waits for an announcement consultation."""
    assert "INVISIBLE_PATIENT" in decided("INVISIBLE_PATIENT")
    with pytest.raises(InvalidRequest):
        decided("INVISIBLE_PATIENT", by=PATIENT)


def test_a_parent_does_not_make_a_minors_secret() -> None:
    """CSP R.1111-50: it is the minor who asks."""
    assert decided("INVISIBLE_REPRESENTANTS_LEGAUX", by=PATIENT)
    with pytest.raises(InvalidRequest):
        decided("INVISIBLE_REPRESENTANTS_LEGAUX", by=PARENT)


def test_a_secret_session_takes_secret_documents_only() -> None:
    """DMP: in "connexion secrète" nothing may reach the representatives."""
    secret = Actor(kind=ActorKind.PROFESSIONAL, id="801234567897", secret=True)

    assert decided("INVISIBLE_REPRESENTANTS_LEGAUX", by=secret)
    with pytest.raises(InvalidRequest):
        decided("N", by=secret)


@pytest.mark.parametrize(
    "code", ["MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"]
)
def test_a_new_version_hides_at_least_as_much(code: str) -> None:
    """Replacing a hidden document must not be a way to show it."""
    assert decided("N", former=(code, "N")) == tuple(sorted((code, "N")))


def test_masking_and_back() -> None:
    """CSP R.1111-49: reversible at any time."""
    assert masked(("N",), APART) == ("MASQUE_PS", "N")
    assert unmasked(("MASQUE_PS", "N")) == ("N",)
    assert unmasked(("MASQUE_PS",)) == ("N",)
    with pytest.raises(Conflict):
        masked(("INVISIBLE_PATIENT", "N"), APART)
