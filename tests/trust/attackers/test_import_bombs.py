"""Files that an operator imports, made to fill memory or disk, or to break off without a word."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from scripts.cli.access import read_cells
from scripts.cli.directory_sample import HEADER
from scripts.cli.identity_import import REQUIRED, NotThisFile, batches
from scripts.cli.legacy_import import NotThisFolder, Outcomes, bring
from services.directory.adapters.extract_layout import Layout, NotThisExtract
from services.directory.adapters.extracts import LONGEST, sort_extract
from tests.directory.extracts import activity, written
from tests.identity.people import INS
from tests.support.counted import taking_at_most

LAYOUT = Layout.read("activities")
MEMORY = 30_000_000
"""Bytes that one file may take while it is looked at, however large it is."""


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


def zipped(file: Path, content: Iterator[bytes]) -> Path:
    name = f"{LAYOUT.file_name}_1.txt"
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w") as into,
    ):
        for piece in content:
            into.write(piece)
    return file


def test_an_archive_that_grows_is_not_opened(tmp_path: Path, runs: Path) -> None:
    """Forty megabytes of one letter, in forty thousand bytes; nothing comes to the disk."""
    bomb = zipped(tmp_path / "a.zip", (b"x" * 1_000_000 for _ in range(40)))
    with taking_at_most(MEMORY), pytest.raises(NotThisExtract, match="grows"):
        sort_extract(bomb, LAYOUT, runs)
    assert not list(runs.iterdir())


@pytest.mark.parametrize("how", ["cut", "locked", "changed"])
def test_an_archive_that_is_none_is_refused(tmp_path: Path, runs: Path, how: str) -> None:
    file = zipped(tmp_path / "a.zip", iter([b"abc|" * 100]))
    raw = bytearray(file.read_bytes())
    if how == "locked":
        raw[6] |= 1
        raw[raw.index(b"PK\1\2") + 8] |= 1
    elif how == "changed":
        raw[raw.index(b".txt") + 6] ^= 0xFF
    else:
        del raw[40:60]
    file.write_bytes(raw)
    with pytest.raises(NotThisExtract):
        sort_extract(file, LAYOUT, runs)


def test_a_line_without_end_is_one_unreadable_line(tmp_path: Path, runs: Path) -> None:
    """Also one of a million columns; the lines around it are taken."""
    file = written(tmp_path / "x", [activity("8a")])
    with file.open("ab") as content:
        content.write(b"x" * 10_000_000 + b"\n" + b"|" * 1_000_000 + b"\n")
        content.write(file.read_bytes().splitlines(keepends=True)[1].replace(b"8a", b"8b"))
    with taking_at_most(MEMORY):
        groups = list(sort_extract(file, LAYOUT, runs).groups())
    assert [(key, [line.number for line in lines]) for key, lines in groups] == [
        ("", [3, 4]), ("8a", [2]), ("8b", [5]),
    ]  # fmt: skip
    assert {line.wrong for line in groups[0][1]} == {f"is longer than {LONGEST:,} bytes"}


def test_a_header_of_a_million_columns_is_refused(tmp_path: Path, runs: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes("|".join(HEADER).encode() + b"|x" * 1_000_000)
    with taking_at_most(MEMORY), pytest.raises(NotThisExtract, match="longer"):
        sort_extract(file, LAYOUT, runs)


@pytest.mark.parametrize(
    "towns", [["Lyon"] * 100_001, [f"Lyon {n}" for n in range(10_001)]], ids=["alike", "different"]
)
def test_lines_about_one_have_an_end(tmp_path: Path, runs: Path, towns: list[str]) -> None:
    """All that differs of one is sent together, and has to lie in memory for that."""
    file = written(tmp_path / "x", (activity("8a", town=town) for town in towns))
    content = sort_extract(file, LAYOUT, runs)
    with taking_at_most(MEMORY), pytest.raises(NotThisExtract, match="one key"):
        list(content.groups())


@pytest.mark.parametrize(
    "lines",
    [
        b"x" * 20_000_000,
        b'"' + b"a\n" * 200_000,
        b"\xff\xfe\n",
        b"a\x00b,c\n\xe9",
    ],
    ids=["a line without end", "a cell without end", "UTF-16", "Latin 1"],
)
def test_people_to_announce_are_refused_where_the_file_is_none(
    tmp_path: Path, lines: bytes
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(",".join(sorted(REQUIRED)).encode() + b"\n" + lines)
    with taking_at_most(MEMORY), pytest.raises(NotThisFile, match="line"):
        list(batches(file))


@pytest.mark.parametrize(
    "lines",
    [b"40\n", b"x" * 200_000, b"\xe9,,,,,,,\n", b"40,,,,,,yes,x\n" * 700_000],
    ids=["a short line", "a long cell", "Latin 1", "lines without end"],
)
def test_a_matrix_that_is_none_ends_with_a_sentence(tmp_path: Path, lines: bytes) -> None:
    file = tmp_path / "matrix.csv"
    header = b"profession,qualifier,document_class,document_type,read,write,sourced,source\n"
    file.write_bytes(header + lines)
    with taking_at_most(MEMORY), pytest.raises(typer.Exit) as ended:
        read_cells(file)
    assert ended.value.exit_code == 2


def former(folder: Path, files: list[str]) -> Path:
    person = folder / "former" / "a"
    person.mkdir(parents=True)
    said = {"ins": INS, "documents": [{"file": name} for name in files]}
    (person / "dmp.json").write_text(json.dumps(said))
    return person


def test_a_link_in_a_former_dmp_leads_nowhere(tmp_path: Path) -> None:
    """It would put any file of the operator's machine into somebody's record."""
    person = former(tmp_path, ["a.pdf"])
    (person / "a.pdf").symlink_to("/etc/hostname")
    with pytest.raises(NotThisFolder, match=r"no file a\.pdf"):
        list(bring(person.parent, Outcomes(tmp_path / "out.csv"), never_asked))


def test_a_file_without_end_in_a_former_dmp_is_not_read(tmp_path: Path) -> None:
    person = former(tmp_path, ["a.pdf"])
    with (person / "a.pdf").open("wb") as content:
        content.truncate(10_000_000_000)  # a hole: it takes no room on the disk
    with taking_at_most(MEMORY):
        (brought,) = bring(person.parent, Outcomes(tmp_path / "out.csv"), resolved)
    assert brought is not None
    assert (brought.deposited, brought.refused) == (0, 1)


def never_asked(*_: object) -> dict[str, str]:
    raise AssertionError("somebody was asked")


def resolved(method: str, _arguments: object) -> dict[str, str]:
    assert method != "vault.deposit"
    return {"status": "open", "record_id": "r"}
