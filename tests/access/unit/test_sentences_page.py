"""The page of sentences that people read is what the rules say."""

import re

from scripts.access_sentences import PAGE, page
from tests.access.support.judging import rules


def test_the_page_is_what_the_rules_say() -> None:
    """
    `python -m scripts.access_sentences` writes it anew.
    """
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_rule_is_told_and_every_sentence_is_one() -> None:
    """
    No placeholder left, no English, a capital and a full stop; French puts a space before ":".
    """
    lines = [line.split(" | ") for line in page().splitlines() if line.startswith("| `")]
    told = {cells[0].strip("| `"): cells[-1].rstrip(" |") for cells in lines}

    assert set(rules().by_id) <= set(told)
    for sentence in told.values():
        assert re.match(r"^[A-ZÀ-Ý]", sentence), sentence
        assert sentence.endswith("."), sentence
        assert "{" not in sentence
        assert not re.search(r"[^ ][:;!?»]|«[^ ]| ,|\.\.", sentence), sentence
        assert not re.search(r"\b(the|of|and|record)\b", sentence), sentence
