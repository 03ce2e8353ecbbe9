"""An installation that is not connected to INSi: it refuses nothing, it cannot say."""

from collections.abc import Sequence

from services.identity.domain.insi import (
    CardReading,
    InsiAnswer,
    InsiUnreachable,
    NationalIdentity,
    Sought,
)

_SENTENCE = "no INSi is configured here"


class NoInsi:
    def by_card(self, _: CardReading) -> InsiAnswer:
        raise InsiUnreachable(_SENTENCE)

    def by_traits(self, _: Sought) -> InsiAnswer:
        raise InsiUnreachable(_SENTENCE)

    def verify(self, _: NationalIdentity) -> bool:
        raise InsiUnreachable(_SENTENCE)

    def submit(self, _: Sequence[NationalIdentity]) -> str:
        raise InsiUnreachable(_SENTENCE)

    def collect(self, _: str) -> Sequence[bool] | None:
        raise InsiUnreachable(_SENTENCE)
