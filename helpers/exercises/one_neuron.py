"""The exercises of notebooks 00 and 01."""

import math

import numpy as np

from helpers.data import nile
from helpers.exercises.answers import Exercise, is_option, near
from helpers.maths.regimes import FLIP_WEIGHT_SIGMOID, two_cycle_interval
from helpers.maths.scalar import log10_transport, orbit_gradients, standardise, steps_remembered


def _years_remembered(w: float) -> int:
    """Return for how many years a tanh neuron that reads the Nile keeps 5 % of a change made in 1899."""
    years, flow = nile()
    run = orbit_gradients("tanh", w, h0=0.1, n_steps=len(flow), drive=standardise(flow))
    return steps_remembered(log10_transport(run.J, int(np.flatnonzero(years == 1899)[0]) + 1), 0.05)


def _flip_weight(b: float) -> float:
    """Return the weight below which a sigmoid neuron with bias ``b`` cycles, by bisection; ``b`` from 0 to 2."""
    low, high = -10.0, -4.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if two_cycle_interval("sigmoid", middle)[0] < b else (low, middle)
    return low


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
            (near(0.9, 1e-9), "Close: τ(0.9) is 9.49 steps. 1 − 1/τ is only the beginning of the series of exp(−1/τ)."),
            (near(math.exp(-10), 1e-4), "You have exp(−τ). The factor of ONE step is what, taken τ times, gives 1/e."),
            (
                near(math.exp(-1), 1e-3),
                "1/e is what is left after all ten steps. Which factor, taken ten times, gives it?",
            ),
            (near(-math.exp(-1 / 10), 5e-4), "The size is right: only |λ| counts. Asked was a weight between 0 and 1."),
            (near(math.exp(-1 / 10), 6e-3), "Close. Three digits after the point are wanted."),
            (lambda w: w > 1, "Above 1 the state leaves 0 and settles elsewhere. Look below 1."),
        ),
        digits=3,
        otherwise="Not yet. Print memory_time(w) with your w and compare it with 10.",
    ),
    "01.2": Exercise(
        _flip_weight(2.0),
        "There h = 1/2 is fixed, where the sigmoid is steepest, 1/4: no weight nearer to 0 cycles with any bias.",
        (
            (near(FLIP_WEIGHT_SIGMOID, 0.05), "That is the border with b = 0. Here the bias is 2."),
            (near(4, 0.05), "The right size, with the wrong sign: which side of 0 makes the state jump?"),
            (near(-1, 0.05), "That is the border of tanh with b = 0. The sigmoid's slope is a quarter at most."),
            (lambda w: w >= 0, "With w ≥ 0 the map only rises, and an orbit on a rising map never turns back."),
            (lambda w: w > -4, "There it still settles, if slowly. Watch |λ| in the lower right panel."),
            (lambda w: w < -4, "There it cycles. Come back until the cycle closes up."),
        ),
        tolerance=0.02,
    ),
    "01.3": Exercise(
        "w = 1.0",
        "At w = 1 the change fades like t^(−3/2); at w = 1.5, once settled, by the factor 0.394 per step.",
        (
            (
                is_option("w = 1.5"),
                "It keeps the SIGN of the start for ever. But look at what is left of a small change.",
            ),
            (is_option("the same"), "Set both, and read the sentence below the picture each time."),
        ),
        options=("w = 1.0", "w = 1.5", "the same"),
    ),
    "01.5": Exercise(
        "about 30 times as long",
        "At w = 1 there is no factor per step below 1, and yet the change fades: 955 steps against 29.",
        (
            (
                is_option("as long"),
                "At w = 0.9 each step takes off a tenth or more. What does a step near 0 take at w = 1?",
            ),
            (is_option("about 3 times as long"), "Set 200 steps and w = 1: has the curve crossed the dotted line?"),
            (
                is_option("for ever"),
                "So it would be at 0 itself. But from 0.1 each slope is a little below 1: set 1000 steps.",
            ),
        ),
        options=("as long", "about 3 times as long", "about 30 times as long", "for ever"),
    ),
    "01.4": Exercise(
        _years_remembered(1.0),
        "The river pushes the state into the flat parts of tanh, where the slope is far below 1.",
        (
            (near(1935, 64), "Wanted: the number of years, not the year."),
            (near(3, 0), "After 3 years a little more than 5 % is still there. Which year is the first below?"),
            (near(955, 0), "That is what a neuron that reads nothing keeps. Choose the Nile in the explorer."),
            (near(_years_remembered(2.0), 0), "That is w = 2. Set w to 1."),
            (lambda n: n > 4, "Too long: look where the curve in the lower left panel crosses the dotted line."),
            (lambda n: n < 0, "A number of years after 1899: it cannot be negative."),
        ),
    ),
}
