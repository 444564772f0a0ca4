"""Looking for garbage in a process that has loaded what it works with: what stays is passed over, and what is new seldom searched."""

import gc

__all__ = ["keep_what_is_loaded"]

# Some megabytes; the usual 700 are reached thirteen times in a batch of 512 titles.
_NEW_OBJECTS = 50_000


def keep_what_is_loaded() -> None:
    """Let the search for garbage pass over models, lexicon and code, which stay as long as the process, and look seldom.

    Each full search through them took 100 ms, and of judging 12,000 titles 22 µs each; it takes 5 µs so. Those through
    what is new found nothing in a batch, which is gone by itself when it is stored, and took another 4 µs.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
