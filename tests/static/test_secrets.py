"""No key, token or password is in the repository: what is in it once is in it for ever."""

import math
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KNOWN_FORMS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/=\s]{40,}",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "an access key of a cloud": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b",
    "a token of a forge": r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|glpat-[0-9A-Za-z_-]{20})",
    "a token of a registry": r"\b(?:pypi-AgE[0-9A-Za-z_-]{50,}|npm_[0-9A-Za-z]{36})",
    "a password in an address": r"\b[a-z][a-z0-9+]*://[^\s:/@{}$<>\"']{1,40}:[^\s:/@{}$<>\"']{6,}@",
}
NAMED = re.compile(
    r"(?i)(?:secret|passwo?r?d|passwd|token|api_?key|private_?key|credential)\w*[\"']?\s*[:=]\s*"
    r"[bf]?[\"']([^\"'\s{}$<>]{12,})[\"']"
)
"""A value given to something called a secret."""
LONG = re.compile(r"[\"'=:\s]([A-Za-z0-9+/_-]{40,}={0,2})[\"'\s,]")
RANDOM = 4.6
"""Bits for each character, from which on a long word reads as random; hashes in hexadecimal have
4 at most, and words of a language fewer."""
NAMED_RANDOM = 3.4

UNSEARCHED = {
    "requirements.lock": "digests of public packages",
    "deploy/requirements.lock": "digests of public packages",
    "tests/agenda/integration/ical_js/package-lock.json": "digests of public packages",
    "scripts/demo/samples/": "documents made for the demonstration, with PDF inside",
    "tests/audit/vectors/": "published vectors of public logs",
    "tests/audit/unit/test_merkle.py": "published vectors of Merkle trees",
    "tests/audit/unit/test_note.py": "a published note and its public key",
}
"""Files and folders that are not looked into, and why."""
HARMLESS = {
    "catalogue_owner": "the name of a role",
    "INVISIBLE_REPRESENTANTS_LEGAUX": "a code of confidentiality",
    "9f86d081884c7d659a2feaa0c55ad015": "SHA-256 of 'test', in a golden file",
    "0123456789abcdef": "what it looks like: a test's",
    "KAMARA-180011312345678": "planted by a test that looks for it in the logs",
    "postgresql://u:p%40ss@": "of a test of how settings are read",
    "pyamqp://carnet:hunter2@": "planted by the test of redaction",
    "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl": "planted by the test of redaction",
}
"""Beginnings of what is found and is none, and why."""


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no clone: what is tracked is not known")
    told = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in told.stdout.decode().split("\0") if name]


def entropy(text: str) -> float:
    """Bits for each character, by how often each is there."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


def secrets(text: str) -> Iterator[tuple[str, str]]:
    for what, form in KNOWN_FORMS.items():
        yield from ((what, found[0]) for found in re.finditer(form, text))
    for found in NAMED.finditer(text):
        if entropy(found[1]) > NAMED_RANDOM:
            yield "a value of something named a secret", found[1]
    for found in LONG.finditer(text):
        if entropy(found[1]) > RANDOM:
            yield "a random text", found[1]


def test_no_secret_is_tracked() -> None:
    found = []
    for file in tracked():
        name = str(file.relative_to(ROOT))
        if name.startswith(tuple(UNSEARCHED)) or not file.is_file():
            continue
        text = file.read_bytes().decode("utf-8", "replace")
        found += [
            f"{name}: {what}: {value[:60]!r}"
            for what, value in secrets(text)
            if not value.startswith(tuple(HARMLESS))
        ]
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN PRIVATE" + " KEY-----\n" + "MC4CAQAwBQYDK2VwBCIEIJ" * 3,
        "eyJhbGciOiJFZERTQSJ9" + ".eyJzdWIiOiJhYmNkZWYifQ." + "c2lnbmF0dXJlLW9mLWl0",
        "AKIA" + "IOSFODNN7EXAMPLQ",
        "amqp://carnet:" + "hunter2hunter2@broker",
        'password = "' + 'kX9!vQ2#mLr7zT"',
        " Zm9vYmFyYmF6cXV4MTIz" + "NDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A ",
    ],
)
def test_a_planted_one_is_found(planted: str) -> None:
    assert list(secrets(planted))
