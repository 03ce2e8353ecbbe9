"""Mails that go out, made anew at each try from what the log holds."""

from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from uuid import UUID

from services.messaging.adapters.mime import display
from services.messaging.adapters.reports import UNKNOWN_PATIENT, bounce, in_brackets, receipt
from services.messaging.application import Messaging
from services.messaging.domain.attachment import CDA, File
from services.messaging.domain.mailing import Mailing, MailKind
from services.messaging.domain.message import DOMAIN, Message, own_header_id, writer
from services.messaging.domain.ports import Person
from shared.kernel.clock import parse_instant
from shared.kernel.errors import Forbidden
from shared.kernel.french import french_day, french_time
from shared.mail.mailer import Letter

_IN_PLACE = {"representative": "par son représentant légal", "caregiver": "par un aidant"}
COPY_TEXT = (
    "Un document vous est adressé en copie. Il est joint au format IHE_XDM, et lisible dans le"
    " PDF.\r\n"
)
PRESCRIPTION_SUBJECT = "Une ordonnance numérique vous a été transmise"
PRESCRIPTION_TEXT = (
    "Un patient a transmis une ordonnance numérique à votre pharmacie. Elle vous attend dans"
    " votre logiciel, parmi les ordonnances reçues. Ce message ne reçoit pas de réponse.\r\n"
)

EMERGENCY_SUBJECT = "Accès en urgence au dossier d’un de vos patients"
EMERGENCY_TEXT = (
    "Le dossier de {name}, dont vous êtes le médecin traitant, a été ouvert en urgence le {day} à"
    " {time} (articles L. 1111-17 et R. 1111-48 du code de la santé publique). L’historique des"
    " accès indique par qui et pour quel motif. Ce message ne reçoit pas de réponse.\r\n"
)


_THREAD = ("In-Reply-To", "References")


