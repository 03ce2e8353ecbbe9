"""A service's token is good once, as long as it could be good at all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.auth.jwt import LEEWAY, read
from shared.auth.service_keys import ServicePublicKeys, generate_service_keys, private_key
from shared.auth.service_tokens import LIFE, Seen, ServiceTokens, ServiceTokenVerifier
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unauthenticated

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DIGEST = "a" * 64


def test_a_token_of_a_clock_ahead_is_good_once_too(tmp_path: Path) -> None:
    """Taken five seconds before it was made, by our clock, it is valid until five seconds after its
    end: for all that time it must be known again."""
    generate_service_keys(tmp_path, ["vault"])
    ours, theirs = FixedClock(NOW), FixedClock(NOW + LEEWAY)
    token = read(
        ServiceTokens("vault", private_key(tmp_path, "vault"), theirs).for_call(
            "access", DIGEST, None
        )
    )
    access = ServiceTokenVerifier("access", ServicePublicKeys(tmp_path, ours), ours)
    assert access.actor(token, DIGEST, redelivered=False).id == "vault"

    ours.move(LIFE + 2 * LEEWAY - timedelta(milliseconds=1))
    with pytest.raises(Unauthenticated, match="used already"):
        access.actor(token, DIGEST, redelivered=False)
    ours.move(timedelta(milliseconds=1))
    with pytest.raises(Unauthenticated, match="expired"):
        access.actor(token, DIGEST, redelivered=False)


def test_no_more_are_remembered_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a flood the oldest goes first, also before its end."""
    monkeypatch.setattr("shared.auth.service_tokens.REMEMBERED", 3)
    seen = Seen()

    assert not any(seen.again(str(number), NOW) for number in range(4))

    assert list(seen._until) == ["1", "2", "3"]
    assert seen.again("3", NOW)
