"""Base64 is what RFC 4648 says it is, and nothing that only looks like it is read."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.base64_text import from_base64, to_base64

VECTORS = {
    b"": "",
    b"f": "Zg==",
    b"fo": "Zm8=",
    b"foo": "Zm9v",
    b"foob": "Zm9vYg==",
    b"fooba": "Zm9vYmE=",
    b"foobar": "Zm9vYmFy",
    b"\xfb\xff\xbf": "+/+/",
}
"""RFC 4648, section 10; the last shows which alphabet it is."""


@pytest.mark.parametrize(("data", "text"), VECTORS.items())
def test_bytes_are_written_and_read_as_the_norm_says(data: bytes, text: str) -> None:
    assert to_base64(data) == text
    assert from_base64(text) == data


@given(st.binary(max_size=500))
def test_the_standard_library_reads_and_writes_the_same(data: bytes) -> None:
    """Of every length: the quick way works on stretches, the rest is done byte by byte."""
    assert to_base64(data) == base64.b64encode(data).decode()
    assert from_base64(to_base64(data)) == data


@pytest.mark.parametrize("where", [0, 1, 40, 399])
@pytest.mark.parametrize("mark", ["\n", " ", "-", "_", "=", "é", "\x00"])
def test_a_mark_that_is_none_of_it_is_refused_wherever_it_is(mark: str, where: int) -> None:
    text = to_base64(bytes(300))
    with pytest.raises(ValueError):  # noqa: PT011 - of any kind
        from_base64(text[:where] + mark + text[where:])


SHORT = ("Z", "Zg", "Zg=", "Zm8", "Zm9vYg")
LONG = ("=", "====", "Zg===", "Zg==Zg==", "Zm9v=", "Zm9v====")


@pytest.mark.parametrize("text", [*SHORT, *LONG])
def test_padding_is_what_is_needed_and_no_more(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of any kind
        from_base64(text)
