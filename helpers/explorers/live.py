"""The engine: a live figure that answers a slider, and is a still picture and a sentence where no kernel runs.

An explorer binds controls to three functions: ``compute(**settings)`` makes the numbers (maths), a ``Scene`` draws them
(figures), ``describe(state)`` says them in one sentence. Everything else is here, once:

* A setting is worked off where it arrives: the page sends the next one when the last is answered, and of those that
  it could not send only the newest. A compute that takes longer than a frame is a generator; set from the page it runs
  in a thread, so that the page goes on, and a newer setting overtakes an older one. Where no thread can be started,
  the page waits, and the explorer says how far it is.
* A picture is shown first. Where a page says that it can paint (player.js), a drawing takes its place: the list of what
  is painted, of which only what moves is sent at each step (scene.py, recorder.py).
* One lock stands round compute and draw: since JupyterLab 4.4 the callbacks of a slider run in another thread than the
  cells, and matplotlib is not made for two.
* A failure in a callback would be invisible. It is shown in the explorer in place of the figure, and raised again to
  whoever drives the explorer from Python.
"""

import base64
import html
import inspect
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import anywidget
import ipywidgets as widgets
import numpy as np
from traitlets import Bool, Bytes, Dict, List, Unicode

from helpers.explorers.controls import Choice, HeardFromPage, NumberField, Slider, Typed, from_page
from helpers.figures.png import encode_lossless
from helpers.figures.scene import Drawing, Scene
from helpers.figures.style import painted

WIDGET = "application/vnd.jupyter.widget-view+json"
PATIENCE = 0.1  # seconds after which an explorer says that it computes

_lock = threading.RLock()


class _OvertakenError(Exception):
    """A newer setting has come while an older one was computed."""


def _started(thread: threading.Thread) -> bool:
    """Start ``thread``, and say whether it runs: a kernel that lives in a page (Pyodide) can start none."""
    try:
        thread.start()
    except RuntimeError:
        return False
    return True


class Draft(NamedTuple):
    """What a slow compute yields to show how far it has come: the share done, and a state that can be drawn."""

    share: float
    state: Any


class State(SimpleNamespace):
    """What an explorer shows: what compute found, each setting by its name, and of a Choice its label as NAME_label.

    A drawing and a sentence read what they need from it, so that no compute has to hand a setting on.

    >>> def compute(n, word):
    ...     return {"repeated": n * word}
    >>> controls = [Slider("n", "how often", 1, 9, 2, 1), Choice("word", "what", {"the sum": "+", "a dot": "."}, "+")]
    >>> state_of(controls, {"n": 3, "word": "."}, compute(3, "."))
    State(n=3, word='.', word_label='a dot', repeated='...')
    """


def state_of(controls: Sequence[Slider | Choice | Typed], settings: Mapping[str, Any], found: Any) -> Any:
    """Return the State of these settings in which compute ``found`` a mapping of names to values.

    Raises TypeError where it found what a setting or a label is called.
    """
    if not isinstance(found, Mapping):
        return found
    labels = {f"{c.name}_label": c.label_of(settings[c.name]) for c in controls if isinstance(c, Choice)}
    return State(**settings, **labels, **found)


class Player(HeardFromPage, anywidget.AnyWidget):
    """The drawing in a page: two display lists, which player.js paints once it has said that it lives there."""

    # The text, not its path: of a path anywidget keeps every widget that was ever made, to tell it of a change.
    _esm = Path(__file__).with_name("player.js").read_text(encoding="utf-8")
    lives = Bool().tag(sync=True)
    facts = Dict().tag(sync=True)
    still, moving = Bytes().tag(sync=True), Bytes().tag(sync=True)
    sentence = Unicode().tag(sync=True)
    handles = List().tag(sync=True)  # where each lies, how it is called, what it holds
    hand = Dict().tag(sync=True)  # what the page's reader does with one

    def show(self, drawing: Drawing, sentence: str, handles: list[dict]) -> None:
        """Send ``drawing`` to the page, as far as it is new, as one message."""
        with self.hold_sync():
            self.facts, self.still, self.moving = drawing.facts, drawing.still, drawing.moving
            self.sentence, self.handles = sentence, handles


