"""One embedded Carnet for all long tests of operating one."""

from collections.abc import Iterator

import pytest

from tests.ops.embedded import Embedded, embedded


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    with embedded(tmp_path_factory.mktemp("embedded")) as found:
        yield found
