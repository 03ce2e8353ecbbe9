"""Where a log is kept, as the library is told."""

import json
from pathlib import Path

import pytest

from shared.kernel.settings import SettingsError
from shared.stores.settings import EventStoreSettings

DSN = (
    "postgresql://u:p%40ss@db.example:6543/carnet_{service}?sslmode=verify-full&application_name=x"
)


def test_each_service_has_a_file_of_its_own(tmp_path: Path) -> None:
    """
    A service owns its data alone, also on one machine.
    """
    environment = EventStoreSettings(data_dir=tmp_path / "new").environment("vault")

    assert environment["SQLITE_DBNAME"] == str(tmp_path / "new" / "vault.db")
    assert (tmp_path / "new").is_dir()


def test_each_service_has_a_database_of_its_own_with_all_of_its_address() -> None:
    """
    What the library has no name for, TLS above all, is not lost on the way.
    """
    environment = EventStoreSettings(postgres_dsn=DSN).environment("vault")

    assert environment["POSTGRES_DBNAME"] == "carnet_vault"
    assert environment["POSTGRES_HOST"] == "db.example"
    assert environment["POSTGRES_PORT"] == "6543"
    assert environment["POSTGRES_PASSWORD"] == "p@ss"
    parameters = json.loads(environment["POSTGRES_CONNECTION_PARAMETERS"])
    assert parameters == {"sslmode": "verify-full", "application_name": "x"}


def test_a_password_is_not_shown() -> None:
    """
    Settings end up in tracebacks and start-up logs.
    """
    assert "p%40ss" not in repr(EventStoreSettings(postgres_dsn=DSN))


@pytest.mark.parametrize("secret", ["hun ter2", "hunter%2"])
def test_an_address_that_cannot_be_read_is_not_repeated(secret: str) -> None:
    """
    libpq quotes what it did not understand, which is a password that was not encoded.
    """
    with pytest.raises(SettingsError, match="CARNET_POSTGRES_DSN") as refused:
        EventStoreSettings(postgres_dsn=f"postgresql://u:{secret}@db/{{service}}").environment("a")
    assert "hun" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "Vault", "a/b", "a;b", "a-b", "1a"])
def test_a_name_that_could_be_something_else_is_refused(tmp_path: Path, name: str) -> None:
    """
    It becomes part of a path and of table names.
    """
    with pytest.raises(ValueError, match="cannot name"):
        EventStoreSettings(data_dir=tmp_path).environment(name)


def test_no_store_refuses_to_boot() -> None:
    """
    Not a log in memory, forgotten at the end.
    """
    with pytest.raises(SettingsError, match="CARNET_DATA_DIR or CARNET_POSTGRES_DSN"):
        EventStoreSettings().environment("vault")
