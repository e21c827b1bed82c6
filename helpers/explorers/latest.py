"""Work that takes longer than a frame: the newest of what is asked is done in a thread, and a sign says so."""

import html
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Any, NamedTuple

import ipywidgets as widgets

PATIENCE = 0.1  # seconds after which it is said that something is computed


class OvertakenError(Exception):
    """A newer setting has come while an older one was computed."""


class Draft(NamedTuple):
    """What a slow compute yields to show how far it has come: the share done, and a state that can be drawn."""

    share: float
    state: Any


def finished(slices: Generator, lock, overtaken: Callable[[], bool] | None, told: Callable[..., None]) -> Any:
    """Return what ``slices`` returns when it is done; ``told(share)`` or ``told(share, state)`` hears how far it is.

    ``lock`` is let go between two slices, so that others go on. Raises OvertakenError where ``overtaken()`` is true.
    """
    while True:
        if overtaken and overtaken():
            slices.close()
            raise OvertakenError
        try:
            with lock:
                share = next(slices)
        except StopIteration as end:
            return end.value
        told(*share) if isinstance(share, Draft) else told(share)


def started(thread: threading.Thread) -> bool:
    """Start ``thread``, and say whether it runs: a kernel that lives in a page (Pyodide) can start none."""
    try:
        thread.start()
    except RuntimeError:
        return False
    return True


class Latest:
    """Calls ``work`` in a thread when it is asked for, and again if it was asked for meanwhile.

    ``work(overtaken)`` may end early where ``overtaken()`` is true. What it raises it has to show itself: there is
    nobody here to raise it to.
    """

    def __init__(self, work: Callable[[Callable[[], bool]], None]):
        self._work = work
        self._gate = threading.Lock()
        self._asked = self._at_work = False
        self._thread: threading.Thread | None = None

    def ask(self) -> None:
        """Have the work done, and return at once; where no thread can be started, do it now."""
        with self._gate:
            self._asked = True
            if self._at_work:
                return
            self._at_work = True
            # With the context of the message, so that the answer is known to belong to it.
            self._thread = threading.Thread(target=copy_context().run, args=(self._run,), daemon=True)
            if started(self._thread):
                return
            self._thread = None
        self._run()

    def wait(self) -> None:
        """Wait until what was asked for is done."""
        with self._gate:
            thread = self._thread if self._at_work else None
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while True:
            with self._gate:
                if not self._asked:
                    self._at_work = False
                    return
                self._asked = False
            with suppress(BaseException):
                self._work(lambda: self._asked)


class Sign(widgets.HTML):
    """A line that says that something is computed, and how far it is, once that takes longer than a reader waits."""

    def __init__(self):
        super().__init__()
        self._gate = threading.Lock()
        self._since: float | None = None
        self._stays = False

    @contextmanager
    def busy(self, slow: bool) -> Iterator[None]:
        """Say, after a while, that something is computed; where no timer can be started, at once if it is ``slow``."""
        # From the first of a row of settings that overtake one another, or the sign would never be seen.
        self._since, self._stays = self._since or time.monotonic(), False
        timer = threading.Timer(max(0.0, self._since + PATIENCE - time.monotonic()), self._computing)
        timer.daemon = True
        try:
            if not started(timer) and slow:
                self._computing()
            yield
        finally:
            timer.cancel()
            with self._gate:
                if not self._stays:
                    self._since, self.value = None, ""

    def stay(self) -> None:
        """Stay when this work ends: the next begins at once."""
        self._stays = True

    def tell(self, share: float) -> None:
        """Say which share is done, if it is said that something is computed."""
        if self.value:
            self._computing(f" {share:.0%}")

    def say(self, text: str, role: str = "status") -> None:
        """Say ``text`` until the next work ends."""
        self.value = f'<span role="{role}">{html.escape(text)}</span>'

    def _computing(self, more: str = "") -> None:
        with self._gate:
            if self._since:
                self.say(f"computing …{more}")
