"""Rules of an XDM METADATA.XML, read with a reader that is not ours.

ebRIM 3.0 (order of elements, required attributes, lengths) and IHE ITI TF-3, tables 4.2.3.2-1 and
4.2.3.3-1 (attributes of a DocumentEntry and a SubmissionSet, their cardinality and form).
"""

import re
from typing import Any

from lxml import etree

RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
LCM = "{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}"
ORDER = ["Slot", "Name", "Description", "VersionInfo", "Classification", "ExternalIdentifier"]
REQUIRED = {
    "ExtrinsicObject": {"id", "mimeType", "objectType", "status", "lid"},
    "RegistryPackage": {"id"},
    "Classification": {"id", "classifiedObject"},
    "ExternalIdentifier": {"id", "registryObject", "identificationScheme", "value"},
    "Association": {"id", "associationType", "sourceObject", "targetObject"},
    "Slot": {"name"},
    "LocalizedString": {"value"},
}
DTM = re.compile(r"\d{4}(\d{2}(\d{2}(\d{6})?)?)?")
OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
CX = re.compile(r"[^^&]+\^\^\^&[0-2](\.(0|[1-9]\d*))+&ISO(\^[A-Z]+)?")
ENTRY_CODES = {
    "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a": (1, 1),  # classCode
    "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f": (1, 4),  # confidentialityCode (DMP: 4 at most)
    "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d": (1, 1),  # formatCode
    "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1": (0, 1),  # healthcareFacilityTypeCode
    "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead": (0, 1),  # practiceSettingCode
    "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983": (1, 1),  # typeCode
    "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d": (0, 99),  # author
    "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4": (0, 99),  # eventCodeList
}
ENTRY_SLOTS = {
    "creationTime": DTM,
    "hash": re.compile(r"[0-9a-f]{40}"),
    "languageCode": re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
    "serviceStartTime": DTM,
    "size": re.compile(r"\d+"),
    "sourcePatientId": CX,
    "URI": re.compile(r"[A-Z0-9_]{1,8}\.[A-Z]{3}"),
}
ENTRY_IDS = {
    "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427",  # patientId
    "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab",  # uniqueId
}
SET_IDS = {
    "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446": CX,  # patientId
    "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832": OID,  # sourceId
    "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8": OID,  # uniqueId
}
SET_NODE = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"

Element = Any


def check(xml: bytes) -> list[Element]:
    """Raise ``AssertionError`` at the first rule that does not hold; return the entries."""
    root = etree.fromstring(xml)
    assert root.tag == f"{LCM}SubmitObjectsRequest"
    (objects,) = root
    assert objects.tag == f"{RIM}RegistryObjectList"
    ids = [one.get("id") for one in objects.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    for one in objects.iter():
        _check_form(one)
    entries: list[Element] = objects.findall(f"{RIM}ExtrinsicObject")
    for entry in entries:
        _check_entry(entry)
    package: Element
    (package,) = objects.findall(f"{RIM}RegistryPackage")
    _check_set(package)
    _check_links(objects, package.get("id"), {e.get("id") for e in entries})
    return entries


def _check_form(one: Element) -> None:
    name = one.tag.removeprefix(RIM)
    assert set(one.attrib) >= REQUIRED.get(name, set()), name
    places = [ORDER.index(t) for c in one if (t := c.tag.removeprefix(RIM)) in ORDER]
    assert places == sorted(places), f"children of {name} out of order"
    if name == "Value":
        assert one.text
        assert len(one.text) <= 256
    if name in {"Classification", "ExternalIdentifier"}:
        assert all(len(value) <= 256 for value in one.attrib.values())
    if name == "LocalizedString":
        assert len(one.get("value")) <= 1024


def _check_entry(entry: Element) -> None:
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", entry.get("id"))
    assert entry.get("objectType") == "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
    for name, form in ENTRY_SLOTS.items():
        (value,) = slot(entry, name)
        assert form.fullmatch(value), (name, value)
    for value in slot(entry, "serviceStopTime"):
        assert DTM.fullmatch(value)
    assert {v.split("|")[0] for v in slot(entry, "sourcePatientInfo")} >= {"PID-3", "PID-5"}
    found = entry.findall(f"{RIM}Classification")
    schemes = [c.get("classificationScheme") for c in found]
    assert set(schemes) <= set(ENTRY_CODES)
    for scheme, (least, most) in ENTRY_CODES.items():
        assert least <= schemes.count(scheme) <= most, scheme
    for one in found:
        assert one.get("classifiedObject") == entry.get("id")
        if one.get("classificationScheme") != "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d":
            assert one.get("nodeRepresentation")
            (system,) = slot(one, "codingScheme")
            assert OID.fullmatch(system), system
            assert one.find(f"{RIM}Name/{RIM}LocalizedString") is not None
    identifiers = identified(entry)
    assert set(identifiers) == ENTRY_IDS
    assert CX.fullmatch(identifiers["urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"])


def _check_set(package: Element) -> None:
    (submitted,) = slot(package, "submissionTime")
    assert re.fullmatch(r"\d{14}", submitted)
    identifiers = identified(package)
    assert set(identifiers) == set(SET_IDS)
    for scheme, form in SET_IDS.items():
        assert form.fullmatch(identifiers[scheme]), identifiers[scheme]
    schemes = [c.get("classificationScheme") for c in package.findall(f"{RIM}Classification")]
    assert schemes.count("urn:uuid:aa543740-bdda-424e-8c96-df4873be8500") == 1  # contentTypeCode


def _check_links(objects: Element, package: str, entries: set[str]) -> None:
    (node,) = objects.findall(f"{RIM}Classification")
    assert (node.get("classifiedObject"), node.get("classificationNode")) == (package, SET_NODE)
    members = [
        a for a in objects.findall(f"{RIM}Association") if a.get("associationType") == HAS_MEMBER
    ]
    assert {a.get("sourceObject") for a in members} <= {package}
    assert sorted(a.get("targetObject") for a in members) == sorted(entries)
    for member in members:
        assert slot(member, "SubmissionSetStatus") == ["Original"]


def replacement(xml: bytes) -> tuple[str, str]:
    """Of the only one there is: the new document's id and the former's (TF-3 4.2.2.2.2: the source
    replaces the target)."""
    found: list[Element] = list(etree.fromstring(xml).iter(f"{RIM}Association"))
    (one,) = (a for a in found if a.get("associationType").endswith(":RPLC"))
    return one.get("sourceObject"), one.get("targetObject")


def slot(parent: Element, name: str) -> list[str]:
    found = parent.findall(f"{RIM}Slot[@name='{name}']/{RIM}ValueList/{RIM}Value")
    return [value.text for value in found]


def values(parent: Element, name: str) -> list[str]:
    """Of a slot, wherever it stands below."""
    return [v for one in parent.iter() if one is not parent for v in slot(one, name)]


def identified(parent: Element) -> dict[str, str]:
    """Value of each ExternalIdentifier, by its scheme; each of its own object."""
    found = parent.findall(f"{RIM}ExternalIdentifier")
    assert all(i.get("registryObject") == parent.get("id") for i in found)
    assert len({i.get("identificationScheme") for i in found}) == len(found)
    return {i.get("identificationScheme"): i.get("value") for i in found}
