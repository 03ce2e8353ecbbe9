"""The INS: form, key and OID, against the published examples and against arithmetic."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.ins import (
    INS_NIA,
    INS_NIR,
    INS_NIR_TEST,
    PRODUCTION_OIDS,
    TEST_OIDS,
    Ins,
    InvalidIns,
    control_key,
)

months = st.integers(1, 12) | st.integers(20, 99)
departments = st.integers(1, 99).map("{:02d}".format) | st.sampled_from(["2A", "2B"])
matricules = st.builds(
    "{}{:02d}{:02d}{}{:06d}".format,
    st.sampled_from("123478"),
    st.integers(0, 99),
    months,
    departments,
    st.integers(0, 999_999),
)

PUBLISHED = [
    # CNAM nir-validation, and ANS CDA examples whose published key is right.
    "284058832102532",
    "279035121518989",
    "277076322082910",
    # Corsica after 1976 (letters), and before (department 20).
    "185022A00400331",
    "285022B03302586",
    "170012000400146",
    # Born abroad, pseudo-months 33 and 20; overseas department 974.
    "190339935000757",
    "295209913201869",
    "101019741100397",
]
FALSE_KEY = "223042545611404"
"""An official sample (CDA of the ANS) whose key is 04 where arithmetic says 82."""


@pytest.mark.parametrize("value", PUBLISHED)
def test_published_numbers_are_taken(value: str) -> None:
    """
    Numbers that others published and computed pass our own arithmetic.
    """
    assert Ins.parse(value, INS_NIR_TEST).value == value


def test_waiting_number_is_taken() -> None:
    """
    A NIA begins with 7 or 8 and follows the same key.
    """
    assert Ins.parse("785039935001202", INS_NIA).value == "785039935001202"


@given(matricules)
def test_matricule_and_key_divide_by_97(matricule: str) -> None:
    """
    The definition of the key: matricule (Corsica replaced) plus key is a multiple of 97.
    """
    department = {"2A": "19", "2B": "18"}.get(matricule[5:7], matricule[5:7])
    number = int(matricule[:5] + department + matricule[7:])

    key = control_key(matricule)

    assert (number + int(key)) % 97 == 0
    assert 1 <= int(key) <= 97
    assert len(key) == 2


@given(matricules, st.integers(0, 12), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_seen(matricule: str, place: int, digit: str) -> None:
    """
    97 is prime and larger than any single change, so no single typing error passes.
    """
    if matricule[place] == digit or not matricule[place].isdigit():
        return
    typed = matricule[:place] + digit + matricule[place + 1 :] + control_key(matricule)

    with pytest.raises(InvalidIns):
        Ins.parse(typed, INS_NIR)


@given(matricules)
def test_spaces_and_small_letters_do_not_count(matricule: str) -> None:
    """
    Cards print groups, software sends 2a: the same number is the same value.
    """
    value = matricule + control_key(matricule)
    spaced = f" {value[0]} {value[1:3]} {value[3:].lower()} "

    assert Ins.parse(spaced, INS_NIR) == Ins.parse(value, INS_NIR)


@given(st.integers(0, 999))
def test_months_without_meaning_are_refused(rest: int) -> None:
    """
    00 and 13 to 19 are no month and no pseudo-month (20 to 99) either.
    """
    for month in (0, *range(13, 20)):
        matricule = f"155{month:02d}75{rest:06d}"
        with pytest.raises(InvalidIns):
            Ins.parse(matricule + control_key(matricule), INS_NIR)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "27903512151898",
        "2790351215189890",
        "279035121518AB9",
        "5790351215189",
        "27903512151898X",
    ],
)
def test_what_is_no_ins_is_refused(value: str) -> None:
    """
    Too short, too long, letters elsewhere than in a Corsican department, a first digit unknown.
    """
    with pytest.raises(InvalidIns):
        Ins.parse(value, INS_NIR, strict_key=False)


@given(st.text(max_size=20))
def test_any_text_is_an_ins_or_a_refusal(text: str) -> None:
    """
    Nothing a caller sends may come out as another error, nor as digits of another script.
    """
    with suppress(InvalidIns):
        assert Ins.parse(text, INS_NIR_TEST).value.isascii()


@pytest.mark.parametrize(
    "digit", ["\N{ARABIC-INDIC DIGIT THREE}", "\N{SUPERSCRIPT TWO}", "\N{FULLWIDTH DIGIT THREE}"]
)
def test_digits_of_other_scripts_are_refused(digit: str) -> None:
    """
    Python calls them digits too; one person must not have two spellings.
    """
    for value in ("27" + digit + "035121518989", "2790351215189" + digit + "9"):
        with pytest.raises(InvalidIns):
            Ins.parse(value, INS_NIR, strict_key=False)


def test_false_key_passes_only_where_allowed() -> None:
    """
    Official samples have false keys; production must never be that lenient.
    """
    assert Ins.parse(FALSE_KEY, INS_NIR_TEST, strict_key=False).value == FALSE_KEY
    with pytest.raises(InvalidIns):
        Ins.parse(FALSE_KEY, INS_NIR_TEST)


def test_oids_of_the_two_worlds_do_not_mix() -> None:
    """
    What is production is not test, and an OID of neither (INS-C, 1.2.250.1.213.1.4.2) is refused.
    """
    assert not PRODUCTION_OIDS & TEST_OIDS
    with pytest.raises(InvalidIns):
        Ins.parse(PUBLISHED[0], "1.2.250.1.213.1.4.2")


def test_an_ins_is_never_printed() -> None:
    """
    A log line or a traceback that shows the object shows no number.
    """
    ins = Ins.parse(PUBLISHED[0], INS_NIR)

    assert PUBLISHED[0] not in f"{ins!r} {ins}"
    with pytest.raises(InvalidIns) as refusal:
        Ins.parse(PUBLISHED[0][:14] + "1", INS_NIR)
    assert PUBLISHED[0][:10] not in str(refusal.value)
