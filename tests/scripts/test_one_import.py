"""Two imports of one file at once: where the next one goes on is counted in what they wrote."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from scripts.cli import identity_import, legacy_import
from scripts.cli.identity_sample import write_sample
from scripts.cli.one_import import UnderWay


def announced(at: Path) -> Iterator[object]:
    file = at / "people.csv"
    write_sample(file, 300, 0)
    outcomes = identity_import.Outcomes(at / "outcome.csv")

    def announce(_: object, rows: Any) -> Mapping[str, Any]:
        answer = {"record_id": "r", "opens_at": "then"}
        return {"rows": [{"row": number, **answer} for number in range(len(rows))]}

    return identity_import.announce_file(file, outcomes, announce, at_once=1)


def brought(at: Path) -> Iterator[object]:
    for person in ("a", "b"):
        (at / "dmps" / person).mkdir(parents=True, exist_ok=True)
        (at / "dmps" / person / "dmp.json").write_text('{"ins": {"value": "1", "oid": "1"}}')
    outcomes = legacy_import.Outcomes(at / "outcome.csv")
    found: Mapping[str, Any] = {"status": "none"}
    return legacy_import.bring(at / "dmps", outcomes, lambda *_: found)


@pytest.mark.parametrize("run", [announced, brought])
def test_another_import_waits_for_the_end_of_the_first(run: Any, tmp_path: Path) -> None:
    """Both noted the same hundred lines, two hundred were counted, and the second hundred people
    were never announced."""
    first = run(tmp_path)
    next(first)
    with pytest.raises(UnderWay, match="another import writes into"):
        next(run(tmp_path))
    list(first)
    list(run(tmp_path))
