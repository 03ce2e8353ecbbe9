"""What the tests say of people, looked for in all that their run leaves for others to read.

Logs of processes and of tests, metrics, traces, notices by e-mail and text message, what secure
mail says in the clear, files of the broker, the databases and the object store (messages, tables,
read models, keys of objects), and the names of all files. Words are
taken from the tests themselves, so that a new test's are looked for as well; a word that the code
itself says is nobody's.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.trust.attackers.records import SPOKEN
from tests.trust.mails import MAILS, NOTICES, in_the_clear
from tests.trust.planted import words_of
from tests.trust.wal import WAL, joined

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "scripts" / "demo" / "samples"
SAID_OF_SOMEBODY = frozenset(
    {
        *("birth_name", "birth_given_names", "first_given_name", "used_name", "used_given_name"),
        *("family_name", "given_name", "family", "given", "title", "label", "comment", "body"),
        *("subject", "email", "phone", "address", "reason", "note", "dosage", "word"),
    }
)
"""Names of arguments and keys whose text, in a test, is about a person."""
SAID = re.compile(
    r"""(?:["'](?:{names})["']\s*:|\b(?:{names})=)\s*f?(["'])((?:(?!\1)[^\n]){{5,}})\1""".format(
        names="|".join(sorted(SAID_OF_SOMEBODY))
    )
)
WORD = re.compile(r"[^\W\d_]{5,}")
"""A phrase is found by one of its words that is as long as this: chance writes no such word."""
ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
INS = re.compile(
    r"(?<![\da-f.])([1-478]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{6})(\d{2})(?![\da-f.])"
)
"""No decimals of a measure, no part of a digest in hex."""
LOGGED = {".log", ".metrics", ".otlp", ".errors"}
TEXTS = {*LOGGED, ".eml", ".txt", ".json"}
SERVERS = ("rabbitmq", "seaweedfs", "postgresql", "mongodb")
"""Folders of servers whose files are searched whatever their names."""
NAMES_OF_FILES = "names of files"
Texts = Iterable[tuple[str, str]]
"""Where something was written, and what."""


def planted(tests: Path = ROOT / "tests") -> dict[str, list[str]]:
    """Phrases by the word that each is found by."""
    ours = _vocabulary()
    found: dict[str, list[str]] = {}
    for phrase in {*_said_in(tests), *words_of(SAMPLES), *SPOKEN}:
        words = [word for word in WORD.findall(phrase) if word.lower() not in ours]
        if words:
            found.setdefault(max(words, key=len), []).append(phrase)
    return found


def _vocabulary() -> set[str]:
    """Words of the code and of the notices it sends, in lower case."""
    files = [
        file
        for folder in ("services", "shared")
        for kind in ("*.py", "*.txt")
        for file in (ROOT / folder).rglob(kind)
    ]
    return {word.lower() for file in files for word in WORD.findall(file.read_text())}


def _said_in(tests: Path) -> Iterator[str]:
    for file in tests.rglob("*.py"):
        yield from (said[1] for said in SAID.findall(file.read_text()))


def read_by_others(folder: Path) -> Iterator[tuple[str, str]]:
    """All that others than the person may come to read of what a run left in ``folder``."""
    names = []
    for place, _, files in os.walk(folder):
        inside = Path(place).relative_to(folder)
        names.append(str(inside))
        names += files
        for name in files:
            file = Path(place, name)
            if _is_searched(file, inside) and file.is_file():
                yield str(inside / name), _read(file, inside)
    yield NAMES_OF_FILES, "\n".join(names)


def _read(file: Path, inside: Path) -> str:
    content = file.read_bytes()
    if inside.name == WAL:
        content = joined(content)
    is_secure = _is_mail(file, inside) and NOTICES not in inside.parts
    return in_the_clear(content) if is_secure else content.decode(errors="replace")


def _is_mail(file: Path, inside: Path) -> bool:
    """Of a spool, or as it was handed to a server."""
    return file.suffix == ".eml" and not {MAILS, "mail", NOTICES}.isdisjoint(inside.parts)


def _is_searched(file: Path, inside: Path) -> bool:
    if file.suffix in LOGGED or _is_mail(file, inside):
        return True
    if NOTICES in inside.parts:
        return "letter" not in inside.parts  # for the printer, who needs name and address
    return any(part.startswith(SERVERS) for part in inside.parts)


def findings(texts: Texts, words: Mapping[str, list[str]]) -> Iterator[str]:
    """``what: where`` of each phrase, and of each INS whose key is right."""
    for where, text in texts:
        is_text = where == NAMES_OF_FILES or Path(where).suffix in TEXTS
        numbers = _numbers(text) if is_text else ()  # chance writes them into sealed bytes
        for found in sorted({*_phrases(text, words), *numbers}):
            yield f"{found!r}: {where}"


def _phrases(text: str, words: Mapping[str, list[str]]) -> Iterator[str]:
    if "\\u00" in text:
        text = ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), text)
    for word in words.keys() & set(WORD.findall(text)):
        yield from (phrase for phrase in words[word] if phrase in text)


def _numbers(text: str) -> Iterator[str]:
    for number, key in INS.findall(text):
        digits = number.replace("2A", "19").replace("2B", "18")
        if int(key) == 97 - int(digits) % 97:
            yield number + key


def logged_in(sections: Texts) -> str:
    """The lines of our own logs in what a test wrote."""
    lines = (line for _, text in sections for line in text.splitlines())
    return "\n".join(line for line in lines if line.startswith("{") and _is_event(line))


def _is_event(line: str) -> bool:
    try:
        return "event" in json.loads(line)
    except ValueError:
        return False
