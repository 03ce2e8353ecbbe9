"""What profile answers to, and to whom.

Every right to see or to feed is ``access``'s to decide; the callers listed here are those who
may ask. Connected services send and read measures and entries, as they were allowed.
"""

from services.profile.contract import extraction as x
from services.profile.contract import growth as g
from services.profile.contract import measures as m
from services.profile.contract import requests as r
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Contract, Done, Method

PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})
CARE = frozenset({ActorKind.PROFESSIONAL, ActorKind.FACILITY})
WRITERS = PERSON | CARE
WITH_SERVICES = WRITERS | {ActorKind.APPLICATION}
OWNERS = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
PATIENT = frozenset({ActorKind.PATIENT})

CONTRACT = Contract(
    "profile",
    (
        Method(name="add_entry", request=r.AddEntry, answer=r.EntryAdded, callers=WITH_SERVICES),
        Method(name="change_entry", request=r.ChangeEntry, answer=Done, callers=WRITERS),
        Method(name="remove_entry", request=r.RemoveEntry, answer=Done, callers=WRITERS),
        Method(name="set_visibility", request=r.SetVisibility, answer=Done, callers=OWNERS),
        Method(name="get_profile", request=r.GetProfile, answer=r.Profile, callers=WITH_SERVICES),
        Method(name="entry_history", request=r.EntryHistory, answer=r.History, callers=WRITERS),
        Method(name="set_directives", request=r.SetDirectives, answer=Done, callers=PATIENT),
        Method(
            name="answer_questionnaire",
            request=r.AnswerQuestionnaire,
            answer=r.Answered,
            callers=WRITERS,
        ),
        Method(
            name="record_measures",
            request=m.RecordMeasures,
            answer=m.MeasuresRecorded,
            callers=WITH_SERVICES,
        ),
        Method(
            name="import_observations",
            request=m.ImportObservations,
            answer=m.ObservationsImported,
            callers=WITH_SERVICES,
        ),
        Method(name="remove_measure", request=m.RemoveMeasure, answer=Done, callers=WITH_SERVICES),
        Method(name="measures", request=m.ListMeasures, answer=m.Measures, callers=WITH_SERVICES),
        Method(
            name="export_observations",
            request=m.ExportObservations,
            answer=m.Observations,
            callers=WITH_SERVICES,
        ),
        Method(name="set_extraction", request=x.SetExtraction, answer=Done, callers=OWNERS),
        Method(
            name="extraction", request=x.AskExtraction, answer=x.ExtractionState, callers=OWNERS
        ),
        Method(
            name="extract_measures",
            request=x.ExtractMeasures,
            answer=x.MeasuresExtracted,
            callers=OWNERS,
        ),
        Method(name="set_target", request=m.SetTarget, answer=m.TargetSet, callers=WRITERS),
        Method(
            name="measure_kinds", request=m.MeasureKinds, answer=m.KindsKnown, callers=WITH_SERVICES
        ),
        Method(
            name="latest_measures",
            request=m.LatestMeasures,
            answer=m.LatestKnown,
            callers=WRITERS,
        ),
        Method(
            name="growth_curve",
            request=g.GrowthCurve,
            answer=g.GrowthAnswer,
            callers=WITH_SERVICES,
        ),
        Method(
            name="summary_document",
            request=r.SummaryDocument,
            answer=r.Document,
            callers=WRITERS,
        ),
    ),
)
