"""Use cases of profile: one public method each, named like its RPC."""

from services.profile.application.entries import Entries
from services.profile.application.extracting import Extracting
from services.profile.application.reading import ProfileReading

__all__ = ["Profile"]


class Profile(Entries, Extracting, ProfileReading):
    name = "profile"

    def forget_requests(self) -> None:
        """Answers to commands are repeated for 30 days."""
        self.requests.purge(self.clock.now())
