"""Who a CDA R2 header says wrote and signed it, with their national identifiers."""

from services.vault.domain.cda.header_forms import PS_IDNAT, STRUCT_IDNAT, national_id
from services.vault.domain.metadata import Author
from shared.cda.tree import Element, attribute, child, text


def read_author(author: Element) -> Author:
    assigned = child(author, "assignedAuthor")
    organization = child(assigned, "representedOrganization")
    device = child(assigned, "assignedAuthoringDevice")
    return Author(
        national_id=national_id(assigned, PS_IDNAT),
        family=text(child(assigned, "assignedPerson/name/family")),
        given=text(child(assigned, "assignedPerson/name/given")),
        specialty=attribute(assigned, "code", "code"),
        role=attribute(author, "functionCode", "code"),
        institution=national_id(organization, STRUCT_IDNAT),
        institution_name=text(child(organization, "name")),
        device=text(child(device, "softwareName")) or text(child(device, "manufacturerModelName")),
    )


def signatory(entity: Element | None) -> Author | None:
    if entity is None:
        return None
    return Author(
        national_id=national_id(entity, PS_IDNAT),
        family=text(child(entity, "assignedPerson/name/family")),
        given=text(child(entity, "assignedPerson/name/given")),
        specialty=attribute(entity, "code", "code"),
        institution=national_id(child(entity, "representedOrganization"), STRUCT_IDNAT),
    )
