"""What may come in: every reason why not is told, each with its field."""

import zlib
from dataclasses import replace

import pytest

from services.vault.adapters.value_sets import read_value_sets
from services.vault.domain import content
from services.vault.domain.completion import Rules
from services.vault.domain.metadata import Author, Coded, Metadata, Statement
from services.vault.domain.taking import Limits, Taken, take
from shared.kernel.errors import InvalidRequest, Refusal, TooLarge
from tests.vault.cda import JPEG, PDF, PNG, RTF, TEXT, cda, enclosing, replacing

RULES = Rules(sets=read_value_sets())
LIMITS = Limits(max_bytes=5_000_000, refuse_active=True)
SAID = Statement(
    type=Coded(code="86531-1"),
    title="Attestation de sortie",
    creation="2026-02-05",
    service_start="2026-02-05",
    authors=(Author(national_id="899700218896", specialty="G15_10/SM26"),),
    practice_setting="ETABLISSEMENT",
    facility_type="SA01",
)


SYNTHESIS_MODEL = "1.2.250.1.213.1.1.1.13"
"""CI-SIS "Volet de synthèse médicale" (VSM), as its documents declare it."""


def taken(
    data: bytes,
    given: Statement = SAID,
    *,
    declared: str | None = None,
    by_person: bool = False,
    limits: Limits = LIMITS,
    rules: Rules = RULES,
) -> Taken:
    return take(data, given, declared=declared, by_person=by_person, limits=limits, rules=rules)


def fields_of(data: bytes, given: Statement = SAID, **how: object) -> dict[str, str]:
    with pytest.raises(Refusal) as refusal:
        taken(data, given, **how)  # type: ignore[arg-type]  # passed through
    return refusal.value.fields


class TestContent:
    def test_empty(self) -> None:
        """Sending an empty document is forbidden (DMP EX_GEN-1060)."""
        assert fields_of(b"") == {"content": "is empty"}

    def test_five_million_bytes_and_no_more(self) -> None:
        """5 000 000 bytes, the DMP's limit, to the byte."""
        at_limit = PDF[:-6] + b" " * (5_000_000 - len(PDF)) + PDF[-6:]

        assert taken(at_limit).media_type == content.PDF
        with pytest.raises(TooLarge) as refusal:
            taken(at_limit[:-6] + b" " + at_limit[-6:])
        assert set(refusal.value.fields) == {"content"}

    def test_unknown_format(self) -> None:
        """A format that nobody can be sure to open is no record."""
        assert set(fields_of(b"PK\x03\x04")) == {"content"}

    def test_wrongly_declared(self) -> None:
        """By its bytes, not by what it is called."""
        assert set(fields_of(PDF, declared="image/jpeg")) == {"media_type"}

    def test_xml_that_is_no_cda(self) -> None:
        """HTML and FHIR begin like XML too."""
        assert set(fields_of(b"<html/>")) == {"content"}

    def test_active_files_are_refused_unless_the_setting_lets_them(self) -> None:
        """A script in a PDF runs on the screen of whoever opens it."""
        script = PDF.replace(b"/Catalog", b"/Catalog/A<</S/JavaScript>>")

        assert set(fields_of(script)) == {"content"}
        lenient = replace(LIMITS, refuse_active=False)
        assert taken(script, limits=lenient).media_type == content.PDF


