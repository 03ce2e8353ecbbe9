"""The vault's list of documents over its own log, on SQLite, and who fills it.

Imports little: what starts a process to make rows in waits for nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.bench.large_log import keys_of, opened_vault
from services.vault.projections.documents import DocumentList
from shared.eventing.project import Projector
from shared.eventing.view import View
from shared.kernel.common import CommonSettings
from shared.stores.documents import Documents
from shared.stores.views import Shape, open_documents


def documents_in(home: Path, shape: Shape) -> Documents:
    """Of the vault; empty if they were never filled."""
    settings = CommonSettings(
        environment="development",
        amqp_uri="",
        service_keys_dir=home,
        issuers_file=home,
        data_dir=home,
    )
    return open_documents(settings, "vault", shape)


@contextmanager
def projector(home: Path) -> Iterator[Projector]:
    with opened_vault(home) as log:
        view = View(DocumentList(keys_of("vault")), documents_in(home, DocumentList))
        yield Projector(log, view)
