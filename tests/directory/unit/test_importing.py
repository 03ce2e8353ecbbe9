"""Extracts taken in again, broken off, in another order, at once."""

import random
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.cli.directory_sample import write_sample
from services.directory.application import Directory
from services.directory.contract.importing import ExtractKind, ImportExtract, ImportReport
from services.directory.domain.errors import (
    OlderExtract,
    OvertakenImport,
    TooManyAbsent,
    UnknownImport,
)
from shared.kernel.errors import InvalidRequest
from tests.directory import extracts as forms
from tests.directory.extracts import (
    HOSPITAL,
    NURSE,
    PRACTICE,
    activity,
    events,
    imported,
    read,
    written,
)
from tests.directory.sample import DOCTOR, OPERATOR, registration

pytestmark = pytest.mark.usefixtures("small_calls")


def test_again_nothing_differs_and_no_event_is_made(directory: Directory, tmp_path: Path) -> None:
    """
    The national file comes every day, nearly the same: the log must not grow with it.
    """
    write_sample(tmp_path / "x", 60, wrong=25)
    first, refused = imported(directory, tmp_path / "x")
    before = events(directory)

    second, refused_again = imported(directory, tmp_path / "x")

    assert events(directory) == before
    assert (second.registered, second.changed, second.same) == (0, 0, first.registered)
    assert refused_again == refused
    assert [line for line, _, _ in refused] == [26, 51]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(
    directory: Directory, tmp_path: Path, order: random.Random
) -> None:
    """
    No order of the published files is promised, and a person's lines need not be together.
    """
    write_sample(tmp_path / "x", 30, wrong=0)
    imported(directory, tmp_path / "x")
    before = events(directory)
    header, *lines = (tmp_path / "x").read_text().splitlines()
    order.shuffle(lines)
    (tmp_path / "y").write_text("\n".join([header, *lines]))

    done, _ = imported(directory, tmp_path / "y")

    assert events(directory) == before
    assert done.same == len(before)


def test_only_what_differs_changes(directory: Directory, tmp_path: Path) -> None:
    """
    One moved house; one lost an activity; the third is as before.
    """
    other = "899700366265"
    rows = [activity(**HOSPITAL), activity(NURSE, profession="60", **HOSPITAL),
            activity(NURSE, profession="60", **PRACTICE), activity(other, **HOSPITAL)]  # fmt: skip
    imported(directory, written(tmp_path / "a", rows))
    moved = {**HOSPITAL, "town": "Lyon"}

    rows = [activity(**moved), activity(NURSE, profession="60", **PRACTICE), rows[3]]
    done, _ = imported(directory, written(tmp_path / "b", rows))

    assert (done.registered, done.changed, done.same) == (0, 2, 1)
    assert [p.town for p in read(directory).places] == ["Lyon"]
    assert [p.name for p in read(directory, NURSE).places] == ["CABINET"]


@pytest.mark.parametrize("dies_after", [0, 1, 2, 5, 9])
def test_broken_off_anywhere_it_goes_on(
    directory: Directory, tmp_path: Path, dies_after: int
) -> None:
    """
    The answer to a call is lost: what it did stands, is not done again, and nothing is missing.
    """
    write_sample(tmp_path / "x", 40, wrong=9)
    with pytest.raises(ConnectionError):
        imported(directory, tmp_path / "x", dies_after=dies_after)
    taken = len(events(directory))
    assert taken == 2 * dies_after

    done, refused = imported(directory, tmp_path / "x")

    assert (done.lines, done.finished, done.same) == (40, True, 0)
    assert done.registered == len(events(directory)) == len(set(streams(directory)))
    assert [line for line, _, _ in refused] == [10, 19, 28, 37], "also those of before"


def streams(directory: Directory) -> list[Any]:
    return [row.originator_id for row in directory.read(0, 10_000)]


def test_a_call_that_was_taken_already_is_not_taken_again(
    directory: Directory, tmp_path: Path
) -> None:
    """
    Two import the same file at once: the second is told where the first is.
    """
    file = "0" * 64

    def call(after: int, *keys: str) -> Any:
        rows = [{"line": 2, "fields": {"family_name": "N", "given_name": "A", "profession": "10"}}]
        return directory.import_extract(
            ImportExtract.model_validate(
                dict(request_id=uuid4(), kind="activities", file=file, after=after,
                     groups=[dict(key=key, rows=rows) for key in keys])
            ),
            OPERATOR,
        )  # fmt: skip

    assert call(0, DOCTOR).next == 1
    assert call(0, DOCTOR, NURSE).next == 1
    assert call(5, NURSE).next == 1
    assert len(events(directory)) == 1
    assert call(1, NURSE, DOCTOR).refused == 1, "a key comes once in an import"
    assert len(events(directory)) == 2


