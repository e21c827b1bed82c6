"""Predictions and checked answers: what comes back to an answer is a verdict and, where it is wrong, a fitting hint.

The right answer of every exercise is computed from the maths, never written down; the solution that a notebook shows
is checked against it by a test.
"""

from helpers.exercises import (
    carousel,
    chain_rule,
    cliffs,
    constant_error_flow,
    eta_bound,
    long_lags,
    one_neuron,
    squeeze,
    stretch_rotate,
    through_time,
)
from helpers.exercises.answers import Exercise, Repair, Verdict
from helpers.maths._check import shown

ROOMS = (
    one_neuron,
    cliffs,
    chain_rule,
    squeeze,
    stretch_rotate,
    through_time,
    eta_bound,
    constant_error_flow,
    carousel,
    long_lags,
)
EXERCISES: dict[str, Exercise | Repair] = {
    name: exercise for room in ROOMS for name, exercise in room.EXERCISES.items()
}


def check(name: str, given) -> Verdict:
    """Return the verdict on an answer to the exercise called ``name``: a number, a choice or a function.

    None is an answer not yet given; one of another kind than was asked for is told so. Every object gets a verdict.
    Raises ValueError for an unknown exercise.

    >>> check("02.3", "its direction")
    Print clip_by_norm([30, 40], 5): is it parallel to [30, 40]?
    >>> check("01.1", None).right
    False
    """
    if not isinstance(name, str) or name not in EXERCISES:
        raise ValueError(f"no exercise is called {shown(name)}: wanted one of {list(EXERCISES)}")
    if given is None:
        return Verdict(False, "No answer yet: put yours in place of None and run the cell again.")
    return EXERCISES[name].check(given)
