"""Twenty official CDA R2 documents: what a person reads in each header, and its inner file shown.

The values were read in the files with plain XPath and written down here; the class is that of
ASS_X16 for the type. They are compared with what the vault shows of the document once deposited.
"""

# ruff: noqa: E501 - a table is read line by line

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest

from services.vault.contract.reading import Open
from services.vault.domain.patient import Traits
from shared.kernel.ins import PRODUCTION_OIDS, TEST_OIDS, Ins
from tests.vault.unit.test_official_samples import OFFICIAL, taken
from tests.vault.world import DOCTOR, HOSPITAL, RECORD, World

# file | type | class | title | creation (UTC) | service start (UTC) | first author's family name
# | their Struct_IdNat | practice setting | facility type | media type of the file inside
TABLE = """
    ANEST-CR-ANEST_2022.01 | 77436-4 | 10 | Compte rendu d'anesthésie | 2020-03-19T10:17:00Z | 2020-03-19T08:11:00Z | LEGRIS | 1750803447 | ETABLISSEMENT | SA01 | -
    AVC-EUNV_2022.01 | 34133-9 | 11 | Fiche d'épisode de soin en unité neuro-vasculaire | 2018-10-01T10:17:00Z | 2018-10-01T10:17:00Z | BIDEAULT | 1750803447 | ETABLISSEMENT | SA04 | -
    BIO-CR-BIO_2021.01_CDA-R2-Niveau-1 | 11502-2 | 10 | Compte rendu d'examens biologiques | 2021-01-04T15:05:27Z | 2021-01-04T08:22:00Z | CAMPARINI | 1120459876 | AMBULATOIRE | SA25 | application/pdf
    BIO-CR-BIO_2024.01_TSH_1 | 11502-2 | 10 | Compte rendu d'examens biologiques | 2021-04-01T16:10:00Z | 2021-01-04T08:22:00Z | CAMPARINI | 1120459876 | AMBULATOIRE | SA25 | -
    BIO-TROD_2024.01_Cystite | 96173-0 | 52 | Test rapide d'orientation diagnostique : TROD Cystite | 2024-01-06T10:36:23Z | 2024-01-06T10:36:23Z | DIDOT | 2801234567 | DEPISTAGE | SA33 | -
    CANCER-FRCP_2022.01_Appareil | 34794-8 | 10 | FRCP ONCO PAYS DE LA LOIRE / 3C CHU Angers / Sein | 2019-02-18T08:49:14Z | 2019-02-18T14:45:00Z | MULLER | 1750100125 | ETABLISSEMENT | SA01 | -
    CANCER-PPS_2022.01_Autopresentable | 18776-5 | 44 | PROGRAMME PERSONNALISÉ DE SOINS EN CANCEROLOGIE | 2021-01-13T11:17:00Z | 2019-09-30T11:17:00Z | MULLER | 2801234567 | ETABLISSEMENT | SA01 | -
    CARD-F-PRC-PSC_2022.01 | 34133-9 | 11 | Fiche patient à risque en cardiologie - Porteur d'un stimulateur cardiaque | 2008-09-29T08:49:14Z | 2022-01-04T14:25:30Z | DUNANT | 1750803447 | AMBULATOIRE | SA21 | -
    CNAM-HR_2021.01_sans-info | REMB | 60 | Données de remboursement | 2019-07-01T15:49:00Z | 2019-01-01T14:45:00Z | - | 318003502400041 | AMO | SA24 | -
    CSE-CS24_2025.01 | CERT_DECL | 52 | Troisième certificat de santé (à établir obligatoirement au cours du 24ème mois) | 2021-08-03T10:36:23Z | 2021-08-03T10:36:23Z | MULLER | 1120456789 | ETABLISSEMENT | SA03 | -
    DLU-EHPAD-FLUDT_2022.01 | 74207-2 | 11 | FICHE DE LIAISON D'URGENCE/DOCUMENT DE TRANSFERT DE L'EHPAD VERS LE SERVICE DES URGENCES | 2020-03-27T14:35:00Z | 2020-03-27T16:50:00Z | BOILEAU | 1750803447 | ETABLISSEMENT | SA17 | -
    DOC_NON_STRUCTURE_CDA-R2-N1 | 11502-2 | 10 | Compte rendu d'examens biologiques | 2021-04-01T12:47:45Z | 2021-01-04T12:47:00Z | CAMPARINI | 1120459876 | AMBULATOIRE | SA07 | application/pdf
    IMG-DA-IMG_2024.01_Radiographie_IRM_Genou | 55115-0 | 42 | Demande d'acte d'imagerie | 2021-01-12T10:17:00Z | 2021-01-12T09:25:00Z | BOILEAU | 1120456789 | ETABLISSEMENT | SA01 | -
    IMG_CR_IMG_2024.01_CDA-R2-Niveau-1 | 18748-4 | 31 | CR d’imagerie médicale - Scanner Tête + Cou + Thorax avec injection | 2021-01-08T10:17:00Z | 2021-01-08T09:25:00Z | BIDEAULT | 1750803447 | AMBULATOIRE | SA08 | application/pdf
    IPS-FR_2024.01 | 60591-5 | 11 | SYNTHESE MEDICALE | 2024-04-02T10:17:00Z | 2024-04-02T10:17:00Z | MEDIONI | 2801234567 | ETABLISSEMENT | SA04 | -
    OBP-SAP_2024.01 | 57055-6 | 11 | Synthèse antepartum | 2023-03-22T15:30:00Z | 2023-03-22T15:10:00Z | BIDEAULT | 1750803447 | ETABLISSEMENT | SA04 | -
    OPH-CR-RTN_2022.01 | 75492-9 | 10 | Ophtalmologie - Compte-rendu de rétinographie | 2021-11-04T15:05:28Z | 2021-11-04T14:30:00Z | HENNEQUIN | 1123888725 | ETABLISSEMENT | SA07 | -
    TLM-CR_2022.01 | 85208-7 | 10 | Compte-rendu de téléconsultation | 2020-03-27T14:35:00Z | 2020-03-27T14:45:00Z | DUMAS | 1750803447 | ETABLISSEMENT | SA03 | application/pdf
    VAC_2023.01 | 11369-6 | 52 | Historique de vaccinations | 2021-04-09T16:00:00Z | 2021-04-09T16:00:00Z | MULLER | 1750803447 | AMO | SA24 | -
    eP-MED-DM_2023.01_PosoStruct | 57833-6 | 42 | Prescription de médicaments et/ou de dispositifs médicaux | 2021-12-01T08:30:00Z | 2021-12-01T08:10:00Z | PIOU | 1750512345 | AMBULATOIRE | SA07 | -
"""
ROWS = [
    [None if cell == "-" else cell for cell in line.strip().split(" | ")]
    for line in TABLE.strip().splitlines()
]
official = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official samples are not here")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One that takes every OID of an INS, as the samples have them."""
    world = World(tmp_path, oids=TEST_OIDS | PRODUCTION_OIDS)
    yield world
    world.vault.close()


