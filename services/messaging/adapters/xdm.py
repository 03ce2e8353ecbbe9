"""IHE_XDM.ZIP: a CDA and its METADATA.XML in a ZIP (IHE ITI TF-1 16, TF-2b 3.32; ANS, "Volet de
transmission d'un document CDA-R2 par messagerie")."""

import hashlib
import io
import zipfile
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from services.messaging.adapters.xdm_metadata import CONFIDENTIALITY, RIM, UNIQUE_ID
from services.messaging.adapters.xdm_reading import MAX_BYTES, hidden_as, read_archive
from services.messaging.domain.attachment import PDF, SUFFIXES, File
from services.messaging.domain.attachment import XDM as ZIP
from services.messaging.domain.ports import Copy, Person, Xdm
from shared.cda.body import enclosed_file
from shared.cda.tree import clinical_document

LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
TYPE_CODE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
DOCUMENT = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
FOLDER = "IHE_XDM/SUBSET01"
README = (
    "Archive IHE_XDM produite par Carnet. Le document est dans IHE_XDM/SUBSET01, décrit par"
    " METADATA.XML.\n"
)
INDEX = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN"'
    ' "http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">\n'
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>IHE_XDM</title></head><body>'
    '<p><a href="{0}">{0}</a></p></body></html>\n'
)


class ZipArchives:
    def read(self, data: bytes) -> Xdm | None:
        return read_archive(data)

    def hidden_as(self, cda: bytes) -> frozenset[str]:
        return hidden_as(cda)

    def enclosed(self, cda: bytes) -> bytes | None:
        found = enclosed_file(clinical_document(cda), max_bytes=MAX_BYTES)
        return found.data if found else None

    def make(self, copy: Copy, person: Person, at: datetime) -> list[File]:
        name = f"DOC0001{SUFFIXES.get(copy.file.media_type, '').upper()}"
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in (
                ("INDEX.HTM", INDEX.format(f"{FOLDER}/{name}").encode()),
                ("README.TXT", README.encode()),
                (f"{FOLDER}/METADATA.XML", _metadata(copy, person, at, name)),
                (f"{FOLDER}/{name}", copy.file.data),
            ):
                entry = zipfile.ZipInfo(path, at.timetuple()[:6])
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
        files = [File(name="IHE_XDM.ZIP", media_type=ZIP, data=made.getvalue())]
        pdf = _pdf_of(copy)
        return [*files, File(name="document.pdf", media_type=PDF, data=pdf)] if pdf else files


def _pdf_of(copy: Copy) -> bytes | None:
    """The PDF itself, or the one a level 1 CDA encloses."""
    found = [one.data for one in (copy.file, copy.shown) if one and one.media_type == PDF]
    return found[0] if found else None


def _metadata(copy: Copy, person: Person, at: datetime, name: str) -> bytes:
    root = Element("lcm:SubmitObjectsRequest", {"xmlns:lcm": LCM, "xmlns": RIM})
    objects = SubElement(root, "RegistryObjectList")
    entry = SubElement(
        objects,
        "ExtrinsicObject",
        {"id": "Document01", "mimeType": copy.file.media_type, "objectType": DOCUMENT},
    )
    slots: dict[str, Any] = {
        "creationTime": at.strftime("%Y%m%d%H%M%S"),
        "hash": hashlib.sha1(copy.file.data, usedforsecurity=False).hexdigest(),
        "languageCode": "fr-FR",
        "size": str(len(copy.file.data)),
        "sourcePatientInfo": f"PID-5|{person.family}^{person.given}^^^^^D",
        "URI": name,
    }
    for slot, value in slots.items():
        values = SubElement(SubElement(entry, "Slot", {"name": slot}), "ValueList")
        SubElement(values, "Value").text = value
    title = SubElement(entry, "Name")
    SubElement(title, "LocalizedString", {"value": copy.title})
    codes = [(CONFIDENTIALITY, code) for code in copy.confidentiality]
    for number, (scheme, code) in enumerate([(TYPE_CODE, copy.type), *codes], start=1):
        SubElement(
            entry,
            "Classification",
            {
                "id": f"cl{number:02d}",
                "classificationScheme": scheme,
                "classifiedObject": "Document01",
                "nodeRepresentation": code,
            },
        )
    SubElement(
        entry,
        "ExternalIdentifier",
        {
            "id": "ei01",
            "registryObject": "Document01",
            "identificationScheme": UNIQUE_ID,
            "value": copy.unique_id,
        },
    )
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
