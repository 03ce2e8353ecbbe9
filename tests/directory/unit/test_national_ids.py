"""National ids: their forms, and check digits where they are asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directory.domain.errors import InvalidNationalId
from services.directory.domain.national_ids import NationalIdRules, finess_of, luhn
from tests.directory.sample import DOCTOR

STRICT, LENIENT = NationalIdRules(strict=True), NationalIdRules(strict=False)


@pytest.mark.parametrize("number", ["99700366240", "750712184", "690784137", "380780080"])
def test_published_numbers_pass(number: str) -> None:
    """
    An ANS test card and three hospitals' FINESS.
    """
    assert luhn(number)


@given(st.text("0123456789", min_size=2, max_size=14), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(number: str, place: int, shift: int) -> None:
    """
    What Luhn's digit is for.
    """
    place %= len(number)
    digit = (int(number[place]) + shift) % 10
    wrong = number[:place] + str(digit) + number[place + 1 :]

    assert not (luhn(number) and luhn(wrong))


@pytest.mark.parametrize("national_id", [DOCTOR, "0751234567", "3750712184/0017", "1751234567"])
def test_every_register_is_known(national_id: str) -> None:
    """
    8 and RPPS, 0 and ADELI, 3 and FINESS with the id inside, 1 and a practice.
    """
    LENIENT.check_professional(national_id)


@pytest.mark.parametrize(
    "national_id", ["99700366240", "8997003662", "8997003662401", "7123456789012", "8" + "x" * 11]
)
def test_what_is_no_ps_idnat_is_refused(national_id: str) -> None:
    """
    A bare RPPS is the commonest mistake: the register's digit is missing.
    """
    with pytest.raises(InvalidNationalId) as refusal:
        LENIENT.check_professional(national_id)

    assert set(refusal.value.fields) == {"national_id"}


def test_false_digits_of_samples_pass_only_where_allowed() -> None:
    """
    Official sample documents name made-up professionals; the real directory does not.
    """
    LENIENT.check_professional("801234567897"[:-1] + "0")
    with pytest.raises(InvalidNationalId):
        STRICT.check_professional("899700366241")
    STRICT.check_professional(DOCTOR)
    LENIENT.check_facility("750712185")
    with pytest.raises(InvalidNationalId):
        STRICT.check_facility("750712185")
    STRICT.check_facility("750712184")


CORSICAN = ["2B0000012", "2A0000014", "2B0005342", "2A0000386", "2B0000020"]
"""Numbers of facilities in Ajaccio and Bastia; that of Bastia's hospital is often published."""


@pytest.mark.parametrize("finess", CORSICAN)
def test_corsican_facilities_are_taken(finess: str) -> None:
    """
    What their letter counts for is known from these examples alone, so the check is a setting of
    its own: with it they pass, and with their last digit changed only without it.
    """
    wrong = finess[:-1] + str((int(finess[-1]) + 1) % 10)
    for taken in (finess, wrong):
        STRICT.check_facility(taken)
    NationalIdRules(strict=True, strict_corsica=True).check_facility(finess)
    with pytest.raises(InvalidNationalId):
        NationalIdRules(strict=True, strict_corsica=True).check_facility(wrong)
    NationalIdRules(strict=False, strict_corsica=True).check_facility(wrong)


@pytest.mark.parametrize(
    "structure",
    ["1750712184", "312002701600563", "335600000049837", "2356000000", "R10100000049862",
     "0751234567"],
)  # fmt: skip
def test_structures_of_every_register_are_known(structure: str) -> None:
    """
    1 and a FINESS, 3 and a SIRET (here INSEE's own; those of La Poste have no Luhn digit), 2 and a
    SIREN, the directory's own number.
    """
    STRICT.check_structure(structure)


@pytest.mark.parametrize(
    ("structure", "field"),
    [
        ("1750712185", "finess"),
        ("373282932000075", "structure"),
        ("CABINET MEDICAL", "structure"),
        ("", "structure"),
    ],
)
def test_what_is_no_structure_is_refused(structure: str, field: str) -> None:
    """
    A wrong check digit, a name, nothing.
    """
    with pytest.raises(InvalidNationalId) as refusal:
        STRICT.check_structure(structure)

    assert set(refusal.value.fields) == {field}


@pytest.mark.parametrize(
    ("structure", "finess"),
    [
        ("1750712184", "750712184"),
        ("12A0002271", "2A0002271"),
        ("2356000000", None),
        ("3356000000", None),
        ("1" * 11, None),
        ("175071218", None),
        ("", None),
    ],
)
def test_a_finess_is_in_a_structure_of_its_register_alone(
    structure: str, finess: str | None
) -> None:
    """
    2 and a SIREN is as long as 1 and a FINESS; a longer or shorter number after 1 is none.
    """
    assert finess_of(structure) == finess


@pytest.mark.parametrize("finess", ["75071218", "7507121844", "75O712184", ""])
def test_what_is_no_finess_is_refused(finess: str) -> None:
    """
    Nine characters, letters in a Corsican department only.
    """
    with pytest.raises(InvalidNationalId):
        LENIENT.check_facility(finess)
