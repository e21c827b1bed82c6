"""The exercises of notebooks 00, 01 and 02."""

import math
from collections.abc import Callable

from helpers.exercises.answers import between, near, number
from helpers.maths.fixed_points import FLIP_WEIGHT_SIGMOID, bistable_interval, two_cycle_interval, wall_bias


def _border(low: float, high: float, is_below: Callable[[float], bool]) -> float:
    """Return the number between ``low`` and ``high`` up to which ``is_below`` holds, by bisection."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return high


def _flip_weight(b: float) -> float:
    """Return the weight below which a sigmoid neuron with bias ``b`` cycles; ``b`` from 0 to 2."""
    return _border(-10.0, -4.0, lambda w: two_cycle_interval("sigmoid", w)[0] < b)


def _bit_weight(b: float) -> float:
    """Return the least weight at which a tanh neuron with bias ``b`` has two stable fixed points."""
    return _border(1.0 + 1e-12, 10.0, lambda w: bistable_interval("tanh", w)[1] <= b)


EXERCISES = {
    "01.1": number(
        "Which weight between 0 and 1 gives tanh a memory time of exactly 10 steps? (b = 0, three digits)",
        math.exp(-1 / 10),
        "τ = −1/ln w, so w = exp(−1/10).",
        near(0.9, 1e-9, "Close: τ(0.9) is 9.49 steps. 1 − 1/τ is only the beginning of the series of exp(−1/τ)."),
        near(math.exp(-10), 0.0001, "You have exp(−τ). The factor of ONE step is what, taken τ times, gives 1/e."),
        near(math.exp(-1), 0.003, "1/e is what is left after all ten steps. Which factor, taken ten times, gives it?"),
        near(-math.exp(-1 / 10), 0.0005, "The size is right: only |λ| counts. A weight between 0 and 1 was asked for."),
        near(math.exp(-1 / 10), 0.006, "Close. Three digits after the point are wanted."),
        between(math.nextafter(1, 2), math.inf, "Above 1 the state leaves 0 and settles elsewhere. Look below 1."),
        digits=3,
        otherwise="Not yet. At rest λ is w. Compute −1/ln w with your w, and compare it with 10.",
    ),
    "01.2": number(
        "With the bias b = 2, at which w does a sigmoid neuron stop settling and start to cycle? (to 0.02)",
        _flip_weight(2.0),
        "There h = 1/2 is fixed, where the sigmoid is steepest, 1/4: no weight nearer to 0 cycles with any bias.",
        near(FLIP_WEIGHT_SIGMOID, 0.05, "That is the border with b = 0. Here the bias is 2."),
        near(4, 0.05, "The right size, with the wrong sign: which side of 0 makes the state jump?"),
        near(-1, 0.05, "That is the border of tanh with b = 0. The sigmoid's slope is a quarter at most."),
        between(0, math.inf, "With w ≥ 0 the map only rises, and an orbit on a rising map never turns back."),
        between(-4, math.inf, "There it still settles, if slowly: λ has not reached −1."),
        between(-math.inf, -4, "There it cycles. Come back until the cycle closes up."),
        tolerance=0.02,
    ),
    "01.4": number(
        "A tanh neuron with w = 2 reads a river that keeps its state above 0.9. After how many steps is it certain "
        "that less than 5 % is left of a small change? (the least whole number)",
        math.ceil(math.log(0.05) / math.log(2 * (1 - 0.9**2))),
        "Each step multiplies by w(1 − h²), at most 0.38, and 0.38⁴ is the first power below 5 %.",
        near(0.38, 0.005, "That is the factor of one step. Which power of it is the first below 5 %?"),
        near(3, 0, "Close: 0.38³ is 0.055, a little more than 5 %."),
        near(2, 0, "Each step multiplies by w(1 − h²). Have you taken the weight, and the square?"),
        near(math.log(0.05) / math.log(0.38), 0.01, "That is where the power is 5 %. Wanted: whole steps."),
        between(4, math.inf, "It is certain sooner. What is the largest that w(1 − h²) can be, for h above 0.9?"),
        between(-math.inf, -1, "A number of steps: it cannot be negative."),
        otherwise="Not yet. What is the largest that w(1 − h²) can be, for h above 0.9?",
    ),
    "02.1": number(
        "A sigmoid neuron has w = 6 and starts at 0.6. At which bias does its start stand on the wall? (three "
        "digits after the point)",
        float(wall_bias(0.6, 6.0)),
        "The wall stands where h₀ itself is the unstable fixed point: b = ln(h₀/(1 − h₀)) − w h₀.",
        near(-3.0, 1e-6, "−w/2 is the wall for h₀ = 1/2. Which b makes 0.6 a fixed point?"),
        near(-3.6, 1e-6, "You have −w h₀. The inverse of the sigmoid is missing: logit(0.6) = ln(0.6/0.4)."),
        near(-math.log(1.5) - 3.6, 0.001, "The logit has the wrong sign: logit(0.6) is positive."),
        near(float(wall_bias(0.6, 6.0)), 0.01, "Close. Three digits after the point are wanted."),
        digits=4,
        otherwise="Not yet. Print 1 / (1 + np.exp(-(6 * 0.6 + b))) with your b: it must give 0.6 back.",
    ),
    "02.2": number(
        "At w = 8, b = −4, started at exactly ½: what is dh_T/dh₀ for T = 10?",
        2.0**10,
        "On the wall the state stays at 1/2, and every step multiplies by w/4 = 2.",
        near(8.0**10, 1.0, "You have w^T. Every step also multiplies by the slope of the sigmoid, 1/4 at its middle."),
        near(0.166372**10, 1e-8, "That is the multiplier at the RESTING states. The run stays at 1/2."),
        near(0.25**10, 1e-8, "You have the slopes alone. Every step also multiplies by w."),
        near(20.0, 1e-9, "Multiply, do not add: ten factors of 2."),
        digits=4,
        otherwise="Not yet. What is one factor w f'(z) at h = 1/2, where z is 0? Then take it ten times.",
    ),
    "02.4": number(
        "A tanh neuron has the bias 0.2. What is the least weight with which it can hold a bit? (to 0.01)",
        _bit_weight(0.2),
        "Two stable fixed points exist where |b| < w s − artanh s with s = √(1 − 1/w).",
        near(
            1.0, 0.02, "w = 1 is the cusp, the tip of the region: enough with b = 0 only. A bias of 0.2 asks for more."
        ),
        near(4.0, 0.1, "4 is the cusp of the sigmoid. This is tanh."),
        between(-math.inf, _bit_weight(0.2), "There (w, 0.2) still lies outside the region of two: go right."),
        between(_bit_weight(0.2), math.inf, "There it lies inside the region of two already: go left to its border."),
        tolerance=0.01,
    ),
}
