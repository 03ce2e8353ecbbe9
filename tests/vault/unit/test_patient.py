"""Is it the same person? INS first, then each strict trait."""

from dataclasses import replace

import pytest

from services.vault.domain.patient import Patient, Traits, require_same_person
from shared.kernel.errors import InvalidRequest
from shared.kernel.ins import INS_NIR, INS_NIR_TEST, Ins
from shared.kernel.ins_rules import InsRules

RECORD = Traits(
    birth_name="D'ARTAGNAN-COEUR",
    birth_given_names="LEA JEANNE MICHELLE",
    first_given_name="LEA",
    sex="F",
    birth_date="1979-03-28",
    birth_place="51215",
)
RULES = InsRules(accepted=frozenset({INS_NIR_TEST}), strict_keys=frozenset({INS_NIR}))


def test_spelling_is_not_identity() -> None:
    """INS traits are compared in capitals, without diacritics (Référentiel INS)."""
    document = replace(
        RECORD,
        birth_name="d’Artagnan Cœur",
        birth_given_names="Léa Jeanne  Michelle",
        first_given_name="Léa",
    )

    require_same_person(document, RECORD)


@pytest.mark.parametrize(
    ("written", "insi"),
    [
        ("Læticia", "LAETICIA"),
        ("Anne\u2011Marie", "ANNE-MARIE"),
        ("Anne\u2010Marie", "ANNE MARIE"),
        ("N`Diaye", "N'DIAYE"),
        ("N\u00b4Diaye", "N DIAYE"),
        ("Groß", "GROSS"),
        ("Zoe\u0308", "ZOE"),
    ],
)
def test_every_keyboard_writes_the_same_name(written: str, insi: str) -> None:
    """INS traits are A to Z, hyphen and apostrophe; software of professionals writes the rest."""
    require_same_person(replace(RECORD, birth_name=written), replace(RECORD, birth_name=insi))


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("birth_name", "DURAND"),
        ("birth_given_names", "RUTH ISABELLE"),
        ("first_given_name", "RUTH"),
        ("sex", "M"),
        ("birth_date", "2021-06-01"),
        ("birth_place", "63220"),
    ],
)
def test_each_strict_trait_counts_and_is_named(trait: str, value: str) -> None:
    """A wrong document in a record can kill; the values themselves are never repeated."""
    with pytest.raises(InvalidRequest) as refusal:
        require_same_person(replace(RECORD, **{trait: value}), RECORD)

    assert refusal.value.fields == {f"content.patient.{trait}": "is not that of the record"}
    assert value not in str(refusal.value.to_fault())


def test_what_a_document_leaves_out_cannot_differ() -> None:
    """Birth place or list of given names are missing from many real headers."""
    require_same_person(replace(RECORD, birth_given_names=None, sex=None, birth_place=None), RECORD)
    require_same_person(replace(RECORD, birth_date="1979"), RECORD)
    require_same_person(replace(RECORD, birth_place="99999"), RECORD)


@pytest.mark.parametrize("trait", ["birth_name", "birth_date"])
def test_a_document_without_name_or_birth_names_nobody(trait: str) -> None:
    """An INS alone proves nothing: a typing error makes another valid one."""
    with pytest.raises(InvalidRequest) as refusal:
        require_same_person(replace(RECORD, **{trait: None}), RECORD)

    assert refusal.value.fields == {f"content.patient.{trait}": "is missing"}


def patient(*ids: tuple[str, str]) -> Patient:
    return Patient(ids=ids, traits=RECORD)


def ins_of(written: Patient, rules: InsRules = RULES) -> Ins:
    return written.ins(accepted=rules.accepted, strict_keys=rules.strict_keys)


def test_the_ins_is_found_among_other_numbers() -> None:
    """A hospital writes its own number beside the INS."""
    ins = ins_of(patient(("1.2.3", "42"), (INS_NIR_TEST, "279035121518989")))

    assert (ins.oid, ins.value) == (INS_NIR_TEST, "279035121518989")


@pytest.mark.parametrize(
    "ids",
    [
        [],
        [("1.2.3", "42")],
        [(INS_NIR, "279035121518989")],
        [(INS_NIR_TEST, "not an ins")],
        [(INS_NIR_TEST, "279035121518989"), (INS_NIR_TEST, "277076322082910")],
    ],
    ids=["none", "local only", "production OID in a test", "malformed", "two"],
)
def test_without_one_ins_fit_for_here_nobody_is_named(ids: list[tuple[str, str]]) -> None:
    """A test environment refuses production numbers, and the other way round."""
    with pytest.raises(InvalidRequest) as refusal:
        ins_of(patient(*ids))

    assert set(refusal.value.fields) == {"content.patient.ins"}


def test_the_key_counts_where_the_setting_says_so() -> None:
    """Official samples carry false keys: lenient for the test OID, strict in production."""
    false_key = "223042545611404"

    assert ins_of(patient((INS_NIR_TEST, false_key))).value == false_key
    strict = InsRules(accepted=frozenset({INS_NIR_TEST}), strict_keys=frozenset({INS_NIR_TEST}))
    with pytest.raises(InvalidRequest) as refusal:
        ins_of(patient((INS_NIR_TEST, false_key)), strict)
    assert "key" in refusal.value.fields["content.patient.ins"]
