"""A store that does not answer while it is opened, by its name."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from eventsourcing.persistence import InterfaceError, OperationalError

from shared.kernel.errors import Unavailable


@contextmanager
def opening(store: str) -> Iterator[None]:
    """Raise ``Unavailable`` with its name if the server, or the file, does not answer.

    Of SQLite the kind of error is told too (``SQLITE_BUSY``, ``SQLITE_READONLY``): nobody else can
    tell who holds a file from who may not open it.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        cause = error.__cause__
        if not isinstance(cause, sqlite3.Error):
            raise Unavailable(f"{store} is out of reach") from error
        if cause.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # a statement of ours is wrong
            raise
        raise Unavailable(f"{store} is out of reach ({cause.sqlite_errorname})") from error
    except OSError as error:  # of the file, or of its folder
        name = errno.errorcode.get(error.errno or 0, type(error).__name__)
        raise Unavailable(f"{store} is out of reach ({name})") from error
