"""What a token is made of: a later version of Carnet must derive the very same."""

import base64
import hmac
from uuid import UUID

from services.catalogue.domain.access_token import derived_token, stream_of

SECRET = bytes(range(32))
STREAM = UUID("0190a000-0000-7000-8000-00000000000a")


def test_a_token_is_as_documented_so_that_a_repeated_request_finds_it_again() -> None:
    """Made here a second time from its description: a request may be sent again after an update,
    and a token of another form would be worth nothing."""
    message = (
        b"access token" + STREAM.bytes + b"\x00\x00\x00\x07patient" + b"\x00\x00\x00\x02\xc3\xa9"
    )
    documented = STREAM.bytes + hmac.digest(SECRET, message, "sha256")

    token = derived_token(SECRET, STREAM, "patient", "é")

    assert base64.urlsafe_b64decode(token) == documented
    assert stream_of(token) == STREAM


def test_parts_that_read_alike_in_a_row_are_other_tokens() -> None:
    """Each is hashed after its length: nobody gets another's by moving a letter."""
    assert derived_token(SECRET, STREAM, "ab", "c") != derived_token(SECRET, STREAM, "a", "bc")
