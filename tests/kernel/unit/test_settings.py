"""Settings: typed, from the environment, and half a configuration refuses to boot."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.kernel.settings import SettingsError, read_settings


@dataclass(frozen=True, kw_only=True)
class Sample:
    days: int
    name: str = "default"
    ratio: float | None = None
    on: bool = False
    folder: Path | None = None
    oids: tuple[str, ...] = ("1.2",)


def test_every_type_is_read() -> None:
    """
    A variable is text; what the code gets is what the field says.
    """
    environ = {
        "CARNET_X_DAYS": "42",
        "CARNET_X_RATIO": "0.5",
        "CARNET_X_ON": "true",
        "CARNET_X_FOLDER": "/srv/carnet",
        "CARNET_X_OIDS": "1.2.3, 1.2.4,",
        "CARNET_OTHER": "not ours",
    }

    assert read_settings(Sample, environ, section="x") == Sample(
        days=42, ratio=0.5, on=True, folder=Path("/srv/carnet"), oids=("1.2.3", "1.2.4")
    )


def test_absent_means_the_default() -> None:
    """
    Only what has no default must be said.
    """
    assert read_settings(Sample, {"CARNET_X_DAYS": "1"}, section="x") == Sample(days=1)


def test_an_empty_list_is_a_list() -> None:
    """
    "No OID" can be said, and is not the default.
    """
    read = read_settings(Sample, {"CARNET_X_DAYS": "1", "CARNET_X_OIDS": ""}, section="x")

    assert read.oids == ()


def test_a_missing_one_is_named() -> None:
    """
    The operator reads what to set.
    """
    with pytest.raises(SettingsError, match="CARNET_X_DAYS must be set"):
        read_settings(Sample, {}, section="x")


def test_an_unknown_one_is_named_with_the_nearest_right_one() -> None:
    """
    A typing error must not leave a default in place unseen.
    """
    with pytest.raises(SettingsError, match="did you mean CARNET_X_DAYS"):
        read_settings(Sample, {"CARNET_X_DAY": "42", "CARNET_X_DAYS": "1"}, section="x")


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("CARNET_X_DAYS", "six weeks"),
        ("CARNET_X_RATIO", "half"),
        ("CARNET_X_ON", "yes"),
    ],
)
def test_a_wrong_type_is_named_without_its_value(variable: str, text: str) -> None:
    """
    Values may be secrets: they are not repeated on the terminal.
    """
    with pytest.raises(SettingsError, match=variable) as refusal:
        read_settings(Sample, {"CARNET_X_DAYS": "1", variable: text}, section="x")
    assert text not in str(refusal.value)


def test_two_sections_do_not_see_each_other() -> None:
    """
    The settings of every service live in one environment.
    """
    environ = {"CARNET_X_DAYS": "1", "CARNET_XY_DAYS": "2", "CARNET_Y_DAYS": "3"}

    assert read_settings(Sample, environ, section="xy").days == 2
    assert read_settings(Sample, environ, section="x").days == 1
