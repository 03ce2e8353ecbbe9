"""Which INS keys an installation checks when nobody says otherwise."""

from pathlib import Path

import pytest

from shared.kernel.common import CommonSettings
from shared.kernel.errors import InvalidRequest
from shared.kernel.ins import INS_NIR, INS_NIR_TEST

FALSE_KEY = "284016311304277"
"""The matricule's key is 76: 97 - (2840163113042 mod 97)."""


def settings(**more: str) -> CommonSettings:
    environ = {
        "CARNET_ENVIRONMENT": "development",
        "CARNET_AMQP_URI": "amqp://nobody",
        "CARNET_SERVICE_KEYS_DIR": "keys",
        "CARNET_ISSUERS_FILE": "issuers.json",
        "CARNET_DATA_DIR": str(Path("data")),
    }
    return CommonSettings.read(environ | more)


def test_a_false_key_is_refused_naming_the_field() -> None:
    """Also for test identities: a slip of the keyboard must not find another person."""
    with pytest.raises(InvalidRequest) as refusal:
        settings().ins_rules().parse(FALSE_KEY)
    assert set(refusal.value.fields) == {"ins.value"}


def test_an_operator_may_leave_the_test_oid_out() -> None:
    """Some official samples carry false keys; the demo takes them by this setting."""
    rules = settings(CARNET_INS_STRICT_KEYS=INS_NIR).ins_rules()
    assert rules.parse(FALSE_KEY).oid == INS_NIR_TEST
