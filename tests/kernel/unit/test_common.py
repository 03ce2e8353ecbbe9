"""Settings all services share: what may not go together."""

from pathlib import Path
from typing import Any

import pytest

from shared.kernel.clock import ShiftedClock, SystemClock
from shared.kernel.common import CommonSettings
from shared.kernel.ins import INS_NIR, INS_NIR_TEST, PRODUCTION_OIDS, TEST_OIDS
from shared.kernel.settings import SettingsError

BASE = {
    "CARNET_ENVIRONMENT": "development",
    "CARNET_AMQP_URI": "amqp://127.0.0.1",
    "CARNET_SERVICE_KEYS_DIR": "/srv/keys",
    "CARNET_ISSUERS_FILE": "/srv/issuers.json",
    "CARNET_DATA_DIR": "/srv/data",
}

PRODUCTION = {"environment": "production", "hosting_places": "127.0.0.1,db.here"}
S3 = {"s3_access_key": "a", "s3_secret_key": "b"}


def read(**changes: str) -> CommonSettings:
    return CommonSettings.read(BASE | {f"CARNET_{k.upper()}": v for k, v in changes.items()})


def test_oids_follow_the_environment() -> None:
    """
    A test OID is never accepted in production, nor a real person's in development.
    """
    assert read().accepted_oids == TEST_OIDS
    assert read(**PRODUCTION).accepted_oids == PRODUCTION_OIDS
    assert read(ins_oids=INS_NIR_TEST).accepted_oids == {INS_NIR_TEST}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (dict(environment="staging"), "CARNET_ENVIRONMENT"),
        (dict(ins_oids=INS_NIR), "CARNET_INS_OIDS"),
        (PRODUCTION | dict(ins_oids=INS_NIR_TEST), "CARNET_INS_OIDS"),
        (dict(environment="production", clock_file="/srv/clock"), "CARNET_CLOCK_FILE"),
        (dict(s3_endpoint="http://127.0.0.1:8333"), "CARNET_S3_ACCESS_KEY"),
        (dict(environment="production"), "CARNET_AMQP_URI names 127.0.0.1"),
        (PRODUCTION | dict(postgres_dsn="host=db.elsewhere dbname=x"), "db.elsewhere"),
        (PRODUCTION | dict(postgres_dsn="dbname=x host = db.elsewhere"), "db.elsewhere"),
        (PRODUCTION | dict(postgres_dsn="host=db.here hostaddr='192.0.2.1'"), "names 192.0.2.1,"),
        (PRODUCTION | dict(postgres_dsn="postgresql://db.here/x?host=db.elsewhere"), "elsewhere"),
        (PRODUCTION | dict(postgres_dsn="postgresql://db.here/x?host=db.here,db.b"), "names db.b,"),
        (PRODUCTION | dict(postgres_dsn="postgresql://db.here/x?hostaddr=192.0.2.1"), "192.0.2.1"),
        (
            PRODUCTION | dict(mongodb_uri="mongodb://u:p@127.0.0.1:1,m2.elsewhere:2/"),
            "m2.elsewhere",
        ),
        (PRODUCTION | S3 | dict(s3_endpoint="https://s3.elsewhere:9000"), "s3.elsewhere"),
    ],
)
def test_what_does_not_fit_refuses_to_boot(changes: dict[str, Any], named: str) -> None:
    """
    Half a configuration is refused at boot, naming the variable to look at.
    """
    with pytest.raises(SettingsError, match=named):
        read(**changes)


def test_a_store_is_needed() -> None:
    """
    Nowhere to keep the log is not a default.
    """
    without = {k: v for k, v in BASE.items() if k != "CARNET_DATA_DIR"}

    with pytest.raises(SettingsError, match="CARNET_DATA_DIR or CARNET_POSTGRES_DSN"):
        CommonSettings.read(without)


def test_only_a_clock_file_shifts_time(tmp_path: Path) -> None:
    """
    Without the file nothing but the system's time is asked.
    """
    assert isinstance(read().clock(), SystemClock)
    assert isinstance(read(clock_file=str(tmp_path / "clock")).clock(), ShiftedClock)


def test_declared_hosting_places_may_be_named() -> None:
    """
    DESIGN, section 12: production boots only where the operator said that it is hosted.
    """
    assert read(**PRODUCTION, postgres_dsn="postgresql://u:p@db.here:5432/{service}").production
    assert read(**PRODUCTION, postgres_dsn="host = 'db.here' dbname = {service}").production
    assert read(**PRODUCTION, postgres_dsn="postgresql:///{service}?host=%2Frun%2Fpg").production
