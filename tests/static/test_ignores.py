"""Whatever mutes a check names it, and says beside it why."""

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MUTING = re.compile(r"#\s*(?:noqa|type:\s*ignore|nosec|pragma)", re.IGNORECASE)
REASONED = re.compile(r"# (?:noqa: [A-Z0-9, ]+ - |type: ignore\[[a-z, -]+\]  # )\w")


def comments() -> Iterator[tuple[str, str]]:
    for folder in ("services", "shared", "scripts", "tests"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            with file.open("rb") as lines:
                for token in tokenize.tokenize(lines.readline):
                    if token.type == tokenize.COMMENT:
                        yield f"{file.relative_to(ROOT)}:{token.start[0]}", token.string


def test_what_mutes_a_check_says_why() -> None:
    muting = [(place, text) for place, text in comments() if MUTING.match(text)]
    assert muting
    assert [place for place, text in muting if not REASONED.match(text)] == []
