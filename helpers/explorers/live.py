"""The engine: a live figure that answers a slider, and is a still picture and a sentence where no kernel runs.

An explorer binds controls to three functions: ``compute(**settings)`` makes the numbers (maths), a ``Scene`` draws them
(figures), ``describe(state)`` says them in one sentence. Everything else is here, once:

* A setting is worked off where it arrives: the page sends the next one when the last is answered, and of those that
  it could not send only the newest. A compute that takes longer than a frame is a generator; set from the page it runs
  in a thread (latest.py), and a newer setting overtakes an older one.
* A picture is shown first, once there is a page to show it. Where a page says that it can paint (player.js), a drawing
  takes its place: the list of what is painted, of which only what moves is sent at each step (scene.py, recorder.py).
* One lock stands round compute and draw: since JupyterLab 4.4 the callbacks of a slider run in another thread than the
  cells, and matplotlib is not made for two.
* A failure in a callback would be invisible. It is shown in the explorer in place of the figure, and raised again to
  whoever drives the explorer from Python.
"""

import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import numpy as np

from helpers.explorers.controls import Choice, NumberField, Panel, Slider, Typed, from_page, state_of
from helpers.explorers.guesses import Settling
from helpers.explorers.latest import Latest, OvertakenError, Sign, finished
from helpers.explorers.player import Player
from helpers.explorers.words import underlined
from helpers.figures import stills
from helpers.figures.scene import Drawing, Scene
from helpers.figures.style import painted

WIDGET = "application/vnd.jupyter.widget-view+json"
_lock = threading.RLock()


def view(widget: widgets.DOMWidget) -> dict[str, Any]:
    """Return, by its MIME type, how a page finds ``widget``; ipywidgets 7, which Colab has, does not answer itself."""
    return {WIDGET: {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}}


