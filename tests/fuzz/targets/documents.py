"""Files that software of elsewhere writes: CDA, calendars, mails, archives, PDF, images."""

import zlib
from functools import partial

from services.agenda.domain.ics.reading import read_calendar
from services.messaging.adapters.mime import read_mail
from services.messaging.adapters.mime_parts import Unreadable
from services.messaging.adapters.xdm import ZipArchives
from services.prescription.adapters.cda import CdaDocuments
from services.profile.adapters.biology import BiologyReports
from services.profile.adapters.reference import read_kinds
from services.vault.domain.active_content import active_parts
from services.vault.domain.cda.biology import read_results
from services.vault.domain.cda.header import read_header
from services.vault.domain.content import recognise
from shared.cda.body import carried_files, enclosed_file
from shared.cda.tree import clinical_document
from shared.kernel.errors import InvalidRequest, Refusal, TooLarge
from tests.agenda.ics import calendar, vevent
from tests.fuzz.target import Target
from tests.messaging.mails import carrying, mail, part, sent, written, xdm
from tests.messaging.unit.test_archives import METADATA
from tests.prescription.cda import (
    EP_MED_DM,
    act_of_prescription,
    condition,
    marked,
    section,
    step,
    substitution,
    supplied,
    treatment,
)
from tests.prescription.cda import document as prescription
from tests.vault.cda import cda

GLUCOSE = "14749-6"
KINDS = read_kinds()
RESULT = f"""<component><structuredBody><component><section><entry>
<observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>
<code code="{GLUCOSE}" codeSystem="2.16.840.1.113883.6.1" displayName="Glucose"/>
<statusCode code="completed"/><effectiveTime value="20240401083000+0200"/>
<value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="PQ" value="5.1"
unit="mmol/L"/><referenceRange><observationRange><value><low value="4"/><high value="6"/></value>
</observationRange></referenceRange></observation></entry></section></component></structuredBody>
</component>"""
ENCLOSED = """<component><nonXMLBody><text mediaType="text/plain" representation="B64">Qm9uam91cg==
</text></nonXMLBody></component>"""
LINES = prescription(
    section(
        treatment(
            before='<id root="1.2.3" extension="1"/><text><reference value="#m1"/></text>',
            repeat='<repeatNumber value="2"/>',
            related=supplied('value="3" unit="30009000"') + substitution("N"),
        ),
        text='<table><tr><td ID="m1">Essai</td><td>1 le matin</td></tr></table>',
    )
)

CODED = prescription(
    section(
        treatment(
            before="""<effectiveTime xsi:type="IVL_TS"><low value="20261201"/>
            <width value="10" unit="d"/></effectiveTime>""",
            doses="""<routeCode displayName="Voie orale"/><maxDoseQuantity><numerator value="4"/>
            <denominator value="1" unit="d"/></maxDoseQuantity>""",
            related=step(
                1,
                """<effectiveTime xsi:type="SXPR_TS"><comp xsi:type="PIVL_TS">
                <phase><low value="202612010800"/></phase><period value="1" unit="d"/></comp>
                <comp xsi:type="EIVL_TS"><event code="HS"/><offset><low value="-1" unit="h"/>
                </offset></comp></effectiveTime><doseQuantity><low value="0.5" unit="{tablet}"/>
                <high value="1" unit="{tablet}"/></doseQuantity>""",
            )
            + marked("MED-574", 'value="true"')
            + condition("<text>si besoin</text>"),
        )
    ),
    top=EP_MED_DM,
    written='<effectiveTime value="20261121093000+0100"/>',
    header=act_of_prescription('<high value="20270115"/>'),
)


def _cda(data: bytes) -> None:
    """All that a deposit reads of it, and what others read of it later."""
    BiologyReports({GLUCOSE: "GLUCOSE"}, KINDS).results(data)
    document = clinical_document(data)
    read_header(document)
    read_results(document)
    enclosed_file(document, max_bytes=100_000)
    list(carried_files(document, max_bytes=100_000))


def _calendar(data: bytes) -> None:
    read_calendar(data.decode("utf-8", "replace"), components=50, series=10)


def _content(data: bytes) -> None:
    if media_type := recognise(data):
        active_parts(data, media_type)


