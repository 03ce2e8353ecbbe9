"""Départements."""

import pytest

from services.directory.domain.areas import departement


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
