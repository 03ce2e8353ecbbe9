"""What audit is asked fits what it can look up."""

import pytest
from pydantic import ValidationError

from services.audit.contract.proving import ProveInclusion


@pytest.mark.parametrize("position", [0, -1, 2**63])
def test_a_position_no_log_can_have_is_refused(position: int) -> None:
    """
    Databases count with 64 bits; more would be an error of theirs and not of the caller.
    """
    with pytest.raises(ValidationError) as refused:
        ProveInclusion.model_validate({"service": "vault", "position": position})

    assert refused.value.errors()[0]["loc"] == ("position",)
    assert ProveInclusion(service="vault", position=2**63 - 1)
