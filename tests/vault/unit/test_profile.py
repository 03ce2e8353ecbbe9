"""What the vault asks of profile, and how it reads the answer: by profile's own contract."""

from typing import Any, cast
from uuid import uuid4

import pytest

from services.profile.contract import CONTRACT, measures
from services.profile.contract import requests as profile
from services.vault.adapters.profile import RpcProfiles
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden, Unavailable
from shared.kernel.gate import NORMALLY, How
from shared.rpc.client import RpcClient
from tests.vault.world import DOCTOR, RECORD


class Played:
    """Answers as the model of the answer says, or refuses."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.refusal = refusal
        self.asked: list[tuple[Any, Actor]] = []

    def call(self, service: str, method: str, arguments: Any, *, by: Actor) -> Any:
        assert service == "profile"
        asked = CONTRACT.by_name[method].request.model_validate(arguments)
        self.asked.append((asked, by))
        if self.refusal:
            raise self.refusal
        if method == "latest_measures":
            return measures.LatestKnown(items=[]).model_dump(mode="json")
        shown = profile.Profile(
            sections={
                section: [_entry(section, entry)]
                for section, entry in (
                    ("allergies", {"label": "Pénicilline"}),
                    ("contacts", {"type": "TRUSTED_CONTACT", "name": "Ada"}),
                )
            },
            directives=profile.DirectivesView(directives_id=uuid4(), text="Non."),
            questionnaires=[],
        )
        return shown.model_dump(mode="json")


def _entry(section: str, entry: dict[str, Any]) -> profile.EntryView:
    return profile.EntryView(
        entry_id=uuid4(),
        section=section,
        entry=entry,
        links=[],
        hidden_from=[],
        entered_by=profile.By(kind="patient"),
        added_at="2026-01-01T00:00:00.000Z",
        changed_at="2026-01-01T00:00:00.000Z",
    )


def of(played: Played, how: How = NORMALLY) -> Any:
    return RpcProfiles(cast("RpcClient", played)).of(RECORD, DOCTOR, how)


def test_it_is_asked_in_the_readers_name_and_read_as_it_answers() -> None:
    """In the mode of the reader, whose sections of a summary come back as they are."""
    played, session = Played(), uuid4()

    shown = of(played, How("break_glass", session))

    for asked, by in played.asked:
        assert by == DOCTOR
        assert (asked.mode, asked.session) == ("break_glass", session)
    assert shown.sections["allergies"] == ({"label": "Pénicilline"},)
    assert shown.sections["contacts"][0]["name"] == "Ada"
    assert shown.directives["text"] == "Non."


def test_who_may_not_see_the_profile_gets_none() -> None:
    assert of(Played(Forbidden())) is None


def test_a_profile_out_of_reach_is_no_empty_one() -> None:
    """A summary without allergies because a service is down would be a lie."""
    with pytest.raises(Unavailable):
        of(Played(Unavailable()))
