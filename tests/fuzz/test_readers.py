"""Every reader of what strangers send takes it, or refuses it as it documents; `make fuzz` asks a
million times, guided by coverage."""

from random import Random

import pytest

from tests.fuzz.all_targets import ALL
from tests.fuzz.mutated import mutated
from tests.fuzz.target import Target

RUNS = 50
"""Times its share: those of whole documents do less."""

targets = pytest.mark.parametrize("target", ALL.values(), ids=list(ALL))


@targets
def test_what_it_is_made_for_is_taken(target: Target) -> None:
    """A seed that is refused would only ever fuzz the first check."""
    assert [target.run(seed) for seed in target.seeds] == [True] * len(target.seeds)


@targets
def test_what_once_broke_it_does_not_any_more(target: Target) -> None:
    """Where a reader refuses, it refuses these: none was anything to take."""
    for file in target.found():
        assert not (target.run(file.read_bytes()) and target.refusals), file.name


@targets
def test_only_documented_refusals(target: Target) -> None:
    """Anything else that is raised ends a loop, a connection or a process."""
    count = RUNS * target.share
    refused = [not target.run(data) for data in mutated(target.seeds, count, Random(12))]
    assert len(refused) == count
    assert any(refused) or not target.refusals
