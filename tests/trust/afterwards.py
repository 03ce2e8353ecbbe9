"""What must hold once everything is mended, whatever happened before."""

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scripts.cli.audit_evidence import Where, open_evidence
from scripts.cli.audit_redecide import redecide_stored
from scripts.cli.processes import ROOT
from scripts.demo.cast import Caller, Cast
from services.audit.domain.report import FindingKind, VerificationReport
from tests.support.deadline import eventually
from tests.trust import history
from tests.trust.conftest import Attacked
from tests.trust.faulty import Faulty
from tests.trust.load import Seen
from tests.trust.works import BOXES, doctor

CAUGHT_UP = 60.0
"""Seconds for followers and read models to be where the logs are."""


def one_order_explains_all(seen: Seen) -> None:
    """Each record by itself. And the places in each log are in the order of the answers."""
    models: dict[str, Any] = {"block": history.BLOCKING, "dispense": history.dispensing(BOXES)}
    for (promise, of), acts in seen.histories.items():
        assert history.explained(acts, models[promise]), (promise, of, acts)
    assert {what for what, _ in seen.histories} == set(models)
    for service, places in seen.places.items():
        assert history.out_of_order(places) == [], service


def every_document_is_listed_once(cast: Cast, seen: Seen) -> None:
    for record_id, mine in seen.deposited.items():
        patient = cast.patient(record_id)
        eventually(lambda p=patient, r=record_id, m=mine: listed(p, r) == Counter(m), CAUGHT_UP)  # type: ignore[misc]  # mypy infers no type for a default


def every_box_left_once(cast: Cast, seen: Seen) -> None:
    """What was acknowledged, and no more than was prescribed."""
    for number, boxes in seen.boxes.items():
        told = doctor(cast).ask("prescription.history", number=number)
        kept = [one["dispensation_id"] for one in told["dispensations"]]
        assert sorted(kept) == sorted(boxes)
        assert len(kept) == BOXES


def every_opening_has_its_permit(cast: Cast, seen: Seen) -> None:
    for record_id, decision_id in seen.opened:
        explained = cast.patient(record_id).ask("access.explain", decision_id=decision_id)
        assert explained["permit"] is True


def every_event_has_its_leaf(
    carnet: Faulty | Attacked, but: Mapping[FindingKind, int] = MappingProxyType({})
) -> None:
    """And every decision would be made the same today. ``but``: what else the log names."""
    where = Where(settings=carnet.deployment.place.settings())
    eventually(lambda: compared(where, but), within=2 * CAUGHT_UP)
    assert redecide_stored(where).count == 0


def compared(where: Where, but: Mapping[FindingKind, int]) -> VerificationReport:
    report = open_evidence(where).verify()
    assert report.found == Counter(but), report.findings
    return report


def views_built_anew(carnet: Faulty) -> int:
    """How often a read model was built beside the one that served, since the first start."""
    files = (carnet.deployment.place.home / "data").glob("*.views.db")
    return sum(generation - 1 for file in files for generation in _generations(file))


def _generations(file: Path) -> list[int]:
    with closing(sqlite3.connect(file)) as opened:
        return [generation for (generation,) in opened.execute("SELECT generation FROM views")]


def every_view_is_as_rebuilt(carnet: Faulty | Attacked) -> None:
    """Of each service, each read model against one that is made from the logs now."""
    compared = eventually(lambda: all_alike(carnet), within=2 * CAUGHT_UP, every=2)
    assert len(compared) > 10


def all_alike(carnet: Faulty | Attacked) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.trust.rebuilt"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **carnet.deployment.place.settings()},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    compared: dict[str, Any] = json.loads(done.stdout)
    differ = {view: found for view, found in compared.items() if found["differ"]}
    assert not differ, differ
    return compared


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
