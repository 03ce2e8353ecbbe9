"""What a process that serves leaves out of its collections of garbage."""

import subprocess
import sys

SERVING = """
import gc, weakref
from shared.kernel.garbage import leave_what_stays

class Ring:
    def __init__(self):
        self.itself = self

gc.disable()
stays, left = weakref.ref(made := Ring()), weakref.ref(Ring())
leave_what_stays()
gc.enable()
print(left() is None)
del made
goes = weakref.ref(Ring())
gc.collect()
print(stays() is not None, goes() is None)
looks = []
gc.callbacks.append(lambda phase, about: looks.append(about["generation"]))
kept = [[] for _ in range(5_000)]
print(len(looks))
kept += [[] for _ in range(10_000)]
print(len(looks) > 0)
"""
"""What making left behind, which goes; a ring of before, which is not looked at again, and one of
after, which is; then how often the collector began while five thousand objects came, of which a
call makes as many, and ten more."""


def test_what_was_made_to_serve_is_not_looked_through_again_and_calls_are_more_rarely() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SERVING], capture_output=True, text=True, timeout=30, check=True
    )

    assert ran.stdout.split() == ["True", "True", "True", "0", "True"]
