"""Prescriptions that come as CDA R2 documents."""

import base64
from pathlib import Path

import pytest

from services.prescription.adapters.cda import CdaDocuments
from shared.kernel.errors import InvalidRequest
from tests.prescription.world import DOCTOR, OTHER_DOCTOR, World, asked

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "cda"
OFFICIAL = sorted(SAMPLES.glob("eP-MED-*.xml"))

CDA = f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
 <author><assignedAuthor>
  <id root="1.2.250.1.71.4.2.1" extension="{DOCTOR.id}"/>
 </assignedAuthor></author>
 <component><structuredBody><component><section><code code="57828-6"/>
  <entry><substanceAdministration>
   <repeatNumber value="3"/>
   <consumable><manufacturedProduct><manufacturedMaterial>
    <code code="63107752" codeSystem="1.2.250.1.213.2.3.1"/><name>PARACETAMOL 500 mg</name>
   </manufacturedMaterial></manufacturedProduct></consumable>
   <entryRelationship><supply><templateId root="1.2.250.1.213.1.1.3.86"/>
    <quantity value="2"/></supply></entryRelationship>
   <entryRelationship><act><templateId root="1.2.250.1.213.1.1.3.87"/><code code="N"/></act>
   </entryRelationship>
  </substanceAdministration></entry>
 </section></component></structuredBody></component>
</ClinicalDocument>""".encode()


def test_lines_are_read_from_the_document(world: World) -> None:
    """Two boxes, renewed three times, not to be substituted; the document itself is kept."""
    issued = world.app.issue(asked(content=base64.b64encode(CDA).decode()), DOCTOR)
    (read,) = world.of(issued.number).lines

    assert (read.product.label, read.product.code) == ("PARACETAMOL 500 mg", "63107752")
    assert (read.quantity, read.deliveries, read.total, read.substitutable) == (2, 4, 8, False)
    assert world.vault.contents[issued.document_id].data == CDA


def test_by_its_author_only(world: World) -> None:
    with pytest.raises(InvalidRequest) as refused:
        world.app.issue(asked(content=base64.b64encode(CDA).decode()), OTHER_DOCTOR)
    assert "content.author" in refused.value.fields


@pytest.mark.parametrize(
    "content",
    [
        b"not xml",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        CDA.replace(b'value="3"', b'value="many"'),
        CDA.replace(b"57828-6", b"11111-1"),
    ],
    ids=["no xml", "no prescription", "entities", "no number", "no line"],
)
def test_what_cannot_be_read(content: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        CdaDocuments().read(content)
    assert list(refused.value.fields) == ["content"]


@pytest.mark.skipif(not OFFICIAL, reason="the official CDA samples are not beside the repository")
def test_official_samples() -> None:
    """Two medicines (one a preparation without code) and a device, as the documents say."""
    for file in OFFICIAL:
        read = CdaDocuments().read(file.read_bytes())
        told = [(one.kind, one.quantity, one.renewals, one.substitutable) for one in read.lines]
        assert told[0] == ("medicine", 2, 3, False), file.name
        assert [kind for kind, *_ in told] == ["medicine", "medicine", "device"]
        assert read.lines[0].product.code == "63107752"
        assert all(one.product.label for one in read.lines)
        assert "801234567897" in read.authors
