"""The reader's guess at a question, drawn in the explorer that settles it.

A question says with ``guess`` (choices.toml) on which axis its answers lie: the ``field`` whose curve settles it, the
``way`` "x" or "y", and for choices where each lies, ``at``. An explorer of a notebook says which question it settles:
``memory_explorer("tanh").settles("01.5")``.
"""

from collections import defaultdict
from weakref import WeakSet

from helpers.exercises import EXERCISES
from helpers.exercises.answers import read_number
from helpers.figures.guess import Guess

_made: dict[str, float] = {}
_settling: defaultdict[str, WeakSet] = defaultdict(WeakSet)


def place_of(name: str, given) -> float | None:
    """Return where on its axis an answer to the question called ``name`` lies; None where it lies nowhere.

    >>> place_of("01.5", "about 3 times as long"), place_of("09.8", "2,5"), place_of("09.8", "two")
    (87.0, 2.5, None)
    """
    exercise = EXERCISES[name]
    if exercise.guess and hasattr(exercise, "says"):
        return dict(zip(exercise.says, exercise.guess["at"], strict=True)).get(given)
    number, refusal = read_number(given)
    return None if refusal or not exercise.guess else number


def make(name: str, given) -> None:
    """Draw an answer to the question called ``name`` wherever it is settled, now and later."""
    place = place_of(name, given)
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
        where = getattr(EXERCISES.get(name), "guess", {})
        axes = [one.artist.axes for one in self._scene.shown if where.get("field") in one.fields]
        if not axes:
            asked = [one for one, exercise in EXERCISES.items() if getattr(exercise, "guess", {})]
            raise ValueError(f"{name!r} is not settled by this explorer: wanted that of one of {asked}")
        self.guess = Guess(axes[0], where["way"])
        self._scene.moves(self.guess)
        _settling[name].add(self)
        self.guess.place = _made.get(name)
        if self.guess.place is not None:
            self.update()
        return self
