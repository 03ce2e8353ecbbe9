"""Mails as practices and hospitals send them."""

import io
import zipfile
from email.message import EmailMessage
from email.policy import SMTP

from tests.messaging.world import DOCTOR_MAIL, MAILBOX

CDA = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <id root="1.2.250.1.213.1.1.9" extension="{id}"/>
  <confidentialityCode code="{code}" codeSystem="2.16.840.1.113883.5.25"/>
  <title>Compte rendu</title>
</ClinicalDocument>
"""


def mail(body: str = "Bonjour", **headers: str) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    given = {
        "From": f"Dr Jean Dupont <{DOCTOR_MAIL}>",
        "To": MAILBOX,
        "Subject": "Vos résultats",
        "Message-ID": "<1@hopital.mssante.fr>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in given.items():
        if value:
            made[name] = value
    made.set_content(body)
    return made


def written(body: str = "Bonjour", **headers: str) -> bytes:
    return mail(body, **headers).as_bytes()


def cda(code: str = "N", document: str = "1") -> bytes:
    return CDA.format(code=code, id=document).encode()


def xdm(content: bytes | None = None, **others: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("INDEX.HTM", "<html/>")
        archive.writestr("IHE_XDM/SUBSET01/DOC0001.XML", content or cda())
        for name, data in others.items():
            archive.writestr(f"IHE_XDM/SUBSET01/{name}.XML", data)
    return made.getvalue()


def carrying(data: bytes, name: str = "IHE_XDM.ZIP", **headers: str) -> bytes:
    made = mail(**headers)
    made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def part(said: str | bytes, *headers: str) -> bytes:
    """``headers``: whole lines; without any it is plain text in UTF-8."""
    lines = headers or ("Content-Type: text/plain; charset=utf-8",)
    data = said.encode() if isinstance(said, str) else said
    return "\r\n".join([*lines, "", ""]).encode() + data


def html(said: str, *headers: str) -> bytes:
    return part(said, "Content-Type: text/html; charset=utf-8", *headers)


def several(kind: str, *parts: bytes, boundary: str = "b") -> bytes:
    """A multipart of that subtype, as a part."""
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    between = f"\r\n--{boundary}\r\n".encode()
    return head + between + between.join(parts) + f"\r\n--{boundary}--\r\n".encode()


def sent(content: bytes, *headers: str | bytes) -> bytes:
    """A mail of one part, as bytes that no library has put right."""
    lines = [one if isinstance(one, bytes) else one.encode() for one in headers]
    return b"\r\n".join([f"From: {DOCTOR_MAIL}".encode(), b"MIME-Version: 1.0", *lines, content])
