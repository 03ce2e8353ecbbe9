"""Use cases of messaging: one public method each, named like its RPC."""

from services.messaging.application.attached import Attached
from services.messaging.application.keeping import Keeping
from services.messaging.application.reading import Reading
from services.messaging.application.receiving import Receiving
from services.messaging.application.sending import Sending
from services.messaging.application.taking import TakingMail


class Messaging(Receiving, TakingMail, Reading, Attached, Keeping, Sending):
    name = "messaging"
