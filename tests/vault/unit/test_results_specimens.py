"""What a result was found in and how, by IHE PaLM XD-LAB and HL7 CDA R2."""

import time

import pytest

from services.vault.domain.result import Result, Specimen
from tests.vault.unit.test_results import GLUCOSE, LOINC, PQ, asked, observation, one, read, report
from tests.vault.world import World

VALUE = PQ.format("1", "g/L")
SPECIMENS = 'codeSystem="2.16.840.1.113883.18.311"'
BLOOD = f'<code code="BLD" displayName="Sang" {SPECIMENS}/>'
URINE = f'<code code="UR" displayName="Urine" {SPECIMENS}/>'
IHE = '<templateId root="1.3.6.1.4.1.19376.1.3.1.2"/>'


def collection(nature: str, more: str = "", template: str = IHE, number: str = "7") -> str:
    """CI-SIS "FR-Prélèvement": the time of it is in ``high``."""
    return (
        f'<procedure classCode="PROC" moodCode="EVN">{template}'
        '<effectiveTime><high value="202601050735+0100"/></effectiveTime>'
        f'{more}<participant typeCode="PRD"><participantRole classCode="SPEC">'
        f'<id root="1.2.3.9" extension="{number}"/><playingEntity>{nature}</playingEntity>'
        "</participantRole></participant></procedure>"
    )


def beside(procedure: str, *observations: str) -> str:
    """Inside of the act that :func:`report` makes."""
    related = "".join(f"<entryRelationship>{o}</entryRelationship>" for o in observations)
    return f'<entryRelationship typeCode="COMP">{procedure}</entryRelationship>{related}'


def natures(data: bytes) -> list[list[str | None]]:
    return [[s.nature for s in result.specimens] for result in read(data).results]


def test_glucose_of_blood_and_of_urine_are_told_apart(world: World) -> None:
    """Both may bear the laboratory's one code, or stand under one label."""
    world.deposit(
        report(
            beside(collection(BLOOD), observation(GLUCOSE, PQ.format("0.9", "g/L"))),
            beside(collection(URINE), observation(GLUCOSE, PQ.format("0.1", "g/L"))),
        )
    )

    shown = {result.value: result.specimens for result in asked(world).items}

    assert {value: [s.nature for s in told] for value, told in shown.items()} == {
        "0.9": ["Sang"],
        "0.1": ["Urine"],
    }
    (urine,) = shown["0.1"]
    assert urine.code is not None
    assert (urine.code.code, urine.code.system) == ("UR", "2.16.840.1.113883.18.311")
    assert urine.taken == "2026-01-05T06:35:00.000Z"
    assert (urine.site, urine.site_code) == (None, None)


HL7_V2, HL7_V3 = "2.16.840.1.113883.18.311", "2.16.840.1.113883.5.129"


@pytest.mark.parametrize(
    ("code", "nature"),
    [
        (f'<code code="UR" codeSystem="{HL7_V2}"/>', "Urine"),
        (f'<code code="BLDA" codeSystem="{HL7_V3}"/>', "Sang artériel"),
        (f'<code code="SPT" codeSystem="{HL7_V2}" displayName="Crachats"/>', "Crachats"),
        (f'<code code="UR" codeSystem="{HL7_V2}"><originalText>du matin</originalText></code>',
         "du matin"),
        ('<code code="UR" codeSystem="1.2.3"/>', "UR"),
        ('<code code="UR"/>', "UR"),
        (f'<code code="XYZ" codeSystem="{HL7_V2}"/>', "XYZ"),
        (f'<code code="SAL" codeSystem="{HL7_V2}" displayName="SAL"/>', "Salive"),
    ],
)  # fmt: skip
def test_a_code_without_a_word_has_its_published_name(world: World, code: str, nature: str) -> None:
    """JDV_HL7_SpecimenType_CISIS, by the terminology and the code; what the document says first."""
    world.deposit(report(beside(collection(code), observation(GLUCOSE, VALUE))))
    ((specimen,),) = [one.specimens for one in asked(world).items]
    assert specimen.nature == nature
    assert specimen.code


