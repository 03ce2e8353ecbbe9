"""The bench's own sums: a wrong one would make every figure of it wrong."""

import json
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from scripts.bench import __main__ as bench
from scripts.bench.growth import OPERATIONS
from scripts.bench.ladder import Ladder
from scripts.bench.load import Told, Watch, open_loop
from scripts.bench.plots import growing
from scripts.bench.record import PATIENT, RECORD, large_vault
from scripts.bench.results import BEGIN, END, KEYS, LINES, Results, publish
from scripts.bench.served import Journey
from scripts.bench.soak import unsteady
from scripts.bench.whole import SHORT
from scripts.cli.deployment import silent
from services.vault.contract.reading import Search
from shared.kernel.errors import Unavailable


def told_of(*milliseconds: float, wanted: float = 100.0, seconds: float = 1.0) -> Told:
    watch = Watch()
    for time in milliseconds:
        watch.answered(0.0, time / 1000)
    return watch.told(wanted, 0.0, seconds)


def test_percentiles_are_those_of_the_times() -> None:
    """Of 1 to 1,000 ms: to three digits, as the histogram keeps them."""
    told = told_of(*range(1, 1001))

    assert told.percentile(0.5) == pytest.approx(500, rel=0.002)
    assert told.percentile(0.95) == pytest.approx(950, rel=0.002)
    assert told.percentile(1.0) == pytest.approx(1000, rel=0.002)


def test_what_waited_behind_a_slow_call_counts_from_when_it_was_due() -> None:
    """Coordinated omission: the callers that a stall kept from calling waited all the same."""
    stalled = []

    def work(number: int) -> None:
        if number % 64 == 0 or number < 64:  # every hand is stalled once
            stalled.append(number)
            sleep(0.3)

    told = open_loop(200, 0.4, work, warm_up=0.0)

    assert told.answered == 80
    assert len(stalled) >= 64
    assert told.percentile(1.0) >= 290
    assert told.percentile(0.9) >= 200


def test_what_is_due_while_it_warms_up_is_done_and_not_counted() -> None:
    done: list[int] = []

    told = open_loop(100, 0.2, done.append, warm_up=0.3)

    assert len(done) == 50
    assert told.answered == 20


@pytest.mark.parametrize(
    ("told", "sustained"),
    [
        (told_of(*[10.0] * 100), True),
        (told_of(*[10.0] * 94), False),
        (told_of(*[10.0] * 94, *[1500.0] * 6, seconds=1.0), False),
        (told_of(*[10.0] * 100, seconds=1.2), False),
        (told_of(), False),
        (replace(told_of(*[10.0] * 100), behind=4.9), True),
        (replace(told_of(*[10.0] * 100), behind=5.1), False),
    ],
    ids=[
        "kept",
        "too few answered",
        "too late",
        "took longer",
        "nothing answered",
        "logged soon",
        "logged late",
    ],
)
def test_a_rate_is_sustained_only_if_all_of_it_is(told: Told, sustained: bool) -> None:
    assert told.is_sustained is sustained
    assert told.sustained == (told.rate if sustained else 0)


@pytest.mark.parametrize(("came_at", "seconds"), [(1.9, 1.0), (4.0, 3.0)])
def test_what_comes_long_after_the_end_makes_the_time_longer(
    came_at: float, seconds: float
) -> None:
    """What piled up was not carried at that rate, though it was answered in the end."""
    watch = Watch()
    watch.answered(0.95, came_at)

    assert watch.told(1, 0.0, 1.0).seconds == seconds


def test_one_refusal_and_a_rate_is_not_sustained() -> None:
    """Nothing dropped: a rate that is kept by refusing some is not kept."""

    def work(number: int) -> None:
        if number == 7:
            raise Unavailable("full")

    told = open_loop(500, 0.1, work, warm_up=0.0)

    assert told.refusals == {"unavailable": 1}
    assert not told.is_sustained


def wearing_out(_place: None, rate: float, seconds: float) -> Told:
    """30 a second for ever, 40 for a moment, more never."""
    fits = rate <= 30 or (rate == 40 and seconds < 10)
    return told_of(*[10.0 if fits else 5000.0] * int(rate), wanted=rate)


