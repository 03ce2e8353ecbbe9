"""The digest of a request is of bytes that any release, and any JSON writer, makes alike."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.stores.requests import canonical

PLAIN = st.none() | st.booleans() | st.integers() | st.text() | st.floats(0.001, 1e6)
"""Shorter and longer numbers than these have exponents, which are written in two ways."""
VALUES = st.recursive(
    PLAIN, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=10
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_it_is_what_the_standard_library_writes(arguments: dict[str, Any]) -> None:
    written = json.dumps(arguments, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(arguments) == written


def test_the_order_of_members_says_nothing() -> None:
    one, other = {"a": [{"c": 1, "b": 2}], "z": None}, {"z": None, "a": [{"b": 2, "c": 1}]}
    assert canonical(one) == canonical(other) == '{"a":[{"b":2,"c":1}],"z":null}'
