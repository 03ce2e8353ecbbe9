"""How a line is taken where it is coded (CI-SIS FR-Traitement-prescrit, IHE PCC Medications; HL7 v3
data types R1): the signed words first, the codes where there are none."""

from time import perf_counter

import pytest

from services.prescription.adapters.cda import CdaDocuments
from tests.prescription.cda import (
    DEVICES,
    LPP,
    condition,
    device,
    document,
    instruction,
    section,
    step,
    treatment,
)

EDQM = "0.4.0.127.0.16.1.1.2.1"
CODES = "D’après les codes : "
MORE = "la suite est à lire dans le document"


def dosage(act: str, text: str = "", code: str = "57828-6") -> str | None:
    (line,) = CdaDocuments().read(document(section(act, text=text, code=code))).lines
    return line.dosage


def coded(*, before: str = "", doses: str = "", related: str = "", text: str = "") -> str:
    said = dosage(treatment(before=before, doses=doses, related=related), text)
    assert said is not None
    assert said.startswith(CODES)
    return said.removeprefix(CODES)


def time(kind: str, inside: str = "", attributes: str = "") -> str:
    return f'<effectiveTime xsi:type="{kind}" {attributes}>{inside}</effectiveTime>'


DAYS = '<low value="20261201"/><high value="20261206"/>'
DAILY = '<period value="1" unit="d"/>'
EIGHT = '<period value="8" unit="h"/>'


def lying(rows: str, head: str = "") -> str:
    return f"<table>{head}<tbody>{rows}</tbody></table>"


MEALS = "<thead><tr><th>Produit</th><th>Prise</th><th>Quand</th></tr></thead>"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (lying('<tr><td ID="p" rowspan="2">A</td><td>1 matin, 3 jours</td></tr>'
               "<tr><td>puis 1/2 matin</td></tr><tr><td>B</td><td>2 soir</td></tr>"),
         "1 matin, 3 jours ; puis 1/2 matin"),
        (lying('<tr><td>B</td><td rowspan="2">avec repas</td></tr>'
               '<tr><td ID="p">A</td></tr><tr><td>C</td><td>à jeun</td></tr>'),
         "avec repas"),
        (lying('<tr><td>B</td><td>1</td><td rowspan="2">midi</td></tr>'
               '<tr><td ID="p">A</td><td>2</td></tr>', MEALS),
         "Prise : 2 ; Quand : midi"),
        (lying('<tr><td ID="p">A</td><td colspan="2">1 matin</td></tr>', MEALS),
         "Prise : 1 matin"),
        (lying('<tr><td rowspan="2">Fond</td><td>B</td><td>1</td></tr>'
               '<tr><td ID="p">A</td><td>2</td></tr><tr><td>Crise</td><td>C</td><td>3</td></tr>'),
         "Fond ; 2"),
        (lying('<tr><td>B</td><td>1</td><td>-</td><td rowspan="2">midi</td></tr>'
               '<tr><td ID="p">A</td><td>2</td></tr>'),
         "2 ; midi"),
        (lying('<tr><td ID="p" rowspan="x" colspan="-1">A</td><td>2</td></tr><tr><td>3</td></tr>'),
         "2"),
        ('<list><item><td ID="p" rowspan="2">A</td><td>2</td></item></list>', "2"),
    ],
    ids=["of several rows", "into its row", "under its heading", "over two columns",
         "of a group", "beyond a gap", "no numbers", "no table"],
)  # fmt: skip
def test_cells_that_span_others(table: str, said: str) -> None:
    """Half of how it is taken stood in the rows and columns that a cell spans."""
    referring = treatment(before='<text><reference value="#p"/></text>')
    assert dosage(referring, table) == said


def test_a_table_that_spans_without_end_is_read_at_once() -> None:
    wide = '<tr><td colspan="999" rowspan="999">x</td></tr>' * 10_000
    lines = "".join(f'<tr><td ID="p{n}" rowspan="999">A</td></tr>' for n in range(50))
    acts = [treatment(before=f'<text><reference value="#p{n}"/></text>') for n in range(50)]
    data = document(section(*acts, text=lying(f"{wide}{lines}")))
    begun = perf_counter()
    assert len(CdaDocuments().read(data).lines) == 50
    assert perf_counter() - begun < 10