def test_where_an_import_stands_is_compared_when_it_is_saved(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Another replica takes more between our look and our save, and nothing differs, so that no
    event collides: we must find out all the same, and not set the import back.
    """
    rows = [{"line": 2, "fields": {"family_name": "N", "given_name": "A", "profession": "10"}}]
    groups = [dict(key=key, rows=rows) for key in (DOCTOR, NURSE)]

    def call(groups: Any = (), **more: Any) -> Any:
        told = dict(request_id=uuid4(), kind="activities", file="0" * 64, after=0, groups=groups)
        return directory.import_extract(ImportExtract.model_validate(told | more), OPERATOR)

    call(groups)
    call(after=2, end=True)
    assert call().next == 0, "it was finished, and begins again"
    take = directory._take

    def others_take_more(*args: Any) -> Any:
        monkeypatch.undo()
        call(groups)
        return take(*args)

    monkeypatch.setattr(directory, "_take", others_take_more)
    answer = call(groups[:1])

    assert (answer.next, answer.lines, answer.same) == (2, 2, 2)
    assert call(after=2, end=True).lines == 2


def test_two_files_that_begin_at_once_have_a_run_each(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Runs say which of two files is the later: a tie would let both go on.
    """

    def begin(file: str) -> None:
        told = dict(request_id=uuid4(), kind="activities", file=file * 64, after=0)
        directory.import_extract(ImportExtract.model_validate(told), OPERATOR)

    latest = directory.imports.latest_run

    def another_begins(kind: str) -> int:
        monkeypatch.undo()
        found = latest(kind)
        begin("b")
        return found

    monkeypatch.setattr(directory.imports, "latest_run", another_begins)
    begin("a")

    states = [directory.imports.find("activities", file * 64) for file in "ab"]
    assert [state.run for state in states if state] == [2, 1]


def test_a_line_refused_once_may_be_taken_later(directory: Directory, tmp_path: Path) -> None:
    """
    Mailboxes imported before the people they belong to: again afterwards, nothing is refused.
    """
    box = {forms.PP: DOCTOR, "Type de BAL": "PER", "Adresse BAL": "a@b.fr"}
    file = written(tmp_path / "m", [box], forms.MAILBOXES_HEADER)
    _, refused = imported(directory, file, "mailboxes")
    assert len(refused) == 1
    imported(directory, written(tmp_path / "a", [activity()]))

    done, refused = imported(directory, file, "mailboxes")

    assert (done.changed, done.refused, refused) == (1, 0, [])


def test_those_whom_a_whole_file_no_longer_names_are_deactivated(
    directory: Directory, tmp_path: Path
) -> None:
    """
    Retired, struck off or dead: they leave the file without a word. Whoever was registered by
    hand stays, one whose lines were refused is not absent, and who returns is active again.
    """
    directory.absent_share_max = 0.5
    directory.register_professional(registration(national_id="899700366299"), OPERATOR)
    everyone = [activity(DOCTOR), activity(NURSE), activity("899700366265")]
    imported(directory, written(tmp_path / "a", everyone))
    fewer = [activity(DOCTOR), activity("899700366265", profession="00")]

    done, _ = imported(directory, written(tmp_path / "b", fewer), absent="deactivate")

    assert (done.deactivated, done.finished) == (1, True)
    active = {
        id_: read(directory, id_).active for id_ in (DOCTOR, NURSE, "899700366265", "899700366299")
    }
    assert [id_ for id_, is_active in active.items() if not is_active] == [NURSE]
    done, _ = imported(directory, written(tmp_path / "c", everyone), absent="deactivate")
    assert (done.changed, done.deactivated, read(directory, NURSE).active) == (1, 0, True)


def test_a_file_cut_short_deactivates_nobody(directory: Directory, tmp_path: Path) -> None:
    """
    Half a file would close half the directory: more than the share allowed is refused.
    """
    imported(directory, written(tmp_path / "a", [activity(DOCTOR), activity(NURSE)]))

    with pytest.raises(TooManyAbsent):
        imported(directory, written(tmp_path / "b", [activity(DOCTOR)]), absent="deactivate")

    assert read(directory, NURSE).active
    file = written(tmp_path / "m", [], forms.MAILBOXES_HEADER)
    with pytest.raises(InvalidRequest):
        imported(directory, file, "mailboxes", absent="deactivate")


def test_yesterdays_file_does_not_go_on_over_todays(directory: Directory, tmp_path: Path) -> None:
    """
    Gone on with after a later one, it would put the older state back; begun anew, it is meant.
    """
    for name, town in (("old", "Paris"), ("new", "Lyon")):
        rows = [activity(id_, town=town, name="A") for id_ in (DOCTOR, NURSE, "899700366265")]
        written(tmp_path / name, rows)
    with pytest.raises(ConnectionError):
        imported(directory, tmp_path / "old", dies_after=1)
    stopped = directory.imports.find("activities", _file(directory))
    assert stopped
    imported(directory, tmp_path / "new")

    late = dict(request_id=uuid4(), kind="activities", file=stopped.file, after=2, end=True)
    with pytest.raises(OvertakenImport):
        directory.import_extract(ImportExtract.model_validate(late), OPERATOR)

    done, _ = imported(directory, tmp_path / "old")
    assert (done.lines, done.changed) == (3, 3)


def test_an_older_file_brings_nobody_back_who_was_struck_off(
    directory: Directory, tmp_path: Path
) -> None:
    """
    Files of the directory have their day in their name; an older one, found in a folder and taken
    by mistake after a newer, would make practise again who does not any more.
    """
    everyone = [activity(id_) for id_ in (DOCTOR, NURSE, *(f"8997003662{n:02}" for n in range(40)))]
    old = written(tmp_path / "activite_202611210831.txt", everyone)
    new = written(tmp_path / "activite_202611220012.txt", [everyone[0], *everyone[2:]])
    undated = written(tmp_path / "activite.txt", everyone[:1])
    imported(directory, old)
    imported(directory, new, absent="deactivate")
    before = events(directory)

    with pytest.raises(OlderExtract):
        imported(directory, old)

    assert events(directory) == before
    assert not read(directory, NURSE).active
    imported(directory, new)
    imported(directory, undated)
    assert not read(directory, NURSE).active
    imported(directory, old, "sites")  # nothing newer of that kind
    done, _ = imported(directory, old, older="take")
    assert (done.changed, read(directory, NURSE).active) == (1, True)


def test_an_older_file_that_broke_off_does_not_go_on_after_a_newer(
    directory: Directory, tmp_path: Path
) -> None:
    rows = [activity(id_) for id_ in (DOCTOR, NURSE, "899700366265")]
    old, new = (written(tmp_path / f"activite_202611{day}.txt", rows) for day in (21, 22))
    with pytest.raises(ConnectionError):
        imported(directory, old, dies_after=1)
    done, _ = imported(directory, old)
    assert done.finished
    new.write_bytes(new.read_bytes() + b"\n")
    with pytest.raises(ConnectionError):
        imported(directory, new, dies_after=1)

    with pytest.raises(OlderExtract):
        imported(directory, old)

    assert imported(directory, new)[0].finished


def _file(directory: Directory) -> str:
    with directory.guarded.reading() as sql:
        return str(sql("SELECT file FROM directory_imports")[0][0])


def test_the_report_is_read_in_pages(directory: Directory, tmp_path: Path) -> None:
    """
    Thousands of lines may be refused; an import that was never begun has no report.
    """
    file = written(tmp_path / "x", [activity(f"wrong {n:03}") for n in range(230)])
    done, refused = imported(directory, file)

    assert done.refused == 230
    assert [line for line, _, _ in refused] == list(range(2, 232))
    known = ImportReport(kind=ExtractKind.ACTIVITIES, file=_file(directory))
    for cursor in ("x", "9" * 30, "-1 line"):
        with pytest.raises(InvalidRequest):
            directory.import_report(known.model_copy(update={"cursor": cursor}), OPERATOR)
    with pytest.raises(UnknownImport):
        directory.import_report(known.model_copy(update={"file": "f" * 64}), OPERATOR)


def test_the_tables_beside_the_log_name_nobody(directory: Directory, tmp_path: Path) -> None:
    """
    Where an import stands is line numbers and opaque ids: a stolen disk says nothing.
    """
    rows = [activity(**HOSPITAL), activity("wrong id 4711", **HOSPITAL)]
    imported(directory, written(tmp_path / "x", rows))

    stored = b"".join(file.read_bytes() for file in tmp_path.glob("directory.db*"))

    assert b"directory_seen" in stored
    for secret in (b"NESSI", DOCTOR.encode(), b"wrong id 4711", b"750712184", b"PAIX"):
        assert secret not in stored
