"""How XDS writes times, people and structures: HL7 v2 fields (IHE ITI TF-3, 4.2.3.1.7), with the
identifiers of the CI-SIS."""

from services.vault.domain.listing import Entry
from services.vault.domain.metadata import Author

_PS_IDNAT = "1.2.250.1.71.4.2.1"
_STRUCT_IDNAT = "1.2.250.1.71.4.2.2"


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
    name = f"{hl7(author.national_id)}^{hl7(author.family)}^{hl7(author.given)}"
    return f"{name}^^^^^^&{_PS_IDNAT}&ISO^D^^^IDNPS" if author.national_id else name


def xon(author: Author) -> str:
    if not (author.institution or author.institution_name):
        return ""
    name = hl7(author.institution_name) or hl7(author.institution)
    if not author.institution:
        return name
    return f"{name}^^^^^&{_STRUCT_IDNAT}&ISO^IDNST^^^{hl7(author.institution)}"


def hl7(text: str | None) -> str:
    """Separators of HL7 v2 have no place inside a field here."""
    return (text or "").translate(str.maketrans("^&|~\\", "     ")).strip()
