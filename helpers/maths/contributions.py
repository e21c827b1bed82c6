"""The temporal contributions to a gradient: from which loss, to which step, how much (notebook 06).

The pair (t, k) stands for the way from the loss at step t back to h_k; in arrays the state index is the maths index.
"""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import logs_within_floats, of_shape, one_of, record, shown, within_floats
from helpers.maths.linear import unit_entries
from helpers.maths.rnn import FAR, parameter_gradients, slopes


class Contributions(NamedTuple):
    """Every way back from a loss at step t to step k: the row g_t dh_t/dh_k = rows[t, k] 10^log10_scale[t, k].

    rows : (T + 1, T + 1, n), a batch before the n; 0 where k > t. log10_scale : (T + 1, T + 1), mostly 0.
    """

    rows: np.ndarray
    log10_scale: np.ndarray


@within_floats
def contributions(net, run, G):
    """Return the Contributions: the row that the loss at step t sends back to h_k, for all t and k.

    g_t dh_t/dh_k = g_t J_{t-1} ... J_k

    net : an RNN. run : its Run. G : (T + 1, n), a batch after the time; G[t] = dDiv_t/dh_t.
    Raises ValueError where the shapes do not fit.
    Source: claims C55, C58, C59.

    >>> from helpers.maths.rnn import RNN, run_rnn
    >>> net = RNN(W=[[0.5]], U=[[0.0]], b=[0.0], activation="identity")
    >>> contributions(net, run_rnn(net, [1.0], np.zeros((2, 1))), [[0.0], [0.0], [1.0]]).rows[2, :, 0].tolist()
    [0.25, 0.5, 1.0]
    """
    W, slope = slopes(net, run)
    G = of_shape("G", G, run.H.shape, "H is")
    T = len(slope)
    rows, log10_scale = np.zeros((T + 1, *G.shape)), np.zeros((T + 1, T + 1))
    now, scale = np.zeros(G.shape), np.zeros(T + 1)  # of the losses t = k, ..., T at the present k
    for k in range(T, -1, -1):
        if k < T:
            now[k + 1 :] = (now[k + 1 :] * slope[k]) @ W
        now[k] = G[k]
        largest = np.abs(now[k:]).reshape(T + 1 - k, -1).max(axis=1)
        far = (largest > FAR) | ((largest < 1 / FAR) & (largest > 0))
        if far.any():
            size = np.where(far, largest, 1.0)
            now[k:] /= size.reshape(-1, *(1,) * (G.ndim - 1))
            scale[k:] += np.log10(size)
        rows[k:, k], log10_scale[k:, k] = now[k:], scale[k:]
    return Contributions(rows, log10_scale)


@logs_within_floats
def contribution_log10_norms(net, run, table, parameter="W"):
    """Return log10 of the Frobenius norm of each temporal contribution, shape (T + 1, T + 1); -inf for none.

    g_t dh_t/dh_k d+h_k/dTheta:   outer(a, h_{k-1}) for W, outer(a, x_{k-1}) for U, a for b,   a = g_t dh_t/dh_k D_k

    d+ is the immediate partial, with h_{k-1} held. The state h_0 is given, so nothing stands at k = 0.
    net : an RNN. run : its Run. table : its Contributions. parameter : "W", "U" or "b".
    A batch is summed before the norm.
    Raises ValueError where these do not fit, and for another parameter.
    Source: claims C55, C57, C58; Pascanu, Mikolov & Bengio 2013, equations (3) and (4).

    >>> from helpers.maths.rnn import RNN, run_rnn
    >>> net = RNN(W=[[0.1]], U=[[0.0]], b=[0.0], activation="identity")
    >>> run = run_rnn(net, [1.0], np.zeros((2, 1)))
    >>> table = contributions(net, run, [[0.0], [0.0], [1.0]])
    >>> contribution_log10_norms(net, run, table, "b")[2].tolist()
    [-inf, -1.0, 0.0]
    """
    slope = _slopes_of(net, run, table)
    T = len(slope)
    reads = {"W": run.H[:-1], "U": run.X, "b": np.ones((*run.X.shape[:-1], 1))}
    reads = reads[one_of("parameter", parameter, reads)]
    a = table.rows[:, 1:] * slope
    B = int(np.prod(slope.shape[1:-1]))
    a, log10_a = unit_entries(a.reshape(T + 1, T, B, a.shape[-1]))
    reads, log10_reads = unit_entries(reads.reshape(T, B, reads.shape[-1]))
    # |A^T R|^2 = sum of (A A^T) (R R^T), entry by entry, over the pairs of the batch.
    squares = np.einsum("tkbc,kbc->tk", a @ a.swapaxes(-1, -2), reads @ reads.swapaxes(-1, -2))
    logs = np.full((T + 1, T + 1), -np.inf)
    logs[:, 1:] = 0.5 * np.log10(np.maximum(squares, 0.0)) + log10_a + log10_reads + table.log10_scale[:, 1:]
    return logs


