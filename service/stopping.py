"""How a process is told to end: at once while it loads, by an event once it has something in hand."""

import signal
import threading

__all__ = ["end_on_signals", "stop_on_signals"]

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def stop_on_signals(stop: threading.Event | None = None) -> threading.Event:
    """Return an event, `stop` where one is given, that SIGTERM, SIGINT and the end of the terminal set from now on.

    In a thread beside the main one it sees no signals: whoever runs a role there stops it.
    """
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in _ENDING:
            signal.signal(number, lambda *_: stop.set())
    return stop


def end_on_signals() -> None:
    """Let the same signals end the process at once, until `stop_on_signals`: for a role that loads and has nothing in hand.

    Loading models takes seconds, on a busy machine more than the drain allows, and nothing of it looks at an event.
    """
    for number in _ENDING:
        signal.signal(number, signal.SIG_DFL)
