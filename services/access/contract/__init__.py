"""What access answers to, and who may ask."""

from services.access.contract import (
    admission,
    deciding,
    delegation,
    emergency,
    matrix,
    protection,
    reading,
)
from services.access.contract.admission import (
    CareTeamJoined,
    DeclareConsent,
    JoinCareTeam,
    LeaveCareTeam,
    NameRole,
    NameTreatingDoctor,
    OfCareTeam,
    WithdrawConsent,
)
from services.access.contract.deciding import (
    BATCH,
    Decide,
    Decided,
    DecidedMany,
    DecideMany,
    Explanation,
    OfDecision,
    Redecided,
    Resource,
)
from services.access.contract.delegation import (
    AnswerInvitation,
    DelegationView,
    EndDelegation,
    InvitationSent,
    Invite,
    MyDelegations,
    SuspendRepresentation,
)
from services.access.contract.emergency import (
    BreakGlass,
    BreakGlassToReview,
    EndEmergencySession,
    GlassBroken,
    ReviewBreakGlass,
    Reviewed,
    SessionToReview,
)
from services.access.contract.matrix import (
    CompareMatrix,
    LoadMatrix,
    MatrixCell,
    MatrixCompared,
    MatrixLoaded,
    RightChange,
)
from services.access.contract.parts import OfProfessional, OfRecord, OneGrantee
from services.access.contract.protection import (
    BlockProfessional,
    JudgeOpposition,
    OpposeFeeding,
    OppositionToJudge,
    SetEmergencySwitches,
)
from services.access.contract.reading import (
    ByName,
    ByProfession,
    DocumentAttributes,
    KnownProfessional,
    ListMyProfessionals,
    MyStatus,
    RightsView,
    WhoCanOpen,
    WhoCanOpenAnswer,
)
from shared.rpc.contract import Contract

__all__ = [
    "BATCH", "CONTRACT", "AnswerInvitation", "BlockProfessional", "BreakGlass",
    "BreakGlassToReview", "ByName", "ByProfession", "CareTeamJoined", "CompareMatrix", "Decide",
    "DecideMany", "Decided", "DecidedMany", "DeclareConsent", "DelegationView",
    "DocumentAttributes", "EndDelegation", "EndEmergencySession", "Explanation", "GlassBroken",
    "InvitationSent", "Invite", "JoinCareTeam", "JudgeOpposition", "KnownProfessional",
    "LeaveCareTeam", "ListMyProfessionals", "LoadMatrix", "MatrixCell", "MatrixCompared",
    "MatrixLoaded", "MyDelegations", "MyStatus", "NameRole", "NameTreatingDoctor", "OfCareTeam",
    "OfDecision", "OfProfessional", "OfRecord", "OneGrantee", "OpposeFeeding", "OppositionToJudge",
    "Redecided", "Resource", "ReviewBreakGlass", "Reviewed", "RightChange", "RightsView",
    "SessionToReview", "SetEmergencySwitches", "SuspendRepresentation", "WhoCanOpen",
    "WhoCanOpenAnswer", "WithdrawConsent",
]  # fmt: skip

CONTRACT = Contract(
    "access",
    (
        *admission.METHODS,
        *protection.METHODS,
        *emergency.METHODS,
        *delegation.METHODS,
        *matrix.METHODS,
        *deciding.METHODS,
        *reading.METHODS,
    ),
)
