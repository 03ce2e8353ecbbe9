"""The national burst, at a thousandth: what docs/notification-burst.md plans for 500,000 people in
an hour, done for 500 over a real mail server's protocol."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

from aiosmtpd.smtp import SMTP

from services.notification.adapters.carriers import EmailCarrier
from services.notification.adapters.words import read_templates
from services.notification.application import Notification
from services.notification.application.log import Ways
from services.notification.domain.ports import Contact
from services.notification.domain.topic import Channel
from services.notification.policies import POLICIES
from shared.crypto.local_keys import LocalKeys
from shared.kernel.actor import Actor
from shared.kernel.clock import FixedClock
from shared.mail.smtp import Server, SmtpMailer
from shared.stores.settings import EventStoreSettings
from tests.notification.sample import NOW, deposited, received

PEOPLE = 500
RESULTS = 2
"""Of each person, as a biology laboratory sends them."""
ALLOWED = 60.0


class Sink:
    """A mail server that counts. Every hundredth mail is told to come back first."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.seen = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self.seen += 1
        if self.seen % 100 == 0:
            return "451 4.3.0 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - idem
        self.taken.update(envelope.rcpt_tos)
        return "250 OK"


@contextmanager
def sinking() -> Iterator[tuple[Sink, int]]:
    sink, loop = Sink(), asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(lambda: SMTP(sink, loop=loop), "127.0.0.1", 0)
    )
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def close() -> None:
        server.close()
        left = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        await asyncio.gather(*left, return_exceptions=True)

    try:
        yield sink, server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Everybody:
    """Each record has an address of its own."""

    def contact(self, record_id: UUID) -> Contact:
        return Contact(email=f"{record_id.hex}@example.org")

    def may_read(self, record_id: UUID, by: Actor) -> None:
        """Nobody reads here."""


def test_a_burst_reaches_everybody_once(tmp_path: Path) -> None:
    """1,000 results of 500 people: 500 mails, one each, also of those told to come back."""
    people = [UUID(int=number) for number in range(1, PEOPLE + 1)]
    clock = FixedClock(NOW)
    with sinking() as (sink, port):
        mailer = SmtpMailer(Server.parse(f"127.0.0.1:{port}", tls=False))
        carrier = EmailCarrier(
            mailer, sender="espace@example.org", link="https://espace.example", now=clock.now
        )
        app = Notification(
            EventStoreSettings(data_dir=tmp_path),
            LocalKeys(b"k" * 32, "notification"),
            clock,
            people=Everybody(),
            ways=Ways(carriers={Channel.EMAIL: carrier}, templates=read_templates()),
        )
        hear(app, people)
        assert app.pending.count() == PEOPLE
        clock.move(timedelta(minutes=15))
        started = time.monotonic()
        app.send_all_due()
        took = time.monotonic() - started
        clock.move(timedelta(minutes=1))
        app.send_all_due()
        assert sink.taken == Counter({f"{one.hex}@example.org": 1 for one in people})
        assert app.pending.count() == 0
        assert took < ALLOWED
        mailer.close()
        app.close()


def hear(app: Notification, people: list[UUID]) -> None:
    """As the followers do, message by message; here on several records at once."""
    activated = received("identity.record_activated", 1)

    def one(record_id: UUID) -> None:
        messages = [activated, *(deposited(position) for position in range(1, RESULTS + 1))]
        for message in messages:
            told = type(message)(
                **{**vars(message), "record": record_id, "key": f"{record_id}.{message.position}"}
            )
            outcome = POLICIES[message.type](app, told)
            if outcome:
                app.commit(outcome)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(one, people))
