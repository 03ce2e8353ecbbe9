"""CDA prescriptions made up for tests, with the structures of CI-SIS eP-MED-DM and IHE PRE."""

from tests.prescription.world import DOCTOR

FR_SUPPLY, IHE_SUPPLY = "1.2.250.1.213.1.1.3.86", "1.3.6.1.4.1.19376.1.9.1.3.8"
FR_SUBSTITUTION, IHE_SUBSTITUTION = "1.2.250.1.213.1.1.3.87", "1.3.6.1.4.1.19376.1.9.1.3.9.1"
RENEWAL_PERIOD = "1.3.6.1.4.1.19376.1.9.1.3.15"
CIS, CIP = "1.2.250.1.213.2.3.1", "1.2.250.1.213.2.3.2"
MEDICABASE, ATC = "1.2.250.1.213.2.59", "2.16.840.1.113883.6.73"
EMDN, LPP = "1.2.250.1.213.2.68", "1.2.250.1.215.300.4"
TA_ASIP = "1.2.250.1.213.1.1.4.322"
PARACETAMOL = f"""<code code="60000001" codeSystem="{CIS}" displayName="Essai 500"/>
 <name>ESSAI-CETAMOL 500 mg</name>"""
MEDICINES, DEVICES = "57828-6", "46264-8"
EP_MED_DM = '<templateId root="1.2.250.1.213.1.1.1.39" extension="2024.01"/>'


def identified(national_id: str) -> str:
    return f'<id root="1.2.250.1.71.4.2.1" extension="{national_id}"/>'


def document(
    *sections: str,
    author: str = DOCTOR.id,
    code: str = "57833-6",
    top: str = "",
    written: str = "",
    header: str = "",
) -> bytes:
    """``top``: templates; ``written``: its time; ``header``: what follows the author."""
    parts = "".join(f"<component>{one}</component>" for one in sections)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{top}
 <id root="1.2.250.1.213.1.1.9.7" extension="ORD-7"/>
 <code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>{written}
 <author><assignedAuthor>{identified(author)}</assignedAuthor></author>{header}
 <component><structuredBody>{parts}</structuredBody></component>
</ClinicalDocument>""".encode()


def section(*acts: str, code: str = MEDICINES, text: str = "") -> str:
    entries = "".join(f"<entry>{act}</entry>" for act in acts)
    return f"""<section><code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>
 <text>{text}</text>{entries}</section>"""


def untitled(*acts: str, template: str, code: str = '<code nullFlavor="UNK"/>') -> str:
    """A section that is known by its template."""
    entries = "".join(f"<entry>{act}</entry>" for act in acts)
    return f'<section><templateId root="{template}"/>{code}<text/>{entries}</section>'


def act_of_prescription(period: str, code: str = "57833-6") -> str:
    return f"""<documentationOf><serviceEvent><code code="{code}"/>
 <effectiveTime>{period}</effectiveTime></serviceEvent></documentationOf>"""


def treatment(
    material: str = PARACETAMOL,
    *,
    attributes: str = 'moodCode="INT"',
    before: str = "",
    repeat: str = '<repeatNumber value="0"/>',
    doses: str = "",
    related: str = "",
) -> str:
    """``before``: id, text, statusCode, effectiveTime; ``related``: what follows the product."""
    return f"""<substanceAdministration classCode="SBADM" {attributes}>{before}{repeat}{doses}
 <consumable><manufacturedProduct><manufacturedMaterial>{material}</manufacturedMaterial>
 </manufacturedProduct></consumable>{related}</substanceAdministration>"""


def supplied(quantity: str, template: str = FR_SUPPLY) -> str:
    """``quantity``: its attributes."""
    return f"""<entryRelationship typeCode="COMP"><supply classCode="SPLY" moodCode="RQO">
 <templateId root="{template}"/><quantity {quantity}/></supply></entryRelationship>"""


def substitution(code: str, template: str = FR_SUBSTITUTION) -> str:
    return f"""<entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="DEF">
 <templateId root="{template}"/><code code="{code}" codeSystem="2.16.840.1.113883.5.1070"/>
 </act></entryRelationship>"""


def renewal_period(effective: str) -> str:
    return f"""<entryRelationship typeCode="COMP"><supply classCode="SPLY" moodCode="RQO">
 <templateId root="{RENEWAL_PERIOD}"/><effectiveTime xsi:type="IVL_TS">{effective}</effectiveTime>
 </supply></entryRelationship>"""


def marked(
    code: str, value: str, *, template: str = "", system: str = TA_ASIP, attributes: str = ""
) -> str:
    """``value``: its attributes."""
    known = f'<templateId root="{template}"/>' if template else ""
    return f"""<entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN"
 {attributes}><templateId root="1.2.250.1.213.1.1.3.48"/>{known}<code code="{code}"
 codeSystem="{system}"/><statusCode code="completed"/><value xsi:type="BL" {value}/></observation>
 </entryRelationship>"""


def step(place: int, said: str) -> str:
    """A subordinate administration."""
    return f"""<entryRelationship typeCode="COMP"><sequenceNumber value="{place}"/>
 <substanceAdministration classCode="SBADM" moodCode="INT"><templateId
 root="1.2.250.1.213.1.1.3.83.1"/>{said}</substanceAdministration></entryRelationship>"""


def condition(said: str) -> str:
    return f"<precondition><criterion>{said}</criterion></precondition>"


def instruction(code: str, mark: str) -> str:
    return f"""<entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT"
 moodCode="INT"><code code="{code}" codeSystem="1.3.6.1.4.1.19376.1.5.3.2"/>
 <text><reference value="#{mark}"/></text></act></entryRelationship>"""


def device(code: str, *, mood: str = "INT", before: str = "") -> str:
    return f"""<supply classCode="SPLY" moodCode="{mood}">{before}<repeatNumber value="1"/>
 <quantity value="1"/><participant typeCode="DEV"><participantRole classCode="MANU">
 <playingDevice>{code}</playingDevice></participantRole></participant></supply>"""
