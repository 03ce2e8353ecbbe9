"""Requests about measures that documents hold, and their answers."""

from uuid import UUID

from services.profile.contract.measures import TakenView
from services.profile.domain.measuring import Taken
from shared.rpc.contract import Answer, Command, Done, Query


class SetExtraction(Command):
    """The finality TRAITEMENT_AUTO_DOCS; ``allowed``: given, or taken back."""

    record_id: UUID
    allowed: bool


class AskExtraction(Query):
    record_id: UUID


class ExtractionState(Answer):
    allowed: bool


class ExtractMeasures(Command):
    """``document_id``: a biology report of the record."""

    record_id: UUID
    document_id: UUID


class Extracted(TakenView):
    kind: str

    @classmethod
    def from_document(cls, taken: Taken, kind: str) -> "Extracted":
        return cls(**TakenView.of(taken).model_dump(), kind=kind)


class MeasuresExtracted(Done):
    """Each result that is a kind of measure, once; as visible as the document."""

    items: list[Extracted]
