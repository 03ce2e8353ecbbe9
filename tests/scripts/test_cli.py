"""The command line explains itself, and its exit codes can be relied on."""

import base64
from collections.abc import Sequence
from pathlib import Path

import jwt
import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner, Result

from scripts.cli.access import COLUMNS
from scripts.cli.app import app
from scripts.cli.arguments import arguments_of
from scripts.cli.deployment import Deployment
from scripts.cli.filling import filled
from scripts.cli.place import Place
from scripts.cli.screen import EXIT_CODES, Exit
from scripts.machine import rabbitmq
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Answer, Command, Method, Query

NARROW = 80
RECORD = "5c0e0000-0000-4000-8000-000000000001"


class Deposit(Command):
    content: str


class Search(Query):
    limit: int


def method(request: type[Command] | type[Query]) -> Method:
    patient = frozenset({ActorKind.PATIENT})
    return Method(name="some_method", request=request, answer=Answer, callers=patient)


def run(*words: str | Path, narrow: bool = False) -> Result:
    columns = str(NARROW if narrow else 200)
    result = CliRunner(env={"COLUMNS": columns}).invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def claims(token: str) -> dict[str, object]:
    return jwt.decode(token.strip(), options={"verify_signature": False})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A Carnet that was up once: it has its keys, nothing runs."""
    place = Place(tmp_path / "carnet")
    place.make_keys()
    place.write_environment({"CARNET_AMQP_URI": "pyamqp://carnet:p%2F@127.0.0.1:1/%2F"})
    return place


@pytest.mark.parametrize(
    "command", ["up", "down", "status", "token", "call", "directory import", "directory sample"]
)
def test_every_command_says_how_it_ends(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert EXIT_CODES in " ".join(result.output.split())


def test_arguments_are_listed_as_they_are_written(place: Place) -> None:
    """``from`` is no name in Python, and the only one a caller may use."""
    listed = run("call", "audit", "--dir", place.home).output
    assert " from," in listed
    assert "from_," not in listed


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["call", "vualt.open"], "did you mean vault?"),
        (["token", "--as", "docteur"], "is not one of professional"),
        (["token", "--as", "patient"], "a patient needs record=..."),
        (["token", "--as", "professional,profesion=40"], "did you mean profession=...?"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(
    place: Place, words: Sequence[str], sentence: str
) -> None:
    result = run(*words, "--dir", place.home)
    assert result.exit_code == Exit.USAGE
    assert sentence in result.output


def test_looking_where_carnet_never_was_makes_nothing(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert run("status", "--dir", nowhere).exit_code == Exit.NOT_RUNNING
    assert run("token", "--as", "professional", "--dir", nowhere).exit_code == Exit.NOT_RUNNING
    assert run("down", "--dir", nowhere).exit_code == 0
    assert not nowhere.exists()


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbitmq, "PROGRAMS", "no/such/folder")
    result = run("up", "--dir", tmp_path / "carnet")
    assert result.exit_code == Exit.MISSING
    assert "apt-get install rabbitmq-server" in result.output


def test_a_sample_professional_needs_no_more_than_a_kind(place: Place) -> None:
    said = claims(run("token", "--as", "professional", "--dir", place.home).output)
    assert said["kind"] == "professional"
    assert said["SubjectNameID"] == "899700366240"
    assert said["exercice"] == {"codeProfession": "10"}


def test_what_is_said_of_a_caller_becomes_their_claims(place: Place) -> None:
    who = "professional,profession=40,specialty=SCD01,regulation=true"
    said = claims(run("token", "--as", who, "--dir", place.home).output)
    assert said["exercice"] == {"codeProfession": "40", "codeSavoirFaire": "SCD01"}
    assert said["SubjectRole"] == ["40^1.2.250.1.213.1.1.5.5"]
    assert said["Acces_Regulation_Medicale"] == "VRAI"


def test_a_mandate_has_a_scope_and_an_end(place: Place) -> None:
    who = "auditor,scope=vault+access,physician=true"
    mandate = claims(run("token", "--as", who, "--dir", place.home).output)["mandate"]
    assert isinstance(mandate, dict)
    assert mandate["scope"] == ["vault", "access"]
    assert mandate["physician_present"] is True
    assert mandate["expires"].endswith("Z")


def test_arguments_are_text_json_or_files(tmp_path: Path) -> None:
    (tmp_path / "report").write_bytes(b"\x00\xff")
    (tmp_path / "traits").write_text('{"family": "DE LA RUE"}')
    words = [
        "ins=279035121518989",
        "limit:=10",
        f"content=@{tmp_path / 'report'}",
        f"traits:=@{tmp_path / 'traits'}",
        "empty=",
    ]
    assert arguments_of(method(Search), words) == {
        "ins": "279035121518989",  # stays text: a number would lose leading zeros
        "limit": 10,
        "content": base64.b64encode(b"\x00\xff").decode(),
        "traits": {"family": "DE LA RUE"},
        "empty": "",
    }


@pytest.mark.parametrize("word", ["no-equals", "limit:={", "content=@/no/such/file"])
def test_an_argument_that_cannot_be_read_is_wrong_usage(word: str) -> None:
    with pytest.raises(typer.BadParameter, match=word.split("=")[0]):
        arguments_of(method(Search), [word])


def test_a_command_is_one_wish_unless_its_id_is_given() -> None:
    first, second = (arguments_of(method(Deposit), ["content=x"]) for _ in range(2))
    assert first["request_id"] != second["request_id"]
    again = arguments_of(method(Deposit), ["content=x", f"request_id={RECORD}"])
    assert again["request_id"] == RECORD


def test_a_broker_out_of_reach_is_told_apart_from_a_refusal(place: Place) -> None:
    result = run("call", "vault.describe", "--timeout", "1", "--dir", place.home)
    assert result.exit_code == Exit.NOT_RUNNING
    assert "unavailable" in result.output


def test_other_commands_tell_it_apart_too(place: Place, tmp_path: Path) -> None:
    """As their help says of 4."""
    matrix = tmp_path / "matrix.csv"
    matrix.write_text(",".join(COLUMNS) + "\n")
    for words in (
        ["conformance", "--journey", "callers"],
        ["access", "load-matrix", str(matrix), "--version", "none", "--yes"],
        ["ops", "drain", "records"],
    ):
        result = run(*words, "--dir", place.home)
        assert result.exit_code == Exit.NOT_RUNNING, words


def test_one_who_breaks_off_a_start_is_not_told_that_it_is_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script would go on to call what nobody started."""

    def broken_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Deployment, "_start", broken_off)
    assert run("up", "--detach", "--dir", place.home).exit_code == 130


def test_the_whole_name_of_a_log_is_shown_on_a_narrow_screen(place: Place) -> None:
    """Whoever looks for it copies it."""
    shown = run("status", "--dir", place.home, narrow=True).stdout
    assert max(map(len, shown.splitlines())) <= NARROW
    assert str(place.home / "services" / "rights.log") in "".join(shown.split())


def test_help_fills_the_width_and_keeps_examples_a_line_each() -> None:
    audit = filled(get_command(app)).commands["audit"]
    assert "or at copied data with nothing running." in audit.help
    assert "\n  carnet audit verify\n  carnet audit copy /media/evidence\n" in audit.help
    assert "a period: for a breach notice" in audit.commands["affected-by"].help
