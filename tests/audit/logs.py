"""Small logs for tests: real event stores, real files, crashes where one wants them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.adapters.files import FolderFiles
from services.audit.adapters.tree import SqlTree
from services.audit.domain.batch import Batch
from services.audit.domain.growth import Publisher
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.kernel.note import VerifierKey
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ORIGIN = "log.carnet.example/test"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = VerifierKey(ORIGIN, PRIVATE.public_key().public_bytes_raw())


class TreeHome(EventLog):
    """A log of no event, beside whose rows the tree has its tables."""

    name = "audit"


def open_tree(settings: EventStoreSettings) -> tuple[TreeHome, SqlTree]:
    home = TreeHome(settings, LocalKeys(bytes(32), "audit"), FixedClock(NOW))
    return home, SqlTree(home.guarded)


def digest(service: str, position: int, epoch: str = "e1") -> bytes:
    return sha256(f"{service}/{epoch}/{position}".encode()).digest()


def batch(
    service: str, after: int, to: int, *, epoch: str = "e1", skip: Sequence[int] = ()
) -> Batch:
    return Batch(
        service=service,
        epoch=epoch,
        after=after,
        to=to,
        leaves=[
            (position, digest(service, position, epoch))
            for position in range(after + 1, to + 1)
            if position not in skip
        ],
    )


class Killed(BaseException):
    """The process died here."""


class Fragile:
    """Calls through to a real object, and dies before or after its n-th write."""

    def __init__(self, target: object, writes: Iterator[str], plan: "Plan") -> None:
        self._target = target
        self._writes = set(writes)
        self._plan = plan

    def __getattr__(self, name: str) -> Callable[..., object]:
        method: Callable[..., object] = getattr(self._target, name)
        return self._dying(method) if name in self._writes else method

    def _dying(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            self._plan.point()
            answer = method(*args)
            self._plan.point()
            return answer

        return call


class Plan:
    """Die at the n-th point; ``passed`` tells how many points there were."""

    def __init__(self, die_at: int | None = None) -> None:
        self.passed = 0
        self._die_at = die_at

    def point(self) -> None:
        self.passed += 1
        if self.passed == self._die_at:
            raise Killed


def publisher(tree: object, files: object) -> Publisher:
    return Publisher(tree=tree, files=files, verifier=VERIFIER, sign=PRIVATE.sign)  # type: ignore[arg-type]  # a Fragile passes for what it wraps


def folder_files(folder: Path) -> Callable[[str], bytes]:
    files = FolderFiles(folder)

    def read(path: str) -> bytes:
        data = files.get(path)
        assert data is not None, f"{path} is not there"
        return data

    return read
