"""How XDS writes times, people and structures: HL7 v2 fields (IHE ITI TF-3, 4.2.3.1.7), with the
identifiers of the CI-SIS."""

import re

from services.vault.domain.listing import Entry
from services.vault.domain.metadata import Author, Reference

LONG = 256
"""Characters of an ebRIM value (LongName): what follows is cut off."""
_NAME = 72
"""Of a long name, so that the number behind two of them, and whose it is, stay whole."""
_PS_IDNAT = "1.2.250.1.71.4.2.1"
_STRUCT_IDNAT = "1.2.250.1.71.4.2.2"
_ASSIGNED = re.compile(r"(?P<root>[0-2](?:\.(?:0|[1-9][0-9]*))+)\^(?P<extension>.+)", re.DOTALL)
"""An identifier that somebody gave who has an OID."""


def dtm(iso: str) -> str:
    """HL7 v2 date and time of the same precision, UTC: ``YYYY[MM[DD[hhmmss]]]``."""
    return iso[:19].translate(str.maketrans("", "", "-:TZ"))


def unique_id(entry: Entry) -> str:
    """The producer's; a bare file has none, and gets ours in OID form (ITU-T X.667)."""
    written = entry.metadata.unique_id
    return f"2.25.{entry.document_id.int}" if written.startswith("urn:") else written


def xcn(author: Author) -> str:
    """A professional, or a device by its name."""
    if author.device and not author.family:
        return f"^{hl7(author.device)}"
    if not (author.national_id or author.family):
        return ""
    names = f"^{hl7(author.family)[:_NAME]}^{hl7(author.given)[:_NAME]}"
    if not author.national_id:
        return names
    # The number that a structure gives one of its own stands behind that of the structure.
    kind = "EI" if "/" in author.national_id else "IDNPS"
    return f"{hl7(author.national_id)}{names}^^^^^^&{_PS_IDNAT}&ISO^D^^^{kind}"


def xon(author: Author) -> str:
    if not (author.institution or author.institution_name):
        return ""
    name = hl7(author.institution_name) or hl7(author.institution)
    if not author.institution:
        return name
    register = f"^^^^^&{_STRUCT_IDNAT}&ISO^IDNST^^^{hl7(author.institution)}"
    return name[: LONG - len(register)] + register


def cx(written: str | None) -> str | None:
    """A patient's number (``root^extension``) and who gave it; ``None`` unless both are known."""
    found = _ASSIGNED.fullmatch(written or "")
    return f"{hl7(found['extension'])}^^^&{found['root']}&ISO^PI" if found else None


def cxi(reference: Reference) -> str:
    """One of a referenceIdList (IHE ITI TF-3, 4.2.3.2.28), its type in the fifth place."""
    found = _ASSIGNED.fullmatch(reference.id)
    if found is None:
        return f"{hl7(reference.id)}^^^^{reference.type}"
    return f"{hl7(found['extension'])}^^^&{found['root']}&ISO^{reference.type}"


def hl7(text: str | None) -> str:
    """Separators of HL7 v2 have no place inside a field here."""
    return (text or "").translate(str.maketrans("^&|~\\", "     ")).strip()
