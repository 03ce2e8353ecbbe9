"""A large JSON file read element by element: whole, whatever the bounds of what is read at once."""

import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from services.directory.adapters import extract_content, json_elements
from services.directory.adapters.extract_layout import Layout, NotThisExtract
from services.directory.adapters.extracts import Sorted, sort_extract
from services.directory.adapters.json_elements import elements
from tests.directory.finess import HOSPITAL, entity, establishment, structures
from tests.support.counted import taking_at_most

LAYOUT = Layout.read("establishments")


def read(text: str | bytes, name: str = "a") -> list[Any]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(elements(io.BytesIO(data), name, hashlib.sha256()))


def sort(file: Path, layout: Layout = LAYOUT) -> Sorted:
    folder = file.parent / "runs"
    folder.mkdir(exist_ok=True)
    return sort_extract(file, layout, folder)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_elements_are_whole_wherever_reading_stops(
    monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """
    In the middle of a number, of a letter with an accent, of an escape, of a name.
    """
    monkeypatch.setattr(json_elements, "CHUNK", chunk)
    told = {
        "v": "v1", "n": -12.5e3, "none": None, "o": {"a": [1]}, "before": [{"a": [9]}], "empty": [],
        "a": [{"name": 'Hôpital "É" \\ 😀'}, 123456, True, [], {}], "after": [1, 2],
    }  # fmt: skip
    for text in (
        json.dumps(told),
        json.dumps(told, indent=1),
        "\ufeff" + json.dumps(told, ensure_ascii=False),
    ):
        assert read(text) == told["a"]
        assert read(text, "empty") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cut short"),
        ("[1]", "is no JSON from character 1 "),
        ('{"a": [1, 2', "cut short"),
        ('{"a": [1, 2]', "cut short"),
        ('{"a": [{"b": 1}, x]}', "no JSON, from character 18 "),
        ('{"a" [1]}', "is no JSON from character 6 "),
        ('{"b": [1], "c": {"a": [1]}}', "has no list «a»"),
        ('{"a": {"b": 1}}', "has no list «a»"),
        ('{"a": [' + "[" * 100_000, "levels"),
        ('{"a": [' + "9" * 5_000 + "]}", "cut short, or no JSON"),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_place(text: str, says: str) -> None:
    """
    An operator sees where the file was cut, or that it is another one.
    """
    with pytest.raises(NotThisExtract, match=says):
        read(text)


def test_an_element_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    One without would be read into memory for as long as there is some.
    """
    monkeypatch.setattr(json_elements, "ELEMENT_MAX", 1_000_000)
    monkeypatch.setattr(json_elements, "CHUNK", 1_000)
    endless = io.BytesIO(b'{"a": ["' + b"x" * 30_000_000)
    with taking_at_most(20_000_000), pytest.raises(NotThisExtract, match="cut short"):
        list(elements(endless, "a", hashlib.sha256()))


def test_entries_come_from_a_gzip_and_from_a_zip(tmp_path: Path) -> None:
    """
    It is published as .json.gz; the same content is the same import.
    """
    file = structures(tmp_path / "x.json", entity(establishment()))
    (tmp_path / "x.json.gz").write_bytes(gzip.compress(file.read_bytes()))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.write(file, "finess-structures-mensuel-202610.json")

    plain, packed, zipped = (sort(tmp_path / name) for name in ("x.json", "x.json.gz", "x.zip"))

    assert plain.digest == packed.digest == zipped.digest
    assert [key for key, _ in packed.groups()] == [HOSPITAL]


def test_a_gzip_that_grows_or_breaks_off_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What it says of its size is no proof: what comes out is counted.
    """
    whole = gzip.compress(structures(tmp_path / "x", entity(establishment())).read_bytes())
    file = tmp_path / "x.json.gz"
    file.write_bytes(whole[:-9])
    with pytest.raises(NotThisExtract, match="cannot be read"):
        sort(file)
    bomb = b'{"pmej": [' + b'{"ege": [{}]},' * 100_000
    file.write_bytes(gzip.compress(bomb))
    monkeypatch.setattr(extract_content, "RATIO", 20)
    with pytest.raises(NotThisExtract, match="grows more than 20 times"):
        sort(file)


@pytest.mark.parametrize("bad", [b"\xe9t\xe9", b"\\ud800"])
def test_an_entry_that_is_no_text_is_told_alone(tmp_path: Path, bad: bytes) -> None:
    """
    Bytes of another encoding, or half of a character: the other entries are read.
    """
    wrong = establishment(numFinessEge="750712999", nomEgeLong="XXX")
    file = structures(tmp_path / "x", entity(establishment(), wrong))
    file.write_bytes(file.read_bytes().replace(b"XXX", bad))

    (key, [line]), (right, _) = sort(file).groups()

    assert (key, line.number, line.wrong, right) == ("", 2, "is not utf-8", HOSPITAL)


def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Forty megabytes of entities, some kilobytes at once.
    """
    monkeypatch.setattr(json_elements, "CHUNK", 1 << 16)
    one = json.dumps(entity(establishment(evenement=["x" * 4_000])))
    file = tmp_path / "x.json"
    with file.open("w") as out:
        out.write('{"pmej": [' + one)
        for _ in range(8_000):
            out.write("," + one)
        out.write("]}")
    with file.open("rb") as content, taking_at_most(10_000_000):
        found = elements(content, "pmej", hashlib.sha256())
        assert sum(1 for _ in found) == 8_001
