"""Announcing area by area: pilot départements first, then everywhere."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.identity.application import Identity, Limits
from services.identity.contract.announcing import OpenCampaign
from services.identity.domain.errors import CampaignNotOpen
from shared.kernel.clock import FixedClock
from tests.identity.people import INSURER, NOW, announcement


@pytest.fixture
def identity(identity: Identity) -> Identity:
    """One that announces only where a campaign is open."""
    identity.limits = Limits(activation_tries=5, campaigns=True)
    return identity


def announces(identity: Identity, **changes: Any) -> bool:
    try:
        identity.announce_record(announcement(ins=None, **changes), INSURER)
    except CampaignNotOpen:
        return False
    return True


def open_campaign(identity: Identity, area: str, **changes: Any) -> None:
    given = {"request_id": uuid4(), "area": area, "from": NOW} | changes
    identity.open_campaign(OpenCampaign.model_validate(given), INSURER)


def test_pilots_first_then_everywhere(identity: Identity, clock: FixedClock) -> None:
    """
    Toulouse may be told, Paris waits; then all of France, people of unknown area included.
    """
    assert not announces(identity, area="31")
    open_campaign(identity, "31")
    assert announces(identity, area="31")
    assert not announces(identity, area="75")
    assert not announces(identity)

    open_campaign(identity, "FRANCE", **{"from": NOW + timedelta(days=30)})
    assert not announces(identity, area="75")
    assert announces(identity, area="31")
    clock.move(timedelta(days=30))
    assert announces(identity, area="75")
    assert announces(identity)


def test_a_notice_sent_before_the_campaign_is_refused(identity: Identity) -> None:
    """
    The date of sending counts, as for the delay.
    """
    open_campaign(identity, "31")
    assert not announces(identity, area="31", notice_sent_at=NOW - timedelta(seconds=1))


@pytest.mark.parametrize("area", ["96", "00", "2C", "france", "310"])
def test_an_area_is_a_departement(area: str) -> None:
    """
    A misspelt area would open nothing and say nothing.
    """
    with pytest.raises(ValueError, match="area"):
        OpenCampaign.model_validate({"request_id": uuid4(), "area": area, "from": NOW})