@pytest.mark.parametrize(
    ("code", "nature"),
    [
        ('<code code="UR"/>', "UR"),
        ('<code code="UR"><originalText>Urine du matin</originalText></code>', "Urine du matin"),
        ('<code nullFlavor="OTH"><originalText><reference value="#t1"/></originalText></code>',
         "Dosage maison"),
        ('<code nullFlavor="OTH"><translation code="9" displayName="Selles"/></code>', "Selles"),
        ('<code nullFlavor="UNK"/>', None),
    ],
)  # fmt: skip
def test_a_nature_in_the_words_of_the_document(code: str, nature: str | None) -> None:
    """By the name of the code, else the report's words, else the code."""
    assert natures(report(beside(collection(code), observation(GLUCOSE, VALUE)))) == [[nature]]


def test_what_is_nearer_holds() -> None:
    """XD-LAB: a battery, or an observation, says it where it differs from what is around it."""
    nearer = observation(
        GLUCOSE, VALUE, f"<entryRelationship>{collection(URINE)}</entryRelationship>"
    )
    battery = (
        f"<organizer><component>{collection(URINE)}</component>"
        f"<component>{observation(GLUCOSE, VALUE)}</component></organizer>"
    )
    data = report(beside(collection(BLOOD), observation(GLUCOSE, VALUE), nearer, battery))

    assert natures(data) == [["Sang"], ["Urine"], ["Urine"]]


def test_the_place_it_was_taken_from(world: World) -> None:
    place = (
        '<targetSiteCode code="76784001" codeSystem="2.16.840.1.113883.6.96" displayName="vagin"/>'
    )
    data = report(beside(collection(BLOOD, place), observation(GLUCOSE, VALUE)))
    world.deposit(data)

    (specimen,) = asked(world).items[0].specimens

    assert specimen.site == "vagin"
    assert specimen.site_code is not None
    assert (specimen.site_code.code, specimen.site_code.display) == ("76784001", "vagin")
    assert Result.from_row(one(data).to_row()) == one(data)


def test_of_two_that_were_taken_none_is_chosen() -> None:
    """A clearance is of both; of another test nobody says which."""
    both = (
        f"<entryRelationship>{collection(URINE)}</entryRelationship>"
        f"{beside(collection(BLOOD), observation(GLUCOSE, VALUE))}"
    )

    assert natures(report(both)) == [["Urine", "Sang"]]


def named(nature: str = "", number: str = "7", role: str = "") -> str:
    entity = f"<specimenPlayingEntity>{nature}</specimenPlayingEntity>" if nature else ""
    return (
        f'<specimen><specimenRole{role}><id root="1.2.3.9" extension="{number}"/>{entity}'
        "</specimenRole></specimen>"
    )


def test_a_specimen_that_the_result_names() -> None:
    """HL7 CDA R2: by its nature, or by the identifier it was given when it was taken."""
    elsewhere = (
        f"<entryRelationship>{collection(URINE, number='8')}</entryRelationship>"
        f"{beside(collection(BLOOD), '{}')}"
    )

    def of(specimen: str) -> tuple[Specimen, ...]:
        tested = observation(GLUCOSE, VALUE, specimen)
        return one(report(elsewhere.format(tested))).specimens

    assert [s.nature for s in of("")] == ["Urine", "Sang"]
    assert [(s.nature, s.taken) for s in of(named(number="8"))] == [
        ("Urine", "2026-01-05T06:35:00.000Z")
    ]
    assert [(s.nature, s.taken) for s in of(named(BLOOD, "9"))] == [("Sang", None)]
    assert of(named(number="9")) == ()


@pytest.mark.parametrize("template", ["1.3.6.1.4.1.19376.1.3.1.2", "1.2.250.1.213.1.1.3.77"])
def test_the_time_of_one_that_the_act_names(template: str) -> None:
    """Former XD-LAB: the act has a specimen, and beside it a collection that names none."""
    own = f'<templateId root="{template}"/>'
    timed = collection(BLOOD, template=own).partition("<participant")[0] + "</procedure>"
    tested = f"{named(URINE)}{beside(timed, observation(GLUCOSE, VALUE))}"

    (specimen,) = one(report(tested)).specimens

    assert (specimen.nature, specimen.taken) == ("Urine", "2026-01-05T06:35:00.000Z")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('moodCode="EVN"', 'moodCode="INT"'),
        ('moodCode="EVN"', 'moodCode="EVN" negationInd="true"'),
        ("<effectiveTime>", '<statusCode code="nullified"/><effectiveTime>'),
        (IHE, '<templateId root="1.2.3"/><statusCode code="obsolete"/>'),
    ],
    ids=["wanted", "denied", "entered in error", "replaced"],
)  # fmt: skip
def test_what_was_not_taken_is_no_specimen(was: str, now: str) -> None:
    procedure = collection(BLOOD)
    assert was in procedure

    assert natures(report(beside(procedure.replace(was, now, 1), observation(GLUCOSE, VALUE)))) == [
        []
    ]


