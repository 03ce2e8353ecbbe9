"""Extract files as they come: their columns, their ends of lines, their faults."""

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from scripts.cli.directory_sample import HEADER, write_sample
from services.directory.adapters import extracts
from services.directory.adapters.code_tables import DATA
from services.directory.adapters.extract_layout import Layout, NotThisExtract
from services.directory.adapters.extracts import Sorted, sort_extract
from services.directory.contract.importing import ExtractKind
from tests.directory import extracts as forms
from tests.directory.extracts import activity, written
from tests.directory.finess import (
    CSV_COLUMNS,
    ENTITY_COLUMNS,
    LINE,
    entity,
    establishment,
    flat,
    structures,
)

LAYOUT = Layout.read("activities")


def sort(file: Path, layout: Layout = LAYOUT) -> Sorted:
    folder = file.parent / "runs"
    folder.mkdir(exist_ok=True)
    return sort_extract(file, layout, folder)


def keys(content: Sorted) -> list[tuple[str, list[int]]]:
    return [(key, [line.number for line in lines]) for key, lines in content.groups()]


@pytest.mark.parametrize("kind", [k for k in ExtractKind if not Layout.read(k).entries])
def test_the_published_headers_have_every_column_that_a_kind_names(kind: ExtractKind) -> None:
    """
    A column misspelt in a layout would silently leave its field empty.
    """
    header = {
        ExtractKind.SKILLS: forms.SKILLS_HEADER,
        ExtractKind.DIPLOMAS: forms.DIPLOMAS_HEADER,
        ExtractKind.MAILBOXES: forms.MAILBOXES_HEADER,
        ExtractKind.FACILITY_MAILBOXES: forms.MAILBOXES_HEADER,
        ExtractKind.ESTABLISHMENTS_CSV: CSV_COLUMNS,
        ExtractKind.LEGAL_ENTITIES_CSV: ENTITY_COLUMNS,
        ExtractKind.STRUCTURES: [*forms.STRUCTURES_HEADER, "Code postal", "Libellé commune"],
    }.get(kind, HEADER)

    layout = Layout.read(kind)

    named = {column for columns in layout.columns.values() for column in columns}
    assert named <= set(header)
    assert set(layout.pick(header)) == set(layout.columns)


@pytest.mark.parametrize("kind", [k for k in ExtractKind if Layout.read(k).entries])
def test_every_path_of_a_kind_leads_to_a_value(tmp_path: Path, kind: ExtractKind) -> None:
    """
    A name misspelt in a path would silently leave its field empty.
    """
    full = establishment(dateFermeture="2030-01-01")
    full["adresse"][0] |= {"complementPointGeographique": "BAT A"}
    whole = entity(full, dateFermeture="2030-01-01")
    whole |= {"contact": full["contact"], "adresse": full["adresse"]}

    ((_, [line]),) = sort(structures(tmp_path / "x", whole), Layout.read(kind)).groups()

    assert set(line.fields) == set(Layout.read(kind).columns)


def test_a_file_without_a_header_is_known_by_its_title(tmp_path: Path) -> None:
    """
    Else any file with as many columns would be taken, each for what it is not.
    """
    layout = Layout.read("establishments_csv")
    assert keys(sort(flat(tmp_path / "x", LINE), layout)) == [("750712184", [2])]
    with pytest.raises(NotThisExtract, match="does not begin with «finess;etalab»"):
        sort(flat(tmp_path / "y", LINE, title="finess;ej;1;2026-05-12"), layout)


def test_lines_about_one_come_together_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Whatever the order of the file, and across the runs that keep the memory small.
    """
    monkeypatch.setattr(extracts, "RUN", 2)
    file = written(tmp_path / "x", [activity(id_) for id_ in ("8b", "8a", "8c", "8b", "8a")])

    content = sort(file)

    assert keys(content) == [("8a", [3, 6]), ("8b", [2, 5]), ("8c", [4])]
    assert (content.lines, len(content.runs)) == (5, 3)


def test_many_may_say_the_same_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The lines of a hospital are as many as its staff; only what differs has to go to it at once.
    """
    monkeypatch.setattr(extracts, "ABOUT_ONE", 2)
    monkeypatch.setattr(extracts, "ALIKE", 5)
    same, other, third = (activity("8a", town=town) for town in ("Lyon", "Paris", "Brest"))

    ((_, lines),) = sort(written(tmp_path / "x", [same, other, same, same, same])).groups()

    assert [line.number for line in lines] == [2, 3, 4, 5, 6]
    for wrong in ([same] * 6, [same, other, third]):
        with pytest.raises(NotThisExtract, match="others have one key"):
            list(sort(written(tmp_path / "x", wrong)).groups())


