"""What waits for the disk, or is long work of SQLite's alone, in a real thread, while the green
threads of this process go on.

A commit of SQLite waits a millisecond or more for the disk. Under eventlet all of a process would
wait with it; so there it is done beside, and who saves waits alone. (Only what touches no lock of
a green thread may be done so: a commit or a statement, never a whole use of the library's pools.)
"""

import sys
from collections.abc import Callable


def beside(wait: Callable[[], object]) -> None:
    """Return, or raise, as ``wait`` does. Who is killed meanwhile still sees it end: what it works
    on is used by others afterwards."""
    patcher = sys.modules.get("eventlet.patcher")
    if patcher is None or not patcher.is_monkey_patched("thread"):
        wait()
        return
    from eventlet import tpool  # noqa: PLC0415 - real threads, where there is no eventlet

    ended = patcher.original("threading").Event()

    def waited() -> None:
        try:
            wait()
        finally:
            ended.set()

    try:
        tpool.execute(waited)
    except BaseException:
        ended.wait()
        raise
