"""The reader's guess at a question, drawn in the explorer that settles it.

A question says with ``guess`` (choices.toml) on which axis its answers lie: the ``field`` whose curve settles it, the
``way`` "x" or "y", and for choices where each lies, ``at``. An explorer of a notebook says which question it settles:
``memory_explorer("tanh").settles("01.5")``. A choice that names a direction alone, as "larger" or "it grows",
has no place on an axis, and is not drawn (05.6, 07.10, 08.8, 09.7).
"""

from collections import defaultdict
from importlib import import_module
from weakref import WeakSet

from helpers.figures.shown import Guess

_made: dict[str, float] = {}
_settling: defaultdict[str, WeakSet] = defaultdict(WeakSet)


def make(name: str, place: float | None) -> None:
    """Draw a guess at the question called ``name`` wherever it is settled, now and later; None draws nothing new."""
    if place is not None:
        _made[name] = place
        for explorer in _settling[name]:
            explorer.guess.place = place
            explorer.update()


class Settling:
    """What an explorer is that can settle a question."""

    guess: Guess | None = None

    def settles(self, name: str):
        """Draw the reader's guess at the question called ``name`` beside the truth, and return the explorer.

        Raises ValueError for a question whose answers lie on no axis of this explorer.
        """
        # Not imported above: a film of the site is made anew where what `live` imports has changed.
        exercises = import_module("helpers.exercises").EXERCISES
        where = getattr(exercises.get(name), "guess", {})
        axes = [one.artist.axes for one in self._scene.shown if where.get("field") in one.fields]
        if not axes:
            asked = [one for one, exercise in exercises.items() if getattr(exercise, "guess", {})]
            raise ValueError(f"{name!r} is not settled by this explorer: wanted that of one of {asked}")
        self.guess = Guess(axes[0], where["way"])
        self._scene.moves(self.guess)
        _settling[name].add(self)
        self.guess.place = _made.get(name)
        if self.guess.place is not None:
            self.update()
        return self
