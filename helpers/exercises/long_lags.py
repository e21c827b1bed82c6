"""The exercises of notebooks 10 and 11."""

import math

import numpy as np

from helpers.exercises.answers import between, near, number, repair
from helpers.maths.diagonal import sensitivity
from helpers.maths.lstm import secret
from helpers.maths.memory import slstm
from helpers.maths.tasks import TASKS

BIAS, SCALE = secret(1)
BOTH = "The scale of W moves the blue line a little, too: find it by the orange line, then come back."


def _stabilised(old=lambda m: m, plain_n=False):
    """Return the loop of a stabilised sLSTM with one part exchanged."""

    def loop(log_i, log_f, z):
        c, n, m, held = 0.0, 0.0, -np.inf, []
        for i, f, z_k in zip(log_i, log_f, z, strict=True):
            m_before, m = m, max(f + m, i)
            write, keep = np.exp(i - m), np.exp(f + old(m_before) - m) if held else 0.0
            c = keep * c + write * z_k
            n = np.exp(f) * n + np.exp(i) if plain_n else keep * n + write
            held.append(c / n)
        return np.array(held)

    return loop


EXERCISES = {
    "10.2": number(
        "What is the forget bias of mystery 1? (one digit after the point)",
        BIAS,
        "The carousel is the product of the forget gates, so its slope tells the bias.",
        between(BIAS - 0.35, BIAS, f"A little too small. {BOTH}"),
        between(BIAS, BIAS + 0.35, f"A little too large. {BOTH}"),
        between(-math.inf, BIAS, "Too small. A larger bias forgets less: raise it until the blue lines meet."),
        between(BIAS, math.inf, "Too large. A smaller bias forgets more: lower it until the blue lines meet."),
        digits=2,
    ),
    "10.3": number(
        "And the scale of its W? (one digit after the point)",
        SCALE,
        "With the bias found, all that is left between the lines is the scale of W.",
        between(-math.inf, 0, "A scale is above 0."),
        between(0, SCALE, "Too small. Keep the bias, and raise the scale until the orange lines meet."),
        between(SCALE, math.inf, "Too large. Keep the bias, and lower the scale until the orange lines meet."),
        digits=2,
    ),
    "10.6": number(
        "A net has learned the second symbol of temporal order, and guesses the first. "
        "What share of its answers is right?",
        0.5,
        "The second symbol leaves two of the four answers, and the first is a coin.",
        near(1.0 - TASKS["order"].chance, 1e-9, "That is without having read anything. It knows one symbol of two."),
        near(TASKS["order"].chance, 1e-9, "That is the share that a constant answer gets wrong."),
        near(1.0, 1e-9, "Then it would have to know the first symbol too."),
        tolerance=1e-9,
        otherwise="Not yet. How many answers does the second symbol leave?",
    ),
    "11.2": repair(
        lambda log_i, log_f, z: slstm(*(np.reshape(v, (-1, 1)) for v in (log_i, log_f, z)))[0][:, 0],
        "The old c and n stand in units of e^m of the step before, so f' has that m too.",
        tuple(tuple(np.random.default_rng(k).standard_normal((3, 4 + k))) for k in range(2)),
        _stabilised(old=lambda m: 0.0),
        "The old c stands in units of e^m_before. What must f' be for the new unit?",
        _stabilised(plain_n=True),
        "c and n must share their unit: n has been left without the stabiliser.",
    ),
    "11.3": number(
        "A cell with λ = 0.9 reads white noise of variance 1. What is the mean square of dh/dλ? (three digits)",
        float(sensitivity(10.0)),
        "(1 + q)/(1 − q)³ with q = 0.81.",
        near(1 / 0.19, 0.05, "That is the variance of the state, 1/(1 − q)."),
        near(float(np.sqrt(sensitivity(10.0))), 0.1, "That is its root. The mean square is wanted."),
        near(250.0, 0.5, "That is the limit ¼ of memory³, for long memories."),
        near(1 / 0.19**3, 0.5, "You have left out the 1 + q above."),
        near(float(sensitivity(10.0, write="gamma")), 0.1, "That is of γh. Here nothing is normalised."),
        digits=3,
        otherwise="Not yet. Put q = λ² into (1 + q)/(1 − q)³.",
    ),
    "11.4": number(
        "One layer of attention with even weights reads 200 tokens. Which share of the last output has token 1?",
        1 / 200,
        "Even weights of one layer give each of T tokens 1/T.",
        near(0.99**200, 2e-3, "That is 0.99²⁰⁰. No product runs along the tokens."),
        near(200**-0.5, 2e-3, "1/√T is for sums of noise. The weights sum to 1."),
        near(sum(1 / k for k in range(1, 201)) / 200, 1e-3, "That is of two layers."),
        digits=1,
        otherwise="Not yet. Two hundred even weights sum to 1.",
    ),
}
