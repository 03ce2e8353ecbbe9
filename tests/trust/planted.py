"""What documents say of people, and where it must not be found."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

NAMES = re.compile(r"<(?:\w+:)?(?:family|given)\b[^>]*>([^<]+)<")
MATRICULE = re.compile(r'extension="(\d[0-9AB]\d{11}(?:\d{2})?)"\s+root="1\.2\.250\.1\.213\.1\.4\.')
TITLE = re.compile(r"<(?:\w+:)?title\b[^>]*>([^<]+)<")
SHORTEST = 6
"""Letters of a word that chance does not write into sealed bytes or a library's own text."""


def words_of(samples: Path) -> set[str]:
    """Names, matricules and titles in the CDA documents of a folder."""
    texts = [file.read_text(errors="replace") for file in samples.glob("*.xml")]
    found = {
        word.strip()
        for text in texts
        for kind in (NAMES, MATRICULE, TITLE)
        for word in kind.findall(text)
    }
    return {word for word in found if len(word) >= SHORTEST}


def found_in(folder: Path, words: set[str]) -> Iterator[str]:
    """``word: file`` for each word in a file's bytes or name, as UTF-8 or escaped as in JSON."""
    needles = {
        form: word for word in words for form in (word.encode(), json.dumps(word)[1:-1].encode())
    }
    either = re.compile(b"|".join(re.escape(form) for form in sorted(needles, key=len)[::-1]))
    for file in sorted(folder.rglob("*")):
        path = str(file.relative_to(folder))
        held = path.encode() + b"\n" + (file.read_bytes() if file.is_file() else b"")
        for form in {match.group() for match in either.finditer(held)}:
            yield f"{needles[form]}: {path}"