@pytest.mark.parametrize(
    ("element", "words"),
    [
        (time("IVL_TS", DAYS), "du 01/12/2026 au 06/12/2026"),
        (time("c:IVL_TS", DAYS), "du 01/12/2026 au 06/12/2026"),
        (f"<effectiveTime>{DAYS}</effectiveTime>", "du 01/12/2026 au 06/12/2026"),
        (
            time("IVL_TS", '<low value="20261201"/><width value="10" unit="d"/>'),
            "à partir du 01/12/2026 pendant 10 jours",
        ),
        (
            time("IVL_TS", '<low nullFlavor="UNK"/><width value="1" unit="wk"/>'),
            "pendant 1 semaine",
        ),
        (time("IVL_TS", '<high value="20261206"/>'), "jusqu’au 06/12/2026"),
        (time("TS", attributes='value="202612012330+0000"'), "le 02/12/2026"),
        (time("TS", attributes='value="202612"'), "le 2026-12"),
        (time("PIVL_TS", EIGHT), "toutes les 8 heures"),
        (time("PIVL_TS", EIGHT, 'institutionSpecified="true"'), "3 fois par jour"),
        (time("PIVL_TS", DAILY), "chaque jour"),
        (time("PIVL_TS", '<period value="2.0" unit="d"/>'), "tous les 2 jours"),
        (
            time("PIVL_TS", f'<phase><low value="202612010800"/></phase>{DAILY}'),
            "chaque jour à 08 h 00",
        ),
        (time("EIVL_TS", '<event code="ACM"/>'), "avant le petit-déjeuner"),
        (
            time("EIVL_TS", '<event code="HS"/><offset><low value="-1" unit="h"/></offset>'),
            "au coucher (décalage : -1 heure)",
        ),
        (
            time(
                "SXPR_TS",
                f'<comp xsi:type="IVL_TS">{DAYS}</comp>'
                f'<comp xsi:type="PIVL_TS" operator="A">{EIGHT}</comp>',
            ),
            "du 01/12/2026 au 06/12/2026, toutes les 8 heures",
        ),
    ],
)
def test_when(element: str, words: str) -> None:
    assert coded(before=element) == words


@pytest.mark.parametrize(
    "element",
    [
        time("PIVL_TS", '<period value="8" unit="lune"/>'),
        time("PIVL_TS", '<period value="huit" unit="h"/>'),
        time("PIVL_TS", f'<phase><low value="20261201"/></phase>{DAILY}'),
        time("PIVL_TS", f'<phase><low value="202612010800"/></phase>{EIGHT}'),
        time("EIVL_TS", '<event code="XX"/>'),
        time("SXPR_TS", f'<comp xsi:type="IVL_TS">{DAYS}</comp><comp xsi:type="X"/>'),
        time("GTS", EIGHT),
        time("TS", attributes='value="demain"'),
    ],
)
def test_half_a_posology_does_not_pass_for_the_whole(element: str) -> None:
    """Where a code has no words the reader is sent to the document."""
    assert coded(before=element) == MORE
    dose = '<doseQuantity value="1"/>'
    assert coded(before=element, doses=dose) == f"dose : 1 ; {MORE}"


def test_what_is_unknown_is_not_coded() -> None:
    unknown = '<effectiveTime xsi:type="IVL_TS"><low nullFlavor="UNK"/></effectiveTime>'
    assert dosage(treatment(before=unknown, doses='<doseQuantity nullFlavor="NI"/>')) is None


def dose(inside: str) -> str:
    return f"<doseQuantity>{inside}</doseQuantity>"


def most(above: str, below: str) -> str:
    return f"""<maxDoseQuantity><numerator {above}/><denominator {below}/></maxDoseQuantity>"""


RATE = """<rateQuantity><low value="1500" unit="mg/d"/><high value="3000" unit="mg/d"/>
</rateQuantity>"""
FACE = """<approachSiteCode nullFlavor="OTH"><originalText>visage</originalText>
</approachSiteCode>"""


@pytest.mark.parametrize(
    ("doses", "words"),
    [
        ('<doseQuantity value="1" unit="{tablet}"/>', "dose : 1 comprimé(s)"),
        ('<doseQuantity value="0.50" unit="15054000"/>', "dose : 0,5 comprimé(s)"),
        ('<doseQuantity value="1" unit="{Tablet}"/>', "dose : 1 comprimé(s)"),
        ('<doseQuantity value="12" unit="[IU]"/>', "dose : 12 UI"),
        (dose('<low value="1" unit="mg"/><high value="1" unit="mg"/>'), "dose : 1 mg"),
        (dose('<low value="5" unit="mL"/><high value="10" unit="mL"/>'), "dose : 5 mL à 10 mL"),
        (dose('<low nullFlavor="NI"/><high value="2" unit="{x}"/>'), "dose : au plus 2 x"),
        ('<doseQuantity value="un"/>', MORE),
        (RATE, "débit : 1500 mg par jour à 3000 mg par jour"),
        (most('value="4"', 'value="1" unit="d"'), "au plus 4 par jour"),
        (most('value="3" unit="g"', 'value="24" unit="h"'), "au plus 3 g en 24 heures"),
        (most('value="4"', 'value="1" unit="kg"'), MORE),
        ('<doseQuantity value="1" unit="732936001"/>', MORE),
        (f'<routeCode code="20053000" codeSystem="{EDQM}"/>', "voie orale"),
        (
            f'<routeCode code="20045000" codeSystem="{EDQM}" displayName="IV"/>',
            "voie intraveineuse",
        ),
        ('<routeCode code="20053000" codeSystem="1.2.3" displayName="Autre"/>', "Autre"),
        ('<routeCode code="26643006" codeSystem="2.16.840.1.113883.6.96"/>', MORE),
        (FACE, "site : visage"),
    ],
)
def test_how_much(doses: str, words: str) -> None:
    assert coded(doses=doses) == words


