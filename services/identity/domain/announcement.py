"""What an insurer says of a person when it announces their record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.identity.domain.identity_status import IdentityDocument
from services.identity.domain.states import NoticeChannel
from services.identity.domain.traits import Traits, check_traits
from shared.kernel.errors import InvalidRequest
from shared.kernel.french import latest_day_in_france
from shared.kernel.ins import Ins


@dataclass(frozen=True, kw_only=True, repr=False)
class Announcement:
    """``delay``: time left to oppose, counted from ``notice_sent_at`` (CSP R1111-28)."""

    record_id: UUID
    traits: Traits
    contact: Mapping[str, str | None]
    ins: Ins | None
    checked_with: IdentityDocument | None
    representatives: tuple[UUID, ...]
    notice_sent_at: datetime
    channel: NoticeChannel
    area: str | None
    delay: timedelta

    def check(self, now: datetime) -> None:
        """Refuse bad traits, and a notice that leaves the person no time to oppose."""
        check_traits(self.traits, today=latest_day_in_france(now), from_insi=self.ins is not None)
        if self.notice_sent_at > now:
            raise InvalidRequest(fields={"notice_sent_at": "is in the future"})
        if self.notice_sent_at + self.delay <= now:
            raise InvalidRequest(fields={"notice_sent_at": "leaves no time to oppose"})
