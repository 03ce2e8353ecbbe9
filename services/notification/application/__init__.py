"""Use cases of notification: one public method each, named like its RPC."""

from services.notification.application.reading import Reading
from services.notification.application.sending import Sending


class Notification(Reading, Sending):
    name = "notification"
