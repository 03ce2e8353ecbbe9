"""Two questions, four statuses (RNIV)."""

import pytest

from services.identity.domain.identity_status import IdentityStatus, identity_status


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
