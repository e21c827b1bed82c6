"""The exercises of notebooks 08 and 09."""

import math

import numpy as np

from helpers.exercises.answers import between, near, number, repair
from helpers.maths.activations import sigmoid
from helpers.maths.lstm import explosion_borders
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
        lambda i, f, o, g, c: o * (1 - (o * np.tanh(f * c + i * g)) ** 2),
        "Not yet. 1 − tanh(c)² is wanted; you have 1 − h², and h is o tanh(c).",
        lambda i, f, o, g, c: o * (1 - np.tanh(c) ** 2),
        "The slope is taken at the OLD cell. The readout reads the new one, f c + i g.",
        lambda i, f, o, g, c: 1 - np.tanh(f * c + i * g) ** 2,
        "The output gate is missing: h = o tanh(c).",
        lambda i, f, o, g, c: o * (1 - o) * np.tanh(f * c + i * g),
        "That is what o's own argument does to h. What c does is wanted.",
    ),
    "09.2": number(
        "A library has two bias vectors for each gate, and somebody sets both to 1 for the forget gate. What is "
        "the half-life, in steps? (two digits)",
        float(half_life(2.0)),
        "The two are added: the gate is σ(2) = 0.881, and ln 2 / ln(1 + e⁻²) is 5.5 steps.",
        near(float(half_life(1.0)), 0.05, "That is for one bias of 1. Where do the two meet, before the gate?"),
        near(2 * float(half_life(1.0)), 0.1, "It is the biases that are added, and not the half-lives."),
        near(float(sigmoid(2.0)), 5e-3, "That is the gate, 0.881. After how many steps is its power a half?"),
        near(float(half_life(0.0)), 1e-3, "That is for a bias of 0: the gate is ½."),
        between(10, math.inf, "Too long: 0.881 to the power of 10 is 0.28."),
        digits=2,
        otherwise="Not yet. The gate is σ(1 + 1) = 0.881: when is its power a half?",
    ),
    "09.8": number(
        "All biases are 0, so all gates are ½. Above which w_g does the gradient at rest explode?",
        float(explosion_borders(0.0)[1]),
        "f + i o w_g = ½ + ¼ w_g is 1 there.",
        near(4.0, 1e-9, "There the detour alone makes 1. But the carousel adds its f = ½."),
        near(1.0, 1e-9, "Two gates stand on the detour: i lets in, and o lets out."),
        near(float(explosion_borders(1.0)[1]), 0.02, "That is the border for b_f = 1. Here all biases are 0."),
        near(-6.0, 1e-9, "That is the second border: below it the factor is below −1. The first is asked for."),
        tolerance=1e-6,
        otherwise="Not yet. Solve f + i o w_g = 1 with f = i = o = ½.",
        guess={"field": "factors", "way": "x"},
    ),
    "09.3": number(
        "Which forget bias keeps a half over 200 steps? (one digit after the point)",
        float(forget_bias_for(200.0)),
        "f²⁰⁰ = ½ where f = 0.9965, and b_f = ln(f/(1 − f)), about ln(200/ln 2).",
        near(float(np.log(199.0)), 0.03, "ln(T − 1) keeps 1/e over T steps, not a half."),
        near(1.0, 1e-9, "A bias of 1 bridges two steps."),
        near(200.0, 1e-9, "A bias, not a number of steps: try 5 in the explorer."),
        digits=2,
        otherwise="Not yet. Set the lag to 200 in the explorer and read the sentence.",
    ),
    "08.1": repair(
        lambda gates: 10.0 ** gated_gradient(gates)[-1],
        "The gate's value stands between m_k and m_{k+1}; its derivative only between z and the gate.",
        _gates(),
        lambda gates: np.prod(gates * (1 - gates)),
        "Not yet. You multiply the gates' DERIVATIVES, as the slide prints it. What is dm_{k+1}/dm_k?",
        lambda gates: np.prod(1 - gates),
        "1 − s is what is forgotten. Which factor keeps?",
        lambda gates: np.mean(gates) ** len(gates),
        "The factors differ: their product is no power of their mean.",
        lambda gates: np.mean(gates),
        "That is a mean. Each gate multiplies what the one before it has left.",
        lambda gates: gates[-1],
        "That is the last step alone. A change of m_0 passes every gate.",
    ),
    "08.2": number(
        "Half of a gradient should be left after 100 steps. At which value must the gate stay? (three digits)",
        0.5**0.01,
        "s¹⁰⁰ = ½, so s = 2^(−1/100).",
        near(0.99, 1e-9, "That leaves 0.366. The gate must lose less than a hundredth."),
        near(0.995, 1e-9, "Each step takes from what is left: a hundred times half a hundredth leaves 0.61."),
        near(0.5, 1e-9, "That is left after ONE step then. Its hundredth power must be a half."),
        near(1 - 0.5**0.01, 5e-5, "That is the share which a step may lose. The gate keeps the rest."),
        between(0, 0.9925, "Too small: less than a half is left after 100 steps."),
        between(0.9935, 1, "Too large: more than a half is left after 100 steps."),
        digits=3,
        otherwise="Not yet. Solve s¹⁰⁰ = ½.",
    ),
    "08.3": number(
        "Only the K-th tap of a recursion has a weight, 0.9. At which least K does half of a gradient or more "
        "arrive at lag 100?",
        next(K for K in range(1, 101) if 10.0 ** multi_tap_gradient(np.append(np.zeros(K - 1), 0.9), 100)[-1] >= 0.5),
        "A half takes six hops at most, so K is above 16; and a hop must land on 100, which 17, 18 and 19 do not.",
        near(17.0, 1e-9, "Six hops of 17 make 102: none lands on lag 100, and exactly 0 is left there."),
        near(16.7, 0.1, "A tap is a whole number of steps, and a hop has to land on lag 100."),
        near(6.0, 0.6, "That is how many hops leave a half. How long must a hop be?"),
        near(10.0, 1e-9, "Ten hops leave 0.9¹⁰ = 0.35: still less than a half."),
        near(25.0, 1e-9, "Enough: four hops leave 0.66. But not the least."),
        between(-math.inf, 20, "Too many hops, or none that lands on lag 100. Set K in the explorer."),
        between(20, math.inf, "There is a smaller one."),
        otherwise="Not yet. How many factors of 0.9 leave a half, and how long is a hop then?",
    ),
}