def test_the_highest_rate_is_one_that_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40 is kept for a look and not for the whole time: what is told is 30."""
    monkeypatch.setattr("scripts.bench.ladder.elsewhere", lambda run, *given: run(*given))
    ladder = Ladder("worn", wearing_out, (10, 20, 30, 40, 60), 15.0, lambda: 0.0, tmp_path)

    told = ladder.climb(None, silent)

    assert told.wanted == 30
    assert [one.wanted for one in ladder.tried] == [10, 20, 30, 40, 60, 40, 30]
    assert len(json.loads((tmp_path / "worn.json").read_text())) == 7


@pytest.mark.parametrize(
    ("slowest", "said"), [(10.0, "40 a second for 15 s kept"), (5000.0, "NOT kept")]
)
def test_one_journey_by_itself_says_whether_it_was_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    slowest: float,
    said: str,
) -> None:
    """Its highest rate may be its lowest, which was not kept either; the page stays as it is."""
    page = tmp_path / "page.md"
    page.write_text("of before")
    asked: list[tuple[Journey, float]] = []

    def alone(journey: Journey, _home: Path, seconds: float, _progress: object) -> Told:
        asked.append((journey, seconds))
        return told_of(*[slowest] * 600, wanted=40.0, seconds=seconds)

    monkeypatch.setattr(bench, "alone", alone)

    bench.main(only=Journey.OPENINGS, pictures=page.with_suffix(""))

    assert asked == [(Journey.OPENINGS, SHORT)]
    assert said in capsys.readouterr().out
    assert page.read_text() == "of before"


def test_a_run_says_which_keys_it_did_not_measure(tmp_path: Path) -> None:
    """latest.json has every key that was asked for, or the run fails."""
    results = Results(tmp_path, figures=dict.fromkeys(KEYS, 1.0))
    assert results.missing == []
    written = json.loads(results.write().read_text())
    assert set(KEYS) <= written.keys()
    assert written["machine"]["cores"] >= 1
    assert all(f"`{key}`" in results.markdown() for key in KEYS if key in {x.key for x in LINES})

    page = tmp_path / "page.md"
    page.write_text(f"above\n{BEGIN}\nof before\n{END}\nbelow\n")
    publish(page, results.markdown())
    assert page.read_text() == f"above\n{BEGIN}\n{results.markdown()}{END}\nbelow\n"

    del results.figures["redecide"]
    assert results.missing == ["redecide"]


def test_a_soak_may_warm_up_and_then_neither_grow_nor_fall_behind() -> None:
    """
    Half a megabyte a minute in the second half, and the events of a minute, are the most.
    """
    assert unsteady(_looks(growth=0.4, lag=2_999)) == []
    assert unsteady(_looks(growth=0.6, lag=0)) == ["audit grew by 0.60 MB a minute"]
    assert unsteady(_looks(growth=0, lag=3_300)) == ["3300 events waited, 66 s of them"]


def _looks(growth: float, lag: int) -> list[dict[str, Any]]:
    """Of ten minutes at 50 events a second; a process that fills its caches in the first half;
    ``lag``: once."""
    return [
        {
            "seconds": 60.0 * minute,
            "rss_mb": {"audit": 80.0 + min(minute, 5) * 10 + growth * minute, "people": 70.0},
            "events": 3_000 * minute,
            "lag": lag if minute == 3 else 7,
        }
        for minute in range(11)
    ]


def test_the_documents_of_the_record_to_search_are_found(tmp_path: Path) -> None:
    with large_vault(tmp_path, 12) as vault:
        found = vault.search(Search(record_id=RECORD, limit=5), PATIENT)
        assert (found.total, len(found.items)) == (12, 5)


def test_each_operation_that_grows_is_drawn() -> None:
    """A picture without one would say that nothing is known of it."""
    figure = growing({name: [[1, 1.0], [10, 1.0]] for name in OPERATIONS})

    assert [line.get_label() for line in figure.axes[0].get_lines()] == list(OPERATIONS)
