"""Addresses wherever a caller may write one, and a listener that nobody may come to.

Nothing here follows an address that somebody sent: what is fetched, and from where, is said by
settings alone.
"""

import base64
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from tests.agenda.bundles import booked, bundle
from tests.messaging.mails import mail, xdm
from tests.vault.cda import PDF, cda


@dataclass
class Listener:
    """On loopback; ``met``: who came, by port."""

    port: int
    met: list[int] = field(default_factory=list)

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}/x"

    def forms(self) -> tuple[str, ...]:
        """Ways to write where it is: of the web, of a file server, of a mailbox, of a host."""
        at = f"127.0.0.1:{self.port}"
        return (
            self.web, f"https://{at}/x", f"ftp://{at}/x", f"//{at}/x", f"x@[127.0.0.1]:{self.port}",
            f"mailto:x@{at}", at, f"\\\\{at}\\x", f"amqp://{at}/", f"file://{at}/etc/hostname",
        )  # fmt: skip


@contextmanager
def listening() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(server.getsockname()[1])
        waiting = Thread(target=_wait, args=(server, listener), daemon=True)
        waiting.start()
        yield listener
        server.shutdown(socket.SHUT_RDWR)
        waiting.join(5)


def _wait(server: socket.socket, listener: Listener) -> None:
    while True:
        try:
            caller, (_, port) = server.accept()
        except OSError:
            return
        listener.met.append(port)
        caller.close()


def takes_an_address(schema: Mapping[str, Any], forms: tuple[str, ...]) -> bool:
    """Whether a text of this schema may be one of these, or says that it is an address."""
    if schema.get("type") != "string" or schema.keys() & {"enum", "const"}:
        return False
    if schema.get("format") in {"uri", "email", "hostname"}:
        return True
    if "format" in schema:
        return False
    pattern, longest = schema.get("pattern", ""), schema.get("maxLength", 10**9)
    return any(len(form) <= longest and re.search(pattern, form) for form in forms)


def texts(
    schema: Mapping[str, Any], defs: Mapping[str, Any], name: str = "", seen: tuple[str, ...] = ()
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each text of a request, by the name of its member; a map by its own."""
    if "$ref" in schema:
        named = schema["$ref"].rpartition("/")[2]
        if named not in seen:
            yield from texts(defs[named], defs, name, (*seen, named))
    for member, inner in _inside(schema):
        yield from texts(inner, defs, member or name, seen)
    if schema.get("type") == "string":
        yield name, schema
    elif schema.get("type") == "object" and "properties" not in schema:
        yield name, {"type": "string"}


def _inside(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Schemas of what a value holds or may be, by the name of the member if it has one."""
    for several in ("anyOf", "oneOf", "allOf"):
        yield from (("", one) for one in schema.get(several, ()))
    for every in ("items", "additionalProperties"):
        if isinstance(schema.get(every), dict):
            yield "", schema[every]
    yield from schema.get("properties", {}).items()


def documents(at: Listener) -> dict[str, bytes]:
    """Documents that ask whoever reads them to fetch something."""
    web, file = at.web, "file:///etc/hostname"
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    dtd = f'<!DOCTYPE x SYSTEM "{web}" [<!ENTITY e SYSTEM "{web}"><!ENTITY % p SYSTEM "{web}">%p;]>'
    schema = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="urn:hl7-org:v3 {web}" xsi:noNamespaceSchemaLocation="{web}" '
        f'xml:base="{web}"'
    )
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{web}"/>'
    seen = (
        f'<section><text><linkHtml href="{web}">a</linkHtml>'
        '<renderMultiMedia referencedObject="m"/></text><entry><observationMedia><value>'
        f'<reference value="{web}"/></value></observationMedia></entry></section>'
    )
    outside = (
        '<component><nonXMLBody><text mediaType="application/pdf">'
        f'<reference value="{web}"/></text></nonXMLBody></component>'
    )
    styled = (
        f'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">'
        f'<xsl:import href="{web}"/><xsl:include href="{file}"/><xsl:variable name="a" '
        f"select=\"document('{web}')\"/>"
    )
    plain = cda()
    return {
        "a DTD": plain.replace(b"<ClinicalDocument", dtd.encode() + b"<ClinicalDocument", 1),
        "a schema": plain.replace(b"<ClinicalDocument", f"<ClinicalDocument {schema}".encode(), 1),
        "a stylesheet": cda(head=f'{head}<?xml-stylesheet type="text/xsl" href="{web}"?>'),
        "an inclusion": cda(templates=include),
        "references in the text": cda(
            body=f"<component><structuredBody><component>{seen}</component></structuredBody>"
            "</component>"
        ),
        "a body elsewhere": cda(body=outside),
        "a stylesheet around it": styled.encode()
        + plain.partition(b"?>")[2]
        + b"</xsl:stylesheet>",
        "a telephone that is none": cda(
            authors=f'<author><assignedAuthor><id root="1"/><telecom value="{web}"/>'
            "</assignedAuthor></author>"
        ),
        "PDF: a link": _pdf(f"/Annots[<</Subtype/Link/A<</S/URI/URI({web})>>>>]"),
        "PDF: a page elsewhere": _pdf(f"/A<</S/GoToR/F<</FS/URL/F({web})>>>>"),
        "PDF: a form": _pdf(f"/A<</S/SubmitForm/F<</FS/URL/F({web})>>>>"),
        "PDF: a stream elsewhere": _pdf(f"/F<</FS/URL/F({web})>>/FFilter/FlateDecode"),
        "PDF: metadata": _pdf(f"/Metadata({web})/URI<</Base({web})>>"),
        "RTF: a picture": rb"{\rtf1{\field{\*\fldinst INCLUDEPICTURE " + web.encode() + b"}}}",
        "SVG": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{web}"/></svg>'.encode(),
    }


