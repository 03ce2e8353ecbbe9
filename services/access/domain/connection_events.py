"""What the catalogue says of the services a person connected."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.access.domain.grants import Authorisation, Source
from services.access.domain.rights_event import RightsEvent

if TYPE_CHECKING:
    from services.access.domain.rights import Rights


class AuthorisationKnown(RightsEvent):
    """Given, given again, or less of it left: replaces what was known under that id."""

    TOPIC = "access.authorisation_known"
    authorisation_id: UUID
    authorisation: Authorisation

    def apply(self, aggregate: "Rights") -> None:
        aggregate.authorisations[str(self.authorisation_id)] = self.authorisation


class AuthorisationGone(RightsEvent):
    TOPIC = "access.authorisation_gone"
    authorisation_id: UUID
    source: Source

    def apply(self, aggregate: "Rights") -> None:
        del aggregate.authorisations[str(self.authorisation_id)]


class FollowsTarget(RightsEvent):
    """Merged into ``target``: what services may do here, they may do there; ``None``: split off."""

    TOPIC = "access.follows_target"
    target: UUID | None

    def apply(self, aggregate: "Rights") -> None:
        aggregate.merged_into = self.target
