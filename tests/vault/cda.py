"""CDA documents made for tests: only what differs is said."""

import base64
from collections.abc import Sequence

INS = "279035121518989"
OID = "1.2.250.1.213.1.4.10"

PATIENT = f"""
<recordTarget><patientRole><id root="{OID}" extension="{INS}"/>
<patient><name><family qualifier="BR">PAT-TROIS</family><given>DOMINIQUE MARIE-LOUISE</given>
<given qualifier="BR">DOMINIQUE</given><given qualifier="CL">DOMI</given></name>
<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
<birthTime value="19790328"/>
<birthplace><place><addr><county>51215</county></addr></place></birthplace>
</patient></patientRole></recordTarget>"""

AUTHOR = """
<author><time value="20240402111700+0200"/><assignedAuthor>
<id root="1.2.250.1.71.4.2.1" extension="801234567897"/>
<code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5"/>
<assignedPerson><name><given>Hélène</given><family>ESSAI</family></name></assignedPerson>
<representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1750712184"/>
<name>Hôpital des essais</name></representedOrganization>
</assignedAuthor></author>"""

ACT = """
<documentationOf><serviceEvent><effectiveTime><low value="20240401083000+0200"/></effectiveTime>
<performer typeCode="PRF"><assignedEntity><id nullFlavor="NA"/><representedOrganization>
<standardIndustryClassCode code="ETABLISSEMENT" codeSystem="1.2.250.1.213.1.1.4.9"/>
</representedOrganization></assignedEntity></performer></serviceEvent></documentationOf>"""

ENCOUNTER = """
<componentOf><encompassingEncounter><effectiveTime nullFlavor="NA"/><location><healthCareFacility>
<code code="SA01" codeSystem="1.2.250.1.71.4.2.4"/>
</healthCareFacility></location></encompassingEncounter></componentOf>"""

STRUCTURED = "<component><structuredBody/></component>"


def cda(
    *,
    id_: str = '<id root="1.2.3.4" extension="1"/>',
    code: str = '<code code="34112-3" codeSystem="2.16.840.1.113883.6.1"/>',
    title: str = "<title>CR hospitalier</title>",
    effective: str = '<effectiveTime value="20240402111700+0200"/>',
    confidentiality: Sequence[str] = ("N",),
    patient: str = PATIENT,
    authors: str = AUTHOR,
    acts: str = ACT,
    related: str = "",
    encounter: str = ENCOUNTER,
    body: str = STRUCTURED,
    head: str = '<?xml version="1.0" encoding="UTF-8"?>',
    encoding: str = "utf-8",
    templates: str = "",
) -> bytes:
    codes = "".join(f'<confidentialityCode code="{c}"/>' for c in confidentiality)
    text = (
        f'{head}<ClinicalDocument xmlns="urn:hl7-org:v3">{templates}{id_}{code}{title}{effective}'
        f'{codes}<languageCode code="fr-FR"/>{patient}{authors}{acts}{related}{encounter}{body}'
        "</ClinicalDocument>"
    )
    return text.encode(encoding)


def replacing(parent: str) -> str:
    root, _, extension = parent.partition("^")
    return (
        '<relatedDocument typeCode="RPLC"><parentDocument>'
        f'<id root="{root}" extension="{extension}"/></parentDocument></relatedDocument>'
    )


def enclosing(data: bytes, media_type: str = "application/pdf", more: str = "") -> str:
    return (
        f'<component><nonXMLBody><text mediaType="{media_type}" representation="B64"{more}>'
        f"{base64.b64encode(data).decode()}</text></nonXMLBody></component>"
    )


def carrying(data: bytes, media_type: str = "application/pdf", more: str = "") -> str:
    """A structured body with a file beside its words (CI-SIS "Document attaché", "Image
    illustrative"); ``more``: attributes of its value."""
    return (
        "<component><structuredBody><component><section><text>Voir la pièce jointe.</text><entry>"
        '<observationMedia classCode="OBS" moodCode="EVN"><value '
        f'mediaType="{media_type}" representation="B64"{more}>{base64.b64encode(data).decode()}'
        "</value></observationMedia></entry></section></component></structuredBody></component>"
    )


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ACTIVE = PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>")
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(9)
    + b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"  # a frame of one pixel
    + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x00\xff\xd9"
)  # fmt: skip
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TIFF = b"II*\x00\x08\x00\x00\x00\x01\x00\x00\x01\x03\x00\x01\x00\x00\x00\x01\x00\x00\x00" + bytes(4)
RTF = rb"{\rtf1\ansi Compte rendu}"
TEXT = "Compte rendu : tout va bien à l'été.\n".encode()
