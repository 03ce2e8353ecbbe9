"""Who wrote a document, in the fields of XDS: IHE ITI TF-3 4.2.3.1.7, CI-SIS volet partage."""

import pytest

from services.vault.domain.metadata import Author
from services.vault.domain.xdm_fields import xcn, xon

STRUCTURE = "&1.2.250.1.71.4.2.2&ISO^IDNST^^^1750712184"
PERSON = "&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"


@pytest.mark.parametrize(
    ("author", "field"),
    [
        (Author(), ""),
        (Author(institution_name="Labo & fils"), "Labo   fils"),
        (Author(institution="1750712184"), f"1750712184^^^^^{STRUCTURE}"),
        (
            Author(institution="1750712184", institution_name="Hôpital"),
            f"Hôpital^^^^^{STRUCTURE}",
        ),
    ],
)
def test_where_they_work(author: Author, field: str) -> None:
    """XON: the name, and the Struct_IdNat where there is one."""
    assert xon(author) == field


@pytest.mark.parametrize(
    ("author", "field"),
    [
        (Author(), ""),
        (Author(family="ESSAI", given="Hélène"), "^ESSAI^Hélène"),
        (
            Author(national_id="801234567897", family="ESSAI", given="Hélène"),
            f"801234567897^ESSAI^Hélène^^^^^^{PERSON}",
        ),
        (Author(device="Moniteur"), "^Moniteur"),
        (Author(device="Moniteur", family="ESSAI"), "^ESSAI^"),
    ],
)
def test_who_they_are(author: Author, field: str) -> None:
    """XCN: the PS_IdNat and the name; of a device its name."""
    assert xcn(author) == field


def test_a_long_name_leaves_the_number_whole() -> None:
    """A value has 256 characters in ebRIM: what is cut off must not be who it is."""
    long = "N" * 500
    number = "3" + "7" * 63
    structure = xon(Author(institution="1750712184", institution_name=long))
    person = xcn(Author(national_id=number, family=long, given=long))

    assert structure.endswith(f"N^^^^^{STRUCTURE}")
    assert person.startswith(f"{number}^NNN")
    assert person.endswith(f"N^^^^^^{PERSON}")
    assert max(len(structure), len(person)) <= 256