class Explorer:
    """A live figure with its controls and its sentence.

    Parameters
    ----------
    controls : sequence of Slider, Choice and Typed
        Each name is a keyword of ``compute``.
    compute : callable
        ``compute(**settings)`` returns what was found, a mapping of names to values, from which the State is made
        that is drawn and described. A compute that may take longer than a frame is a
        generator: it yields the share done (0 to 1), or a Draft, wherever it can be overtaken, and returns the state.
    scene : Scene
        Draws a state.
    describe : callable
        ``describe(state)`` returns the sentence that says in words and numbers what is seen.
    off : callable
        ``off(settings)`` returns the controls that cannot act now, each name with what stands in place of its label
        while it is turned off: why.

    Examples
    --------
    >>> from helpers.explorers.scalar import first_look
    >>> explorer = first_look()
    >>> explorer.update(w=0.5)
    >>> explorer.settings["w"]
    0.5
    >>> explorer.controls["w"].value = 1.5     # what dragging the slider does
    >>> explorer.update(w=99)
    Traceback (most recent call last):
    ValueError: w = 99: wanted a number from -2 to 2
    """

    def __init__(
        self,
        controls: Sequence[Slider | Choice | Typed],
        compute: Callable[..., Any],
        scene: Scene,
        describe: Callable[[Any], str],
        off: Callable[[Mapping[str, Any]], Mapping[str, str]] = lambda settings: {},
    ):
        self.specs = {control.name: control for control in controls}
        self._compute, self._scene, self._describe, self._off = compute, scene, describe, off
        self._slow = inspect.isgeneratorfunction(compute)
        self._gate = threading.Lock()  # guards the flags and the thread
        self._asked = self._at_work = False
        self._busy_since: float | None = None
        self._thread: threading.Thread | None = None
        self._turn = threading.RLock()  # one step of this explorer at a time, so that the last drawn is the last set
        self._silent = False
        self._state: Any = None  # what is shown; None where a failure is
        self._picture: np.ndarray | None = None
        self._sentence = ""

        # The first control is the one that is dragged most: it has the whole width.
        widths = [scene.width, *[scene.width // 2 - 4] * (len(controls) - 1)]
        made = {spec.name: spec.widgets(width) for spec, width in zip(controls, widths, strict=True)}
        self.controls = {name: value for name, (value, _) in made.items()}
        self._rows = {name: row for name, (_, row) in made.items()}
        for control in self.controls.values():
            control.observe(self._changed, "value")
            if isinstance(control, NumberField):
                control.observe(self._refused, "refusal")
        reset = widgets.Button(description="Reset", tooltip="Set every control to its first value")
        reset.on_click(lambda _: self._reset())
        self._sign = widgets.HTML()
        self._image = widgets.Image(
            format="png",
            layout=widgets.Layout(
                width=f"{scene.width}px", max_width="100%", align_self="flex-start", object_fit="contain"
            ),
        )
        self._player = Player(layout=widgets.Layout(width=f"{scene.width}px", max_width="100%"))
        self._player.observe(self._heard_player, "lives")
        self._player.observe(lambda change: self._heard_hand(change.new), "hand")
        self._player.on_msg(lambda _player, told, _buffers: self._heard_hand(told))
        self._words = widgets.HTML(layout=widgets.Layout(max_width=f"{scene.width}px"))
        panel = widgets.HBox(
            [*(row for _, row in made.values()), widgets.HBox([reset, self._sign])],
            layout=widgets.Layout(width=f"{scene.width}px", max_width="100%", flex_flow="row wrap"),
        )
        self.widget = widgets.VBox([panel, self._image, self._words])
        self._step()

    # What a reader's cell or a test sees

    @property
    def settings(self) -> dict[str, Any]:
        """The present value of every control."""
        return {name: self.specs[name].read(control.value) for name, control in self.controls.items()}

    def update(self, **settings) -> None:
        """Set controls by name and draw; raise ValueError for an unknown name or a value outside its range.

        Interrupted, it raises KeyboardInterrupt, and the explorer says so until a control is set again.
        """
        for name in settings:
            if name not in self.specs:
                raise ValueError(f"no control is called {name!r}: wanted one of {list(self.specs)}")
        checked = {name: self.specs[name].checked(value) for name, value in settings.items()}
        self._step(checked)

    @property
    def sentence(self) -> str:
        """What the figure shows now, in words and numbers."""
        self._settle()
        return self._sentence

    @property
    def picture(self) -> np.ndarray:
        """The picture of the present settings, (height, width, 4) uint8; raise RuntimeError where there is none."""
        self._settle()
        with self._turn, _lock:
            if self._state is None:
                raise RuntimeError(self._sentence)
            if self._picture is None:
                self._picture = self._scene.draw(self._state)
            return self._picture.copy()

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The live widget, and for where no kernel runs the still picture and the sentence."""
        sentence, scene = self.sentence, self._scene
        if self._state is None:
            still = small = encode_lossless(painted(scene.notice(sentence)))
        else:
            picture = self.picture
            still, small = scene.still(picture, sentence), scene.encode_small(picture)
        bundle = {
            # Not asked of the widget, because ipywidgets 7, which Colab has, does not answer.
            WIDGET: {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id},
            "text/html": scene.page(small, sentence),  # nbconvert has no other place for a picture's alt
            "image/png": base64.b64encode(still).decode(),
            "text/plain": sentence,
        }
        return bundle, {"image/png": {"width": scene.width, "alt": sentence}}

    # What the controls do

    def _set(self, settings: Mapping[str, Any]) -> None:
        """Set several controls as one change."""
        self._silent = True
        try:
            for name, value in settings.items():
                self.controls[name].value = value
        finally:
            self._silent = False

    def _changed(self, _change) -> None:
        if self._silent:
            return
        if self._slow and from_page.get():
            self._ask()
        else:
            self._step()

    def _refused(self, change) -> None:
        """Say why a number that was typed is not taken; the field goes back to the one that is in force."""
        self._sign.value = f'<span role="alert">{html.escape(change.new)}</span>'

    def _ask(self) -> None:
        """Have a thread draw the present settings, and return at once; where there is no thread, draw them now."""
        with self._gate:
            self._asked = True
            if self._at_work:
                return
            self._at_work = True
            # With the context of the message, so that the answer is known to belong to it.
            self._thread = threading.Thread(target=copy_context().run, args=(self._work,), daemon=True)
            if _started(self._thread):
                return
            self._thread = None
        self._work()

    def _work(self) -> None:
        while True:
            with self._gate:
                if not self._asked:
                    self._at_work = False
                    return
                self._asked = False
            # A failure is shown in the explorer by _step; there is nobody here to raise it to.
            with suppress(BaseException):
                self._step(overtaken=lambda: self._asked)

    def _settle(self) -> None:
        """Wait until what the page has asked for is drawn."""
        with self._gate:
            thread = self._thread if self._at_work else None
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _step(self, settings: Mapping[str, Any] = {}, overtaken: Callable[[], bool] | None = None) -> None:
        """Set ``settings``, then compute, draw and say all; for the page, which can overtake, the drafts too."""
        with self._turn:
            # From the first of a row of settings that overtake one another, or the sign would never be seen.
            self._busy_since = self._busy_since or time.monotonic()
            left = max(0.0, self._busy_since + PATIENCE - time.monotonic())
            sign = threading.Timer(left, self._show_sign, ["computing …"])
            sign.daemon = True
            try:
                if not _started(sign) and self._slow:
                    self._show_sign("computing …")
                self._set(settings)
                self._switch()
                self._draw(self._run(self.settings, overtaken))
                self._hide_sign()
            except _OvertakenError:
                return  # and leave the sign on: the next step begins at once
            except BaseException as failure:  # an interrupt, too
                self._fail(failure)
                self._hide_sign()
                raise
            finally:
                sign.cancel()

    def _switch(self) -> None:
        """Turn off the controls that cannot act, and let their labels say why."""
        off = self._off(self.settings)
        for name, spec in self.specs.items():
            self.controls[name].description = off.get(name, spec.label)
            for part in self._rows[name].children:
                part.disabled = name in off

    def _draw(self, state) -> None:
        with _lock:
            self._show(state, self._describe(state))

    def _reset(self) -> None:
        self._put({name: spec.default for name, spec in self.specs.items()})

    def _put(self, settings: Mapping[str, Any]) -> None:
        """Set several controls as the page does."""
        if self._slow:
            self._set(settings)
            self._ask()
        else:
            self._step(settings)

    def _heard_hand(self, told: Mapping[str, Any]) -> None:
        """Set what a handle moves: to where it was put, or by some steps, very many of which lead to the end."""
        number, now = told["handle"], self.settings
        if "place" in told:
            with _lock:
                put = self._scene.put(number, told["place"])
            wanted = {name: self.specs[name].near(value) for name, value in put.items()}
        else:
            controls = self._scene.handles[number].controls
            name = controls.get(told["way"]) or next(iter(controls.values()))
            wanted = {name: self.specs[name].moved(now[name], told["steps"])}
        if wanted != {name: now[name] for name in wanted}:
            self._put(wanted)

    def _run(self, settings: Mapping[str, Any], overtaken: Callable[[], bool] | None):
        def shown(found):
            return state_of(list(self.specs.values()), settings, found)

        with _lock:
            state = self._compute(**settings)
        if not inspect.isgenerator(state):
            return shown(state)
        while True:
            if overtaken and overtaken():
                state.close()
                raise _OvertakenError
            try:
                with _lock:  # let go between two slices, so that other explorers go on
                    share = next(state)
            except StopIteration as end:
                return shown(end.value)
            if isinstance(share, Draft):
                if overtaken:
                    self._draw(shown(share.state))
                share = share.share
            if self._sign.value:
                self._show_sign(f"computing … {share:.0%}")

    # What is seen

    def _show_sign(self, text: str) -> None:
        with self._gate:
            if self._busy_since:
                self._sign.value = f'<span role="status">{text}</span>'

    def _hide_sign(self) -> None:
        with self._gate:
            self._busy_since = None
            self._sign.value = ""

    def _show(self, state: Any, sentence: str) -> None:
        """Show ``state`` and say ``sentence``, or, where the state is None, the sentence in its place."""
        scene, picture = self._scene, None
        if self._player.lives:
            drawing = scene.record(state) if state is not None else Drawing.of(scene.notice(sentence))
            self._player.show(drawing, sentence, self._handles(drawing))
        elif state is not None:
            picture = scene.draw(state)
            self._image.value = scene.encode(picture)
        else:
            self._image.value = encode_lossless(painted(scene.notice(sentence)))
        self._state, self._picture, self._sentence = state, picture, sentence
        self._words.value = (
            # Room for three lines, so that the page below stays where it is when the sentence grows.
            '<p role="status" aria-live="polite" style="margin: 0; line-height: 1.5; min-height: 4.5em">'
            f"{html.escape(sentence)}</p>"
        )

    def _handles(self, drawing: Drawing) -> list[dict]:
        """Return what the page must know of the handles that can act."""
        found, now = [], self.settings
        for number, (place, handle) in enumerate(zip(drawing.places, self._scene.handles, strict=False)):
            names = list(handle.controls.values())
            if any(self.controls[name].disabled for name in names):
                continue
            value, low, high = self.specs[names[0]].position(now[names[0]])
            told = ", ".join(f"{self.specs[name].label}: {self.specs[name].label_of(now[name])}" for name in names)
            label = " and ".join(self.specs[name].label for name in names)
            found.append(
                {"number": number, "place": place, "label": label, "told": told}
                | {"now": value, "low": low, "high": high}
            )
        return found

    def _heard_player(self, _change) -> None:
        """Show the drawing in place of the picture, now that there is a page that can."""
        with self._turn, _lock:
            self._show(self._state, self._sentence)
            panel, _, words = self.widget.children
            self.widget.children = [panel, self._player, words]
            self._image.value = b""

    def _fail(self, failure: BaseException) -> None:
        settings = ", ".join(f"{name} = {value}" for name, value in self.settings.items())
        if isinstance(failure, KeyboardInterrupt):
            why = "interrupted. Set any control, and it goes on."
        else:
            why = f"{type(failure).__name__}: {failure}"
        with _lock:
            self._show(None, f"No picture for {settings}: {why}")
