"""What is read of each line, by CI-SIS eP-MED-DM_2024.01 and IHE Pharmacy PRE."""

from datetime import date

import pytest

from services.prescription.adapters.cda import CdaDocuments
from services.prescription.adapters.tables import read_words
from services.prescription.domain.terms import Product, Wanted
from shared.kernel.errors import InvalidRequest
from shared.kernel.periods import Period
from tests.prescription.cda import (
    ATC,
    CIP,
    CIS,
    DEVICES,
    EMDN,
    FR_SUBSTITUTION,
    FR_SUPPLY,
    IHE_SUBSTITUTION,
    IHE_SUPPLY,
    LPP,
    MEDICABASE,
    PARACETAMOL,
    device,
    document,
    instruction,
    renewal_period,
    section,
    substitution,
    supplied,
    treatment,
)


def lines(*acts: str, code: str = "57828-6", text: str = "") -> tuple[Wanted, ...]:
    return CdaDocuments().read(document(section(*acts, code=code, text=text))).lines


def line(*acts: str, code: str = "57828-6", text: str = "") -> Wanted:
    (one,) = lines(*acts, code=code, text=text)
    return one


def refusal(act: str, code: str = "57828-6") -> str:
    with pytest.raises(InvalidRequest) as refused:
        lines(act, code=code)
    return refused.value.fields["content"]


@pytest.mark.parametrize("template", [FR_SUPPLY, IHE_SUPPLY])
@pytest.mark.parametrize(
    ("written", "quantity", "unit"),
    [
        ('value="2" unit="30009000"', 2, "boîte(s)"),
        ('value="2"', 2, None),
        ('value="2" unit="1"', 2, None),
        ('value="2.0" unit="30009000"', 2, "boîte(s)"),
        ('value="30" unit="{tablet}"', 30, "{tablet}"),
        ('value="150" unit="mL"', 150, "mL"),
        ('nullFlavor="UNK"', 1, None),
        ('value="1" unit="30069000"', 1, "flacon(s) à bouchon perforable"),
    ],
)
def test_a_quantity_is_a_real_number_of_a_unit(
    template: str, written: str, quantity: int, unit: str | None
) -> None:
    """Thirty tablets are not thirty boxes."""
    read = line(treatment(related=supplied(written, template)))
    assert (read.quantity, read.unit) == (quantity, unit)
    assert read.sufficient is ("nullFlavor" in written)


def test_each_word_of_a_package_is_of_one_code() -> None:
    """A dispensation's document is written from it."""
    words = read_words("units")
    assert len({*words.values()}) == len(words)


def test_a_quantity_that_is_not_said_is_left_to_the_pharmacist() -> None:
    """CSP R5123-1, R5123-2: what the treatment needs."""
    device_ = device(f'<code code="1200001" displayName="lit" codeSystem="{LPP}"/>')
    assert line(treatment()).sufficient is True
    assert line(device_, code=DEVICES).sufficient is False
    assert line(device_.replace('<quantity value="1"/>', ""), code=DEVICES).sufficient is True


@pytest.mark.parametrize("written", ["0", "0.5", "-1", "10001", "1e3", "NaN", "deux", ""])
def test_what_cannot_be_counted_is_refused(written: str) -> None:
    assert "quantity" in refusal(treatment(related=supplied(f'value="{written}"')))


@pytest.mark.parametrize(
    ("written", "count", "is_unlimited"),
    [
        ('<repeatNumber value="3"/>', 3, False),
        ('<repeatNumber value="0"/>', 0, False),
        ('<repeatNumber><low value="0"/><high value="3"/></repeatNumber>', 3, False),
        ('<repeatNumber nullFlavor="NI"/>', None, True),
        ('<repeatNumber nullFlavor="UNK"/>', None, False),
        ("", None, False),
    ],
)
def test_how_often_it_is_renewed(written: str, count: int | None, is_unlimited: bool) -> None:
    """``repeatNumber``: times after the first; NI: not limited."""
    read = line(treatment(repeat=written))
    assert (read.renewals, read.unlimited) == (count, is_unlimited)