class TestBareFile:
    def test_complete(self) -> None:
        """The class comes from the type (ASS_X16), the identifier from the bytes."""
        document = taken(JPEG)

        assert document.metadata.class_code == "95"
        assert document.metadata.unique_id == taken(JPEG).metadata.unique_id
        assert document.metadata.unique_id != taken(PNG).metadata.unique_id

    def test_each_missing_word_is_named_at_once(self) -> None:
        """A caller corrects everything in one go."""
        assert fields_of(PDF, Statement()) == {
            f"metadata.{name}": "is missing"
            for name in (
                "type", "title", "creation", "service_start", "author", "specialty",
                "practice_setting", "facility_type",
            )
        }  # fmt: skip

    def test_each_unknown_code_is_named(self) -> None:
        """A code that no value set has cannot be decided on, nor shown."""
        odd = replace(
            SAID,
            type=Coded(code="nope"),
            practice_setting="nope",
            facility_type="nope",
            format="nope",
            confidentiality=("nope",),
            authors=(Author(national_id="8", specialty="nope", role="nope"),),
        )

        assert fields_of(PDF, odd) == {
            f"metadata.{name}": "unknown code"
            for name in (
                "type", "practice_setting", "facility_type", "format", "confidentiality",
                "specialty", "role",
            )
        }  # fmt: skip

    def test_a_bare_file_has_no_format_of_a_structured_document(self) -> None:
        """Nothing of a model can be read in it; a synthesis is looked for by its format."""
        assert taken(PDF).metadata.format == "urn:asipSante:modelesHorsProfils:2011"
        said = replace(SAID, format="urn:asip:ci-sis:vsm:2012")
        assert set(fields_of(PDF, said)) == {"metadata.format"}

    def test_a_type_the_dmp_does_not_take(self) -> None:
        """Identity papers are a CI-SIS type and no DMP one; a setting gives them a class."""
        papers = replace(SAID, type=Coded(code="PIECE-IDENTITE"))

        assert set(fields_of(PDF, papers)) == {"metadata.type"}
        document = taken(PDF, papers, rules=replace(RULES, class_outside_dmp="95"))
        assert document.metadata.class_code == "95"


class TestPerson:
    def test_the_person_is_the_author(self) -> None:
        """JDV_J01, J02, J04: EXP_PATIENT for all three, and no professional."""
        said = Statement(
            type=Coded(code="EXPPAT_2"), title="Mon carnet", creation="2026", service_start="2026"
        )

        metadata = taken(PDF, said, by_person=True).metadata

        assert metadata.by_patient
        assert metadata.authors == (Author(specialty="EXP_PATIENT"),)
        assert (metadata.practice_setting, metadata.facility_type) == ("EXP_PATIENT",) * 2

    def test_the_person_adds_their_own_types_only(self) -> None:
        """Nobody writes their own hospital report."""
        assert set(fields_of(PDF, SAID, by_person=True)) == {"metadata.type"}

    def test_formats_of_the_person(self) -> None:
        """pdf, txt, rtf, jpeg, tiff: what Mon espace santé takes."""
        assert set(fields_of(PNG, by_person=True)) == {"content"}


