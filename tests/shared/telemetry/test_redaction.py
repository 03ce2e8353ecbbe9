"""No name, INS, token or content reaches a line, whatever is put in it and wherever."""

import io
import json
import logging
from typing import Any
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.ins import control_key
from shared.telemetry.logs import described, log, set_up_logs
from shared.telemetry.redaction import REDACTED, scrub

TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
INS = "180011312345678"


@pytest.fixture
def out() -> Any:
    """What is logged, whatever the process's logging was before."""
    stream = io.StringIO()
    handlers, level = logging.root.handlers[:], logging.root.level
    set_up_logs("debug", stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


MATRICULES = st.builds(
    lambda sex, year, month, department, rest: f"{sex}{year:02}{month}{department}{rest:06}",
    st.sampled_from("123478"),
    st.integers(0, 99),
    st.sampled_from(["01", "12", "20", "50", "99"]),
    st.sampled_from(["75", "99", "2A", "2B", "01"]),
    st.integers(0, 999_999),
)


@given(MATRICULES, st.text(max_size=10), st.text(max_size=10))
def test_every_ins_is_scrubbed_wherever_it_stands(matricule: str, left: str, right: str) -> None:
    """With its key or without, in the middle of any text: the form is that of kernel/ins.py."""
    for written in (matricule, matricule + control_key(matricule)):
        assert written not in scrub(f"{left}{written}{right}")


@pytest.mark.parametrize(
    "text",
    [
        "1 80 01 13 123 456 78",
        "1.80.01.13.123.456.78",
        "1800113123456",
        "2 55 08 2B 033 012 34",
        "255082b03301234",
        "999999999999999",
        TOKEN,
        f"Authorization: Bearer {TOKEN}",
        "bearer opaque-token-of-some-kind",
    ],
)
def test_what_looks_like_an_ins_or_a_token_is_scrubbed(text: str) -> None:
    assert not any(part in scrub(f"see {text} there") for part in (text, "123456", "opaque", "eyJ"))


def test_passwords_in_addresses_are_scrubbed() -> None:
    """Libraries name the broker they lost by its address."""
    assert scrub("lost pyamqp://carnet:hunter2@10.0.0.1:5672/") == "lost pyamqp://10.0.0.1:5672/"


@pytest.mark.parametrize(
    "text",
    [str(UUID(int=n * 0x1F3D5B79A2468ACE13579BDF02468ACE % 2**128)) for n in range(1, 21)]
    + ["document_deposited", "vault"],
)
def test_ids_and_codes_are_kept(text: str) -> None:
    """A log that says nothing helps nobody: call and record ids stay."""
    assert scrub(text) == text


@pytest.mark.parametrize(
    "key",
    ["name", "family_name", "ins", "token", "authorization", "body", "content", "traits", "Title"],
)
def test_private_keys_lose_their_value(out: io.StringIO, key: str) -> None:
    log.info("something", **{key: "KAMARA"}, inner={"deeper": [{key: "KAMARA"}]})
    assert "KAMARA" not in out.getvalue()
    assert REDACTED in out.getvalue()


def test_objects_are_shown_by_type_alone(out: io.StringIO) -> None:
    """Their text is not ours to trust: a model prints all its fields."""

    class Person:
        def __repr__(self) -> str:
            return "KAMARA"

    log.info("something", who=Person(), bytes_=b"KAMARA", error=ValueError("KAMARA"), n=int(INS))
    line = json.loads(out.getvalue())
    assert (line["who"], line["error"], line["n"]) == ("<Person>", "<ValueError>", REDACTED)
    assert "KAMARA" not in out.getvalue()


def test_libraries_lose_what_they_interpolate(out: io.StringIO) -> None:
    """kombu logs the raw body of what it cannot decode, nameko the text of every exception."""
    library = logging.getLogger("kombu.mixins")
    library.error("Can't decode message body: %r", "KAMARA " + INS)
    library.error(f"decoded {TOKEN} of {INS}")
    try:
        raise ValueError("KAMARA")
    except ValueError:
        library.exception("error handling worker %s", "KAMARA")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["level"] for line in lines] == ["error"] * 3
    assert lines[0]["line"] == "Can't decode message body: %r"
    assert lines[2]["error"] == "ValueError"
    for private in ("KAMARA", INS, "eyJ"):
        assert private not in out.getvalue()


def test_an_exception_is_described_by_type_and_place(out: io.StringIO) -> None:
    try:
        try:
            raise KeyError("KAMARA")
        except KeyError as error:
            raise RuntimeError("KAMARA") from error
    except RuntimeError as error:
        log.error("unexpected", **described(error))
    line = json.loads(out.getvalue())
    assert (line["error"], line["cause"]) == ("RuntimeError", "KeyError")
    assert line["at"][-1].startswith("telemetry/test_redaction.py:")
    assert "KAMARA" not in out.getvalue()
