"""Départements, as people say them."""


def departement(postal_code: str) -> str:
    """75, 974, 2A; postal codes of Corse-du-Sud begin with 200 or 201, of Haute-Corse with
    other 20s.
    """
    if postal_code.startswith("20"):
        return "2A" if postal_code[2] in "01" else "2B"
    return postal_code[:3] if postal_code.startswith(("97", "98")) else postal_code[:2]
