"""The log of audit, and what its use cases need from outside."""

from dataclasses import dataclass

from services.audit.domain.anomaly import Anomaly, AnomalyKind
from services.audit.domain.mandate import Mandate, mandate_of
from services.audit.domain.ports import (
    Access,
    Cosigned,
    Counts,
    JournalView,
    Keyring,
    Names,
    Printer,
)
from services.audit.domain.proofs import LogReader
from services.audit.domain.sentences import Words
from services.audit.domain.witness import WitnessKey
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.kernel.ids import derived_id
from shared.kernel.note import CheckSignature
from shared.stores.event_log import EventLog


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What answering needs; processes that only follow have none of it."""

    access: Access
    names: Names
    journal: JournalView
    counts: Counts
    keyring: Keyring
    printer: Printer
    log: LogReader
    cosigned: Cosigned
    witnesses: tuple[WitnessKey, ...]
    check: CheckSignature
    words: Words


class AuditLog(EventLog):
    name = "audit"

    _outside: Outside | None = None

    def answer_with(self, outside: Outside) -> None:
        """Once, before the first call; it needs the log that it is given to."""
        self._outside = outside

    @property
    def outside(self) -> Outside:
        if self._outside is None:
            raise RuntimeError("this process does not answer")
        return self._outside

    def mandate_over_all(self, by: Actor) -> Mandate:
        """What concerns every record needs a mandate over every record."""
        mandate = mandate_of(by.principal)
        if mandate is None or not mandate.covers_all:
            raise Forbidden("this mandate does not cover all records")
        return mandate

    def raise_anomaly(
        self, kind: AnomalyKind, *, service: str, epoch: str, position: int, lost: int = 0
    ) -> None:
        """Save it, once however often it is found."""
        anomaly_id = derived_id(self.secret, "anomaly", kind.value, service, epoch, str(position))
        if self.version_of(anomaly_id) == 0:
            self.save(
                Anomaly.of(
                    anomaly_id, kind, service=service, epoch=epoch, position=position, lost=lost
                )
            )
