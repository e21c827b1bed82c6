"""Predictions and checked answers: what comes back to an answer is a verdict and, where it is wrong, a fitting hint.

The right answer of every exercise is computed from the maths, never written down; the solution that a notebook shows
is checked against it by a test.
"""

from helpers.exercises import cliffs, one_neuron
from helpers.exercises.answers import Exercise, Verdict

ROOMS = (one_neuron, cliffs)
EXERCISES: dict[str, Exercise] = {name: exercise for room in ROOMS for name, exercise in room.EXERCISES.items()}


def check(name: str, given) -> Verdict:
    """Return the verdict on an answer to the exercise called ``name``.

    An answer of another kind than was asked for is told so. Raises ValueError for an unknown exercise.

    >>> check("02.3", "its direction")
    Print clip_by_norm([30, 40], 5): is it parallel to [30, 40]?
    >>> check("01.1", None).right
    False
    """
    if name not in EXERCISES:
        raise ValueError(f"no exercise is called {name!r}: wanted one of {list(EXERCISES)}")
    return EXERCISES[name].check(given)