def _png() -> bytes:
    def chunk(kind: bytes, inside: bytes) -> bytes:
        check = zlib.crc32(kind + inside).to_bytes(4, "big")
        return len(inside).to_bytes(4, "big") + kind + inside + check

    head = b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"
    image = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + image + chunk(b"IEND", b"")


def _report() -> bytes:
    return (
        b"From: postmaster@hopital.mssante.fr\r\nTo: x@patient.mssante.fr\r\n"
        b"Subject: =?utf-8?q?=C3=A9chec?=\r\nContent-Type: multipart/report; boundary=b;"
        b" report-type=delivery-status\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nPerdu\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        b"Final-Recipient: rfc822; a@b.fr\r\nStatus: 5.1.1\r\n\r\n--b\r\n"
        b"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <1@hopital.mssante.fr>\r\n--b--\r\n"
    )


_OURS = "5d2c1f6e-7c4c-4f0e-9d53-0b7a5a8f2c11@patient.mssante.fr"
_QMAIL = "Hi. This is the qmail-send program\n\n<a@b.fr>:\nSorry. (#5.1.1)\n\n--- Below\n\n"
_STREAM = zlib.compress(b"1 0 <</S/J#61vaScript>>")
_PDF = b"%PDF-1.5\n1 0 obj<</Length 9>>stream\n" + _STREAM + b"\nendstream\nendobj\n%%EOF"
_TIFF = b"II*\0\x08\0\0\0\x01\0\0\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0"
_JPEG = b"\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\4ab\xff\xda\0\4ab...\xff\xd9"

_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Chez nous\r\nBEGIN:STANDARD\r\n"
    "DTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE"
)

TARGETS = (
    Target(
        name="cda",
        share=2,
        read=_cda,
        refusals=(InvalidRequest, TooLarge),
        seeds=(cda(), cda(body=RESULT), cda(body=ENCLOSED), cda(authors="", acts="")),
    ),
    Target(
        name="cda-prescription",
        share=2,
        read=CdaDocuments().read,
        refusals=(InvalidRequest, TooLarge),
        seeds=(LINES, CODED),
    ),
    Target(
        name="calendar",
        share=2,
        read=_calendar,
        refusals=(Refusal,),
        seeds=tuple(
            calendar(*parts).encode()
            for parts in (
                (vevent("a", "DTSTART;TZID=Europe/Paris:20261201T093000", "DURATION:PT30M"),),
                (vevent("b", "DTSTART:20261201T093000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3"),),
                (vevent("c", "DTSTART;VALUE=DATE:20261201", "SEQUENCE:2", "STATUS:CANCELLED"),),
                (
                    _ZONE,
                    vevent(
                        "d",
                        "DTSTART;TZID=Chez nous:20261201T093000",
                        "RDATE;TZID=Chez nous:20261202T093000",
                        "EXDATE;TZID=Chez nous:20261202T093000",
                        "DTEND;TZID=Chez nous:20261201T100000",
                        "ORGANIZER;CN=Dr Essai:mailto:a@b.fr",
                    ),
                ),
            )
        ),
    ),
    Target(
        name="mail",
        share=2,
        read=read_mail,
        refusals=(Unreadable,),
        seeds=(
            written(),
            mail(In_Reply_To="<2@b.fr>", References="<3@b.fr> <4@b.fr>").as_bytes(),
            carrying(xdm()),
            _report(),
            written("<p>Bonjour</p>").replace(b"text/plain", b"text/html"),
        ),
    ),
    Target(
        name="bounce",
        read=partial(read_mail, from_nobody=True),
        refusals=(Unreadable,),
        seeds=(
            sent(part(f"{_QMAIL}Message-ID: <{_OURS}>\nTo: a@b.fr\n"), "Subject: failure notice"),
            written("550 5.1.1", X_Failed_Recipients="a@b.fr", References=f"<{_OURS}>"),
            written("Absent.", Auto_Submitted="auto-replied", In_Reply_To=f"<{_OURS}>"),
        ),
    ),
    Target(
        name="archive",
        share=2,
        read=ZipArchives().read,
        refusals=(InvalidRequest,),
        seeds=(xdm(), xdm(METADATA=METADATA)),
    ),
    Target(
        name="content",
        read=_content,
        refusals=(),
        seeds=(_PDF, _png(), _TIFF, _JPEG, b"{\\rtf1 Bonjour}", "été".encode()),
    ),
)
