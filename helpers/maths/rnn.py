"""A recurrent net, its step Jacobians, their products, and backpropagation through time (notebooks 06 and 07).

h_{k+1} = f(z_{k+1}),   z_{k+1} = W h_k + U x_k + b

Time is the first axis and the state the last; a batch stands between them. ``H[k]`` is h_k with ``H[0]`` given, step k
maps it to ``H[k + 1]`` by way of ``Z[k]`` = z_{k+1} and with ``X[k]`` = x_k, and ``J[k]`` is dh_{k+1}/dh_k. A gradient
is a row. ``G[t]`` is dDiv_t/dh_t, what the loss at step t sends into the net. Gradients of parameters are summed over
time and batch.
"""

from functools import reduce
from typing import NamedTuple

import numpy as np

from helpers.maths._check import of_shape, real_array, record, shown, square, whole_number, within_floats
from helpers.maths.activations import activation as find_activation

FAR = 1e60  # a row this long, or this short, is scaled: its square has to be a float


class RNN(NamedTuple):
    """A recurrent net: W (n, n) from state to state, U (n, m) from input to state, b (n,), and an activation's name."""

    W: np.ndarray
    U: np.ndarray
    b: np.ndarray
    activation: str = "tanh"


class Run(NamedTuple):
    """A run of T steps: H (T + 1, n), the arguments Z (T, n), and the inputs X (T, m); a batch after the time."""

    H: np.ndarray
    Z: np.ndarray
    X: np.ndarray


class Candidates(NamedTuple):
    """Products (n, n) that have been taken for dh_T/dh_0; the first is it, the others are plausible mistakes.

    newest_left : S_T W ... S_1 W            oldest_left : S_1 W ... S_T W
    swapped : W S_T ... W S_1                as_printed : W^T S_1 ... W^T S_T, the slide's, with its W = W^T
    """

    newest_left: np.ndarray
    oldest_left: np.ndarray
    swapped: np.ndarray
    as_printed: np.ndarray


class Gradients(NamedTuple):
    """dDiv/dW, dDiv/dU, dDiv/db and dDiv/dh_0, each of the shape of what it belongs to."""

    W: np.ndarray
    U: np.ndarray
    b: np.ndarray
    h0: np.ndarray


def run_rnn(net, h0, X):
    """Return the Run of the net from h0 with the inputs X.

    h_{k+1} = f(W h_k + U x_k + b)

    net : an RNN. h0 : (n,), or (B, n). X : (T, m), or (T, B, m); an input of zeros for a net left alone.
    Raises ValueError for shapes that do not fit, values that are not finite, and a state that overflows.
    Source: claim C52.

    >>> net = RNN(W=[[0.5]], U=[[1.0]], b=[0.0], activation="identity")
    >>> run_rnn(net, [0.0], [[1.0], [0.0], [0.0]]).H[:, 0].tolist()
    [0.0, 1.0, 0.5, 0.25]
    """
    (W, U, b), f = checked_net(net, RNN), find_activation(net.activation).f
    X, state = checked_inputs(X, U.shape[1], len(W))
    H = np.empty((len(X) + 1, *state))
    H[0] = of_shape("h0", h0, state, "W and X ask for")
    with np.errstate(over="ignore", invalid="ignore"):
        Z = X @ U.T + b
        for k in range(len(X)):
            Z[k] += H[k] @ W.T
            H[k + 1] = f(Z[k])
    if not (np.isfinite(H).all() and np.isfinite(Z).all()):
        H = np.where(np.isfinite(H) & np.isfinite(np.concatenate([H[:1], Z])), H, np.nan)
        k = int(np.isfinite(H).reshape(len(H), -1).all(axis=1).argmin())
        raise ValueError(f"the state must not overflow, got {shown(H[k])} after {k} steps")
    return Run(H, Z, X)


def run_alone(W, h0, n_steps, activation="tanh", b=None):
    """Return (net, run): the RNN h_{k+1} = f(W h_k + b), which reads nothing, and its Run of n_steps steps from h0.

    W : (n, n). h0 : (n,), or (B, n). b : (n,); None for zeros. Raises ValueError as `run_rnn` does.

    >>> run_alone([[0.5]], [1.0], 2, "identity")[1].H[:, 0].tolist()
    [1.0, 0.5, 0.25]
    """
    W = square("W", W, ndim=2)
    net = RNN(W, np.zeros((len(W), 1)), np.zeros(len(W)) if b is None else b, activation)
    h0 = real_array("h0", h0)
    return net, run_rnn(net, h0, np.zeros((whole_number("n_steps", n_steps), *h0.shape[:-1], 1)))


