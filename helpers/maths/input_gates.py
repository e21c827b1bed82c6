"""Gates that read the input alone: minGRU, its scan, and the sLSTM with its normaliser and stabiliser (notebook 11).

Where no gate reads the state, no path leads from step to step but the carousel: its product is the whole gradient, and
all steps can be taken in one scan. Time is the first axis, and the gates of step k make ``H[k + 1]``.
"""

import numpy as np

from helpers.maths._check import real_array, vector, within_floats
from helpers.maths.activations import sigmoid
from helpers.maths.memory import gated_memory
from helpers.maths.vector_activations import softmax


@within_floats
def min_gru(U, b, X, h0=0.0):
    """Return H (T + 1, n), keep and Q (T, n): a GRU whose gate and candidate read the input alone.

    h_{k+1} = (1 - z) h_k + z q,   z = σ(U_z x_k + b_z),   q = U_q x_k + b_q,   keep = 1 - z

    U : (2n, m), z before q. b : (2n,). X : (T, m). h0 : (n,), or a number. dH[T]/dH[k] is the product of keep[k:].
    Raises ValueError for shapes that do not fit, and states beyond the floats. Source: Feng et al. 2024; claim C85.

    >>> min_gru([[0.0], [1.0]], [0.0, 0.0], [[1.0], [1.0]])[0][:, 0].tolist()
    [0.0, 0.5, 0.75]
    """
    U, b, X = real_array("U", U), vector("b", b), real_array("X", X)
    if U.ndim != 2 or len(U) % 2 or b.shape != U.shape[:1] or X.ndim != 2 or X.shape[1] != U.shape[1]:
        raise ValueError(f"U must be (2n, m), b (2n,) and X (T, m), got {U.shape}, {b.shape} and {X.shape}")
    Z, Q = np.split(X @ U.T + b, 2, axis=1)
    return gated_memory(sigmoid(-Z), sigmoid(Z) * Q, real_array("h0", h0)), sigmoid(-Z), Q


@within_floats
def scan(gates, writes):
    """Return the states after each step from 0, of the shape of both arguments, in log2(T) rounds, not in T steps.

    After a round with the stride s, entry k holds the gates and the writes of the 2s steps up to k as one step:
    (f, u) after (f', u') is (f f', f u' + u).

    gates, writes : (T, ...), as for `gated_memory`, whose loop gives the same; any finite numbers.
    Raises ValueError for shapes that differ, and states beyond the floats. Source: Hillis & Steele 1986.

    >>> scan([1.0, 1.0, 0.5, 0.0], [3.0, 0.0, 0.0, 0.0]).tolist()
    [3.0, 3.0, 1.5, 0.0]
    """
    f, u = _alike(gates=gates, writes=writes)
    stride = 1
    while stride < len(f):
        u[stride:] += f[stride:] * u[:-stride]
        f[stride:] *= f[:-stride]
        stride *= 2
    return u


@within_floats
def log_scan(log_gates, log_writes):
    """Return the natural logs of the states after each step from 0, where gates and writes are positive.

    log h_t = A_t + log sum_{k<=t} e^{log u_k - A_t},   A_t = log f_1 + ... + log f_t

    log_gates, log_writes : (T, ...), natural logs. A product that no float holds does no harm.
    Raises ValueError for shapes that differ, and values that are not finite. Source: Heinsen 2023; Feng et al. 2024.

    >>> np.exp(log_scan(np.log([0.5, 0.5]), np.log([1.0, 1.0]))).round(12).tolist()
    [1.0, 1.5]
    """
    log_f, log_u = _alike(log_gates=log_gates, log_writes=log_writes)
    A = np.cumsum(log_f, axis=0)
    return A + np.logaddexp.accumulate(log_u - A, axis=0)


@within_floats
def slstm(log_i, log_f, Z):
    """Return held, keep and write, (T, n): exponential gates with their sum divided out and a common factor taken off.

    c = f c + i z,   n = f n + i,   held = c/n,   with i and f times e^{-m} in place of i and f,
    m = max(log f + m, log i),   i' = e^{log i - m},   f' = e^{log f + m_before - m}

    keep is f' and write i': of the two one is exactly 1 at each step. c and n begin at 0, m at -inf.
    log_i, log_f, Z : (T, n). Raises ValueError for shapes that differ, and values beyond the floats.
    Source: Beck et al. 2024, equations (8) to (17).

    >>> slstm([[0.0], [800.0]], [[0.0], [0.0]], [[1.0], [5.0]])[0].tolist()  # e^800 is no float
    [[1.0], [5.0]]
    """
    log_i, log_f, Z = _alike(log_i=log_i, log_f=log_f, Z=Z)
    held, keep, write = np.empty((3, *Z.shape))
    c, n, m = 0.0, 0.0, np.full(Z.shape[1:], -np.inf)
    for k in range(len(Z)):
        old, m = log_f[k] + m, np.maximum(log_f[k] + m, log_i[k])
        keep[k], write[k] = np.exp(old - m), np.exp(log_i[k] - m)
        c, n = keep[k] * c + write[k] * Z[k], keep[k] * n + write[k]
        held[k] = c / n
    return held, keep, write


@within_floats
def slstm_shares(log_i, log_f):
    """Return the share that the last c/n has of each write, (T, n), each column summing to 1.

    w_k ∝ exp(log i_k + sum_{j>k} log f_j),   c/n = sum w_k z_k:   a softmax over the past

    Arguments and errors as for `slstm`. With i = f = 1 it is 1/T. Source: derived from the equations of `slstm`.

    >>> slstm_shares([[0.0], [0.0]], [[0.0], [np.log(0.5)]]).round(12)[:, 0].tolist()
    [0.333333333333, 0.666666666667]
    """
    log_i, log_f = _alike(log_i=log_i, log_f=log_f)
    later = np.cumsum(log_f[::-1], axis=0)[::-1] - log_f
    return softmax(log_i + later)


def _alike(**arrays):
    """The arrays, new ones, of one shape (T, ...)."""
    arrays = {name: real_array(name, value) for name, value in arrays.items()}
    if len({array.shape for array in arrays.values()}) > 1 or not next(iter(arrays.values())).ndim:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the shapes must be the same, (T, ...), got {shapes}")
    return arrays.values()
