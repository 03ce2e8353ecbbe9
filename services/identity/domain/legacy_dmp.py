"""The DMP that a person had before: it comes into the record unless they objected in time.

CSP R1111-40: "... est intégré à cet espace, sauf opposition du titulaire ... dans le délai
mentionné à l'article R. 1111-28", which is the delay before the opening.
"""

from services.identity.domain import legacy_dmp_events as e
from services.identity.domain.errors import LegacyDmpAlreadyThere, LegacyDmpOpposed, NotInThatState
from services.identity.domain.record_event import RecordPart
from services.identity.domain.states import OppositionChannel, Status
from shared.kernel.actor import Actor


class LegacyDmp(RecordPart):
    """The part of a record that says what becomes of the former DMP."""

    status: Status
    legacy_dmp_opposed: bool
    legacy_dmp: e.FormerRights | None

    def oppose_legacy_dmp(self, channel: OppositionChannel, *, on: bool, by: Actor) -> None:
        """While the record waits to open; later there is nothing left to object to. Said again,
        nothing happens.
        """
        if self.status is not Status.ANNOUNCED:
            raise NotInThatState(f"the record is {self.status.value}")
        if on is not self.legacy_dmp_opposed:
            self._record(e.LegacyDmpOpposed, by, channel=channel.value, on=on)

    def import_legacy_dmp(self, rights: e.FormerRights, by: Actor) -> None:
        """Once, when the delay to object is over: that is when the record is open. The same
        again changes nothing, so that documents which were refused may follow later.
        """
        if self.legacy_dmp_opposed:
            raise LegacyDmpOpposed
        if self.status is not Status.OPEN:
            raise NotInThatState(f"the record is {self.status.value}")
        if self.legacy_dmp not in (None, rights):
            raise LegacyDmpAlreadyThere
        if self.legacy_dmp is None:
            self._record(e.LegacyDmpImported, by, **rights._asdict())