@within_floats
def step_jacobians(net, run):
    """Return J with J[k] = dh_{k+1}/dh_k, shape (T, n, n), a batch after the time.

    J_k = diag(f'(z_{k+1})) W

    net : an RNN. run : its Run. Raises ValueError where they do not fit.
    Source: claims C62 to C64, C66.

    >>> net = RNN(W=[[2.0]], U=[[0.0]], b=[0.0])
    >>> step_jacobians(net, run_rnn(net, [0.0], np.zeros((3, 1))))[:, 0, 0].tolist()
    [2.0, 2.0, 2.0]
    """
    W, slope = slopes(net, run)
    return slope[..., None] * W


@within_floats
def state_transition(J, t, k):
    """Return dh_t/dh_k, shape (n, n): J_{t-1} ... J_k, the newest factor leftmost; the identity for t = k.

    J : (T, n, n). t, k : 0 <= k <= t <= T. Raises ValueError for other shapes and values.
    Source: claims C59, C60.

    >>> state_transition(np.array([[[2.0]], [[3.0]]]), t=2, k=0).tolist()
    [[6.0]]
    """
    J = square("J", J, ndim=3, may_be_empty=True)
    t = whole_number("t", t, below=len(J) + 1)
    k = whole_number("k", k, below=t + 1)
    product = np.eye(J.shape[-1])
    for i in range(k, t):
        product = J[i] @ product
    return product


@within_floats
def candidate_products(net, run):
    """Return the Candidates for dh_T/dh_0.

    dh_T/dh_0 = J_{T-1} ... J_0,   J_k = S_{k+1} W,   S_{k+1} = diag(f'(z_{k+1}))

    net : an RNN. run : its Run, without a batch. Raises ValueError where they do not fit, and for a batch.
    For n = 1 all four are the same number.
    Source: claims C60 to C64.

    >>> [float(product[0, 0]) for product in candidate_products(*run_alone([[2.0]], [0.0], 3))]
    [8.0, 8.0, 8.0, 8.0]
    """
    W, slope = slopes(net, run, alone=True)
    S = [np.diag(slope_k) for slope_k in slope]
    return Candidates(
        newest_left=reduce(lambda product, S_k: S_k @ W @ product, S, np.eye(len(W))),
        oldest_left=reduce(lambda product, S_k: product @ S_k @ W, S, np.eye(len(W))),
        swapped=reduce(lambda product, S_k: W @ S_k @ product, S, np.eye(len(W))),
        as_printed=reduce(lambda product, S_k: product @ W.T @ S_k, S, np.eye(len(W))),
    )


def bptt(net, run, G):
    """Return the Gradients by backpropagation through time: one pass back, a row times a matrix at each step.

    g <- G[t] at t = T;   then for each step back: a = g D_k,   g <- a W + G[k-1]

    net : an RNN. run : its Run. G : (T + 1, n), a batch after the time; G[t] = dDiv_t/dh_t.
    Raises ValueError where the shapes do not fit, and for gradients that overflow.
    Source: claims C54 to C57; Werbos 1990.

    >>> net = RNN(W=[[0.5]], U=[[1.0]], b=[0.0], activation="identity")
    >>> bptt(net, run_rnn(net, [2.0], np.zeros((2, 1))), [[0.0], [0.0], [1.0]]).W.tolist()
    [[2.0]]
    """
    W, slope = slopes(net, run)
    G = of_shape("G", G, run.H.shape, "H is")
    a, g = slope, G[-1]  # the slopes become the rows a in place, for a second array of this size costs time
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(len(slope) - 1, -1, -1):
            a[k] *= g
            g = a[k] @ W
            g += G[k]
    return parameter_gradients(a, run, g)


