"""Predictions and checked answers: what comes back to an answer is a verdict and, where it is wrong, a fitting hint.

The right number or function of an exercise is computed from the maths, never written down; the solution that a notebook
shows is checked against it by a test. The questions that are answered by choosing stand in ``choices.toml``.
"""

import tomllib
from importlib.resources import files

from helpers.exercises import carousel, chain_rule, long_lags, one_neuron, squeeze, through_time
from helpers.exercises.answers import Choice, Exercise, Repair, Verdict
from helpers.maths._check import shown

CHOICES = tomllib.loads(files(__package__).joinpath("choices.toml").read_text("utf-8"))
EXERCISES: dict[str, Choice | Exercise | Repair] = {name: Choice(**parts) for name, parts in CHOICES.items()}
for _module in (one_neuron, chain_rule, squeeze, through_time, carousel, long_lags):
    EXERCISES |= dict(sorted(_module.EXERCISES.items()))


def check(name: str, given) -> Verdict:
    """Return the verdict on an answer to the exercise called ``name``: a number, a choice or a function.

    None is an answer not yet given. Every object gets a verdict; one of the wrong kind gets one that says so.
    Raises ValueError for an unknown exercise.

    >>> check("02.3", "its direction")
    ✗ Not yet. Is the gradient parallel to [30, 40] after clipping?
    >>> check("01.1", None).right
    False
    """
    if not isinstance(name, str) or name not in EXERCISES:
        raise ValueError(f"no exercise is called {shown(name)}: wanted one of {list(EXERCISES)}")
    if given is None:
        return Verdict(False, "No answer yet.")
    return EXERCISES[name].check(given)
