"""The acts that a CDA R2 header says it documents, when they were done, and what asked for them."""

import re
from collections.abc import Iterator

from services.vault.domain.cda.header_forms import read_coded, read_time, xds_id
from services.vault.domain.metadata import Coded, Reference
from shared.cda.tree import Element, child, children

ORDER = "urn:ihe:iti:xds:2013:order"
ACCESSION = "urn:ihe:iti:xds:2013:accession"
STUDY = "urn:ihe:iti:xds:2016:studyInstanceUID"
_DICOM = "1.2.840.10008.2.16.4"
"""DICOM's own codes: an act is one of imaging by the modality that its code is translated to."""
_UID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_ACCESSION_NUMBER = "{urn:dicom-org:ps3-20}accessionNumber"

_EVENT = "documentationOf/serviceEvent"


def principal_act(document: Element) -> Element | None:
    """The one that says when it was done and by whom (CI-SIS: both are due of it alone); else the
    first that says when."""
    acts = list(children(document, _EVENT))
    dated = [act for act in acts if child(act, "effectiveTime") is not None]
    performed = [act for act in dated if child(act, "performer") is not None]
    return next(iter(performed or dated or acts), None)


def act_time(act: Element | None, bound: str | None) -> str | None:
    path = f"effectiveTime/{bound}" if bound else "effectiveTime"
    return read_time(act, path, "value", "service_start" if bound != "high" else "service_stop")


def event_codes(document: Element) -> Iterator[Coded]:
    for act in children(document, _EVENT):
        if code := read_coded(child(act, "code")):
            yield code


def references(document: Element) -> Iterator[Reference]:
    """The order it answers to, the accession number of its images, and the study of each act of
    imaging (DICOM PS3.20: the identifier of such an act is its Study Instance UID)."""
    for order in children(document, "inFulfillmentOf/order"):
        for identifier in children(order, "id"):
            if written := xds_id(identifier):
                yield Reference(id=written, type=ORDER)
        for identifier in order.iterfind(_ACCESSION_NUMBER):
            if written := xds_id(identifier):
                yield Reference(id=written, type=ACCESSION)
    for act in children(document, _EVENT):
        by_machine = (t.get("codeSystem") == _DICOM for t in children(act, "code/translation"))
        study = xds_id(child(act, "id"))
        if study and _UID.fullmatch(study) and any(by_machine):
            yield Reference(id=study, type=STUDY)