def truncated_bptt(net, run, G, window):
    """Return the Gradients with only the contributions of lag t - k < window: what truncated BPTT sees.

    net : an RNN. run : its Run. G : as for `bptt`. window : at least 1; from T + 1 on nothing is cut off.
    Raises ValueError where the shapes do not fit, and for gradients that overflow.
    Source: claim C58; Williams & Peng 1990; Miller & Hardt 2019.

    >>> net = RNN(W=[[0.5]], U=[[1.0]], b=[0.0], activation="identity")
    >>> truncated_bptt(net, run_rnn(net, [2.0], np.zeros((2, 1))), [[0.0], [0.0], [1.0]], window=1).W.tolist()
    [[1.0]]
    """
    W, slope = slopes(net, run)
    G, window = of_shape("G", G, run.H.shape, "H is"), whole_number("window", window, at_least=1)
    T = len(slope)
    total = np.zeros(G.shape)  # the sum of the rows that reach each step
    now = G.copy()  # now[k] is the row at step k of the loss at t = k + lag
    total += now
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(1, min(window, T + 1)):
            now[:-1] = (now[1:] * slope) @ W
            now[-1] = 0.0
            total += now
        a = total[1:] * slope
    return parameter_gradients(a, run, total[0])


def parameter_gradients(a, run, at_h0):
    """Return the Gradients from the rows a_k = g D_k of all steps, (T, n) with a batch between, and that at h_0.

    Raises ValueError for gradients that overflow.
    """
    flat = a.reshape(-1, a.shape[-1])
    H, X = (v.reshape(len(flat), v.shape[-1]) for v in (run.H[:-1], run.X))
    with np.errstate(over="ignore", invalid="ignore"):
        gradients = Gradients(flat.T @ H, flat.T @ X, flat.sum(axis=0), at_h0)
    for gradient in gradients:
        if not np.isfinite(gradient).all():
            raise ValueError(f"the gradient must not overflow, got {shown(gradient)}")
    return gradients


def checked_net(net, kind, n_gates=1):
    """Return W (G n, n), U (G n, m) and b (G n,) of a net of this kind, as arrays; raise ValueError for any other."""
    if not isinstance(net, kind):
        raise ValueError(f"net must be the record {kind.__name__}, got {shown(net)}")
    W, U, b = (real_array(name, getattr(net, name)) for name in ("W", "U", "b"))
    if W.ndim != 2 or len(W) != n_gates * W.shape[1] or not W.size:
        raise ValueError(f"W must be ({'n' if n_gates == 1 else f'{n_gates}n'}, n), got {W.shape}")
    if U.ndim != 2 or len(U) != len(W) or b.shape != (len(W),):
        raise ValueError(f"U must be ({len(W)}, m) and b ({len(W)},), as W is, got {U.shape} and {b.shape}")
    return W, U, b


def checked_inputs(X, m, n):
    """Return the inputs as an array (T, m), or (T, B, m), and the shape of a state of n units that goes with them."""
    X = real_array("X", X)
    if X.ndim not in (2, 3) or X.shape[-1] != m:
        raise ValueError(f"X must be (T, {m}) or (T, B, {m}), got {X.shape}")
    return X, (*X.shape[1:-1], n)


def slopes(net, run, alone=False):
    """Return W, and f'(z) of every step, of the shape of Z; raise ValueError for a run that is not of this net.

    alone : whether a batch is refused too.
    """
    (W, U, _), f = checked_net(net, RNN), find_activation(net.activation)
    return W, f.derivative(checked_run(run, Run, *U.shape, alone=alone).Z)


def checked_run(run, kind, n, m, alone=False):
    """Return the run; raise ValueError where it is not of this kind or not of a net of n states and m inputs.

    alone : whether a batch is refused too.
    """
    record("run", run, kind)
    steps, state = len(run.X) if run.X.ndim in (2, 3) else 0, (*run.X.shape[1:-1], n)
    wanted = {"C": (steps + 1, *state), "H": (steps + 1, *state), "X": (steps, *state[:-1], m)}
    if any(array.shape != wanted.get(field, (steps, *state)) for field, array in zip(kind._fields, run, strict=True)):
        raise ValueError(f"run must be the {kind.__name__} of this net of {n} states and {m} inputs, got {shown(run)}")
    if alone and run.H.ndim != 2:
        raise ValueError(f"run must be one run, got a batch: H {run.H.shape}")
    return run