class TestCda:
    def test_needs_no_other_words(self) -> None:
        """Its header says it all."""
        document = taken(cda(), Statement(), declared="application/xml")

        assert document.metadata.unique_id == "1.2.3.4^1"
        assert document.metadata.class_code == "10"
        assert document.level == 3
        assert document.patient is not None

    def test_the_header_is_not_contradicted(self) -> None:
        """CI-SIS: metadata are made of the header."""
        fields = fields_of(cda(), Statement(type=Coded(code="11502-2"), title="Autre"))

        assert set(fields) == {"metadata.type", "metadata.title"}

    def test_what_the_header_leaves_out_may_be_completed(self) -> None:
        """Old software writes no place of care."""
        document = taken(cda(encounter=""), Statement(facility_type="SA05"))

        assert document.metadata.facility_type == "SA05"

    def test_without_optional_parts(self) -> None:
        """A title may be that of the type, the act's date that of the document."""
        document = taken(cda(title="", acts="", encounter=""), Statement())

        assert document.metadata.title == "CR hospitalier (séjour)"
        assert document.metadata.service_start == document.metadata.creation
        assert document.metadata.facility_type is None

    @pytest.mark.parametrize("low", ["", '<low nullFlavor="UNK"/>'], ids=["absent", "unknown"])
    def test_an_act_of_which_only_the_end_is_known(self, low: str) -> None:
        """An IVL_TS may have one bound. What was written two days after a stay tells of no act
        that begins when it has ended."""
        bounds = f'<effectiveTime>{low}<high value="20240331"/></effectiveTime>'
        act = f"<documentationOf><serviceEvent>{bounds}</serviceEvent></documentationOf>"
        document = cda(acts=act, effective='<effectiveTime value="20240402"/>')

        ended = taken(document, Statement()).metadata
        told = taken(document, Statement(service_start="2024-03-20")).metadata

        assert (ended.service_start, ended.service_stop) == ("2024-03-31", "2024-03-31")
        assert (told.service_start, told.service_stop) == ("2024-03-20", "2024-03-31")

    @pytest.mark.parametrize(
        ("document", "shown"),
        [
            (cda(body=enclosing(PDF)), "urn:ihe:iti:xds-sd:pdf:2008"),
            (cda(templates=f'<templateId root="{SYNTHESIS_MODEL}"/>'), "urn:asip:ci-sis:vsm:2012"),
        ],
        ids=["level 1", "level 3"],
    )
    def test_its_format_is_what_it_shows(self, document: bytes, shown: str) -> None:
        """Software picks by the format what reads a document: a depositor's word changes nothing
        of what it is."""
        for said in (None, shown):
            assert taken(document, Statement(format=said)).metadata.format == shown
        wrong = Statement(format="urn:ihe:lab:xd-lab:2008")
        assert set(fields_of(document, wrong)) == {"metadata.format"}

    def test_a_format_that_nothing_shows_may_be_said(self) -> None:
        """Models are published before our table has them."""
        said = Statement(format="urn:ihe:pharm:dis:2010")

        assert taken(cda(), said).metadata.format == said.format

    def test_a_day_does_not_contradict_its_hours(self) -> None:
        """One of both is less precise; the header's instants are told as in France."""
        document = cda(effective='<effectiveTime value="20240402003000+0200"/>')

        for said in ("2024-04-02", "2024-04", "2024"):
            assert taken(document, Statement(creation=said)).metadata.creation == (
                "2024-04-01T22:30:00.000Z"
            )
        precise = Statement(creation="2024-04-01T22:30:00.000Z")
        assert taken(cda(effective='<effectiveTime value="20240402"/>'), precise)
        for wrong in ("2024-04-01", "2024-05", "2023", "2024-04-01T22:31:00.000Z"):
            assert set(fields_of(document, Statement(creation=wrong))) == {"metadata.creation"}

    @pytest.mark.parametrize(
        ("document", "field"),
        [
            (cda(id_=""), "content.unique_id"),
            (cda(code=""), "content.type"),
            (cda(effective=""), "content.creation"),
            (cda(authors=""), "content.author"),
            (cda(code='<code code="nope"/>'), "content.type"),
            (cda(code='<code code="34112-3" codeSystem="9.9"/>'), "content.type"),
            (cda(encounter="").replace(b"ETABLISSEMENT", b"nope"), "content.practice_setting"),
            (cda().replace(b"G15_10/SM26", b"nope"), "content.authors.0.specialty"),
            (cda(confidentiality=["N", "nope"]), "content.confidentiality"),
            (cda(title=f"<title>{'x' * 70_000}</title>"), "content"),
            (cda(body=""), "content.body"),
        ],
    )
    def test_what_is_wrong_is_named(self, document: bytes, field: str) -> None:
        """The producer finds it by its name in the header."""
        assert field in fields_of(document, Statement())

    def test_codes_of_header_and_request_add_up(self) -> None:
        """A depositor may hide more than the header says, never less."""
        document = taken(cda(), Statement(confidentiality=("MASQUE_PS",)))

        assert set(document.confidentiality) == {"N", "MASQUE_PS"}

    def test_what_it_replaces_is_read(self) -> None:
        """relatedDocument RPLC, in XDS form."""
        assert taken(cda(related=replacing("1.2.3.4^0")), Statement()).replaces == ("1.2.3.4^0",)

    def test_round_trip_of_metadata(self) -> None:
        """What is saved is what is read back."""
        metadata = taken(cda(), Statement()).metadata

        assert Metadata.from_event(metadata.to_event()) == metadata

    def test_what_is_unknown_is_not_kept(self) -> None:
        """Of the document, nor of its authors."""
        metadata = Metadata(
            unique_id="1.2.3", type="34112-3", class_code="10", format="f", title="t",
            creation="2026", service_start="2026", authors=(Author(national_id="801234567897"),),
        )  # fmt: skip

        assert metadata.to_event() == {
            "unique_id": "1.2.3", "type": "34112-3", "class_code": "10", "format": "f",
            "title": "t", "creation": "2026", "service_start": "2026",
            "authors": [{"national_id": "801234567897"}],
            "language": "fr-FR", "by_patient": False,
        }  # fmt: skip


