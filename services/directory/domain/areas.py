"""Départements, and what stands for one overseas, as people say them."""

COLLECTIVITIES = {"97133": "977", "97150": "978"}
"""Saint-Barthélemy and Saint-Martin, no part of Guadeloupe (971) since 2007 (CGCT, LO 6211-1 and
LO 6311-1): INSEE numbers their communes 97701 and 97801, La Poste kept the postal codes of 971.
"""


def departement(postal_code: str) -> str:
    """75, 974, 2A; postal codes of Corse-du-Sud begin with 200 or 201, of Haute-Corse with
    other 20s.
    """
    if postal_code.startswith("20"):
        return "2A" if postal_code[2] in "01" else "2B"
    return COLLECTIVITIES.get(postal_code) or _first_figures(postal_code)


def departement_of_commune(code: str) -> str:
    """Of an INSEE code, which has the département in its first two or three characters: a few
    communes are reached through the post office of a neighbour's.
    """
    return _first_figures(code)


def _first_figures(code: str) -> str:
    return code[:3] if code.startswith(("97", "98")) else code[:2]
