"""What the vault answers to, and to whom.

Every right to see or to feed is ``access``'s to decide; the callers listed here are those who
may ask. Facility software and secretaries feed; what they may read is decided like the rest.
"""

from services.vault.contract.deposits import (
    Deposit,
    DepositedOne,
    DepositLot,
    LotDeposited,
    Replace,
)
from services.vault.contract.digests import (
    MandatoryDocuments,
    MandatoryFound,
    MissingMandatory,
    PriorResults,
    ResultsFound,
    StayChecked,
    Summarise,
    Summary,
)
from services.vault.contract.integrity import CheckIntegrity, IntegrityChecked
from services.vault.contract.life import Mask, Unmask, Visibility
from services.vault.contract.reading import (
    Changes,
    ChangesSince,
    Describe,
    Found,
    Open,
    Opened,
    Search,
    Versions,
    VersionsFound,
)
from services.vault.contract.views import DocumentView
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Contract, Method

PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})
PROFESSIONAL = frozenset({ActorKind.PROFESSIONAL})
FEEDERS = PERSON | PROFESSIONAL | {ActorKind.FACILITY, ActorKind.SECRETARY}
READERS = PERSON | PROFESSIONAL | {ActorKind.FACILITY}
MANAGERS = frozenset(
    {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.PROFESSIONAL, ActorKind.FACILITY}
)
CHECKERS = frozenset({ActorKind.OPERATOR, ActorKind.AUDITOR, ActorKind.SERVICE})

CONTRACT = Contract(
    "vault",
    (
        Method(name="deposit", request=Deposit, answer=DepositedOne, callers=FEEDERS),
        Method(name="deposit_lot", request=DepositLot, answer=LotDeposited, callers=FEEDERS),
        Method(name="replace", request=Replace, answer=DepositedOne, callers=FEEDERS),
        Method(name="mask", request=Mask, answer=Visibility, callers=MANAGERS),
        Method(name="unmask", request=Unmask, answer=Visibility, callers=MANAGERS),
        Method(name="search", request=Search, answer=Found, callers=READERS),
        Method(name="changes_since", request=ChangesSince, answer=Changes, callers=READERS),
        Method(name="describe", request=Describe, answer=DocumentView, callers=READERS),
        Method(name="open", request=Open, answer=Opened, callers=READERS),
        Method(name="versions", request=Versions, answer=VersionsFound, callers=READERS),
        Method(name="summary", request=Summarise, answer=Summary, callers=READERS),
        Method(name="prior_results", request=PriorResults, answer=ResultsFound, callers=READERS),
        Method(
            name="mandatory_documents",
            request=MandatoryDocuments,
            answer=MandatoryFound,
            callers=FEEDERS,
        ),
        Method(
            name="missing_mandatory",
            request=MissingMandatory,
            answer=StayChecked,
            callers=READERS,
        ),
        Method(
            name="check_integrity",
            request=CheckIntegrity,
            answer=IntegrityChecked,
            callers=CHECKERS,
        ),
    ),
)
