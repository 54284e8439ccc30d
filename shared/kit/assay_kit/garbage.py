"""Python's garbage collector in a program that runs for days."""

import gc


def settle() -> None:
    """What is loaded by now stays, and a request leaves little that needs a collector: look seldom, at what is new.

    A tenth of a service's time otherwise.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
