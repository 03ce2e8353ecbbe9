"""Who may read a file that holds a key."""

import os
import stat
from pathlib import Path

ROOT = 0
OTHERS = 0o077
BUT_ITS_GROUP = 0o037


def is_private(file: Path) -> bool:
    """Whether its owner alone may read it, or it is root's and this process, which is not root's,
    reads it through a group that may do nothing else.

    The second is how Kubernetes mounts a Secret for a pod with ``fsGroup``: whatever mode is asked
    for, the kubelet gives the file to that group and lets it read (0600 becomes 0640).
    """
    return _is_private(file.stat(), os.geteuid())


def _is_private(found: os.stat_result, reader: int) -> bool:
    given = found.st_uid == ROOT != reader
    return not stat.S_IMODE(found.st_mode) & (BUT_ITS_GROUP if given else OTHERS)
