"""What goes wrong while people work: one mishap at a time, each mended after a while."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from random import Random

from tests.trust.faulty import Faulty

SLOW = (0.05, 0.4)
"""Seconds that everything takes longer to pass."""
SKEWS = (-90.0, -4.0, 4.0, 90.0)
"""Seconds: within what a token's times may differ by, and beyond."""


@dataclass(frozen=True)
class Mishap:
    """``lasts``: seconds, at least and at most."""

    kind: str
    to: str
    lasts: tuple[float, float]


@contextmanager
def killed(carnet: Faulty, mishap: Mishap, _: Random) -> Iterator[None]:
    carnet.kill(mishap.to)
    yield
    carnet.start(mishap.to)


@contextmanager
def paused(carnet: Faulty, mishap: Mishap, _: Random) -> Iterator[None]:
    carnet.pause(mishap.to)
    yield
    carnet.go_on(mishap.to)


@contextmanager
def cut(carnet: Faulty, mishap: Mishap, _: Random) -> Iterator[None]:
    carnet.proxies[mishap.to].cut()
    yield
    carnet.proxies[mishap.to].mend()


@contextmanager
def silenced(carnet: Faulty, mishap: Mishap, _: Random) -> Iterator[None]:
    carnet.proxies[mishap.to].silence()
    yield
    carnet.proxies[mishap.to].mend()


@contextmanager
def slowed(carnet: Faulty, mishap: Mishap, chance: Random) -> Iterator[None]:
    carnet.proxies[mishap.to].slow(chance.uniform(*SLOW))
    yield
    carnet.proxies[mishap.to].mend()


@contextmanager
def skewed(carnet: Faulty, mishap: Mishap, chance: Random) -> Iterator[None]:
    carnet.skew(mishap.to, chance.choice(SKEWS))
    yield
    carnet.set_right(mishap.to)


@contextmanager
def filled(carnet: Faulty, _mishap: Mishap, _: Random) -> Iterator[None]:
    carnet.fill_disk()
    yield
    carnet.empty_disk()


@contextmanager
def said_again(carnet: Faulty, _mishap: Mishap, chance: Random) -> Iterator[None]:
    carnet.messages.repeat(chance)
    yield


@contextmanager
def unheard(carnet: Faulty, _mishap: Mishap, _: Random) -> Iterator[None]:
    carnet.messages.lose()
    yield


Happens = Callable[[Faulty, Mishap, Random], AbstractContextManager[None]]
KINDS: dict[str, Happens] = {
    "kill": killed,
    "pause": paused,
    "cut": cut,
    "silence": silenced,
    "slow": slowed,
    "skew": skewed,
    "full disk": filled,
    "messages again": said_again,
    "messages lost": unheard,
}


def every_kind(carnet: Faulty, chance: Random) -> list[Mishap]:
    """One of each that is not a kill, of parts that chance chooses."""
    servers, processes = list(carnet.proxies), list(carnet.deployment.processes)
    anywhere = [*servers, *processes]
    found = [
        Mishap("pause", chance.choice(anywhere), (1, 8)),
        Mishap("cut", chance.choice(servers), (0.2, 5)),
        Mishap("silence", chance.choice(servers), (1, 12)),
        Mishap("slow", chance.choice(servers), (2, 6)),
        Mishap("skew", chance.choice(processes), (2, 8)),
        Mishap("messages again", "broker", (0, 1)),
        Mishap("messages lost", "broker", (0, 1)),
    ]
    return [*found, Mishap("full disk", "database", (2, 6))] if carnet.disk else found


def kills(carnet: Faulty, number: int, chance: Random) -> list[Mishap]:
    """Of every part as often, as nearly as that goes."""
    parts = list(carnet.parts)
    chance.shuffle(parts)
    return [Mishap("kill", parts[n % len(parts)], (0.2, 3)) for n in range(number)]
