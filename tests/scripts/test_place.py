"""A folder's keys are made once and are its owner's alone; every entrypoint has a process."""

from pathlib import Path

from scripts.cli.place import Place
from scripts.cli.processes import PROCESSES, SERVICES, entrypoints, entrypoints_of
from shared.kernel.common import CommonSettings


def made(home: Path) -> Place:
    place = Place(home)
    place.make_keys()
    place.write_environment({"CARNET_AMQP_URI": "pyamqp://carnet:a b@127.0.0.1:1/%2F"})
    return place


def contents(home: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}


def test_keys_are_made_once(tmp_path: Path) -> None:
    made(tmp_path / "carnet")
    before = contents(tmp_path)
    made(tmp_path / "carnet")
    assert contents(tmp_path) == before


def test_nobody_else_reads_a_secret(tmp_path: Path) -> None:
    made(tmp_path / "carnet")
    assert (tmp_path / "carnet").stat().st_mode & 0o777 == 0o700
    for file in contents(tmp_path):
        assert file.stat().st_mode & 0o077 == 0 or file.suffix == ".pub", file


def test_services_take_the_settings_that_are_written(tmp_path: Path) -> None:
    settings = CommonSettings.read(made(tmp_path / "carnet").settings())
    assert settings.amqp_uri == "pyamqp://carnet:a b@127.0.0.1:1/%2F"
    assert not settings.production
    assert settings.kek_file
    assert len(bytes.fromhex(settings.kek_file.read_text())) == 32


def test_an_emergency_lasts_until_somebody_ends_it(tmp_path: Path) -> None:
    """Not until the machine is started again: what was to be kept from changing would change."""
    place = made(tmp_path / "carnet")
    place.write_environment({"CARNET_AMQP_URI": "amqp://nobody/", "CARNET_READ_ONLY": "true"})
    again = made(tmp_path / "carnet")
    assert CommonSettings.read(again.settings()).read_only
    again.write_environment({"CARNET_AMQP_URI": "amqp://nobody/", "CARNET_READ_ONLY": "false"})
    assert not CommonSettings.read(made(tmp_path / "carnet").settings()).read_only


def test_every_entrypoint_runs_in_one_process() -> None:
    placed = [name for process in PROCESSES for name in entrypoints_of(process)]
    assert sorted(placed) == entrypoints()


def test_every_service_has_a_place() -> None:
    assert {name.partition(".")[0] for name in entrypoints()} == set(SERVICES)
