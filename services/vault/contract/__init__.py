"""What the vault answers to, and to whom.

Every right to see or to feed is ``access``'s to decide; the callers listed here are those who
may ask. Facility software and secretaries feed; what they may read is decided like the rest.
"""

from services.vault.contract import arranging, life
from services.vault.contract.copies import ContentsForCopies, ContentsToSend, is_messaging
from services.vault.contract.deposits import (
    Deposit,
    DepositedOne,
    DepositLot,
    Discard,
    HeldFound,
    HeldIn,
    LotDeposited,
    Release,
    Replace,
)
from services.vault.contract.exports import (
    ExportBegun,
    ExportPart,
    ExportRecord,
    ExportShown,
    ExportStatus,
    ReadExport,
)
from services.vault.contract.integrity import CheckIntegrity, IntegrityChecked
from services.vault.contract.mandatory import (
    MandatoryDocuments,
    MandatoryFound,
    MissingMandatory,
    StayChecked,
)
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
from services.vault.contract.results import PriorResults, ResultsFound
from services.vault.contract.summary import Summarise, Summary
from services.vault.contract.views import DocumentView
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Contract, Done, Method

PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})
PROFESSIONAL = frozenset({ActorKind.PROFESSIONAL})
FEEDERS = PERSON | PROFESSIONAL | {ActorKind.FACILITY, ActorKind.SECRETARY}
READERS = PERSON | PROFESSIONAL | {ActorKind.FACILITY}
MANAGERS = frozenset(
    {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.PROFESSIONAL, ActorKind.FACILITY}
)
ARRANGERS = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
ANNOUNCERS = frozenset({ActorKind.PROFESSIONAL, ActorKind.FACILITY})
CHECKERS = frozenset({ActorKind.OPERATOR, ActorKind.AUDITOR, ActorKind.SERVICE})

MESSAGING = frozenset({ActorKind.SERVICE})

_LIFE = (
    Method(name="mask", request=life.Mask, answer=life.Visibility, callers=MANAGERS),
    Method(name="unmask", request=life.Unmask, answer=life.Visibility, callers=MANAGERS),
    Method(
        name="reveal_to_patient",
        request=life.RevealToPatient,
        answer=life.Visibility,
        callers=ANNOUNCERS,
    ),
    Method(
        name="reveal_to_representatives",
        request=life.RevealToRepresentatives,
        answer=life.Visibility,
        callers=MANAGERS,
    ),
    Method(name="archive", request=life.Archive, answer=Done, callers=MANAGERS),
    Method(name="unarchive", request=life.Unarchive, answer=Done, callers=MANAGERS),
    Method(name="delete", request=life.Delete, answer=Done, callers=MANAGERS),
    Method(name="report", request=life.Report, answer=Done, callers=READERS),
    Method(name="reclassify", request=life.Reclassify, answer=life.Reclassified, callers=MANAGERS),
)
_ARRANGING = (
    Method(
        name="create_folder",
        request=arranging.CreateFolder,
        answer=arranging.FolderCreated,
        callers=ARRANGERS,
    ),
    Method(name="rename_folder", request=arranging.RenameFolder, answer=Done, callers=ARRANGERS),
    Method(name="delete_folder", request=arranging.DeleteFolder, answer=Done, callers=ARRANGERS),
    Method(name="file_in", request=arranging.FileIn, answer=Done, callers=ARRANGERS),
    Method(name="pin", request=arranging.Pin, answer=Done, callers=ARRANGERS),
    Method(
        name="mask_all_by_default",
        request=arranging.MaskAllByDefault,
        answer=Done,
        callers=ARRANGERS,
    ),
    Method(name="folders", request=arranging.Folders, answer=arranging.Arranged, callers=ARRANGERS),
)

EXPORTERS = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
_EXPORTS = (
    Method(name="export_record", request=ExportRecord, answer=ExportBegun, callers=EXPORTERS),
    Method(name="export_status", request=ExportStatus, answer=ExportShown, callers=EXPORTERS),
    Method(name="read_export", request=ReadExport, answer=ExportPart, callers=EXPORTERS),
)

CONTRACT = Contract(
    "vault",
    (
        Method(name="deposit", request=Deposit, answer=DepositedOne, callers=FEEDERS),
        Method(name="deposit_lot", request=DepositLot, answer=LotDeposited, callers=FEEDERS),
        Method(name="replace", request=Replace, answer=DepositedOne, callers=FEEDERS),
        Method(name="release", request=Release, answer=Done, callers=FEEDERS),
        Method(name="discard", request=Discard, answer=Done, callers=FEEDERS),
        Method(name="held", request=HeldIn, answer=HeldFound, callers=FEEDERS),
        *_LIFE,
        *_ARRANGING,
        Method(
            name="contents_for_copies",
            request=ContentsForCopies,
            answer=ContentsToSend,
            callers=MESSAGING,
            condition=is_messaging,
        ),
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
        *_EXPORTS,
        Method(
            name="check_integrity",
            request=CheckIntegrity,
            answer=IntegrityChecked,
            callers=CHECKERS,
        ),
    ),
)