def sum_of_contributions(net, run, table, keep=None):
    """Return the Gradients as the sum of the temporal contributions of the pairs (t, k) to keep.

    dDiv/dTheta = sum over t and k of g_t dh_t/dh_k d+h_k/dTheta

    net : an RNN. run : its Run. table : its Contributions. keep : an array (T + 1, T + 1) of bool; None for all pairs.
    Raises ValueError where these do not fit, and for gradients that overflow.
    Source: claims C54, C55.

    >>> from helpers.maths.rnn import RNN, run_rnn
    >>> net = RNN(W=[[0.5]], U=[[1.0]], b=[0.0], activation="identity")
    >>> run = run_rnn(net, [2.0], np.zeros((2, 1)))
    >>> table = contributions(net, run, [[0.0], [0.0], [1.0]])
    >>> sum_of_contributions(net, run, table).W.tolist()  # d(w^2 h_0)/dw = 2 w h_0
    [[2.0]]
    """
    slope = _slopes_of(net, run, table)
    pairs = np.ones(table.log10_scale.shape, bool) if keep is None else keep
    if type(pairs) is not np.ndarray or pairs.shape != table.log10_scale.shape or pairs.dtype != bool:
        raise ValueError(f"keep must be an array of True and False, shape {table.log10_scale.shape}, got {shown(keep)}")
    with np.errstate(over="ignore", invalid="ignore"):
        weight = np.where(pairs, 10.0**table.log10_scale, 0.0)
        at = np.einsum("tk,tk...->k...", weight, table.rows)  # the sum of all rows that reach step k
    return parameter_gradients(at[1:] * slope, run, at[0])


@within_floats
def weight_gradients_by_lag(net, run, table):
    """Return dDiv/dW split by lag, shape (T, n, n): [j] is the sum of the contributions of all pairs with t - k = j.

    sum over t of outer(g_t dh_t/dh_k D_k, h_{k-1}) at k = t - j;   their sum over j is dDiv/dW

    net : an RNN. run : its Run. table : its Contributions. Raises ValueError where these do not fit.
    Source: claims C55, C58.

    >>> from helpers.maths.rnn import RNN, run_rnn
    >>> net = RNN(W=[[0.5]], U=[[1.0]], b=[0.0], activation="identity")
    >>> run = run_rnn(net, [2.0], np.zeros((2, 1)))
    >>> weight_gradients_by_lag(net, run, contributions(net, run, [[0.0], [0.0], [1.0]]))[:, 0, 0].tolist()
    [1.0, 1.0]
    """
    slope = _slopes_of(net, run, table)
    T, n = len(slope), slope.shape[-1]
    by_lag = np.empty((T, n, n))
    for lag in range(T):
        k = np.arange(1, T + 1 - lag)
        scale = 10.0 ** table.log10_scale[k + lag, k]
        a = table.rows[k + lag, k] * slope[k - 1] * scale.reshape(-1, *(1,) * (slope.ndim - 1))
        by_lag[lag] = a.reshape(-1, n).T @ run.H[k - 1].reshape(-1, n)
    return by_lag


def _slopes_of(net, run, table):
    """f'(z) of every step; raise ValueError for contributions of another run."""
    _, slope = slopes(net, run)
    wanted = (len(run.H), *run.H.shape)
    record("table", table, Contributions)
    if table.rows.shape != wanted or table.log10_scale.shape != wanted[:2]:
        raise ValueError(f"table must be the Contributions of this run, with rows {wanted}, got {shown(table)}")
    return slope
