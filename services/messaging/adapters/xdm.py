"""IHE_XDM.ZIP: a CDA and its METADATA.XML in a ZIP (IHE ITI TF-1 16, TF-2b 3.32; ANS, "Volet de
transmission d'un document CDA-R2 par messagerie")."""

import hashlib
import io
import struct
import zipfile
import zlib
from datetime import datetime
from lzma import LZMAError
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from services.messaging.domain.attachment import PDF, SUFFIXES, File
from services.messaging.domain.attachment import XDM as ZIP
from services.messaging.domain.ports import Copy, Person, Xdm
from shared.cda.body import enclosed_file
from shared.cda.tree import clinical_document, parsed
from shared.kernel.errors import InvalidRequest

HL7 = "{urn:hl7-org:v3}"
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
TYPE_CODE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
DOCUMENT = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
FOLDER = "IHE_XDM/SUBSET01"
MAX_ENTRIES = 100
MAX_BYTES = 20_000_000
"""Of all files together, once inflated: what a small archive may grow to is bounded."""
_ENTRY = b"PK\x01\x02"
"""Begins what the archive's directory says of one file."""
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
        """``None`` for an archive without IHE_XDM folder, or without a CDA."""
        cda, unique_id, codes = None, "", set[str]()
        for name, content in _opened(data).items():
            # One tree at a time: a hundred of them would fill the memory.
            is_metadata = name.upper().endswith("METADATA.XML")
            root = _parsed(content) if is_metadata or cda is None else None
            if root is None:
                continue
            if is_metadata:
                codes |= _metadata_codes(root)
            if cda is None and root.tag == f"{HL7}ClinicalDocument":
                cda, unique_id = content, _cda_id(root)
                codes |= _cda_codes(root)
        if cda is None:
            return None
        return Xdm(cda=cda, unique_id=unique_id, confidentiality=tuple(sorted(codes)))

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


def _opened(data: bytes) -> dict[str, bytes]:
    """The XML files of its IHE_XDM folder, by name."""
    if data.count(_ENTRY) > MAX_ENTRIES:  # before the library keeps a word on each
        raise _damaged()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _inflated(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as bad:
        raise _damaged() from bad
    except (OSError, EOFError, ValueError, zlib.error, LZMAError, struct.error) as bad:
        raise _damaged() from bad


def _inflated(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """XML files below IHE_XDM, read no further than allowed whatever their headers claim."""
    left, files = MAX_BYTES, {}
    for entry in archive.infolist():
        path = entry.filename.upper()
        if not path.startswith("IHE_XDM/") or not path.endswith(".XML"):
            continue
        with archive.open(entry) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise InvalidRequest(fields={"attachments": "an archive grows too large"})
        files[entry.filename] = content
    return files


def _parsed(content: bytes) -> Element | None:
    try:
        return parsed(content)
    except InvalidRequest:
        return None


def _cda_id(root: Element) -> str:
    """XDS uniqueId: root^extension, or the root alone."""
    found = root.find(f"{HL7}id")
    if found is None:
        raise _damaged()
    extension = found.get("extension")
    return f"{found.get('root', '')}^{extension}" if extension else found.get("root", "")


def _cda_codes(root: Element) -> set[str]:
    return {code for e in root.findall(f"{HL7}confidentialityCode") if (code := e.get("code"))}


def _metadata_codes(root: Element) -> set[str]:
    """A mask that only the metadata says counts too."""
    return {
        code
        for element in root.iter(f"{{{RIM}}}Classification")
        if element.get("classificationScheme") == CONFIDENTIALITY
        and (code := element.get("nodeRepresentation"))
    }


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


def _damaged() -> InvalidRequest:
    return InvalidRequest(fields={"attachments": "an archive is damaged or no IHE_XDM.ZIP"})
