"""Départements."""

import pytest

from services.directory.domain.areas import departement, departement_of_commune


@pytest.mark.parametrize(
    ("postal_code", "area"),
    [("75007", "75"), ("01000", "01"), ("97400", "974"), ("98800", "988"), ("20000", "2A"),
     ("20137", "2A"), ("20200", "2B"), ("20600", "2B")],
)  # fmt: skip
def test_a_postal_code_tells_the_departement(postal_code: str, area: str) -> None:
    """
    Three figures overseas, a letter in Corsica: what people type.
    """
    assert departement(postal_code) == area


@pytest.mark.parametrize(
    ("postal_code", "area"),
    [("97133", "977"), ("97150", "978"), ("97110", "971"), ("97139", "971")],
)
def test_saint_barthelemy_and_saint_martin_are_no_part_of_guadeloupe(
    postal_code: str, area: str
) -> None:
    """
    Since 2007 (CGCT, LO 6211-1, LO 6311-1); their postal codes are still among those of 971.
    """
    assert departement(postal_code) == area


@pytest.mark.parametrize(
    ("commune", "area"),
    [("75107", "75"), ("97105", "971"), ("97701", "977"), ("97801", "978"), ("2A004", "2A"),
     ("2B033", "2B"), ("98818", "988")],
)  # fmt: skip
def test_a_commune_is_in_its_departement(commune: str, area: str) -> None:
    """
    INSEE's code begins with it: Basse-Terre, Gustavia, Marigot, Ajaccio, Bastia, Nouméa.
    """
    assert departement_of_commune(commune) == area