def test_there_are_twenty() -> None:
    assert len({row[0] for row in ROWS}) == 20


def deposited(world: World, file: Path) -> Open:
    """In the record of the person it is about, whoever that is."""
    document = taken(file)
    assert document.patient is not None
    world.identities.records = {
        Ins(value=value, oid=oid): RECORD for oid, value in document.patient.ids
    }
    world.identities.traits = Traits()
    answer = world.deposit(file.read_bytes(), by=HOSPITAL, record_id=str(RECORD))
    return Open(document_id=answer.document_id, unwrap=True)


@official
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_sample_is_shown_as_it_says(world: World, row: list[str | None]) -> None:
    name, type_, class_, title, creation, start, family, structure, practice, facility, inner = row
    opened = world.vault.open(deposited(world, OFFICIAL / f"{name}.xml"), DOCTOR)
    shown = opened.document

    assert (shown.type.code, shown.class_.code, shown.title) == (type_, class_, title)
    assert [moment.replace(".000Z", "Z") for moment in (shown.creation, shown.service_start)] == [
        creation,
        start,
    ]
    author = shown.authors[0]
    assert (author.family, author.institution) == (family, structure)
    assert shown.practice_setting is not None
    assert shown.facility_type is not None
    assert (shown.practice_setting.code, shown.facility_type.code) == (practice, facility)
    assert opened.media_type == (inner or "text/xml")
    if inner == "application/pdf":
        assert len(pypdf.PdfReader(io.BytesIO(base64.b64decode(opened.content))).pages) > 0


@official
def test_every_file_inside_a_sample_is_shown(world: World) -> None:
    """All level 1 documents among them: a PDF that a reader other than ours can open."""
    wrapped = [file for file in sorted(OFFICIAL.glob("*.xml")) if taken(file).enclosed]
    assert len(wrapped) >= 4
    for file in wrapped:
        opened = world.vault.open(deposited(world, file), DOCTOR)
        assert opened.media_type == "application/pdf"
        content = base64.b64decode(opened.content)
        assert len(pypdf.PdfReader(io.BytesIO(content)).pages) > 0, file.name
