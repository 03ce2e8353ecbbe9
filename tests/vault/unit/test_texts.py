"""What people write is found as they would write it again."""

import pytest

from services.vault.domain.texts import folded


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Compte rendu ESSAI", "compte rendu essai"),
        ("Contrôle, HÔPITAL, Noël, ça, Dvořák", "controle, hopital, noel, ca, dvorak"),
        ("Œdème et cæcum", "oedeme et caecum"),
        ("l’os, l\u02bcos, l'os", "l'os, l'os, l'os"),
        ("e\u0301te\u0301", "ete"),  # accents written apart
        ("Straße", "strasse"),
        ("שָׁלוֹם", "שלום"),  # marks of other scripts
        ("Łódź", "łodz"),  # a letter of its own, not an accent
    ],
)
def test_case_accents_ligatures_and_apostrophes_make_no_difference(
    written: str, found: str
) -> None:
    """Who searches types what their keyboard has."""
    assert folded(written) == found
    assert folded(found) == found
