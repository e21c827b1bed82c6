"""The GRU, which has no cell beside its state, in both published variants (notebook 09).

z, r = sigmoid(W_z h_k + U_z x_k + b_z), sigmoid(W_r h_k + U_r x_k + b_r)
q = tanh(W_q (r h_k) + U_q x_k + b_q)           "cho": the reset comes before the matrix
q = tanh(r (W_q h_k + b_h) + U_q x_k + b_q)     "cudnn": after it, as in PyTorch
h_{k+1} = z h_k + (1 - z) q

z retains: at 1 the state stays as it is. (Chung et al. 2014 write 1 - z for it.) Time is the first axis and the state
the last; a batch stands between them. ``H[k]`` is h_k with ``H[0]`` given, and ``Z[k]``, ``R[k]``, ``Q[k]`` belong to
the step that makes ``H[k + 1]``.
"""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import logs_within_floats, of_shape, one_of, real_number, within_floats
from helpers.maths.activations import sigmoid
from helpers.maths.linear import product_norms, random_rows
from helpers.maths.rnn import checked_inputs, checked_net, checked_run
from helpers.maths.scalar import log10_transition

VARIANTS = ("cho", "cudnn")


class GRU(NamedTuple):
    """A GRU of n units: W (3n, n), U (3n, m) and b (3n,) with the rows in the order z, r, q, and b_h (n,).

    b_h : the bias inside the reset of "cudnn"; "cho" does not use it
    variant : "cho" for Cho et al. 2014, "cudnn" for the one of cuDNN and PyTorch
    PyTorch has the order r, z, q: exchange the first two thirds of all its arrays. b is its bias_ih plus, in the thirds
    of z and r, its bias_hh; b_h is the last third of its bias_hh.
    """

    W: np.ndarray
    U: np.ndarray
    b: np.ndarray
    b_h: np.ndarray
    variant: str = "cho"


class GRURun(NamedTuple):
    """A run of T steps: H (T + 1, n), the gates Z and R and the candidate Q (T, n), X (T, m); a batch after time."""

    H: np.ndarray
    Z: np.ndarray
    R: np.ndarray
    Q: np.ndarray
    X: np.ndarray


@within_floats
def gru_run(net, h0, X):
    """Return the GRURun of the net from h0 with the inputs X.

    h_{k+1} = z h_k + (1 - z) q,   z, r and q as the module says

    net : a GRU. h0 : (n,), or (B, n). X : (T, m), or (T, B, m).
    Each state lies between the last one and q: it never leaves the span of -1, 1 and h0.
    Raises ValueError for shapes that do not fit and values that are not finite.
    Source: Cho et al. 2014, equations (5) to (8); claim C94.

    >>> net = GRU(W=np.zeros((3, 1)), U=np.zeros((3, 1)), b=np.zeros(3), b_h=[0.0])
    >>> gru_run(net, [1.0], np.zeros((2, 1))).H[:, 0].tolist()  # z = 1/2, q = 0
    [1.0, 0.5, 0.25]
    """
    W, U, b, b_h = _checked(net)
    W_z, W_r, W_q = np.split(W, 3)
    X, state = checked_inputs(X, U.shape[1], len(b_h))
    T = len(X)
    H, (Z, R, Q) = np.empty((T + 1, *state)), np.empty((3, T, *state))
    H[0] = of_shape("h0", h0, state, "W and X ask for")
    A_z, A_r, A_q = np.split(X @ U.T + b, 3, axis=-1)
    for k in range(T):
        h = H[k]
        Z[k], R[k] = z, r = sigmoid(h @ W_z.T + A_z[k]), sigmoid(h @ W_r.T + A_r[k])
        recurrent = (r * h) @ W_q.T if net.variant == "cho" else r * (h @ W_q.T + b_h)
        Q[k] = q = np.tanh(recurrent + A_q[k])
        H[k + 1] = z * h + (1.0 - z) * q
    return GRURun(H, Z, R, Q, X)


