"""Use cases of the directory: one public method each, named like its RPC."""

from services.directory.application.importing import Importing
from services.directory.application.questions import Questions
from services.directory.application.registering import Registering


class Directory(Registering, Importing, Questions):
    name = "directory"