def test_ends_of_lines_are_taken_as_they_come(tmp_path: Path) -> None:
    """
    One more separator at the end, in the header or below, Windows' line ends, a byte order mark.
    """
    line = "|".join(activity().get(name, "") for name in HEADER)
    text = "\ufeff" + "|".join(HEADER) + "|\r\n" + line + "|\r\n" + line + "\r\n\r\n"
    file = tmp_path / "x"
    file.write_bytes(text.encode())

    ((_, lines),) = sort(file).groups()

    assert [line.fields["family_name"] for line in lines] == ["NESSI", "NESSI"]
    assert "specialty" not in lines[0].fields, "an empty column is no field"


def test_headings_are_known_however_they_are_written(tmp_path: Path) -> None:
    """
    The same columns were published with other capitals, apostrophes and spaces.
    """
    other = [name.upper().replace("'", "\u2019").replace(" ", "  ") for name in HEADER]
    ours = activity(town="Lyon")
    row = {name: ours.get(usual, "") for name, usual in zip(other, HEADER, strict=True)}

    ((_, [line]),) = sort(written(tmp_path / "x", [row], other)).groups()
    ((_, [usual]),) = sort(written(tmp_path / "y", [ours])).groups()

    assert (line.fields, line.fields["town"]) == (usual.fields, "Lyon")


def test_lines_that_cannot_be_read_are_told_and_left(tmp_path: Path) -> None:
    """
    Cut short, too long, not text, about nobody: each with its number, the others are read.
    """
    file = written(tmp_path / "x", [activity(), "8|cut short", activity(""), "|".join("x" * 60)])
    file.write_bytes(file.read_bytes() + b"\xe9t\xe9\n")

    (key, wrong), (_, right) = sort(file).groups()

    assert key == ""
    assert [(line.number, line.wrong) for line in wrong] == [
        (3, "has 2 columns, the header 56"),
        (4, "has no national_id"),
        (5, "has 60 columns, the header 56"),
        (6, "is not utf-8"),
    ]
    assert [line.number for line in right] == [2]


def test_what_a_call_would_not_take_is_told_before(tmp_path: Path) -> None:
    """
    One line would have the call refused, and all others of the call with it.
    """
    rows = [activity(town="x" * 2_001), activity("8" * 61), activity("8" * 60, town="x" * 2_000)]

    (key, wrong), (_, right) = sort(written(tmp_path / "x", rows)).groups()

    assert key == ""
    assert [(line.number, line.wrong) for line in wrong] == [
        (2, "has a town of more than 2,000 characters"),
        (3, "has a national_id of more than 60 characters"),
    ]
    assert [line.number for line in right] == [4]


def test_another_file_is_refused_by_what_it_lacks(tmp_path: Path) -> None:
    """
    The sentence names the column, so that the layout can be put right.
    """
    skills = written(tmp_path / "x", [], forms.SKILLS_HEADER)
    with pytest.raises(NotThisExtract, match="«Adresse BAL»"):
        sort(skills, Layout.read("mailboxes"))
    (tmp_path / "empty").touch()
    with pytest.raises(NotThisExtract, match="empty"):
        sort(tmp_path / "empty")


def test_an_archive_is_read_as_published(tmp_path: Path) -> None:
    """
    The directory's zip holds three files: the one of this kind is taken, under its long name.
    """
    file = written(tmp_path / "x", [activity()])
    with zipfile.ZipFile(tmp_path / "PS_LibreAcces.zip", "w") as archive:
        archive.write(file, "PS_LibreAcces_Personne_activite_202610080911.txt")
        archive.writestr("PS_LibreAcces_SavoirFaire_202610080911.txt", "x")

    content = sort(tmp_path / "PS_LibreAcces.zip")

    assert keys(content) == keys(sort(file))
    assert content.digest == sort(file).digest
    with pytest.raises(NotThisExtract, match="0 files named PS_LibreAcces_Dipl_AutExerc"):
        sort(tmp_path / "PS_LibreAcces.zip", Layout.read("diplomas"))


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("PS_LibreAcces_Personne_activite_202611230830.txt", date(2026, 11, 23)),
        ("finess-structures-journalier-20261121.json.gz", date(2026, 11, 21)),
        ("etalab-cs1100502-stock-20260512-0337.csv", date(2026, 5, 12)),
        ("copy-99-20261399-20261101.txt", date(2026, 11, 1)),
        ("1202611230830.txt", None),
        ("extract.txt", None),
    ],
)
def test_the_day_of_a_file_is_in_its_name(tmp_path: Path, name: str, day: date | None) -> None:
    assert sort(written(tmp_path / name, [activity()])).published == day