@pytest.mark.parametrize(
    ("effective", "until"),
    [
        ('<high value="20270331"/>', date(2027, 3, 31)),
        ('<high value="20270331233000+0000"/>', date(2027, 4, 1)),
        ('<width value="6" unit="mo"/>', Period(6, "M")),
        ('<width value="26" unit="wk"/>', Period(26, "W")),
        ('<low value="20270131"/><width value="1" unit="mo"/>', date(2027, 2, 28)),
        ('<low value="20270131"/><high value="20270331"/>', date(2027, 3, 31)),
    ],
)
def test_how_long_it_is_renewed(effective: str, until: date | Period) -> None:
    assert line(treatment(related=renewal_period(effective))).until == until


@pytest.mark.parametrize(
    "effective",
    [
        "",
        '<width value="6" unit="mL"/>',
        '<high value="demain"/>',
        '<width value="x"/>',
        '<low value="99991231"/><width value="9" unit="d"/>',
        '<low value="?"/><width value="9" unit="d"/>',
    ],
)
def test_a_renewal_period_without_an_end(effective: str) -> None:
    assert "renewal period" in refusal(treatment(related=renewal_period(effective)))


@pytest.mark.parametrize("template", [FR_SUBSTITUTION, IHE_SUBSTITUTION])
@pytest.mark.parametrize(("code", "may"), [("N", False), ("G", True)])
def test_substitution(template: str, code: str, may: bool) -> None:
    assert line(treatment(related=substitution(code, template))).substitutable is may


@pytest.mark.parametrize(
    ("material", "product"),
    [
        (PARACETAMOL, Product(label="ESSAI-CETAMOL 500 mg", code="60000001", system=CIS)),
        (
            f"""<code nullFlavor="NA"><translation code="MV00000001" codeSystem="{MEDICABASE}"
             displayName="Essai 500 mg comprimé"/></code><name nullFlavor="NA"/>""",
            Product(label="Essai 500 mg comprimé", code="MV00000001", system=MEDICABASE),
        ),
        (
            f"""<code code="N02BE01" codeSystem="{ATC}" displayName="essai"><translation
             code="3400900000001" codeSystem="{CIP}" displayName="Essai, boîte de 16"/></code>""",
            Product(label="Essai, boîte de 16", code="3400900000001", system=CIP),
        ),
        (
            f"""<code><translation code="3400900000001" codeSystem="{CIP}"/></code>
             <name>ESSAI<!-- marque -->-CETAMOL
             1 g</name>""",
            Product(label="ESSAI-CETAMOL 1 g", code="3400900000001", system=CIP),
        ),
        (
            '<code nullFlavor="NA"><originalText><reference value="#m1"/></originalText></code>',
            Product(label="Préparation : - 30 g d'une - 70 g de l'autre"),
        ),
        (
            '<code nullFlavor="OTH"><originalText>Tisane de l’essai</originalText></code>',
            Product(label="Tisane de l’essai"),
        ),
    ],
    ids=["brand", "virtual", "class and package", "package only", "preparation", "words"],
)
def test_the_product(material: str, product: Product) -> None:
    """What can be handed over, rather than its class; a preparation by the section's text."""
    text = "<content ID=\"m1\">Préparation :<br/>- 30 g d'une<br/>- 70 g de l'autre</content>"
    assert line(treatment(material), text=text).product == product


def test_a_device_is_that_of_the_lpp() -> None:
    """Its main code is a class (EMDN): many other beds."""
    code = f"""<code code="V0806" displayName="LITS" codeSystem="{EMDN}"><translation
     code="1200001" codeSystem="{LPP}" displayName="lit d'essai, + 135 kg"/></code>"""
    read = line(device(code), code=DEVICES)
    assert read.product == Product(label="lit d'essai, + 135 kg", code="1200001", system=LPP)
    assert (read.kind, read.quantity, read.renewals) == ("device", 1, 1)


TABLE = """<table><thead><tr><th>Médicament</th><th>Posologie</th><th>Durée</th><th>ALD</th></tr>
</thead><tbody><tr><td><content ID="m1">Essai 1</content></td><td>1 matin,<br/>1 soir</td>
<td>-</td><td>Non</td></tr><tr ID="m2"><td>Essai 2</td><td>2 midi</td><td>8 jours</td><td>Oui</td>
</tr></tbody></table><list><item><content ID="m3">Essai 3</content> : 3 au coucher</item></list>
<content ID="m4">essai-cetamol 500 MG</content>
<content ID="p1">À jeun</content><content ID="d1">-</content>"""


