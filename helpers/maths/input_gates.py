"""Gates that read the input alone: minGRU, its scan, and the sLSTM with its normaliser and stabiliser (notebook 11).

Where no gate reads the state, no path leads from step to step but the carousel: its product is the whole gradient, and
all steps can be taken in one scan. Time is the first axis, and the gates of step k make ``H[k + 1]``.
"""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import real_array, shown, vector, within_floats
from helpers.maths.activations import sigmoid
from helpers.maths.memory import gated_memory
from helpers.maths.vector_activations import softmax


class MinGRURun(NamedTuple):
    """H (T + 1, n), what step k keeps of it, keep (T, n), and the candidate Q (T, n), of which 1 - keep is written."""

    H: np.ndarray
    keep: np.ndarray
    Q: np.ndarray


class SLSTMRun(NamedTuple):
    """Of each step what is held, c/n, and the factors of the old state and of the new write, each (T, n)."""

    held: np.ndarray
    keep: np.ndarray
    write: np.ndarray


def min_gru(U, b, X, h0=0.0):
    """Return the MinGRURun of a GRU whose gate and candidate read the input alone.

    h_{k+1} = (1 - z) h_k + z q,   z = σ(U_z x_k + b_z),   q = U_q x_k + b_q

    U : (2n, m), z before q. b : (2n,). X : (T, m). h0 : (n,), or a number. dH[T]/dH[k] is the product of keep[k:].
    Raises ValueError for shapes that do not fit, and states beyond the floats. Source: Feng et al. 2024; claim C85.

    >>> min_gru([[0.0], [1.0]], [0.0, 0.0], [[1.0], [1.0]]).H[:, 0].tolist()
    [0.0, 0.5, 0.75]
    """
    U, b, X = real_array("U", U), vector("b", b), real_array("X", X)
    if U.ndim != 2 or len(U) % 2 or b.shape != U.shape[:1] or X.ndim != 2 or X.shape[1] != U.shape[1]:
        raise ValueError(f"U must be (2n, m), b (2n,) and X (T, m), got {U.shape}, {b.shape} and {X.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        Z, Q = np.split(X @ U.T + b, 2, axis=1)
    if not (np.isfinite(Z).all() and np.isfinite(Q).all()):
        raise ValueError(f"U x + b must stay within the floats, got U {shown(U)}")
    if real_array("h0", h0).shape not in ((), Q.shape[1:]):
        raise ValueError(f"h0 must be a number or {Q.shape[1:]}, as U asks for, got {shown(h0)}")
    return MinGRURun(gated_memory(sigmoid(-Z), sigmoid(Z) * Q, h0), sigmoid(-Z), Q)


@within_floats
def min_gru_input_gradients(U, b, X, h0=0.0):
    """Return dh_T/dx_k of a minGRU, shape (T, n, m): the slope of a gate comes in once, at step k.

    dh_T/dx_k = (1 - z_{T-1}) ... (1 - z_{k+1}) [z (1 - z)(q - h_k) U_z + z U_q]_k

    Arguments and errors as for `min_gru`.

    >>> min_gru_input_gradients([[0.0], [1.0]], [0.0, 0.0], [[1.0], [1.0]])[:, 0, 0].tolist()
    [0.25, 0.5]
    """
    H, keep, Q = min_gru(U, b, X, h0)
    U_z, U_q = np.split(np.asarray(U, float), 2)
    later = np.cumprod(np.concatenate([keep[1:], np.ones_like(keep[:1])])[::-1], axis=0)[::-1]
    by_gate, by_candidate = later * (1.0 - keep) * keep * (Q - H[:-1]), later * (1.0 - keep)
    return by_gate[..., None] * U_z + by_candidate[..., None] * U_q


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
    """Return the SLSTMRun: exponential gates whose sum is divided out, and whose common factor is taken off.

    c = f c + i z,   n = f n + i,   held = c/n,   with i and f times e^{-m} in place of i and f,
    m = max(log f + m, log i),   i' = e^{log i - m},   f' = e^{log f + m_before - m}

    So of i' and f' one is exactly 1 at each step. c and n begin at 0, m at -inf. No gate reads the state.
    log_i, log_f, Z : (T, n). Raises ValueError for shapes that differ, and values beyond the floats.
    Source: Beck et al. 2024, equations (8) to (17).

    >>> slstm([[0.0], [800.0]], [[0.0], [0.0]], [[1.0], [5.0]]).held.tolist()  # e^800 is no float
    [[1.0], [5.0]]
    """
    log_i, log_f, Z = _alike(log_i=log_i, log_f=log_f, Z=Z)
    run = SLSTMRun(*(np.empty_like(Z) for _ in SLSTMRun._fields))
    c, n, m = 0.0, 0.0, np.full(Z.shape[1:], -np.inf)
    for k in range(len(Z)):
        old, m = log_f[k] + m, np.maximum(log_f[k] + m, log_i[k])
        run.keep[k], run.write[k] = np.exp(old - m), np.exp(log_i[k] - m)
        c, n = run.keep[k] * c + run.write[k] * Z[k], run.keep[k] * n + run.write[k]
        run.held[k] = c / n
    return run


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
