"""No product along time: causal attention of one layer, and what depth does to it (notebook 11).

y_t = sum_{k<=t} a_tk v_k,   a_t = softmax of q_t . k_k / √d over k <= t

The tokens are rows, X (T, m). Of the Jacobian of y_t with respect to a token k < t one factor knows the lag: a_tk.
"""

import numpy as np

from helpers.maths._check import generator, one_of, real_array, real_number, square, whole_number, within_floats

NORMS = ("none", "pre", "post")


def causal_weights(logits):
    """Return the weights a, of the shape of the logits, rows summing to 1 over k <= t, and 0 above the diagonal.

    logits : (..., T, T). Raises ValueError for other shapes and values. Source: Vaswani et al. 2017, section 3.2.

    >>> causal_weights([[0.0, 5.0], [0.0, 0.0]]).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    z = square("logits", logits, may_be_empty=True)
    z = np.where(np.tri(z.shape[-1], dtype=bool), z, -np.inf)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def positions(n_steps, n):
    """Return the sinusoids that tell a token its place, shape (T, n).

    sin(t ω_i) for even i, and for odd i cos(t ω_{i-1}),   ω_i = 10000^{-i/n}

    n_steps : T, n : both at least 1. Raises ValueError for others. Source: Vaswani et al. 2017, section 3.5.

    >>> positions(2, 2).round(3).tolist()
    [[0.0, 1.0], [0.841, 0.54]]
    """
    i = np.arange(whole_number("n", n, at_least=1))
    angle = np.arange(whole_number("n_steps", n_steps, at_least=1))[:, None] * 10000.0 ** -((i - i % 2) / n)
    return np.where(i % 2, np.cos(angle), np.sin(angle))


@within_floats
def attention(W_q, W_k, W_v, X):
    """Return the weights a (T, T) and the outputs Y (T, p) of one causal layer with one head.

    q, k, v = W_q x, W_k x, W_v x;   the logits are q . k / √d

    W_q, W_k : (d, m). W_v : (p, m). X : (T, m). Raises ValueError for shapes that do not fit, and for results
    too large for a float. Source: Vaswani et al. 2017, section 3.2.

    >>> A, Y = attention([[0.0]], [[0.0]], [[1.0]], [[1.0], [3.0]])  # no logit: the mean of what was read
    >>> Y[:, 0].tolist()
    [1.0, 2.0]
    """
    W_q, W_k, W_v, X = _fitting(W_q, W_k, W_v, X)
    A = causal_weights(X @ W_q.T @ W_k @ X.T / np.sqrt(len(W_k)))
    return A, A @ X @ W_v.T


@within_floats
def attention_jacobians(W_q, W_k, W_v, X):
    """Return dy/dx_k of the last output with respect to each token, shape (T, p, m).

    dy_t/dx_k = a_tk [W_v + (v_k - y_t)(W_k^T q_t)^T / √d],   and for the token that asks, k = t, besides
    sum_j a_tj (v_j - y_t)(W_q^T k_j)^T / √d

    Arguments and errors as for `attention`. Source: derived.

    >>> attention_jacobians([[0.0]], [[0.0]], [[1.0]], [[1.0], [3.0]])[:, 0, 0].tolist()
    [0.5, 0.5]
    """
    A, Y = attention(W_q, W_k, W_v, X)
    W_q, W_k, W_v, X = _fitting(W_q, W_k, W_v, X)
    a, apart, root = A[-1][:, None, None], X @ W_v.T - Y[-1], np.sqrt(len(W_k))
    J = a * (W_v + apart[:, :, None] * (W_k.T @ W_q @ X[-1]) / root)
    J[-1] += (A[-1][:, None] * apart).T @ (X @ W_k.T @ W_q) / root
    return J


@within_floats
def rollout(A):
    """Return the share of each token in the last output after L layers of weights alone, shape (T,).

    the last row of A_L ... A_1;   with a residual path, give ½(I + A_l) for A_l

    A : (L, T, T), L >= 1, first layer first; rows of weights, at least 0.
    Raises ValueError for other values. Source: Barbero et al. 2024; Abnar & Zuidema 2020.

    >>> rollout([[[1.0, 0.0], [0.5, 0.5]]] * 2).tolist()
    [0.75, 0.25]
    """
    A = square("A", A, ndim=3, at_least=0.0)
    row = np.eye(A.shape[1])[-1]
    for one in A[::-1]:
        row = row @ one
    return row


@within_floats
def residual_gains(norm, n, depth, eps, rng):
    """Return the rms gain of a product of L residual blocks, that of the identity path, and the rms of the stream.

    "none" : x + ε B x      "pre" : x + ε B N(x)      "post" : N(x + ε B x),      N(x) = x / rms(x)

    The rms gain of a matrix M is |M|_F / √n: what it does to a random vector's length. B : Gaussian, N(0, 1/n), another
    in each block; x is random, of rms 1. norm : one of NORMS. n : width. depth : L. eps : ε. rng : a numpy Generator.
    Raises ValueError for other values, and results beyond the floats.
    Source: He et al. 2016; Xiong et al. 2020; for linear blocks derived: (1 + ε²)^{L/2} for "none", √(L + 1) for "pre"
    of ε = 1, where the stream grows as much.

    >>> residual_gains("none", 4, 3, 0.0, np.random.default_rng(0))
    (1.0, 1.0, 1.0)
    """
    one_of("norm", norm, NORMS)
    n, depth, eps = whole_number("n", n, at_least=1), whole_number("depth", depth), real_number("eps", eps)
    x, eye = generator("rng", rng).standard_normal(n), np.eye(n)
    x, P, path = x / _rms(x), eye, eye
    for _ in range(depth):
        B = eps * rng.standard_normal((n, n)) / np.sqrt(n)
        J, x = (eye + B @ _slope(x), x + B @ x / _rms(x)) if norm == "pre" else (eye + B, x + B @ x)
        S, x = (_slope(x), x / _rms(x)) if norm == "post" else (eye, x)
        P, path = S @ J @ P, S @ path
    return tuple(float(size) for size in (*np.linalg.norm([P, path], axis=(1, 2)) / np.sqrt(n), _rms(x)))


def _rms(x):
    return np.sqrt(np.mean(x**2))


def _slope(x):
    """The Jacobian of x / rms(x)."""
    return (np.eye(len(x)) - np.outer(x, x) / (x @ x)) / _rms(x)


def _fitting(*arrays):
    W_q, W_k, W_v, X = (real_array(name, value) for name, value in zip(("W_q", "W_k", "W_v", "X"), arrays, strict=True))
    shapes = [array.shape for array in (W_q, W_k, W_v, X)]
    if not all(len(s) == 2 and min(s) and s[1] == shapes[0][-1] for s in shapes) or W_q.shape != W_k.shape:
        raise ValueError(f"W_q and W_k must be (d, m), W_v (p, m) and X (T, m), got {shapes}")
    return W_q, W_k, W_v, X
