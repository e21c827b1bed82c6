"""Predictions and checked answers: what comes back to an answer is a verdict and, where it is wrong, a fitting hint.

The right answer of every exercise is computed from the maths, never written down; the solution that a notebook shows
is checked against it by a test.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.data import nile
from helpers.maths.drives import standardise
from helpers.maths.regimes import FLIP_WEIGHT_SIGMOID, bistable_interval, wall_bias
from helpers.maths.scalar import log10_transport, orbit_gradients, steps_remembered


@dataclass(frozen=True)
class Verdict:
    """What is said of an answer; shown by a notebook as its text."""

    right: bool
    text: str

    def __repr__(self):
        return self.text


@dataclass(frozen=True)
class Exercise:
    """A question with one right answer: a number within ``tolerance``, or one of ``options``.

    hints : pairs of a test of the answer and what to say to one that passes it; the first that fits is said.
    """

    answer: float | str
    explanation: str
    hints: tuple[tuple[Callable[[float | str], bool], str], ...]
    tolerance: float = 0.0
    options: tuple[str, ...] = ()

    def check(self, given) -> Verdict:
        """Return the verdict on ``given``; None is an answer not yet given."""
        if given is None:
            return Verdict(False, "No answer yet: put yours in place of None and run the cell again.")
        if self.options:
            given, right = self._one_of_options(given)
        else:
            given, right = self._number(given)
        if right:
            return Verdict(True, f"Right. {self.explanation}")
        hint = next(
            (text for fits, text in self.hints if fits(given)), "Not yet. Set the explorer to it and look again."
        )
        return Verdict(False, hint)

    def _one_of_options(self, given):
        if given not in self.options:
            raise ValueError(f"answer {given!r}: wanted one of {list(self.options)}")
        return given, given == self.answer

    def _number(self, given):
        if isinstance(given, bool) or not isinstance(given, (int, float, np.number)) or not math.isfinite(given):
            raise ValueError(f"answer {given!r}: wanted a finite number")
        return float(given), abs(given - self.answer) <= self.tolerance


def near(value: float, tolerance: float) -> Callable[[float], bool]:
    """Return the test whether a number lies within ``tolerance`` of ``value``."""
    return lambda given: abs(given - value) <= tolerance


def is_option(option: str) -> Callable[[str], bool]:
    """Return the test whether an answer is ``option``."""
    return lambda given: given == option


def _years_remembered(w: float) -> int:
    """Return for how many years a tanh neuron that reads the Nile keeps 5 % of a change made in 1899."""
    years, flow = nile()
    run = orbit_gradients("tanh", w, h0=0.9, n_steps=len(flow), drive=standardise(flow))
    return steps_remembered(log10_transport(run.J, int(np.flatnonzero(years == 1899)[0]) + 1), 0.05)


def _bit_weight(b: float) -> float:
    """Return the least weight at which a tanh neuron with bias ``b`` has two stable fixed points, by bisection."""
    low, high = 1.0 + 1e-12, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if bistable_interval("tanh", middle)[1] > b else (middle, high)
    return high


EXERCISES: dict[str, Exercise] = {
    "00.1": Exercise(
        "the sign of its start",
        "Above w = 1 the two positive starts end at the same place, and the negative one at its mirror image.",
        (
            (is_option("all three starts"), "Look at the two positive starts: how far apart do they end?"),
            (is_option("nothing"), "Look at the negative start: does it end where the others do?"),
        ),
        options=("all three starts", "the sign of its start", "nothing"),
    ),
    "01.1": Exercise(
        math.exp(-1 / 10),
        "τ = −1/ln w, so w = exp(−1/10).",
        (
            (near(0.9, 1e-9), "Close: τ(0.9) is 9.49 steps. Solve τ = −1/ln w for w."),
            (
                near(1 - 1 / 10 - 0.01, 0.005),
                "A little more: 1 − 1/τ is only the beginning of the series of exp(−1/τ).",
            ),
            (near(math.exp(-10), 1e-4), "You have exp(−τ). The factor of ONE step is what, taken τ times, gives 1/e."),
            (lambda w: w > 1, "Above 1 the start pushes the state away from 0. Look below 1."),
        ),
        tolerance=5e-4,
    ),
    "01.2": Exercise(
        FLIP_WEIGHT_SIGMOID,
        "It is −(1 + W₀)²/W₀, W₀ = 0.2785 being the solution of W₀ exp(W₀) = 1/e.",
        (
            (near(-4, 0.05), "−4 is where a cycle becomes possible for SOME bias. With b = 0 you must go further."),
            (
                near(-FLIP_WEIGHT_SIGMOID, 0.05),
                "The right size, with the wrong sign: which side of 0 makes the state jump?",
            ),
            (near(-6, 0.1), "There it does cycle already. Go closer to the border: where does |λ| touch 1?"),
            (lambda w: w >= 0, "With w ≥ 0 the map only rises, and an orbit on a rising map never turns back."),
            (
                lambda w: w > FLIP_WEIGHT_SIGMOID,
                "There it still settles, if slowly. Watch |λ| in the lower right panel.",
            ),
            (lambda w: w < FLIP_WEIGHT_SIGMOID, "There it cycles. Come back until the cycle closes up."),
        ),
        tolerance=0.02,
    ),
    "01.3": Exercise(
        "w = 1.0",
        "At w = 1 the change fades like t^(−3/2); at w = 1.5 by the factor 0.394 at every step.",
        (
            (
                is_option("w = 1.5"),
                "It keeps the SIGN of the start for ever. But look at what is left of a small change.",
            ),
            (is_option("the same"), "Set both, and read the sentence below the picture each time."),
        ),
        options=("w = 1.0", "w = 1.5", "the same"),
    ),
    "01.4": Exercise(
        _years_remembered(1.0),
        "The river pushes the state into the flat parts of tanh, where the slope is far below 1.",
        (
            (near(1935, 64), "Wanted: the number of years, not the year."),
            (near(3, 0), "After 3 years a little more than 5 % is still there. Which year is the first below?"),
            (near(11, 0), "That is what a neuron that reads nothing keeps. Choose the Nile in the explorer."),
            (lambda n: n > 4, "Too long: look where the curve in the lower left panel crosses the dotted line."),
            (lambda n: n < 0, "A number of years after 1899: it cannot be negative."),
        ),
    ),
    "02.1": Exercise(
        float(wall_bias(0.6, 6.0)),
        "The wall stands where h₀ itself is the unstable fixed point: b = logit(h₀) − w h₀.",
        (
            (near(-3.0, 1e-6), "−w/2 is the wall for h₀ = 1/2. Which b makes 0.6 a fixed point?"),
            (near(-3.6, 1e-6), "You have −w h₀. The inverse of the sigmoid is missing: logit(0.6) = ln(0.6/0.4)."),
            (near(-math.log(1.5) - 3.6, 1e-3), "The logit has the wrong sign: logit(0.6) is positive."),
        ),
        tolerance=1e-3,
    ),
    "02.2": Exercise(
        2.0**10,
        "On the separatrix the state stays at 1/2, and every step multiplies by w/4 = 2.",
        (
            (
                near(8.0**10, 1.0),
                "You have w^T. Every step also multiplies by the slope of the sigmoid, 1/4 at its middle.",
            ),
            (near(0.166372**10, 1e-8), "That is the multiplier at the RESTING states. The run stays at 1/2."),
            (near(0.25**10, 1e-8), "You have the slopes alone. Every step also multiplies by w."),
            (near(20.0, 1e-9), "Multiply, do not add: ten factors of 2."),
        ),
        tolerance=0.5,
    ),
    "02.3": Exercise(
        "its length",
        "g is replaced by g times max_norm/|g|: the direction stays.",
        (
            (is_option("its direction"), "Print clip_by_norm([30, 40], 5): is it parallel to [30, 40]?"),
            (is_option("both"), "Each component shrinks by the SAME factor. What does that leave alone?"),
        ),
        options=("its length", "its direction", "both"),
    ),
    "02.4": Exercise(
        _bit_weight(0.2),
        "Two stable fixed points exist where |b| < w s − artanh s with s = √(1 − 1/w).",
        (
            (near(1.0, 0.02), "w = 1 is the tip: enough with b = 0 only. A bias of 0.2 asks for more."),
            (near(4.0, 0.1), "4 is the tip for the sigmoid. This is tanh."),
            (lambda w: w < _bit_weight(0.2), "There the point (w, 0.2) still lies outside the cusp: go right."),
            (lambda w: w > _bit_weight(0.2), "There it lies inside the cusp already: go left to its border."),
        ),
        tolerance=0.01,
    ),
}


def check(name: str, given) -> Verdict:
    """Return the verdict on an answer to the exercise called ``name``.

    Raises ValueError for an unknown exercise, for a choice that is not offered and for what is not a number.

    >>> check("02.3", "its direction")
    Print clip_by_norm([30, 40], 5): is it parallel to [30, 40]?
    >>> check("01.1", None).right
    False
    """
    if name not in EXERCISES:
        raise ValueError(f"no exercise is called {name!r}: wanted one of {list(EXERCISES)}")
    return EXERCISES[name].check(given)