class TestLevel1:
    @pytest.mark.parametrize(
        ("data", "media_type", "format_code"),
        [
            (PDF, "application/pdf", "urn:ihe:iti:xds-sd:pdf:2008"),
            (JPEG, "image/jpeg", "urn:ihe:iti-fr:xds-sd:jpeg:2010"),
            (RTF, "text/rtf", "urn:ihe:iti-fr:xds-sd:rtf:2010"),
            (TEXT, "text/plain", "urn:ihe:iti:xds-sd:text:2008"),
        ],
    )
    def test_the_file_inside_is_recognised(
        self, data: bytes, media_type: str, format_code: str
    ) -> None:
        """IHE XDS-SD: the file says the format."""
        document = taken(cda(body=enclosing(data, media_type)), Statement())

        assert document.level == 1
        assert document.enclosed == content.recognise(data)
        assert document.metadata.format == format_code

    @pytest.mark.parametrize(("compression", "window"), [("DF", -15), ("ZL", 15), ("GZ", 31)])
    def test_compressed_as_hl7_says(self, compression: str, window: int) -> None:
        """HL7 v3 data types: RFC 1951, 1950, 1952."""
        engine = zlib.compressobj(wbits=window)
        packed = engine.compress(PDF) + engine.flush()
        body = enclosing(packed, more=f' compression="{compression}"')

        assert taken(cda(body=body), Statement()).enclosed == content.PDF

    def test_text_written_as_it_is(self) -> None:
        """representation TXT is the default."""
        body = enclosing(b"", "text/plain").replace(' representation="B64">', ">Bon état.")

        assert taken(cda(body=body), Statement()).enclosed == content.TEXT

    @pytest.mark.parametrize(
        "body",
        [
            enclosing(PDF, "image/jpeg"),
            enclosing(b"PK\x03\x04"),
            enclosing(cda(), "text/xml"),
            enclosing(b""),
            enclosing(PDF.replace(b"/Catalog", b"/Catalog/A<</S/Launch>>")),
            enclosing(PDF).replace("JVBE", "J*BE"),
            enclosing(PDF, more=' compression="Z"'),
            enclosing(zlib.compress(PDF)[:-6], more=' compression="ZL"'),
            enclosing(b"no zlib", more=' compression="ZL"'),
            "<component><nonXMLBody><text><reference value='http://x/'/></text></nonXMLBody></component>",
        ],
        ids=[
            "wrong type", "archive", "xml", "empty", "active", "no base64", "unknown compression",
            "cut short", "not compressed", "outside",
        ],
    )  # fmt: skip
    def test_a_file_that_cannot_be_taken(self, body: str) -> None:
        """A wrapper is no way around what a bare file must be."""
        assert all(f.startswith("content.body") for f in fields_of(cda(body=body), Statement()))

    def test_a_bomb_inside_is_too_large(self) -> None:
        """100 MB of zeros pack into 100 kB."""
        body = enclosing(zlib.compress(b"0" * 100_000_000), more=' compression="ZL"')

        with pytest.raises(TooLarge) as refusal:
            taken(cda(body=body), Statement())
        assert set(refusal.value.fields) == {"content.body"}


def test_fields_never_hold_a_value() -> None:
    """Faults are logged by callers: no name, no INS, no content in them."""
    with pytest.raises(InvalidRequest) as refusal:
        taken(cda(code='<code code="CANCER-DUPONT"/>'), Statement())

    assert "DUPONT" not in str(refusal.value.to_fault())