@within_floats
def gru_jacobians(net, run):
    """Return J with J[k] = dh_{k+1}/dh_k, shape (T, n, n), a batch after the time.

    J = diag(z) + diag((h - q) z(1 - z)) W_z + diag((1 - z)(1 - q^2)) B
    B = W_q (diag(r) + diag(h r(1 - r)) W_r)                     "cho"
    B = diag(r) W_q + diag((W_q h + b_h) r(1 - r)) W_r           "cudnn"

    The carousel is diag(z) alone: all of J where W is 0. Its product over time is `log10_transition` of run.Z.
    net : a GRU. run : its GRURun. Raises ValueError where they do not fit.
    Source: claim C94.

    >>> net = GRU(W=[[0.0], [0.0], [1.0]], U=np.zeros((3, 1)), b=np.zeros(3), b_h=[0.0])
    >>> gru_jacobians(net, gru_run(net, [0.0], np.zeros((1, 1)))).tolist()  # 1/2 + 1/2 * 1/2
    [[[0.75]]]
    """
    W, b_h = _fitting(net, run)
    W_z, W_r, W_q = np.split(W, 3)
    h, z, r, q = run.H[:-1], run.Z, run.R, run.Q
    if net.variant == "cho":
        B = W_q @ (r[..., None] * np.eye(len(b_h)) + (h * r * (1.0 - r))[..., None] * W_r)
    else:
        B = r[..., None] * W_q + ((h @ W_q.T + b_h) * r * (1.0 - r))[..., None] * W_r
    carousel = z[..., None] * np.eye(len(b_h))
    through_z = ((h - q) * z * (1.0 - z))[..., None] * W_z
    return carousel + through_z + ((1.0 - z) * (1.0 - q**2))[..., None] * B


@logs_within_floats
def gru_log10_norms(net, run):
    """Return log10 of the spectral norm of dh_t/dh_0 and of its carousel alone, diag(z_{t-1} ... z_0), (2, T + 1).

    net : a GRU. run : its GRURun, without a batch. -inf is an exact 0.
    Raises ValueError where they do not fit, and for a batch.
    Source: claim C94.

    >>> net = GRU(W=np.zeros((3, 1)), U=np.zeros((3, 1)), b=np.zeros(3), b_h=[0.0])
    >>> (10 ** gru_log10_norms(net, gru_run(net, [1.0], np.zeros((2, 1))))).round(6).tolist()  # W = 0: z alone
    [[1.0, 0.5, 0.25], [1.0, 0.5, 0.25]]
    """
    _fitting(net, run, alone=True)
    return np.stack([product_norms(gru_jacobians(net, run)), log10_transition(run.Z).max(axis=1)])


def random_gru(n, m, scale, rng, update_bias=0.0, variant="cho"):
    """Return a GRU with weights N(0, scale^2 / n) from the state, N(0, 1 / m) from the input, and biases 0 but for z.

    n, m : at least 1. scale : at least 0. rng : a numpy Generator. update_bias : of every z; a large one retains.
    Raises ValueError for other values, and an unknown variant.
    Source: Cho et al. 2014; `half_life` says what a bias retains.

    >>> random_gru(2, 1, 0.0, np.random.default_rng(0), update_bias=1.0).b.tolist()
    [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    """
    W, U = random_rows(3, n, m, scale, rng)
    b = np.repeat([real_number("update_bias", update_bias), 0.0, 0.0], n)
    return GRU(W, U, b, np.zeros(n), one_of("variant", variant, VARIANTS))


def _checked(net):
    """W, U, b and b_h as arrays that fit together."""
    W, U, b = checked_net(net, GRU, n_gates=3)
    one_of("variant", net.variant, VARIANTS)
    return W, U, b, of_shape("b_h", net.b_h, W.shape[1:], "W is")


def _fitting(net, run, alone=False):
    """W and b_h; raise ValueError for a run that is not of this net."""
    W, U, _, b_h = _checked(net)
    checked_run(run, GRURun, len(b_h), U.shape[1], alone)
    return W, b_h
