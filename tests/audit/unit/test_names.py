"""Names in a journal are the directory's; without it, a journal is read all the same."""

from datetime import timedelta
from typing import Any, cast

from services.audit.adapters.directory import RemoteNames
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unavailable
from shared.rpc.client import RpcClient
from tests.audit.logs import NOW
from tests.audit.world import DENTIST, DOCTOR


class Directory:
    """Stands for the directory: knows the doctor, while it answers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    def call(self, service: str, method: str, given: dict[str, Any]) -> Any:
        assert (service, method) == ("directory", "get_professional")
        self.asked.append(given["national_id"])
        if self.away or given["national_id"] != DOCTOR.id:
            raise Unavailable("away")
        return {"given_name": "Claire", "family_name": "Martin"}


def test_who_cannot_be_asked_about_is_left_out() -> None:
    """Their profession is shown then."""
    names = RemoteNames(cast("RpcClient", Directory()), FixedClock(NOW))

    assert names.of([DENTIST.id, DOCTOR.id]) == {DOCTOR.id: "Claire Martin"}


def test_a_name_is_remembered_for_ten_minutes() -> None:
    """Also while the directory is away; then it is asked again."""
    directory, clock = Directory(), FixedClock(NOW)
    names = RemoteNames(cast("RpcClient", directory), clock)
    names.of([DOCTOR.id])
    directory.away = True

    clock.move(timedelta(minutes=10))
    assert names.of([DOCTOR.id]) == {DOCTOR.id: "Claire Martin"}
    assert directory.asked == [DOCTOR.id]
    clock.move(timedelta(seconds=1))
    assert names.of([DOCTOR.id]) == {}
