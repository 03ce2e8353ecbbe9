"""How a name is found."""

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.words import beginnings, words


def test_accents_capitals_hyphens_and_ligatures_do_not_matter() -> None:
    """
    A name is typed as one remembers it.
    """
    assert words("Anne-Lise LÉVÊQUE d'Œuvre") == ["anne", "lise", "leveque", "d", "oeuvre"]


def test_a_long_name_is_found_from_its_beginning_and_whole() -> None:
    """
    From two letters on; beyond twelve, only as a whole.
    """
    found = beginnings("Papadiamantopoulos")

    assert {"pa", "papadiamanto", "papadiamantopoulos"} <= found
    assert not {"p", "papadiamantop"} & found


@given(st.text(max_size=30))
def test_any_text_is_words_of_plain_letters(text: str) -> None:
    """
    Nothing typed breaks the search, and what comes out compares as bytes.
    """
    for word in words(text):
        assert word.isascii()
        assert word.isalnum()
