"""``python -m tests.shared.eventing.process project|follow WORLD``: a process that can be killed.

Started as services are, by nameko under eventlet; never imported, for it monkey-patches. WORLD
is ``Place.to_text()``.
"""

from services.__main__ import run  # isort: skip  # it monkey-patches before anything else

import json
import sys
from collections.abc import Callable

from shared.eventing.entrypoints import follow, project
from tests.shared.eventing.place import Place


def main(what: str, text: str) -> int:
    place = Place(**json.loads(text))
    services: dict[str, Callable[[], type]] = {
        "project": lambda: project("notes", lambda: place.world().projecting()),
        "follow": lambda: follow("tally", lambda: place.world().following()),
    }
    return run({what: services[what]()})


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
