"""One embedded Carnet for all long tests of operating one; logs with a real object store."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.machine.seaweedfs import ObjectStore
from tests.ops.embedded import Embedded, embedded
from tests.ops.world import Operated, operated


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    with embedded(tmp_path_factory.mktemp("embedded")) as found:
        yield found


@pytest.fixture
def carnet(objects: ObjectStore, tmp_path: Path) -> Operated:
    found = operated(tmp_path)
    found.environ |= {
        "CARNET_S3_ENDPOINT": objects.endpoint,
        "CARNET_S3_ACCESS_KEY": objects.access_key,
        "CARNET_S3_SECRET_KEY": objects.secret_key,
        "CARNET_S3_BUCKET_PREFIX": f"t{uuid4().hex[:12]}-",
    }
    return found