def referring(mark: str) -> str:
    return f'<text><reference value="{mark}"/></text>'


@pytest.mark.parametrize(
    ("mark", "dosage"),
    [
        ("#m1", "Posologie : 1 matin, 1 soir ; ALD : Non"),
        ("m1", "Posologie : 1 matin, 1 soir ; ALD : Non"),
        ("#m2", "Médicament : Essai 2 ; Posologie : 2 midi ; Durée : 8 jours ; ALD : Oui"),
        ("#m3", "3 au coucher"),
        ("#m4", None),
        ("#elsewhere", None),
    ],
)
def test_how_it_is_taken_is_what_was_signed(mark: str, dosage: str | None) -> None:
    """Beside the product in the section's text, structured or not."""
    assert line(treatment(before=referring(mark)), text=TABLE).dosage == dosage


def test_instructions_are_told_too() -> None:
    told = instruction("PINSTRUCT", "p1") + instruction("FINSTRUCT", "d1")
    read = line(treatment(before=referring("#m3"), related=told), text=TABLE)
    assert read.dosage == "3 au coucher ; À jeun"


def test_a_dosage_that_is_cut_says_so() -> None:
    text = f'<list><item><content ID="m1">Essai</content> : {"à jeun " * 400}</item></list>'
    dosage = line(treatment(before=referring("#m1")), text=text).dosage
    assert dosage is not None
    assert (len(dosage) < 2010, dosage[-3:]) == (True, "[…]")


def test_steps_of_a_dosage_are_no_lines() -> None:
    """Progressive doses are subordinate entries, whose product is of no account."""
    step = """<entryRelationship typeCode="COMP"><sequenceNumber value="1"/>
     <substanceAdministration classCode="SBADM" moodCode="INT"><templateId
     root="1.2.250.1.213.1.1.3.83.1"/><repeatNumber value="9"/><consumable><manufacturedProduct>
     <manufacturedMaterial><code nullFlavor="NA"/><name>AUTRE</name></manufacturedMaterial>
     </manufacturedProduct></consumable></substanceAdministration></entryRelationship>"""
    read = line(treatment(related=step + step + supplied('value="2"')))
    assert (read.product.label, read.quantity, read.renewals) == ("ESSAI-CETAMOL 500 mg", 2, 0)


@pytest.mark.parametrize(
    "act",
    [
        treatment(attributes='moodCode="EVN"'),
        treatment(attributes='moodCode="INT" negationInd="true"'),
        treatment(before='<statusCode code="cancelled"/>'),
        treatment(before='<statusCode code="aborted"/>'),
        device(f'<code code="V08" displayName="X" codeSystem="{EMDN}"/>', mood="EVN"),
    ],
    ids=["was given", "not to be given", "cancelled", "stopped", "worn already"],
)
def test_what_is_not_ordered_is_no_line(act: str) -> None:
    assert "orders nothing" in refusal(act)


@pytest.mark.parametrize(
    "act",
    [
        "<observation><code code='1'/></observation>",
        f"<organizer><component>{treatment()}</component></organizer>",
        '<substanceAdministration nullFlavor="NI"/>',
    ],
)
def test_no_entry_is_passed_over(act: str) -> None:
    """A line that is not understood must not be missing among those that are."""
    assert "no line" in refusal(act)


def test_several_lines_in_their_order() -> None:
    again = treatment(PARACETAMOL.replace("500 mg", "1 g"))
    device_ = section(
        device(f'<code code="1200001" displayName="lit" codeSystem="{LPP}"/>'), code=DEVICES
    )
    read = CdaDocuments().read(document(section(treatment(), again), device_))
    assert [(one.kind, one.product.label) for one in read.lines] == [
        ("medicine", "ESSAI-CETAMOL 500 mg"), ("medicine", "ESSAI-CETAMOL 1 g"), ("device", "lit"),
    ]  # fmt: skip
