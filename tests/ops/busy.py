"""Services that go on without end, as far as a cut can tell: one saves, others follow it and save,
audit has the leaves of all and signs trees, and all see what it signed."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from uuid import uuid4

from services.audit.adapters.tree import SqlTree
from services.audit.domain.batch import Batch
from shared.stores.event_log import EventLog, Followed, Link, Outcome
from shared.stores.places import SeenCheckpoint
from tests.ops.note import Note
from tests.ops.world import Answer, Operated

FOLLOWERS = (("vault", "identity"), ("access", "identity"), ("messaging", "vault"))
LOGS = ("audit", "messaging", "vault", "identity", "access", "keyring")
SIGNED_EVERY = 0.1
"""Seconds; a broker takes longer than nothing to tell of it."""
TOLD_AFTER = 0.02


@contextmanager
def going_on(carnet: Operated) -> Iterator[None]:
    """What fails in one of them fails the test."""
    stop = Event()
    works = [
        *(_saving(carnet, service) for service in ("identity", "keyring")),
        *(_following(carnet, *pair) for pair in FOLLOWERS),
        _signing(carnet),
        *(_seeing(carnet, service) for service in LOGS if service != "audit"),
    ]
    with ThreadPoolExecutor(len(works)) as pool:
        running = [pool.submit(_until, stop, work) for work in works]
        try:
            yield
        finally:
            stop.set()
        for one in running:
            one.result()


def _until(stop: Event, work: Iterator[None]) -> None:
    for _ in work:
        if stop.is_set():
            return


def _saving(carnet: Operated, service: str) -> Iterator[None]:
    log = carnet.log(service)
    try:
        while True:
            log.commit(Outcome(answer=Answer(), save=[Note(uuid4())]))
            time.sleep(0.002)
            yield
    finally:
        log.close()


def _following(carnet: Operated, service: str, publisher: str) -> Iterator[None]:
    """In one transaction with what it decided, as every policy."""
    log, other = carnet.log(service), carnet.log(publisher)
    try:
        while True:
            at = log.places.followed(publisher)
            head = other.head()
            if head.position > (at.position if at else 0):
                reached = Link(head.epoch, head.position, "")
                decided = Outcome(answer=Answer(), save=[Note(uuid4())])
                log.apply(decided, Followed(publisher=publisher, previous=at, reached=reached))
            time.sleep(0.002)
            yield
    finally:
        log.close()
        other.close()


def _signing(carnet: Operated) -> Iterator[None]:
    logs = {service: carnet.log(service) for service in LOGS}
    tree = SqlTree(logs["audit"].guarded)
    try:
        while True:
            for service, log in logs.items():
                place = tree.place(service)
                _append(tree, service, log, place.position if place else 0)
            tree.keep_signed(tree.size(), f"{tree.size()}")
            time.sleep(SIGNED_EVERY)
            yield
    finally:
        for log in logs.values():
            log.close()


def _append(tree: SqlTree, service: str, log: EventLog, after: int) -> None:
    found = log.leaves(after, 500)
    leaves = [(position, bytes.fromhex(digest)) for position, digest in found.leaves]
    tree.append(Batch(service=service, epoch=found.epoch, after=after, to=found.to, leaves=leaves))


def _seeing(carnet: Operated, service: str) -> Iterator[None]:
    log, audit = carnet.log(service), carnet.log("audit")
    tree = SqlTree(audit.guarded)
    try:
        while True:
            seen, signed = log.places.seen_checkpoint(), int(tree.signed() or 0)
            time.sleep(TOLD_AFTER)
            before = seen.size if seen else None
            if signed > (before or 0):
                new = SeenCheckpoint(size=signed, note="", vkey="")
                log.places.keep_checkpoint(new, before, None)
            yield
    finally:
        log.close()
        audit.close()


def torn(carnet: Operated) -> list[str]:
    """Who has more of another than this has; looked up by the services' own parts."""
    logs = {service: carnet.log(service) for service in LOGS}
    tree = SqlTree(logs["audit"].guarded)
    signed = int(tree.signed() or 0)
    heads = {service: log.head().position for service, log in logs.items()}
    found = []
    for service, publisher in FOLLOWERS:
        at = logs[service].places.followed(publisher)
        if at and at.position > heads[publisher]:
            found.append(f"{service} follows {publisher} to {at.position} of {heads[publisher]}")
    for service, log in logs.items():
        place, seen = tree.place(service), log.places.seen_checkpoint()
        if place and place.position > heads[service]:
            found.append(f"leaves of {service} to {place.position} of {heads[service]}")
        if seen and seen.size > signed:
            found.append(f"{service} saw {seen.size} of {signed}")
    for log in logs.values():
        log.close()
    return found


def has_begun(carnet: Operated) -> Callable[[], bool]:
    """Everybody has followed, seen and signed something."""

    def asked() -> bool:
        logs = {service: carnet.log(service) for service in LOGS}
        try:
            followed = all(logs[s].places.followed(p) for s, p in FOLLOWERS)
            return followed and all(logs[s].places.seen_checkpoint() for s in LOGS if s != "audit")
        finally:
            for log in logs.values():
                log.close()

    return asked
