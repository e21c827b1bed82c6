"""LSTMs that do not say what they are: their forget bias and scale are to be read off two gradients (notebook 10)."""

import numpy as np

from helpers.maths._check import whole_number
from helpers.maths.lstm import lstm_run, random_lstm
from helpers.maths.lstm_paths import path_log10_norms

N, M, N_STEPS = 16, 4, 100  # cells, inputs, steps
N_MYSTERIES = 5


def secret(number):
    """Return (forget_bias, scale) of mystery `number`, from 1 to N_MYSTERIES; do not look before you have guessed.

    Raises ValueError for another number.

    >>> len(secret(1))
    2
    """
    number = whole_number("number", number, at_least=1, below=N_MYSTERIES + 1)
    rng = np.random.default_rng([2010, number])
    return round(float(rng.uniform(0.5, 4.0)), 1), round(float(rng.uniform(0.5, 5.0)), 1)


def gradients(number, forget_bias, scale):
    """Return log10 of the spectral norm of dc_t/dc_0 along all paths and along the carousel, each (N_STEPS + 1,).

    The net is a random_lstm of N cells with these settings, and reads noise. Its random numbers and the noise are those
    of mystery `number`, so that with its settings the gradients are its own.
    Raises ValueError for another number, and as `random_lstm` does.
    Source: claims C91, C92.

    >>> whole, carousel = gradients(1, forget_bias=0.0, scale=0.0)
    >>> bool(np.allclose(whole, carousel))
    True
    """
    rng = np.random.default_rng([2010, whole_number("number", number, at_least=1, below=N_MYSTERIES + 1)])
    net = random_lstm(N, M, scale, rng, forget_bias)
    return tuple(path_log10_norms(net, lstm_run(net, rng.standard_normal((N_STEPS, M))), ("whole", "carousel")))
