"""Every reader that is fuzzed, by name, and the module that has it."""

from tests.fuzz.targets import documents, log, people, wire

ROOMS = (documents, log, people, wire)
ALL = {target.name: target for room in ROOMS for target in room.TARGETS}
ROOM_OF = {target.name: room.__name__ for room in ROOMS for target in room.TARGETS}
