"""``read-only``, ``drain`` and ``resume`` where there is nothing to do them on."""

from pathlib import Path

import pytest

from tests.ops.world import Operated


@pytest.mark.parametrize(
    "command", [("read-only", "true"), ("drain", "records"), ("resume", "mail")]
)
def test_where_no_carnet_runs_they_are_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    """And make no folder in the place of one."""
    nowhere = tmp_path / "nowhere"
    refused = Operated(tmp_path, {}).run(*command, "--dir", str(nowhere))
    assert refused.exit_code == 4
    assert "no Carnet runs in" in refused.stderr
    assert not nowhere.exists()
