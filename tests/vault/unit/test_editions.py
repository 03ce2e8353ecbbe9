"""The value sets that documents are judged by: new codes come, and none goes."""

import pytest

from services.vault.adapters.value_sets import read_value_sets

SETS = read_value_sets()


@pytest.mark.parametrize("code", ["G15_60/SI06", "G15_60/SI07", "G15_60/SI08", "372", "379"])
def test_authors_of_the_edition_of_2026_are_known(code: str) -> None:
    """JDV_J01, 2026-07-30: specialised nurses, and practitioners with a foreign diploma."""
    assert code in SETS.specialties


@pytest.mark.parametrize("code", ["G15_35", "G15_39", "318", "323", "350", "369"])
def test_authors_whom_it_no_longer_has_stay(code: str) -> None:
    """Documents that were taken have them."""
    assert code in SETS.specialties


def test_functions_of_the_edition_of_2025_are_known() -> None:
    """JDV_J47, 2025-05-23."""
    assert {"HEBERG", "ST-PS-PEC", "ST-COORD", "ORG-SOC", "ST-INF", "PCP"} <= SETS.functions.keys()


def test_types_without_a_published_class_are_not_of_the_dmp() -> None:
    """JDV_J07, 2026-06-29, has types that the association of 2024 (ASS_X16) does not name."""
    for code in ("34876-3", "34895-3", "68814-3", "96163-1", "100967-9"):
        found = SETS.types[code]
        assert (found.system, found.in_dmp) == ("2.16.840.1.113883.6.1", False)
        assert not found.class_code
