"""What audit answers to, and who may ask."""

from typing import Any

from services.audit.contract import auditing as a
from services.audit.contract import journal as j
from services.audit.contract import proving as p
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Contract, Done, Method, own_record


def anyone(_request: Any, _actor: Actor) -> bool:
    """The log holds digests only: its proofs are for everybody."""
    return True


EVERYBODY = frozenset(ActorKind)
AUDITORS = frozenset({ActorKind.AUDITOR})
PERSONS = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})
READERS = frozenset(
    {
        ActorKind.PATIENT,
        ActorKind.REPRESENTATIVE,
        ActorKind.CAREGIVER,
        ActorKind.PROFESSIONAL,
        ActorKind.AUDITOR,
    }
)

CONTRACT = Contract(
    "audit",
    (
        Method(
            name="journal",
            request=j.ReadJournal,
            answer=j.JournalPage,
            callers=READERS,
            condition=own_record,
        ),
        Method(
            name="print_journal",
            request=j.PrintJournal,
            answer=j.JournalPrinted,
            callers=PERSONS,
            condition=own_record,
        ),
        Method(name="use_mandate", request=a.UseMandate, answer=Done, callers=AUDITORS),
        Method(name="open_record", request=a.OpenRecord, answer=a.OpenedRecord, callers=AUDITORS),
        Method(
            name="affected_by", request=a.AffectedBy, answer=a.AffectedRecords, callers=AUDITORS
        ),
        Method(
            name="statistics",
            request=a.ReadStatistics,
            answer=a.Statistics,
            callers=AUDITORS | {ActorKind.OPERATOR},
        ),
        Method(
            name="add_cosignatures",
            request=p.AddCosignatures,
            answer=p.CosignaturesKept,
            callers=EVERYBODY,
            condition=anyone,
        ),
        Method(
            name="checkpoint",
            request=p.ReadCheckpoint,
            answer=p.SignedCheckpoint,
            callers=EVERYBODY,
            condition=anyone,
        ),
        Method(
            name="prove_inclusion",
            request=p.ProveInclusion,
            answer=p.InclusionProof,
            callers=EVERYBODY,
            condition=anyone,
        ),
        Method(
            name="prove_consistency",
            request=p.ProveConsistency,
            answer=p.ConsistencyProof,
            callers=EVERYBODY,
            condition=anyone,
        ),
    ),
)