def test_a_procedure_that_brings_forth_a_specimen_is_a_collection() -> None:
    """Of any template: HL7 says so by the product."""
    procedure = collection(BLOOD, template="")

    def of(written: str) -> list[list[str | None]]:
        return natures(report(beside(written, observation(GLUCOSE, VALUE))))

    assert of(procedure) == [["Sang"]]
    assert of(procedure.replace('"PRD"', '"DEV"')) == [[]]
    assert of(procedure.replace('"SPEC"', '"MANU"')) == [[]]


def test_what_it_was_taken_with_is_no_specimen() -> None:
    """Another participant of the collection than its product."""
    needle = (
        '<participant typeCode="DEV"><participantRole><playingEntity><code displayName="Aiguille"'
        ' code="1"/></playingEntity></participantRole></participant>'
    )

    assert natures(report(beside(collection(BLOOD, needle), observation(GLUCOSE, VALUE)))) == [
        ["Sang"]
    ]


@pytest.mark.parametrize(
    ("role", "entity"), [("", ' classCode="MIC"'), (' classCode="ISLT"', "")], ids=["MIC", "ISLT"]
)
def test_what_was_grown_is_not_what_was_taken(role: str, entity: str) -> None:
    """The antibiogram of a coli is of the urine that it was grown from."""
    coli = named('<code code="562" displayName="E. coli"/>', role=role)
    isolate = (
        f"<organizer>{coli.replace('<specimenPlayingEntity', f'<specimenPlayingEntity{entity}')}"
        f"<component>{observation(GLUCOSE, VALUE)}</component></organizer>"
    )

    assert natures(report(beside(collection(URINE), isolate))) == [["Urine"]]


def test_a_result_without_a_date_is_of_the_day_its_specimen_was_taken(world: World) -> None:
    """XD-LAB: a result is of the time it was taken at; of two that differ none is chosen."""
    undated = observation(GLUCOSE, VALUE).replace('<effectiveTime value="20260105"/>', "")
    world.deposit(report(beside(collection(BLOOD), undated)))

    (result,) = asked(world).items

    assert (result.at, result.day) == ("2026-01-05T06:35:00.000Z", "2026-01-05")
    other = f"<entryRelationship>{collection(URINE)}</entryRelationship>"
    both = other + beside(collection(BLOOD), undated)
    assert one(report(both)).at == "2026-01-05T06:35:00.000Z"
    assert one(report(both.replace("20260105", "20260106", 1))).at is None


@pytest.mark.parametrize(
    ("method", "words", "code"),
    [
        ('<methodCode code="VA" codeSystem="1.2.9" displayName="Electrophorèse"/>',
         "Electrophorèse", "VA"),
        ('<methodCode><originalText><reference value="#t1"/></originalText></methodCode>',
         "Dosage maison", None),
        ('<methodCode nullFlavor="NA"/>', None, None),
        ("", None, None),
    ],
)  # fmt: skip
def test_the_method(method: str, words: str | None, code: str | None) -> None:
    """Two methods have two normal ranges, and two values."""
    result = one(report(observation(GLUCOSE, VALUE, method)))

    assert (result.method, result.method_code and result.method_code.code) == (words, code)
    assert Result.from_row(result.to_row()) == result


def test_the_method_is_shown(world: World) -> None:
    method = '<methodCode code="VA" codeSystem="1.2.9" displayName="Electrophorèse"/>'
    world.deposit(report(observation(GLUCOSE, VALUE, method)))

    (result,) = asked(world, loinc="2345-7").items

    assert result.method == "Electrophorèse"
    assert result.method_code is not None
    assert (result.method_code.code, result.method_code.system) == ("VA", "1.2.9")


def test_what_stands_around_thousands_of_results_is_looked_at_once() -> None:
    """Each looked through all of its neighbours: four thousand took over a minute."""
    code = f'<code code="1" {LOINC}/>'
    many = [observation(code, PQ.format(number, "g/L")) for number in range(3_000)]
    data = report(beside(collection(BLOOD), *many))
    began = time.process_time()

    results = read(data).results

    assert time.process_time() - began < 15
    assert (len(results), {s.nature for r in results for s in r.specimens}) == (3_000, {"Sang"})
