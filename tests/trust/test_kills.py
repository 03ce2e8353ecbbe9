"""Parts are killed at random while people work: nothing acknowledged is lost, doubled or denied."""

import os
import time
from collections import Counter
from random import Random
from typing import Any

import pytest

from scripts.cli.audit_evidence import Where, open_evidence
from scripts.cli.audit_redecide import redecide_stored
from scripts.demo.cast import Caller
from tests.support.deadline import eventually
from tests.trust.conftest import Attacked
from tests.trust.load import Load, Seen

KILLS = int(os.environ.get("CARNET_TRUST_KILLS", "6"))
"""`make trust` asks for a hundred."""
AWAY = (0.2, 3.0)
"""Seconds between a kill and the new start."""


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_nothing_acknowledged_is_lost(attacked: Attacked, figures: dict[str, Any]) -> None:
    """Each service group, the broker and the object store die with SIGKILL under a mixed load."""
    load = Load(attacked)
    load.start()
    try:
        killed = kill_at_random(attacked, Random(5))
    finally:
        seen = load.stop()

    figures.update(
        kills=dict(killed),
        commands_sent=seen.tries,
        documents_acknowledged=sum(map(len, seen.deposited.values())),
        openings=len(seen.opened),
        blocks=seen.blocks,
        lost=seen.lost,
        broken=seen.broken,
    )
    assert sum(killed.values()) == KILLS
    assert (seen.broken, seen.lost) == ([], [])
    assert seen.deposited
    assert seen.blocks
    for record_id, mine in seen.deposited.items():
        eventually(lambda r=record_id, m=mine: listed(attacked.cast.patient(r), r) == Counter(m))  # type: ignore[misc]  # mypy infers no type for a default
    every_opening_has_its_permit(attacked, seen)
    every_event_has_its_leaf(attacked)


def kill_at_random(attacked: Attacked, chance: Random) -> Counter[str]:
    deployment, killed = attacked.deployment, Counter[str]()
    for _ in range(KILLS):
        time.sleep(chance.uniform(1.0, 3.0))
        name = chance.choice(list(deployment.parts))
        killed[name] += 1
        if name == "broker":
            deployment.broker.crash()
        else:
            deployment.parts[name].kill()
        time.sleep(chance.uniform(*AWAY))
        start_again(attacked, name)
    return killed


def start_again(attacked: Attacked, name: str) -> None:
    deployment = attacked.deployment
    if name == "broker":
        deployment.broker.start()
    elif name == "object store":
        deployment.objects.start()
    else:
        deployment.launch(name)
    for process in deployment.processes:
        eventually(lambda p=process: deployment.ready(p), within=120)  # type: ignore[misc]  # idem


def listed(patient: Caller, record_id: str) -> Counter[str]:
    found: Counter[str] = Counter()
    cursor = None
    while True:
        page: dict[str, Any] = patient.ask(
            "vault.search", record_id=record_id, limit=100, cursor=cursor
        )
        found.update(item["document_id"] for item in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def every_opening_has_its_permit(attacked: Attacked, seen: Seen) -> None:
    assert seen.opened
    for record_id, decision_id in seen.opened:
        explained = attacked.cast.patient(record_id).ask("access.explain", decision_id=decision_id)
        assert explained["permit"] is True


def every_event_has_its_leaf(attacked: Attacked) -> None:
    """And every decision would be made the same today."""
    where = Where(settings=attacked.deployment.place.settings())
    eventually(lambda: open_evidence(where).verify().log_verified, within=120)
    assert redecide_stored(where).count == 0
