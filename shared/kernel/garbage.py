"""What a process that serves for long keeps of the machine's memory."""

import ctypes
import gc

THRESHOLDS = (10_000, 20, 50)
"""Objects that may come before the youngest are looked through; how often that is done before
those that stayed are, and that before all are. Python's own are 700, 10 and 10: in a call that
makes thousands of objects, nearly all of which go without the collector, it looked in vain a
tenth of the time."""


def leave_what_stays() -> None:
    """To be called once all is made that serves: it is never looked through again, so that no call
    waits until it was, and what calls leave is looked through more rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


def give_back() -> None:
    """To be called now and then, some milliseconds: garbage goes, and what the C library keeps of
    what was freed goes back to the machine. A batch that is over leaves 2 to 5 MB of both."""
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # of glibc, which the image has
        trim(0)
