"""What all the records hold, and what one alone holds."""

from typing import Any

from scripts.demo.cast import HOSPITAL, TREATING_DOCTOR
from tests.trust.attackers.building import (
    DAY,
    FROM_PATIENT,
    FROM_PROFESSIONALS,
    FROM_REPRESENTATIVES,
    biology,
    letter,
)
from tests.trust.attackers.records import SPECIALIST, STRANGER, People, Record

ENDS = "2030-06-01T00:00:00.000Z"
MEDICINE = {"product": {"label": "Paracétamol 1 g"}, "quantity": 1}


class Filling:
    """``open_one``, ``secret_one``: services of the catalogue that are connected openly, and
    in secret."""

    def __init__(self, people: People, open_one: str, secret_one: str) -> None:
        self._people = people
        self._open_one = open_one
        self._secret_one = secret_one

    def rights(self, record: Record) -> None:
        """Who works in it."""
        parent, of_it = self._people.parent(record), {"record_id": record.record_id}
        parent.do("access.name_treating_doctor", professional=TREATING_DOCTOR, **of_it)
        parent.do("access.declare_consent", professional=SPECIALIST, means="electronic",
                  valid_until=ENDS, **of_it)  # fmt: skip
        record.plain["service"] = self._secret_one

    def plain(self, record: Record) -> None:
        """Something of every kind that nobody hides."""
        parent, doctor = self._people.parent(record), self._people.doctor()
        of_it = {"record_id": record.record_id}
        put_in = self._people.hospital().do("vault.deposit", **of_it, **letter("Attestation"))
        record.plain["document"] = put_in["document_id"]
        record.plain["logical"] = put_in["logical_id"]
        folder = parent.do("vault.create_folder", name="Genou", **of_it)
        record.plain["folder"] = folder["folder_id"]
        record.plain["appointment"] = parent.do(
            "agenda.add_appointment", title="Vaccin", starts_at=DAY, **of_it
        )["appointment_id"]
        entry = {"label": "Latex"}
        record.plain["entry"] = parent.do(
            "profile.add_entry", section="allergies", entry=entry, **of_it
        )["entry_id"]
        record.plain["conversation"] = doctor.do(
            "messaging.start_conversation", to=f"{record.ins}@patient.mssante.fr",
            subject="Vaccins", body="Pensez au rappel.",
        )["conversation_id"]  # fmt: skip
        issued = doctor.do("prescription.issue", lines=[MEDICINE], **of_it)
        record.plain["number"] = issued["number"]
        patient = self._people.patient(record)
        patient.do("catalogue.authorise", service=self._open_one, finalities=["SUIVI"], **of_it)
        patient.do("profile.set_extraction", allowed=True, **of_it)

    def secret(self, record: Record, word: str) -> None:
        """All that a minor, and their doctor, may do out of their parents' sight."""
        minor = self._people.patient(record, secretly=True)
        doctor = self._people.doctor(secretly=True)
        of_it, codes = {"record_id": record.record_id}, [FROM_REPRESENTATIVES]
        kept = record.hidden
        put_in = doctor.do("vault.deposit", **of_it, **biology(record, word, codes))
        kept |= {"document": put_in["document_id"], "logical": put_in["logical_id"]}
        held = letter(f"Retenu {word}")
        hospital = self._people.hospital()
        kept["held"] = hospital.do(
            "vault.deposit", hold=True, confidentiality=codes, **of_it, **held
        )["document_id"]
        newer = letter(f"Certificat {word}")
        former = hospital.do("vault.deposit", confidentiality=codes, **of_it, **newer)
        kept["replaced"] = former["document_id"]
        kept["newer"] = hospital.do(
            "vault.replace", document_id=former["document_id"], confidentiality=codes,
            **letter(f"Certificat 2 {word}"),
        )["document_id"]  # fmt: skip
        self._in_secret(minor, kept, word, of_it)
        issued = self._people.doctor().do(
            "prescription.issue", lines=[MEDICINE | {"product": {"label": f"Boîte {word}"}}],
            confidentiality=codes, **of_it,
        )  # fmt: skip
        kept |= {"number": issued["number"], "prescription": issued["document_id"]}
        written = self._people.doctor().do(
            "messaging.start_conversation", to=f"{record.ins}@patient.mssante.fr",
            subject=f"Suivi {word}", body=f"Pour {word}.", confidentiality=codes,
        )  # fmt: skip
        kept |= {"conversation": written["conversation_id"], "message": written["message_id"]}
        kept["session"] = doctor.do(
            "access.break_glass", reason=word, unable_to_consent=True, **of_it
        )["session"]

    alone = secret

    def _in_secret(self, minor: Any, kept: dict[str, str], word: str, of_it: Any) -> None:
        opened = minor.ask("vault.open", document_id=kept["document"])
        kept["decision"] = opened["decision_id"]
        minor.do("vault.pin", document_id=kept["document"])
        kept["appointment"] = minor.do(
            "agenda.add_appointment", title=f"Consultation {word}", starts_at=DAY, **of_it
        )["appointment_id"]
        kept["reminder"] = minor.do(
            "agenda.add_reminder", title=f"Rappel {word}", date="2030-03-01", **of_it
        )["reminder_id"]
        kept["entry"] = minor.do(
            "profile.add_entry", section="treatments", entry={"label": f"Pilule {word}"}, **of_it
        )["entry_id"]
        measure = {"kind": "WEIGHT", "at": DAY, "values": [51.5], "unit": "kg", "comment": word}
        kept["measure"] = minor.do("profile.record_measures", measures=[measure], **of_it)["items"][
            0
        ]["measure_id"]
        authorised = minor.do(
            "catalogue.authorise", service=self._secret_one, finalities=["SUIVI"], **of_it
        )
        kept["authorisation"] = authorised["authorisation_id"]
        minor.do("access.declare_consent", facility=HOSPITAL, means="electronic",
                 valid_until=ENDS, **of_it)  # fmt: skip
        minor.do("access.block_professional", professional=STRANGER, reason=word, **of_it)
        kept["export"] = minor.do("vault.export_record", **of_it)["export_id"]
        minor.ask("audit.journal", **of_it)

    def untold(self, record: Record, word: str) -> None:
        """A result before the consultation in which it is told."""
        doctor, of_it = self._people.doctor(), {"record_id": record.record_id}
        kept = record.hidden
        put_in = doctor.do("vault.deposit", **of_it, **biology(record, word, [FROM_PATIENT]))
        kept |= {"document": put_in["document_id"], "logical": put_in["logical_id"]}
        kept["decision"] = doctor.ask("vault.open", document_id=kept["document"])["decision_id"]

    def masked(self, record: Record, word: str) -> None:
        """What the person lets nobody see but those they trust."""
        person, of_it = self._people.patient(record), {"record_id": record.record_id}
        kept, codes = record.hidden, [FROM_PROFESSIONALS]
        put_in = self._people.hospital().do(
            "vault.deposit", **of_it, **biology(record, word, codes)
        )
        kept |= {"document": put_in["document_id"], "logical": put_in["logical_id"]}
        kept["entry"] = person.do(
            "profile.add_entry", section="treatments", entry={"label": f"Cure {word}"},
            hidden_from=["professionals"], **of_it,
        )["entry_id"]  # fmt: skip
        measure = {"kind": "WEIGHT", "at": DAY, "values": [51.5], "unit": "kg", "comment": word}
        kept["measure"] = person.do(
            "profile.record_measures", measures=[measure], hidden_from=["professionals"], **of_it
        )["items"][0]["measure_id"]
