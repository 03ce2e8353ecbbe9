"""The texts of the rules that decided are kept, by whichever process started with them."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.access.adapters.opening import open_log
from services.access.domain.matrix import MatrixRegister
from services.access.domain.reference import AccessSettings
from services.access.domain.rules import RulesKept
from shared.crypto.local_keys import LocalKeys
from shared.kernel.actor import Actor
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.access.support.judging import NOW
from tests.access.support.logs import ROOT


def test_rules_are_kept_by_each_of_two_that_start_with_other_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Both bring the first matrix, and one of them is refused it: a decision by rules that were
    dropped with it could never be decided again.
    """
    store, keys, clock = (
        EventStoreSettings(data_dir=tmp_path),
        LocalKeys(ROOT, "access"),
        FixedClock(NOW),
    )
    other = replace(AccessSettings(), caregivers=not AccessSettings().caregivers)
    with open_log(store, keys, clock) as first, open_log(store, keys, clock, other) as second:
        open_register = MatrixRegister.open

        def faster(secret: bytes, *, by: Actor) -> MatrixRegister:
            monkeypatch.setattr(MatrixRegister, "open", open_register)
            first.prepare()
            return open_register(secret, by=by)

        monkeypatch.setattr(MatrixRegister, "open", faster)
        second.prepare()

        for one in (first, second):
            kept = RulesKept.id_of(one.secret, one.rules.digest)
            assert one.version_of(kept) == 1