def test_steps_in_their_order_with_their_conditions() -> None:
    """Doses that change, are split or depend on something: subordinate administrations."""
    first = time("PIVL_TS", EIGHT) + '<doseQuantity value="2"/>'
    second = '<doseQuantity value="1"/>' + condition("<text>si douleur</text>")
    route = '<routeCode displayName="Voie orale"/>'
    told = coded(doses=route, related=step(10, second) + step(2, first))
    assert told == "Voie orale ; 1) dose : 2 ; toutes les 8 heures ; 2) dose : 1 ; si douleur"


def test_a_condition_of_the_whole_line() -> None:
    related = condition("<text>si douleur</text>") + condition('<value displayName="fièvre"/>')
    assert coded(doses='<doseQuantity value="1"/>', related=related) == (
        "dose : 1 ; si douleur ; fièvre"
    )


def test_what_is_told_of_codes_has_an_end() -> None:
    """A thousand steps, whose text is one of ten thousand characters."""
    long = f'<content ID="l1">{"à jeun " * 1_500}</content>'
    many = "".join(step(1, refer("l1")) for _ in range(1_000))
    said = dosage(treatment(related=many), long)
    assert said is not None
    assert said.endswith("[…]")

    routes = "".join(f'<routeCode displayName="R{place}"/>' for place in range(60))
    assert coded(doses=routes) == " ; ".join([*(f"R{place}" for place in range(50)), MORE])


TABLE = """<table><tbody><tr><td><content ID="m1">Essai</content></td><td>1 le matin</td></tr>
<tr><td><content ID="s1">puis 1 un jour sur deux</content></td></tr></tbody></table>
<content ID="c1">si fièvre</content><content ID="i1">Avec un verre d’eau</content>
<content ID="n1">essai-cetamol 500 MG</content>
<paragraph ID="w1">ESSAI-CETAMOL 500 mg, 1 comprimé au coucher</paragraph>
<content ID="w2">Essai 500, 1 comprimé au coucher</content>"""


def refer(mark: str) -> str:
    return f'<text><reference value="#{mark}"/></text>'


def test_what_was_signed_is_the_truth() -> None:
    """No code beside it; conditions and instructions, which stand elsewhere, are told too."""
    act = treatment(
        before=refer("m1") + time("PIVL_TS", EIGHT),
        doses='<doseQuantity value="7"/>',
        related=step(1, refer("s1")) + condition(refer("c1")) + instruction("PINSTRUCT", "i1"),
    )
    assert dosage(act, TABLE) == (
        "1 le matin ; puis 1 un jour sur deux ; si fièvre ; Avec un verre d’eau"
    )


def test_an_instruction_is_told_of_coded_lines_too() -> None:
    act = treatment(doses='<doseQuantity value="7"/>', related=instruction("PINSTRUCT", "i1"))
    assert dosage(act, TABLE) == f"{CODES}dose : 7 ; Avec un verre d’eau"


def test_a_step_of_a_dash_says_nothing() -> None:
    act = treatment(related=step(1, f'{refer("d1")}<doseQuantity value="1"/>'))
    assert dosage(act, '<content ID="d1">-</content>') == f"{CODES}1) dose : 1"


@pytest.mark.parametrize(
    ("mark", "own"),
    [
        ("n1", ""),
        ("w1", "ESSAI-CETAMOL 500 mg, 1 comprimé au coucher ; "),
        ("w2", "Essai 500, 1 comprimé au coucher ; "),
    ],
)
def test_a_piece_that_is_the_whole_line(mark: str, own: str) -> None:
    """What a line refers to is its complete text (IHE PCC Medications), not its name alone."""
    act = treatment(before=refer(mark), doses='<doseQuantity value="1"/>')
    assert dosage(act, TABLE) == f"{own}{CODES}dose : 1"


def test_how_long_a_device_is_used() -> None:
    code = f'<code code="1200001" displayName="lit" codeSystem="{LPP}"/>'
    act = device(code, before=time("IVL_TS", DAYS)).replace(
        '<quantity value="1"/>',
        '<quantity value="1"/><expectedUseTime><width value="60" unit="d"/></expectedUseTime>',
    )
    told = f"{CODES}du 01/12/2026 au 06/12/2026 ; utilisation : 60 jours"
    assert dosage(act, code=DEVICES) == told
