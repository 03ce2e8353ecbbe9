"""The SMTP edge, a process of its own: takes mail in, and sends what is queued.

It runs on threads and asyncio, so ``python -m services messaging.smtp`` begins anew in an
interpreter that was not patched for eventlet.
"""

import os
import signal
import sys
from threading import Event

from services.messaging.bootstrap import Mailing, mailing
from shared.kernel.common import CommonSettings
from shared.kernel.settings import read_settings
from shared.telemetry.health import HealthServer, health
from shared.telemetry.logs import log, set_up_logs
from shared.telemetry.settings import TelemetrySettings
from shared.telemetry.starting import NotStarted, starting
from shared.telemetry.traces import set_up_traces

ALONE = True
"""Not a nameko service: see ``services/__main__.py``."""


def main() -> int:
    """Run until told to stop."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    set_up_logs(CommonSettings.read(os.environ).log_level)
    telemetry = read_settings(TelemetrySettings, os.environ, section="telemetry")
    set_up_traces("messaging.smtp", telemetry.otlp_endpoint)
    try:
        with starting("messaging.smtp"):
            made = mailing()
    except NotStarted as ended:
        return ended.code
    http = _health(made, telemetry.http_host)
    made.postman.start()
    made.server.start()
    log.info("started", services=["messaging.smtp"])
    stop.wait()
    made.close()
    if http:
        http.stop()
    log.info("stopped", services=["messaging.smtp"])
    return 0


def _health(made: Mailing, host: str) -> HealthServer | None:
    health.add("smtp server", made.server.check)
    health.add("mail queue", made.postman.check)
    health.add("object store", made.built.objects.check)
    port = made.common.http_port
    return HealthServer(port, host).start() if port is not None else None


if __name__ == "__main__":
    sys.exit(main())
