"""``carnet ops rebuild`` over several processes, while the service runs."""

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from scripts.cli import pool
from scripts.ops.app import app
from scripts.ops.parts import built
from shared.eventing import project
from shared.stores.documents import Json
from tests.ops.embedded import Embedded
from tests.support.deadline import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
SEALED = {"kept", "metadata", "text", "origin", "visibility"}


@pytest.fixture
def of_its_settings(served: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a container of the service has them."""
    for name, value in served.deployment.place.settings().items():
        monkeypatch.setenv(name, value)


def listed() -> dict[str, Json]:
    """What is not sealed of each row, which is sealed anew each time."""
    with built("vault", "project") as made:
        view = next(v for v in made.views if v.projection.NAME == "documents")
        rows = view.documents.find(limit=100).items
    return {row["id"]: {k: v for k, v in row.items() if k not in SEALED} for row in rows}


@pytest.mark.usefixtures("of_its_settings")
def test_processes_that_open_log_and_keys_for_themselves_make_its_rows(
    served: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each asks keyring for the keys of what it reads. The list that serves afterwards says what
    the one before said, and what comes after is in it too."""
    made = {served.deposit()[0] for _ in range(5)}
    eventually(lambda: made <= served.listed(), within=20)
    before = listed()
    monkeypatch.setattr(pool, "FEW", 0)
    monkeypatch.setattr(pool, "cores", lambda: 2)
    monkeypatch.setattr(project, "TOGETHER", 3)
    asked = pool.Workers.each
    pools = list[bool]()

    def seen(workers: pool.Workers, *work: object) -> Iterator[object]:
        pools.append(workers._pool is not None)
        return asked(workers, *work)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(pool.Workers, "each", seen)
    done = CliRunner().invoke(app, ["rebuild", "vault", "documents"])

    assert (done.exit_code, done.stdout) == (0, "documents was built anew and serves\n"), done
    assert pools == [True]
    assert listed() == before
    after, content = served.deposit()
    eventually(lambda: made | {after} <= served.listed(), within=20)
    assert served.open(after) == content