def test_the_day_of_an_archives_member_comes_before_its_own(tmp_path: Path) -> None:
    file = written(tmp_path / "x", [activity()])
    for member, day in (("_202611230830.txt", 23), (".txt", 25)):
        archive = tmp_path / "PS_LibreAcces_20261125.zip"
        with zipfile.ZipFile(archive, "w") as content:
            content.write(file, f"PS_LibreAcces_Personne_activite{member}")
        assert sort(archive).published == date(2026, 11, day)


def test_an_operator_may_name_the_columns(tmp_path: Path) -> None:
    """
    Columns are renamed one day; and a file with semicolons and quotes is one more layout.
    """
    told = json.loads((DATA / "extracts" / "mailboxes.json").read_text())
    told |= {"separator": ";", "quoted": True}
    told["columns"] |= {"address": ["Adresse MSS", "Adresse BAL"]}
    (tmp_path / "mine.json").write_text(json.dumps(told))
    file = tmp_path / "x"
    file.write_text(
        '"Type de BAL";"Adresse MSS";"Identification nationale PP"\n"PER";"a;b@c.fr";"8a"\n'
    )

    ((key, lines),) = sort(file, Layout.read("mailboxes", tmp_path / "mine.json")).groups()

    assert (key, lines[0].fields["address"]) == ("8a", "a;b@c.fr")
    (tmp_path / "wrong.json").write_text(json.dumps(told | {"key": "nobody"}))
    with pytest.raises(NotThisExtract, match="no column is named for nobody"):
        Layout.read("mailboxes", tmp_path / "wrong.json")
    (tmp_path / "wrong.json").write_text("[]")
    with pytest.raises(NotThisExtract, match="is no layout"):
        Layout.read("mailboxes", tmp_path / "wrong.json")


def test_a_line_that_no_reader_of_quotes_takes_is_told_and_left(tmp_path: Path) -> None:
    """
    Half an end of line in the middle of one: the others are taken all the same.
    """
    told = json.loads((DATA / "extracts" / "mailboxes.json").read_text())
    (tmp_path / "mine.json").write_text(json.dumps(told | {"separator": ";", "quoted": True}))
    head = "Type de BAL;Adresse BAL;Identification nationale PP"
    file = tmp_path / "x"
    file.write_bytes(f"{head}\nPER;a@b.fr;8\ra\nPER;c@d.fr;8b\n".encode())

    ((wrong, refused), (key, _)) = sort(
        file, Layout.read("mailboxes", tmp_path / "mine.json")
    ).groups()

    assert (wrong, [(line.number, line.wrong) for line in refused]) == (
        "", [(2, "has an end of line within it")],
    )  # fmt: skip
    assert key == "8b"


def test_content_and_layout_make_one_file(tmp_path: Path) -> None:
    """
    An import goes on only with the same file read in the same way.
    """
    file = written(tmp_path / "x", [activity()])
    same = sort(file).digest
    other = Layout(**{**vars(LAYOUT), "only_with": ("profession",)})

    assert sort(written(tmp_path / "y", [activity()])).digest == same
    assert sort(written(tmp_path / "z", [activity(town="Lyon")])).digest != same
    assert sort(file, other).digest != same


def test_mailboxes_of_people_and_of_places_are_two_kinds_of_one_file(tmp_path: Path) -> None:
    """
    A line with a national id is somebody's, whatever structure it names beside.
    """
    person = {"Type de BAL": "PER", "Adresse BAL": "a@b.fr", forms.PP: "8a",
              "Identification Structure": "750712184"}  # fmt: skip
    place = person | {"Type de BAL": "ORG", forms.PP: ""}
    file = written(tmp_path / "x", [person, place], forms.MAILBOXES_HEADER)

    assert keys(sort(file, Layout.read("mailboxes"))) == [("8a", [2])]
    assert keys(sort(file, Layout.read("facility_mailboxes"))) == [("750712184", [3])]
    assert sort(file, Layout.read("mailboxes")).passed_over == 1


def test_the_sample_is_always_the_same(tmp_path: Path) -> None:
    """
    A measure can be repeated; every so many lines one is wrong, and all have the columns.
    """
    write_sample(tmp_path / "a", 50, wrong=20)
    write_sample(tmp_path / "b", 50, wrong=20)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    content = sort(tmp_path / "a")
    assert content.lines == 50
    lines = [line for _, some in content.groups() for line in some]
    assert [line.number for line in lines if line.fields["profession"] == "00"] == [21, 41]
    assert not [line for line in lines if line.wrong]
