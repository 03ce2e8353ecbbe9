"""Use cases of profile: one public method each, named like its RPC."""

from services.profile.application.entries import Entries
from services.profile.application.measures import MeasureTaking
from services.profile.application.reading import ProfileReading

__all__ = ["Profile"]


class Profile(Entries, MeasureTaking, ProfileReading):
    name = "profile"

    def forget_requests(self) -> None:
        """Answers to commands are repeated for 30 days."""
        self.requests.purge(self.clock.now())
