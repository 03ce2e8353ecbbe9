"""Empties the queue of outgoing mail: one process at a time, in a thread."""

from threading import Event, Thread

from services.messaging.application import Messaging
from services.messaging.application.sending import Makes
from shared.mail.mailer import Mailer
from shared.telemetry.logs import described, log


class Postman:
    """``every``: seconds between two looks at an empty queue."""

    def __init__(self, app: Messaging, makes: Makes, mailer: Mailer, *, every: float) -> None:
        self._app = app
        self._makes = makes
        self._mailer = mailer
        self._every = every
        self._stop = Event()
        self._thread = Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> "Postman":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._mailer.close()

    def check(self) -> str | None:
        return None if self._thread.is_alive() else "nobody empties the queue of mail"

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._app.leader("postman") as leadership:
                    while leadership.held() and not self._stop.is_set():
                        if not self._app.send_due(self._makes, self._mailer):
                            self._stop.wait(self._every)
            except Exception as error:  # noqa: BLE001 - the queue waits, and this comes back to it
                log.error("the queue of mail stopped", **described(error))
            self._stop.wait(self._every)
