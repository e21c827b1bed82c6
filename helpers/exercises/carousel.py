"""The exercises of notebooks 08 and 09."""

import numpy as np

from helpers.exercises.answers import choice, near, number, repair
from helpers.maths.activations import sigmoid
from helpers.maths.memory import forget_bias_for, gated_gradient, half_life, multi_tap_gradient


def _steps() -> tuple:
    """Return gates (i, f, o, g) and cells c before, of a few steps."""
    rng = np.random.default_rng(0)
    return tuple((*rng.uniform(0.1, 0.9, (4, n)), rng.standard_normal(n)) for n in (1, 4))


def _gates() -> tuple:
    """Return two rows of gates."""
    rng = np.random.default_rng(0)
    return tuple((rng.uniform(0.2, 1.0, n),) for n in (3, 8))


EXERCISES = {
    "09.1": repair(
        lambda i, f, o, g, c: o * (1 - np.tanh(f * c + i * g) ** 2),
        "h = o tanh(c): the slope of tanh at the NEW cell, times the gate.",
        _steps(),
        (
            lambda i, f, o, g, c: o * (1 - (o * np.tanh(f * c + i * g)) ** 2),
            "Not yet. 1 − tanh(c)² is wanted; you have 1 − h², and h is o tanh(c).",
        ),
        (
            lambda i, f, o, g, c: o * (1 - np.tanh(c) ** 2),
            "The slope is taken at the OLD cell. The readout reads the new one, f c + i g.",
        ),
        (lambda i, f, o, g, c: 1 - np.tanh(f * c + i * g) ** 2, "The output gate is missing: h = o tanh(c)."),
        (
            lambda i, f, o, g, c: o * (1 - o) * np.tanh(f * c + i * g),
            "That is what o's own argument does to h. Wanted is what c does.",
        ),
    ),
    "09.2": number(
        float(half_life(1.0)),
        "ln 2 / ln(1 + e⁻¹): little more than two steps.",
        near(float(half_life(0.0)), 0.001, "That is the half-life of a bias of 0: the gate is ½."),
        near(float(sigmoid(1.0)), 0.005, "That is the gate, 0.731. After how many steps is its power a half?"),
        near(float(half_life(2.0)), 0.05, "That is for a bias of 2, as when two bias vectors of 1 are added."),
        (lambda steps: steps > 10, "Too long by far: 0.731 to the power of 10 is 0.04."),
        digits=2,
        otherwise="Not yet. The gate is σ(1) = 0.731: when is its power a half?",
    ),
    "09.3": number(
        float(forget_bias_for(200.0)),
        "logit(2^(−1/H)), about ln(H/ln 2).",
        near(float(np.log(199.0)), 0.03, "ln(T − 1) keeps 1/e over T steps, not a half."),
        near(1.0, 1e-9, "1 bridges two steps."),
        near(200.0, 1e-9, "A bias, not a number of steps: try 5 in the explorer."),
        digits=2,
        otherwise="Not yet. Set the lag to 200 in the explorer and read the sentence.",
    ),
    "09.4": choice(
        "the truncated one",
        (
            "the truncated one",
            "Hochreiter and Schmidhuber prove it for the gradient that is cut where it leaves the cell.",
        ),
        ("the whole gradient", "With w_g = −1 the whole one fades, though no gate forgets."),
        ("both", "The whole one has the paths through the gates too, and they may shrink or explode."),
        ("neither", "Along the carousel alone dc_t/dc_0 is exactly 1 in 1997."),
    ),
    "08.1": repair(
        lambda gates: 10.0 ** gated_gradient(gates)[-1],
        "The gate's value stands between m_k and m_{k+1}; its derivative only between z and the gate.",
        _gates(),
        (
            lambda gates: np.prod(gates * (1 - gates)),
            "Not yet. You multiply the gates' DERIVATIVES, as the slide prints it. What is dm_{k+1}/dm_k?",
        ),
        (lambda gates: np.prod(1 - gates), "1 − s is what is forgotten. Which factor keeps?"),
        (lambda gates: np.mean(gates) ** len(gates), "The factors differ: their product is no power of their mean."),
        (lambda gates: gates[-1], "That is the last step alone. A change of m_0 passes every gate."),
    ),
    "08.2": number(
        float(10.0 ** gated_gradient(np.full(100, 0.99))[-1]),
        "0.99^100 is near 1/e.",
        near(3.7e-201, 1e-201, "Those are the primes of the slide: (0.99 · 0.01)^100. The values count."),
        near(0.0, 0.001, "The gate is almost open: only a hundredth is lost at each step."),
        near(0.99, 1e-9, "That is one step."),
        near(0.01, 0.001, "Losing a hundredth a hundred times does not leave a hundredth: multiply."),
        digits=2,
        otherwise="Not yet. A hundred factors of 0.99.",
    ),
    "08.3": number(
        float(10.0 ** multi_tap_gradient(np.append(np.zeros(9), 0.9), 100)[-1]),
        "Lag 100 is ten hops of ten.",
        near(0.9**100, 1e-6, "That is with one tap: a hundred hops. Here a hop is ten steps long."),
        near(0.9, 1e-9, "One hop reaches lag 10. How many reach 100?"),
        near(9.0, 1e-9, "Factors are multiplied: 0.9 to the power of the hops."),
        near(0.09, 0.001, "The weight is not shared among the taps: only the tenth has one, 0.9."),
        digits=2,
        otherwise="Not yet. How many hops of ten steps make a hundred?",
    ),
    "08.4": choice(
        "a straight line of slope 1/w",
        ("tanh with w = 1", "Its slope is 1 at z = 0 alone."),
        ("ReLU with w = 1", "For z below 0 its slope is 0: then nothing flows."),
        ("sigmoid with w = 4", "f′ w is 1 at z = 0 alone, and less elsewhere."),
        ("a straight line of slope 1/w", "f′(z) w = 1 for every z leaves f(z) = z/w and a constant."),
    ),
}