def _pdf(inside: str) -> bytes:
    return PDF.replace(b"/Catalog", f"/Catalog{inside}".encode())


def calendar(at: Listener) -> str:
    lines = (
        f"ATTACH:{at.web}", f"URL:{at.web}", f'DESCRIPTION;ALTREP="{at.web}":a',
        f"IMAGE;VALUE=URI:{at.web}", f"CONFERENCE;VALUE=URI:{at.web}",
        f"ORGANIZER:{at.web}", f'ATTENDEE;DIR="{at.web}":mailto:x@127.0.0.1',
        f"STRUCTURED-DATA;VALUE=URI:{at.web}", f"LINK;LINKREL=SOURCE;VALUE=URI:{at.web}",
    )  # fmt: skip
    return "\r\n".join(
        (
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", f"SOURCE;VALUE=URI:{at.web}",
            f"URL:{at.web}", "REFRESH-INTERVAL;VALUE=DURATION:PT1M",
            "BEGIN:VTIMEZONE", "TZID:Europe/Paris", f"TZURL:{at.web}", "BEGIN:STANDARD",
            "DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100",
            "END:STANDARD", "END:VTIMEZONE",
            "BEGIN:VEVENT", "UID:u1", "DTSTAMP:20261101T080000Z",
            "DTSTART;TZID=Europe/Paris:20270101T080000", "SUMMARY:Dentiste", *lines,
            "BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER:-PT1M", f"ATTACH:{at.web}", "END:VALARM",
            "END:VEVENT", "END:VCALENDAR", "",
        )
    )  # fmt: skip


def appointments(at: Listener) -> dict[str, Any]:
    """A FHIR bundle whose every reference is an address."""
    resource = booked(
        participant=[
            {"actor": {"reference": at.web, "display": "a"}, "status": "accepted"},
            {"actor": {"type": "Patient", "reference": at.web}, "status": "accepted"},
        ],
        meta={"profile": [at.web], "source": at.web, "lastUpdated": "2026-11-20T10:00:00Z"},
        implicitRules=at.web,
        extension=[{"url": at.web, "valueAttachment": {"url": at.web}}],
    )
    entry = {
        "fullUrl": at.web, "resource": resource,
        "link": [{"relation": "self", "url": at.web}], "request": {"method": "GET", "url": at.web},
    }  # fmt: skip
    return bundle(entry=[entry], link=[{"relation": "next", "url": at.web}])


def observations(at: Listener) -> dict[str, Any]:
    resource = {
        "resourceType": "Observation", "status": "final", "id": "a",
        "code": {"coding": [{"system": at.web, "code": "a"}]},
        "subject": {"reference": at.web}, "effectiveDateTime": "2026-11-20T08:00:00Z",
        "derivedFrom": [{"reference": at.web}], "performer": [{"reference": at.web}],
        "valueQuantity": {"value": 1, "system": at.web, "code": "a"},
    }  # fmt: skip
    return bundle(entry=[{"fullUrl": at.web, "resource": resource}])


def mails(at: Listener) -> dict[str, bytes]:
    page = (
        f'<html><head><base href="{at.web}"><link rel="stylesheet" href="{at.web}">'
        f'<meta http-equiv="refresh" content="0;url={at.web}"><script src="{at.web}"></script>'
        f'<style>@import url({at.web});</style></head><body background="{at.web}">'
        f'<img src="{at.web}"><iframe src="{at.web}"></iframe><object data="{at.web}">'
        f'<a href="{at.web}" ping="{at.web}">Bonjour</a></body></html>'
    )
    shown = mail()
    shown.set_content(page, subtype="html")
    headers = mail(
        List_Unsubscribe=f"<{at.web}>", Content_Location=at.web, Content_Base=at.web,
        Disposition_Notification_To="x@127.0.0.1", Return_Receipt_To="x@127.0.0.1",
        Reply_To="x@127.0.0.1", Autocrypt=at.web, X_Face=at.web,
    )  # fmt: skip
    body = (
        f'Content-Type: message/external-body; access-type=URL; URL="{at.web}"\r\n\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    elsewhere = mail().as_bytes().replace(b"Content-Type: text/plain", body.encode()[:-2], 1)
    archive = mail()
    archive.add_attachment(
        xdm(documents(at)["references in the text"]),
        maintype="application", subtype="octet-stream", filename="IHE_XDM.ZIP",
    )  # fmt: skip
    return {
        "a page": shown.as_bytes(),
        "headers": headers.as_bytes(),
        "a body elsewhere": elsewhere,
        "an archive": archive.as_bytes(),
    }


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
