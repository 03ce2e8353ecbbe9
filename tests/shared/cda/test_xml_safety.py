"""XML from strangers: a refusal on the field, never a crash, never a long wait."""

import time

import pytest

from shared.cda import tree
from shared.cda.tree import clinical_document
from shared.kernel.errors import InvalidRequest

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title a="&e;">&e;</title></ClinicalDocument>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>&f;</title></ClinicalDocument>"""
DOCUMENT = b'<ClinicalDocument xmlns="urn:hl7-org:v3"><title>CR</title></ClinicalDocument>'
REMOTE_DTD = b"""<!DOCTYPE ClinicalDocument SYSTEM "http://127.0.0.1:9/x.dtd">
<ClinicalDocument xmlns="urn:hl7-org:v3"/>"""


def inside(hostile: bytes) -> bytes:
    """Within a document that is fine otherwise, so that nothing else refuses it."""
    return b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + hostile + b"</ClinicalDocument>"


def nested(depth: int) -> bytes:
    return inside(b"<a>" * depth + b"</a>" * depth)


@pytest.mark.parametrize(
    "hostile",
    [
        LAUGHS,
        EXTERNAL,
        REMOTE_DTD,
        LAUGHS.decode()
        .replace('version="1.0"', 'version="1.0" encoding="UTF-16"')
        .encode("utf-16"),
        nested(tree.MAX_DEPTH),
        nested(500_000),
        inside(b"<b/>" * tree.MAX_ELEMENTS),
        inside(b"<a " + b" ".join(b'x%d=""' % n for n in range(tree.MAX_ATTRIBUTES + 1)) + b"/>"),
        inside(b'<a x="' + b"y" * (tree.MAX_ATTRIBUTE_LENGTH + 1) + b'"/>'),
        inside(b"<a>&unknown;</a>"),
        inside(b"<a><b></a>"),
        b'<?xml version="1.0" encoding="no-such-encoding"?><a/>',
        b"<html><body/></html>",
        b"",
    ],
    ids=range(14),
)
def test_hostile_xml_is_refused(hostile: bytes) -> None:
    """Each of these is a known way to read a file, fill the memory or stop a parser."""
    started = time.monotonic()

    with pytest.raises(InvalidRequest) as refusal:
        clinical_document(hostile)

    assert set(refusal.value.fields) == {"content"}
    assert time.monotonic() - started < 5


def test_what_is_just_within_the_bounds_is_read() -> None:
    """The bounds are far above what documents need, and not lower than they say."""
    for fine in (
        nested(tree.MAX_DEPTH - 1),
        inside(b"<b/>" * 1000),
        inside(b'<a x="' + b"y" * tree.MAX_ATTRIBUTE_LENGTH + b'"/>'),
    ):
        assert clinical_document(fine).tag == tree.CLINICAL_DOCUMENT


def test_the_refusal_repeats_nothing_of_the_content() -> None:
    """A sentence goes to logs and screens; a content must not."""
    with pytest.raises(InvalidRequest) as refusal:
        clinical_document(b"<secret-name>DUPONT</secret-nam>")

    told = f"{refusal.value} {refusal.value.fields}"
    assert "DUPONT" not in told
    assert "secret" not in told


def test_a_presentable_document_is_found_in_its_stylesheet() -> None:
    """CI-SIS "autopresentable": the stylesheet around the document is never run."""
    wrapped = (
        b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">'
        b"<x>" + DOCUMENT + b"</x></xsl:stylesheet>"
    )

    assert clinical_document(wrapped).tag == tree.CLINICAL_DOCUMENT


def test_a_document_hidden_elsewhere_is_not_looked_for() -> None:
    """Only the stylesheet form may hold one: anything else is not a CDA."""
    with pytest.raises(InvalidRequest):
        clinical_document(b"<Bundle>" + DOCUMENT + b"</Bundle>")
