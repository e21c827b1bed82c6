"""The exercises of notebook 11."""

import numpy as np

from helpers.exercises.answers import Repair, near, number
from helpers.maths.diagonal import sensitivity
from helpers.maths.memory import slstm


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
    "11.2": Repair(
        lambda log_i, log_f, z: slstm(*(np.reshape(v, (-1, 1)) for v in (log_i, log_f, z)))[0][:, 0],
        "The old c and n stand in units of e^m of the step before, so f' has that m too.",
        tuple(tuple(np.random.default_rng(k).standard_normal((3, 4 + k))) for k in range(2)),
        (
            (
                _stabilised(old=lambda m: 0.0),
                "The old c stands in units of e^m_before. What must f' be for the new unit?",
            ),
            (_stabilised(plain_n=True), "c and n must share their unit: n has been left without the stabiliser."),
        ),
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
