"""What is left of an agreement, for any agreement and any change."""

from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.domain.finality import (
    Agreed,
    DataAction,
    Exchange,
    Finality,
    Scope,
    agree,
    allowed_by,
    data_of,
    exchanges_of,
    still_declared,
)

EXCHANGES = st.lists(
    st.builds(
        Exchange,
        scope=st.sampled_from([s.value for s in Scope]),
        action=st.sampled_from([a.value for a in DataAction]),
        categories=st.lists(st.sampled_from("ABC"), min_size=1, max_size=3),
    ),
    max_size=4,
)
FINALITIES = st.lists(
    st.builds(
        Finality,
        code=st.sampled_from(["F", "G", "H"]),
        label=st.just("l"),
        description=st.just("d"),
        exchanges=EXCHANGES,
    ),
    max_size=3,
    unique_by=lambda finality: str(finality["code"]),
)


@given(EXCHANGES)
def test_grouping_changes_nothing(exchanges: list[Exchange]) -> None:
    """
    The same data, however they are written.
    """
    assert data_of(exchanges_of(data_of(exchanges))) == data_of(exchanges)


@given(FINALITIES, FINALITIES, st.sets(st.sampled_from(["F", "G", "H"])))
def test_a_change_never_adds_to_what_was_agreed(
    before: list[Finality], after: list[Finality], codes: set[str]
) -> None:
    """
    Never more than was agreed, never what is not declared any more, finality by finality: the
    same data under another finality is another purpose.
    """
    agreed = agree(before, sorted(codes))
    left = {one["code"]: data_of(one["exchanges"]) for one in still_declared(agreed, after)}
    declared = {f["code"]: data_of(f["exchanges"]) for f in after}
    for one in agreed:
        code = one["code"]
        both = data_of(one["exchanges"]) & declared.get(code, set())
        assert left.pop(code, set()) == both
    assert left == {}


@given(FINALITIES)
def test_what_did_not_change_is_all_left(finalities: list[Finality]) -> None:
    """
    And only codes that were agreed to count.
    """
    agreed = agree(finalities, ["F", "G"])
    expected = [
        Agreed(code=f["code"], exchanges=f["exchanges"]) for f in finalities if f["code"] != "H"
    ]

    assert data_of(allowed_by(still_declared(agreed, finalities))) == data_of(allowed_by(expected))
