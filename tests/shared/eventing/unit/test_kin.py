"""Events of merged records, as every service keeps them and as the vault alone once did."""

import json
import re
from pathlib import Path

import pytest

from shared.eventing.kin import Kin
from tests.support.golden import Golden

FILES = sorted((Path(__file__).parents[1] / "golden").glob("*.json"))
KINDS: dict[str, type] = {
    "known": Kin.Created,
    "target_changed": Kin.TargetChanged,
    "sources_changed": Kin.SourcesChanged,
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_stored_bytes_still_read(file: Path) -> None:
    """What was written under either name is read; it is written under the newer one."""
    topic = file.stem.removesuffix(".v1")
    golden = Golden(topic, 1, json.loads(file.read_text()))
    name = re.fullmatch(r"(?:vault\.kin_|kin\.)(.+)", topic)
    assert name

    event: object = golden.load()

    assert type(event) is KINDS[name[1]]
    if topic.startswith("kin."):
        assert golden.store(golden.load()) == golden.state


def test_no_event_is_without_its_file() -> None:
    """One day it would be changed unseen."""
    wanted = {f"kin.{name}.v1" for name in KINDS} | {f"vault.kin_{name}.v1" for name in KINDS}

    assert {file.stem for file in FILES} == wanted
