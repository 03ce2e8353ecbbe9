"""Two questions, four statuses (RNIV)."""

from itertools import product

import pytest

from services.identity.domain.identity_status import (
    IdentityStatus,
    identity_status,
    is_downgrade,
)


@pytest.mark.parametrize(
    ("retrieved", "checked", "status"),
    [
        (False, False, IdentityStatus.PROV),
        (True, False, IdentityStatus.RECUP),
        (False, True, IdentityStatus.VALI),
        (True, True, IdentityStatus.QUAL),
    ],
)
def test_the_table_of_rniv(*, retrieved: bool, checked: bool, status: IdentityStatus) -> None:
    """
    INSi answered or not, identity document checked or not.
    """
    assert identity_status(retrieved=retrieved, checked=checked) is status


def test_what_is_lost_makes_a_downgrade() -> None:
    """
    The INS of INSi or the checked document; one for the other is none.
    """
    prov, recup, vali, qual = IdentityStatus
    lost = {(qual, recup), (qual, vali), (qual, prov), (recup, prov), (vali, prov)}

    assert {pair for pair in product(IdentityStatus, repeat=2) if is_downgrade(*pair)} == lost