class Explorer(Settling):
    """A live figure with its controls and its sentence.

    Parameters
    ----------
    controls : sequence of Slider, Choice and Typed
        Each name is a keyword of ``compute``.
    compute : callable
        ``compute(**settings)`` returns what was found, a mapping of names to values, of which the State is made. One
        that may take longer than a frame is a generator: it yields the share done (0 to 1), or a Draft, wherever it can
        be overtaken, and returns what was found.
    scene : Scene
        Draws a state.
    describe : callable
        ``describe(state)`` returns the sentence that says in words and numbers what is seen.
    off : callable
        ``off(settings)`` returns the controls that cannot act now, each name with what stands in place of its label
        while it is turned off: why.
    plays : str
        The name of the Slider that goes on by itself where the page's reader presses "Play".

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
        plays: str = "",
    ):
        self.specs = {control.name: control for control in controls}
        self._compute, self._scene, self._describe, self._off, self._plays = compute, scene, describe, off, plays
        self._slow = inspect.isgeneratorfunction(compute)
        self._latest = Latest(lambda overtaken: self._step(overtaken=overtaken))
        self._turn = threading.RLock()  # one step of this explorer at a time, so that the last drawn is the last set
        self._silent = self._on_a_page = False  # where there is no page nothing is painted
        self._state: Any = None  # what is shown; None where a failure is
        self._picture, self._sentence, self._sign = None, "", Sign()
        wide = {"width": f"{scene.width}px", "max_width": "100%", "align_self": "flex-start"}
        self._image = widgets.Image(format="png", layout=widgets.Layout(**wide, object_fit="contain"))
        self._player = Player(layout=widgets.Layout(**wide))
        self._player.observe(self._heard_player, "lives")
        self._player.observe(lambda change: self._heard_hand(change.new), "hand")
        self._player.on_msg(lambda player, told, _: player.send(told) if "asks" in told else self._heard_hand(told))
        self._words = widgets.HTML(layout=widgets.Layout(max_width=f"{scene.width}px"))
        self._panel = Panel(list(self.specs.values()), scene.width, self._sign)
        self.controls = self._panel.controls
        for control in self.controls.values():
            control.observe(self._changed, "value")
            if isinstance(control, NumberField):
                # Why a number that was typed is not taken; the field goes back to the one that is in force.
                control.observe(lambda change: self._sign.say(change.new, "alert"), "refusal")
        self._panel.reset.on_click(lambda _: self._put({name: spec.default for name, spec in self.specs.items()}))
        self._box = widgets.VBox([self._panel, self._image, self._words])
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
        for name in settings.keys() - self.specs.keys():
            raise ValueError(f"no control is called {name!r}: wanted one of {list(self.specs)}")
        checked = {name: self.specs[name].checked(value) for name, value in settings.items()}
        self._step(checked)

    @property
    def sentence(self) -> str:
        """What the figure shows now, in words and numbers."""
        self._latest.wait()
        return self._sentence

    @property
    def picture(self) -> np.ndarray:
        """The picture of the present settings, (height, width, 4) uint8; raise RuntimeError where there is none."""
        self._latest.wait()
        with self._turn, _lock:
            if self._state is None:
                raise RuntimeError(self._sentence)
            if self._picture is None:
                self._picture = self._scene.draw(self._state)
            return self._picture.copy()

    @property
    def widget(self) -> widgets.VBox:
        """Controls, picture and sentence, for a page to show."""
        if not self._on_a_page:
            with self._turn:
                self._on_a_page = True
                self._show(self._state, self._sentence)
        return self._box

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The live widget, and for where no kernel runs the still picture and the sentence."""
        sentence, width, density = self.sentence, self._scene.width, self._scene.density
        bundle = view(self.widget) | {"text/plain": sentence}  # which paints the picture
        picture = self.picture if self._state is not None else painted(stills.notice(sentence, self._scene))
        bundle |= stills.bundle(picture, sentence, width, density, self._image.value)
        return bundle, {"image/png": {"width": width, "alt": sentence}}

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
        if not self._silent:
            (self._put if from_page.get() else self._step)({})

    def _step(self, settings: Mapping[str, Any] = {}, overtaken: Callable[[], bool] | None = None) -> None:
        """Set ``settings``, then compute, draw and say all; for the page, which can overtake, the drafts too."""
        with self._turn, self._sign.busy(self._slow):
            try:
                self._set(settings)
                self._panel.switch(self._off(self.settings))
                self._show(state := self._run(self.settings, overtaken), self._describe(state))
            except OvertakenError:
                self._sign.stay()  # the next step begins at once
            except BaseException as failure:  # an interrupt, too
                self._fail(failure)
                raise

    def _put(self, settings: Mapping[str, Any]) -> None:
        """Set several controls as the page does."""
        if self._slow:
            self._set(settings)
            self._latest.ask()
        else:
            self._step(settings)

    def _heard_hand(self, told: Mapping[str, Any]) -> None:
        """Set what a handle moves to where it was put, or a control by some steps: very many lead to its end."""
        now = self.settings
        if "place" in told:
            with _lock:
                put = self._scene.handles[told["handle"]].put(told["place"])
            wanted = {name: self.specs[name].near(value) for name, value in put.items()}
        else:
            controls = self._scene.handles[told["handle"]].controls if "handle" in told else {}
            name = told.get("control") or controls.get(told["way"]) or next(iter(controls.values()))
            wanted = {name: self.specs[name].moved(now[name], told["steps"])}
        if wanted != {name: now[name] for name in wanted}:
            self._put(wanted)

    def _run(self, settings: Mapping[str, Any], overtaken: Callable[[], bool] | None):
        """Compute, and return the State; where ``compute`` is slow, its drafts are drawn for who can overtake it."""

        def told(share: float, draft: Any = None) -> None:
            self._sign.tell(share)
            if draft is not None and overtaken:
                self._show(state := state_of(list(self.specs.values()), settings, draft), self._describe(state), True)

        with _lock:
            found = self._compute(**settings)
        if self._slow:
            found = finished(found, _lock, overtaken, told)
        return state_of(list(self.specs.values()), settings, found)

    # What is seen

    def _show(self, state: Any, sentence: str, draft: bool = False) -> None:
        """Show ``state`` and say ``sentence``, or, where the state is None, the sentence in its place."""
        with _lock:
            scene, picture = self._scene, None
            if self._player.lives:
                drawing = scene.record(state) if state is not None else Drawing.of(stills.notice(sentence, scene))
                handles = [
                    {"number": number, "place": place} | handle.more | self._told(*handle.controls.values())
                    for number, (place, handle) in enumerate(zip(drawing.places, scene.handles, strict=False))
                    if not any(self.controls[name].disabled for name in handle.controls.values())
                ]
                plays = {"control": self._plays, "draft": draft} | self._told(self._plays) if self._plays else {}
                self._player.show(drawing, sentence, handles, plays)
            elif state is None:
                self._image.value = stills.png(painted(stills.notice(sentence, scene)))
            elif self._on_a_page:
                picture = scene.draw(state)
                self._image.value = stills.png(picture)
            else:
                scene.set(state)
            self._state, self._picture, self._sentence = state, picture, sentence
            self._words.value = (
                # Room for three lines, so that the page below stays where it is when the sentence grows.
                '<p role="status" aria-live="polite" style="margin: 0; line-height: 1.5; min-height: 4.5em">'
                f"{underlined(sentence, self._player.facts.get('shown', ()))}</p>"
            )

    def _told(self, *names: str) -> dict[str, Any]:
        """Return what the page must know of the controls of these names, which are moved together."""
        now = self.settings
        value, low, high = self.specs[names[0]].position(now[names[0]])
        told = ", ".join(f"{self.specs[name].label}: {self.specs[name].label_of(now[name])}" for name in names)
        label = " and ".join(self.specs[name].label for name in names)
        return {"label": label, "told": told, "now": value, "low": low, "high": high}

    def _heard_player(self, _change) -> None:
        """Show the drawing in place of the picture, now that there is a page that can."""
        with self._turn:
            self._show(self._state, self._sentence)
            self._box.children = [self._panel, self._player, self._words]
            self._image.value = b""

    def _fail(self, failure: BaseException) -> None:
        settings = ", ".join(f"{name} = {value}" for name, value in self.settings.items())
        stopped = isinstance(failure, KeyboardInterrupt)
        why = "interrupted. Set any control, and it goes on." if stopped else f"{type(failure).__name__}: {failure}"
        self._show(None, f"No picture for {settings}: {why}")
