"""An LSTM's gradient taken apart: along the carousel, with one gate's path open, and whole (notebooks 09 and 10)."""

import numpy as np

from helpers.maths._check import logs_within_floats, members, one_of, whole_number
from helpers.maths.lstm import PATHS, SCALES, lstm_factors, lstm_run, random_lstm
from helpers.maths.rnn import FAR
from helpers.maths.scalar import log10_transition

VARIANTS = ("whole", *PATHS)  # the last four: the carousel and this gate's path


@logs_within_floats
def path_log10_norms(net, run, variants=VARIANTS):
    """Return log10 of the spectral norm of dc_t/dc_0, t = 0, ..., T, along each variant, shape (v, T + 1).

    dc_{k+1} = f dc_k + A dh_k,   dh_{k+1} = E dc_{k+1} + R dh_k,   dc_0 = I, dh_0 = 0
    with A the sum of the terms of the input gate, the forget gate and the cell input, R that of the output gate, and E
    the readout (see `lstm_jacobians`); a variant keeps the terms of its paths.

    net : an LSTM. run : its LSTMRun, without a batch. variants : some of VARIANTS. -inf is an exact 0.
    Raises ValueError where net and run do not fit, for a batch, and for an unknown variant.
    Source: claim C91.

    >>> from helpers.maths.lstm import LSTM, lstm_run
    >>> net = LSTM(W=[[0.0], [0.0], [2.0], [0.0]], U=np.zeros((4, 1)), b=np.zeros(4))
    >>> logs = path_log10_norms(net, lstm_run(net, np.zeros((50, 1))))
    >>> [round(float(10 ** logs[row, 50]), 3) for row in (0, 5)], round(float(logs[1, 50]), 3)
    ([0.5, 0.0], -15.051)
    """
    factors = lstm_factors(net, run)
    variants = [one_of("each of variants", name, VARIANTS) for name in members("variants", variants)]
    if not variants:
        raise ValueError("variants must hold at least one name, got none")
    if run.C.ndim != 2:
        raise ValueError(f"run must be one run, got a batch: C {run.C.shape}")
    n, n_steps = run.C.shape[1], len(run.I)
    *W, W_o = np.split(np.asarray(net.W, dtype=float), 4)
    by_gate, through_o, E, F = (rows[..., None] for rows in (np.stack(factors[:3], 1), *factors[3:], run.F))
    # The carousel alone needs no matrix, and with the output gate's path alone a change of h never comes back to c. A
    # over R is made anew at each step: all steps fill no cache.
    by_matrix = [name for name in variants if name not in ("carousel", "output gate")]
    v, whole = len(by_matrix), [name == "whole" for name in by_matrix]
    keeps = np.array([[name in ("whole", path) for path in PATHS[1:4]] for name in by_matrix], float).reshape(v, 3)
    dc, dh, A_and_R = np.tile(np.eye(n), (v, 1, 1)), np.zeros((v, n, n)), np.zeros((v, 2 * n, n))
    products, scales, scale = np.tile(np.eye(n), (n_steps + 1, v, 1, 1)), np.zeros((n_steps + 1, v)), np.zeros(v)
    for k in range(n_steps):
        A_and_R[:, :n] = np.tensordot(keeps, by_gate[k] * W, 1)
        A_and_R[whole, n:] = through_o[k] * W_o
        moved = A_and_R @ dh
        dc = F[k] * dc + moved[:, :n]
        dh = E[k] * dc + moved[:, n:]
        products[k + 1], scales[k + 1] = dc, scale
        largest = np.abs(dc).max(axis=(1, 2))
        if ((largest > FAR) | (largest < 1 / FAR)).any():
            size = np.where(largest > 0, largest, 1.0)
            dc, dh = dc / size[:, None, None], dh / size[:, None, None]
            scale = scale + np.log10(size)
    with np.errstate(divide="ignore"):
        logs = np.log10(np.linalg.norm(products, 2, axis=(-2, -1))) + scales
    told = dict(zip(by_matrix, logs.T, strict=True))
    carousel = log10_transition(run.F).max(axis=1)
    return np.stack([told.get(name, carousel) for name in variants])


@logs_within_floats
def readout_log10(net, run):
    """Return log10 of dh_{k+1}/dc_{k+1}, the readout E, shape (T, n), also where 1 - tanh^2 has no digit left.

    E = o r / cosh^2(r c_{k+1}),   r = 1, and 1/2 with the squash of 1997

    net : an LSTM. run : its LSTMRun; a batch after the time. -inf where o is 0.
    Raises ValueError where they do not fit. Source: claim C91.

    >>> from helpers.maths.lstm import LSTM, lstm_run
    >>> net = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=[0.0, np.log(3.0), 0.0, 0.0])
    >>> readout_log10(net, lstm_run(net, np.zeros((1, 1)), c0=[200.0])).round(1).tolist()  # c = 150
    [[-130.0]]
    """
    lstm_factors(net, run)  # raises where they do not fit
    r = SCALES[net.squash][2]
    size = np.abs(r * run.C[1:])
    with np.errstate(divide="ignore"):
        return np.log10(run.O) + np.log10(r) - 2 * (size + np.log1p(np.exp(-2 * size)) - np.log(2.0)) / np.log(10.0)


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
