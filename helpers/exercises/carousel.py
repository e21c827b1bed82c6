"""The exercises of notebook 09."""

import numpy as np

from helpers.exercises.answers import Exercise, Repair, is_option, near
from helpers.maths.activations import sigmoid
from helpers.maths.memory import forget_bias_for, half_life


def _steps() -> tuple:
    """Return gates (i, f, o, g) and cells c before, of a few steps."""
    rng = np.random.default_rng(0)
    return tuple((*rng.uniform(0.1, 0.9, (4, n)), rng.standard_normal(n)) for n in (1, 4))


EXERCISES = {
    "09.1": Repair(
        lambda i, f, o, g, c: o * (1 - np.tanh(f * c + i * g) ** 2),
        "h = o tanh(c): the slope of tanh at the NEW cell, times the gate.",
        _steps(),
        (
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
    ),
    "09.2": Exercise(
        float(half_life(1.0)),
        "ln 2 / ln(1 + e⁻¹): little more than two steps.",
        (
            (near(float(half_life(0.0)), 1e-3), "That is the half-life of a bias of 0: the gate is ½."),
            (near(float(sigmoid(1.0)), 5e-3), "That is the gate, 0.731. After how many steps is its power a half?"),
            (near(float(half_life(2.0)), 0.05), "That is for a bias of 2, as when two bias vectors of 1 are added."),
            (lambda steps: steps > 10, "Too long by far: 0.731 to the power of 10 is 0.04."),
        ),
        digits=2,
        otherwise="Not yet. The gate is σ(1) = 0.731: when is its power a half?",
    ),
    "09.3": Exercise(
        float(forget_bias_for(200.0)),
        "logit(2^(−1/H)), about ln(H/ln 2).",
        (
            (near(float(np.log(199.0)), 0.03), "ln(T − 1) keeps 1/e over T steps, not a half."),
            (near(1.0, 1e-9), "1 bridges two steps."),
            (near(200.0, 1e-9), "A bias, not a number of steps: try 5 in the explorer."),
        ),
        digits=2,
        otherwise="Not yet. Set the lag to 200 in the explorer and read the sentence.",
    ),
    "09.4": Exercise(
        "the truncated one",
        "Hochreiter and Schmidhuber prove it for the gradient that is cut where it leaves the cell.",
        (
            (is_option("the whole gradient"), "With w_g = −1 the whole one fades, though no gate forgets."),
            (is_option("neither"), "Along the carousel alone dc_t/dc_0 is exactly 1 in 1997."),
            (is_option("both"), "The whole one has the paths through the gates too, and they may shrink or explode."),
        ),
        options=("the truncated one", "the whole gradient", "both", "neither"),
    ),
}
