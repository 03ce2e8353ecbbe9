"""Everything fails while people work: nothing acknowledged is lost, doubled or denied."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from scripts.demo.cast import TREATING_DOCTOR, Cast
from shared.rpc.client import RpcClient
from tests.trust.afterwards import (
    every_box_left_once,
    every_document_is_listed_once,
    every_event_has_its_leaf,
    every_opening_has_its_permit,
    every_view_is_as_rebuilt,
    one_order_explains_all,
    views_built_anew,
)
from tests.trust.conftest import REPORT, open_records
from tests.trust.faulty import Faulty, running_embedded, running_faulty
from tests.trust.load import Load, Seen, Work
from tests.trust.mishaps import KINDS, Mishap, every_kind, kills
from tests.trust.works import (
    METADATA,
    PHARMACY,
    blocking,
    depositing,
    dispensing,
    new_content,
    opening,
)

KILLS = int(os.environ.get("CARNET_TRUST_KILLS", "2"))
"""Of the long form; `make trust` asks for a hundred."""
SEED = int(os.environ.get("CARNET_TRUST_SEED", "5"))
BETWEEN = (0.5, 2.5)
"""Seconds of quiet between two mishaps."""
SHORT = (
    Mishap("kill", "records", (0.2, 0.2)),
    Mishap("pause", "audit", (1, 1)),
    Mishap("kill", "broker", (0.2, 0.2)),
)
"""What happens at each `make test`: to decisions and documents, to who follows, to the broker."""
LOGS = REPORT.parent / "logs"
"""Of a run that failed: what the services said, and what had happened."""


@dataclass(frozen=True)
class Town:
    """``records``: for letters, for what is blocked, for prescriptions."""

    carnet: Faulty
    cast: Cast
    works: Sequence[Work]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = tmp_path_factory.mktemp("faults") / "carnet"
    with running_faulty(home) as carnet, peopled(carnet) as town:
        yield town


@pytest.fixture(scope="module")
def small_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = tmp_path_factory.mktemp("small") / "carnet"
    with running_embedded(home) as carnet, peopled(carnet) as town:
        yield town


@contextmanager
def peopled(carnet: Faulty) -> Iterator[Town]:
    with RpcClient(carnet.deployment.broker.uri()) as rpc:
        cast = Cast(rpc, carnet.deployment.place.issuer)
        records = list(open_records(cast, carnet.deployment.place.home).values())
        for record_id in records:
            cast.patient(record_id).do(
                "access.name_treating_doctor", record_id=record_id, professional=TREATING_DOCTOR
            )
        cast.insurer().do(
            "directory.register_facility",
            finess=PHARMACY[1:], name="Pharmacie du Lion", sector="SA33",
        )  # fmt: skip
        yield Town(carnet, cast, list(works(cast, records)))


def works(cast: Cast, records: Sequence[str]) -> Iterator[Work]:
    letters, blocked, prescribed = records[0:2], records[2:4], records[4:6]
    yield from (depositing(cast, letters), depositing(cast, letters))
    for record_id in blocked:
        document = cast.hospital().do(
            "vault.deposit", record_id=record_id, content=new_content(), metadata=METADATA
        )
        yield blocking(cast, record_id)
        yield from (opening(cast, record_id, document["document_id"]) for _ in range(2))
    yield from (dispensing(cast, record_id) for record_id in prescribed)


def test_nothing_acknowledged_is_lost_in_the_short_form(
    small_town: Town, figures: dict[str, Any]
) -> None:
    """Some parts fail, one after the other."""
    hold_while_it_happens(small_town, SHORT, figures, between=(0.2, 0.2))


@pytest.mark.long
@pytest.mark.timeout(3600 * 4)
def test_nothing_acknowledged_is_lost(town: Town, figures: dict[str, Any]) -> None:
    """Each process of the services (their relays and followers are in them), the broker, the
    database and the object store: killed, paused, cut off, silenced, slowed, with a wrong clock
    and on a full disk."""
    chance = Random(SEED)
    planned = [*kills(town.carnet, KILLS, chance), *every_kind(town.carnet, chance)]
    for _ in range(KILLS // 15):
        planned += every_kind(town.carnet, chance)
    chance.shuffle(planned)
    hold_while_it_happens(town, planned, figures, between=BETWEEN)


def hold_while_it_happens(
    town: Town, planned: Sequence[Mishap], figures: dict[str, Any], between: tuple[float, float]
) -> None:
    chance, happened = Random(SEED), list[Mishap]()
    with kept_logs(town.carnet, happened), under_load(town) as load:
        for mishap in planned:
            time.sleep(chance.uniform(*between))
            with KINDS[mishap.kind](town.carnet, mishap, chance):
                time.sleep(chance.uniform(*mishap.lasts))
            happened.append(mishap)
            figures.update(told(happened, load.desk.seen))
            town.carnet.serves_again()
    seen = load.desk.seen

    figures.update(told(happened, seen))
    figures["views_built_anew"] = views_built_anew(town.carnet)
    with kept_logs(town.carnet, happened):
        all_holds(town, seen)


def all_holds(town: Town, seen: Seen) -> None:
    assert (seen.broken, seen.lost) == ([], [])
    assert all([seen.deposited, seen.opened, seen.boxes])
    one_order_explains_all(seen)
    every_document_is_listed_once(town.cast, seen)
    every_box_left_once(town.cast, seen)
    every_opening_has_its_permit(town.cast, seen)
    every_event_has_its_leaf(town.carnet)
    every_view_is_as_rebuilt(town.carnet)


@contextmanager
def kept_logs(carnet: Faulty, happened: Sequence[Mishap]) -> Iterator[None]:
    """The home of a run that failed is thrown away; this stays."""
    try:
        yield
    except BaseException:
        shutil.rmtree(LOGS, ignore_errors=True)
        shutil.copytree(carnet.deployment.place.home / "services", LOGS)
        (LOGS / "happened.txt").write_text("\n".join(map(str, happened)))
        raise


@contextmanager
def under_load(town: Town) -> Iterator[Load]:
    load = Load(town.works)
    load.start()
    try:
        yield load
    except BaseException:
        load.give_up()
        raise
    finally:
        load.stop()


def told(happened: Sequence[Mishap], seen: Seen) -> dict[str, Any]:
    acts = [act for history in seen.histories.values() for act in history]
    return {
        "kills": dict(Counter(m.to for m in happened if m.kind == "kill")),
        "other_mishaps": dict(Counter(f"{m.kind}: {m.to}" for m in happened if m.kind != "kill")),
        "calls": seen.tries,
        "documents_acknowledged": sum(map(len, seen.deposited.values())),
        "openings_let_in": len(seen.opened),
        "openings_kept_out": sum(act.what == "open" and act.answer is False for act in acts),
        "blocks": sum(act.what == "block" for act in acts),
        "prescriptions": len(seen.boxes),
        "boxes": sum(map(len, seen.boxes.values())),
        "lost": seen.lost,
        "broken": seen.broken,
    }
