"""Activation codes: what is typed by hand, and what is kept."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.activation_code import ActivationCode, code_hash, derived_code
from tests.identity.people import NOW

SECRET = b"s" * 32


@given(st.uuids())
def test_a_code_is_twelve_characters_nobody_misreads(request_id: object) -> None:
    """
    CNAM's form: 12 characters; none of I, L, O, U, which letters make doubtful.
    """
    code = derived_code(SECRET, str(request_id))

    assert len(code) == 12
    assert set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_codes_differ_by_secret_and_by_request() -> None:
    """
    Knowing a request does not give its code.
    """
    codes = {derived_code(SECRET, "1"), derived_code(SECRET, "2"), derived_code(b"x" * 32, "1")}

    assert len(codes) == 3


@given(st.uuids())
def test_a_code_is_taken_as_people_type_it(request_id: object) -> None:
    """
    In small letters, in groups, with O for 0 and l for 1.
    """
    code = derived_code(SECRET, str(request_id))
    typed = f" {code[:4]}-{code[4:8]} {code[8:]}".lower().replace("0", "O").replace("1", "l")

    assert code_hash(SECRET, typed) == code_hash(SECRET, code)


def test_a_code_ends_at_its_instant() -> None:
    """
    Right until it expires, worth nothing from then on; and never for another code.
    """
    code = ActivationCode(code_hash(SECRET, "A" * 12), NOW)
    just_before = NOW - timedelta(microseconds=1)

    assert code.accepts(code_hash(SECRET, "A" * 12), just_before, 5)
    assert not code.accepts(code_hash(SECRET, "A" * 12), NOW, 5)
    assert not code.accepts(code_hash(SECRET, "B" * 12), just_before, 5)
