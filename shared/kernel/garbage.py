"""Python's collector of garbage, as a process wants it that serves for long."""

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