class _Posted(EmailPolicy):
    """One Message-ID a line, whole: the library writes one longer than a line as an encoded word,
    by which no software knows it (RFC 2047, 5)."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name not in _THREAD:
            return super().fold_binary(name, value)
        ids = "\r\n ".join(value.split())
        return f"{name}: {ids}\r\n".encode()


class Letters:
    """``address``: the applicative mailbox (APP) that copies and notices come from."""

    def __init__(self, app: Messaging, address: str) -> None:
        self._app = app
        self._address = address
        self._makers: Mapping[MailKind, Callable[[Mailing], Letter]] = {
            MailKind.REPLY: self._reply,
            MailKind.COPY: self._copy,
            MailKind.PRESCRIPTION: self._prescription,
            MailKind.EMERGENCY: self._emergency,
            MailKind.BOUNCE: self._bounce,
            MailKind.RECEIPT: self._receipt,
        }

    def letter(self, mailing: Mailing) -> Letter:
        return self._makers[mailing.kind](mailing)

    def _reply(self, mailing: Mailing) -> Letter:
        message = self._message(mailing)
        person = self._app.around.people.person(message.record_id)
        conversation = self._app.conversation(message.conversation_id)
        sender = f"{person.ins}@{DOMAIN}" if person.ins else getattr(conversation, "mailbox", None)
        if sender is None:
            raise Forbidden("there is no mailbox to send this from")
        made = self._begun(
            sender,
            mailing.to,
            f"Re: {message.subject}",
            message.thread.header_id,
            _named(person, message),
        )
        if message.thread.in_reply_to:
            made["In-Reply-To"] = in_brackets(message.thread.in_reply_to)
            made["References"] = " ".join(map(in_brackets, message.thread.references))
        contents = self._app.around.contents
        files = [
            File(
                name=one.name,
                media_type=one.media_type,
                data=contents.fetch(message.id, one.stored),
            )
            for one in message.attachments
        ]
        return _finished(made, sender, mailing.to, message.body, files)

    def _copy(self, mailing: Mailing) -> Letter:
        """Subject and attachments as in the ANS' "Volet de transmission par messagerie"."""
        copy = self._app.around.vault.copy_of(UUID(mailing.facts["copies_id"]))
        person = self._app.around.people.person(UUID(mailing.facts["served_under"]))
        subject = f"XDM/1.0/DDM+{copy.title} {person.family} {person.given} {person.born}"
        made = self._begun(self._address, mailing.to, subject, own_header_id(mailing.id))
        if copy.file.media_type == CDA:  # référentiel socle MSSanté no 2, ECO.2.4.1
            made["X-MSS-CODECDA"] = copy.type
        if mailing.facts.get("reply_to"):
            made["Reply-To"] = mailing.facts["reply_to"]
        files = self._app.around.archives.make(copy, person, self._app.clock.now())
        return _finished(made, self._address, mailing.to, COPY_TEXT, files)

    def _prescription(self, mailing: Mailing) -> Letter:
        header_id = own_header_id(mailing.id)
        made = self._begun(self._address, mailing.to, PRESCRIPTION_SUBJECT, header_id)
        made["Auto-Submitted"] = "auto-generated"
        return _finished(made, self._address, mailing.to, PRESCRIPTION_TEXT, [])

    def _emergency(self, mailing: Mailing) -> Letter:
        person = self._app.around.people.person(UUID(mailing.facts["served_under"]))
        at = parse_instant(mailing.facts["happened_at"])
        header_id = own_header_id(mailing.id)
        made = self._begun(self._address, mailing.to, EMERGENCY_SUBJECT, header_id)
        made["Auto-Submitted"] = "auto-generated"
        text = EMERGENCY_TEXT.format(
            name=f"{person.given} {person.family}", day=french_day(at), time=french_time(at)
        )
        return _finished(made, self._address, mailing.to, text, [])

    def _bounce(self, mailing: Mailing) -> Letter:
        content = bounce(
            sender=f"postmaster@{DOMAIN}",
            to=mailing.to,
            recipient=mailing.facts["recipient"],
            header_id=mailing.facts["header_id"],
            status=mailing.facts["status"],
            code=mailing.facts["code"],
            at=self._app.clock.now(),
        )
        return Letter(sender="", recipient=mailing.to, content=content)

    def _receipt(self, mailing: Mailing) -> Letter:
        content = receipt(
            sender=f"postmaster@{DOMAIN}",
            to=mailing.to,
            recipient=mailing.facts["recipient"],
            header_id=mailing.facts["header_id"],
            subject=mailing.facts["subject"],
            at=self._app.clock.now(),
            code=mailing.facts.get("code"),
        )
        return Letter(sender="", recipient=mailing.to, content=content)

    def _begun(
        self, sender: str, to: str, subject: str, header_id: str, name: str = ""
    ) -> EmailMessage:
        made = EmailMessage(policy=_Posted(linesep="\r\n"))
        made["From"] = display(name, sender)
        made["To"] = to
        made["Subject"] = " ".join(subject.split())
        made["Date"] = format_datetime(self._app.clock.now())
        made["Message-ID"] = f"<{header_id}>"
        return made

    def _message(self, mailing: Mailing) -> Message:
        found = self._app.message(UUID(mailing.facts["message_id"]))
        if found is None:
            raise Forbidden("what was to be sent is no longer there")
        return found


def failure_code(status: str) -> str | None:
    """What the ANS' codes say of it: an unknown patient, else nothing."""
    return UNKNOWN_PATIENT if status in {"5.1.1", "5.2.1"} else None


def _named(person: Person, message: Message) -> str:
    suffix = _IN_PLACE.get(writer(message.written_by) or "")
    name = f"{person.given} {person.family}"
    return f"{name}, {suffix}" if suffix else name


def _finished(made: EmailMessage, sender: str, to: str, body: str, files: list[File]) -> Letter:
    made.set_content(body)
    for file in files:
        main, _, sub = file.media_type.partition("/")
        made.add_attachment(file.data, maintype=main, subtype=sub, filename=file.name)
    return Letter(sender=sender, recipient=to, content=made.as_bytes())
