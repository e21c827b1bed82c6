"""The exercises of notebook 02."""

import math

from helpers.exercises.answers import Exercise, is_option, near
from helpers.maths.regimes import bistable_interval, wall_bias


def _bit_weight(b: float) -> float:
    """Return the least weight at which a tanh neuron with bias ``b`` has two stable fixed points, by bisection."""
    low, high = 1.0 + 1e-12, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if bistable_interval("tanh", middle)[1] > b else (middle, high)
    return high


EXERCISES: dict[str, Exercise] = {
    "02.1": Exercise(
        float(wall_bias(0.6, 6.0)),
        "The wall stands where h₀ itself is the unstable fixed point: b = ln(h₀/(1 − h₀)) − w h₀.",
        (
            (near(-3.0, 1e-6), "−w/2 is the wall for h₀ = 1/2. Which b makes 0.6 a fixed point?"),
            (near(-3.6, 1e-6), "You have −w h₀. The inverse of the sigmoid is missing: logit(0.6) = ln(0.6/0.4)."),
            (near(-math.log(1.5) - 3.6, 1e-3), "The logit has the wrong sign: logit(0.6) is positive."),
            (near(float(wall_bias(0.6, 6.0)), 0.01), "Close. Three digits after the point are wanted."),
        ),
        digits=4,
        otherwise="Not yet. Print 1 / (1 + np.exp(-(6 * 0.6 + b))) with your b: it must give 0.6 back.",
    ),
    "02.2": Exercise(
        2.0**10,
        "On the wall the state stays at 1/2, and every step multiplies by w/4 = 2.",
        (
            (
                near(8.0**10, 1.0),
                "You have w^T. Every step also multiplies by the slope of the sigmoid, 1/4 at its middle.",
            ),
            (near(0.166372**10, 1e-8), "That is the multiplier at the RESTING states. The run stays at 1/2."),
            (near(0.25**10, 1e-8), "You have the slopes alone. Every step also multiplies by w."),
            (near(20.0, 1e-9), "Multiply, do not add: ten factors of 2."),
        ),
        digits=4,
        otherwise="Not yet. What is one factor w f'(z) at h = 1/2, where z is 0? Then take it ten times.",
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
            (
                near(1.0, 0.02),
                "w = 1 is the cusp, the tip of the region: enough with b = 0 only. A bias of 0.2 asks for more.",
            ),
            (near(4.0, 0.1), "4 is the cusp of the sigmoid. This is tanh."),
            (
                lambda w: w < _bit_weight(0.2),
                "There the point (w, 0.2) still lies outside the region of two: go right.",
            ),
            (lambda w: w > _bit_weight(0.2), "There it lies inside the region of two already: go left to its border."),
        ),
        tolerance=0.01,
    ),
    "02.5": Exercise(
        "almost 1",
        "Below 1/2 the run is pushed down and above it up, and each ends near its own end of the sigmoid.",
        (
            (
                is_option("almost 0"),
                "So it would be with one resting state. But 1/2 itself is fixed, with the slope 2.",
            ),
            (is_option("still 0.02"), "Near 1/2 one step multiplies the distance by w/4. What are fifty such steps?"),
        ),
        options=("almost 0", "still 0.02", "almost 1"),
    ),
}
