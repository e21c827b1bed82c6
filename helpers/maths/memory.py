"""What would not fade: memories with a gate, with more taps, and with an identity to add to (notebooks 08 and 11).

m_{k+1} = s_k m_k + u_k

A gate s_k between 0 and 1 says how much of the memory is kept at step k, and u_k is what is written. Gates of 1 make an
accumulator, the identity mapping of the lecture; gates of one value below 1 make a leaky memory; a gate of 0 resets.
Time is the first axis; ``M[k]`` is m_k with ``M[0]`` given, and ``gates[k]`` is dm_{k+1}/dm_k.

Where no gate reads the state (minGRU, its scan, the sLSTM), no path leads from step to step but the carousel: its
product is the whole gradient, and all steps can be taken in one scan.
"""

import numpy as np

from helpers.maths._check import real_array, real_number, same_shape, shown, square, vector, whole_number, within_floats
from helpers.maths.activations import sigmoid
from helpers.maths.scalar import LOG10_OF_2, ZERO_EXPONENT, log10_transition
from helpers.maths.vector_activations import softmax


@within_floats
def gated_memory(gates, writes, m0=0.0):
    """Return the states M of a gated memory, shape (T + 1, ...), M[0] = m0.

    m_{k+1} = s_k m_k + u_k

    gates : s, (T, ...), from 0 to 1. writes : u, (T, ...). m0 : (...), or a number.
    What stands behind the time axis broadcasts, so that (T,) is one gate for all.
    Raises ValueError for other gates, shapes that do not fit, and a state that overflows.
    Source: claims C84, C85, C87, C90, C92, C93.

    >>> gated_memory([1.0, 1.0, 0.5, 0.0], [3.0, 0.0, 0.0, 0.0]).tolist()  # write, hold, fade, reset
    [0.0, 3.0, 3.0, 1.5, 0.0]
    """
    s, u, m = _gates(gates), real_array("writes", writes), real_array("m0", m0)
    if u.ndim == 0 or len(u) != len(s):
        raise ValueError(f"writes must have {len(s)} steps, as gates has, got shape {u.shape}")
    shape = same_shape(one_gate=np.empty(s.shape[1:]), one_write=np.empty(u.shape[1:]), m0=m)
    s, u = (v.reshape(len(v), *(1,) * (len(shape) + 1 - v.ndim), *v.shape[1:]) for v in (s, u))
    M = np.empty((len(s) + 1, *shape))
    M[0] = m
    for k in range(len(s)):
        M[k + 1] = s[k] * M[k] + u[k]
    return M


def gated_gradient(gates, since=0):
    """Return log10 of dm_t/dm_since for t = since, ..., T, shape (T + 1 - since, ...); -inf after a gate of 0.

    dm_t/dm_k = s_{t-1} ... s_k,   the values of the gates

    gates : s, (T, ...), from 0 to 1. since : the step k, from 0 to T.
    The gates read the input, not m: no other path leads from m_k to m_t.
    Raises ValueError for other gates, and a step outside 0..T.
    Source: claims C85, C86.

    >>> (10 ** gated_gradient([0.5, 0.5, 0.0])).round(6).tolist()
    [1.0, 0.5, 0.25, 0.0]
    """
    return log10_transition(_gates(gates), since)


def primed_gradient(gates, since=0):
    """Return log10 of the product that the lecture prints, of the derivatives of the gates in place of their values.

    s'_{t-1} ... s'_k,   s' = s (1 - s), the derivative of a sigmoid whose value is s

    Arguments, shape and errors as for `gated_gradient`, which is the right one; this is for comparison.
    Source: claim C86.

    >>> float(10 ** primed_gradient([0.5, 0.5])[2])
    0.0625
    """
    s = _gates(gates)
    return log10_transition(s * (1.0 - s), since)


def multi_tap_gradient(weights, n_steps):
    """Return log10 |dh_t/dh_0| of the linear recursion with K taps for t = 0, ..., n_steps, shape (n_steps + 1,).

    h_t = w_1 h_{t-1} + ... + w_K h_{t-K},   the states before h_0 held

    weights : (K,), w_1 first. n_steps : T. -inf where no sum of taps reaches t, or where the paths cancel.
    Raises ValueError for weights that are not one finite vector, and another n_steps.
    Source: claim C78; Lin, Horne, Tino & Giles 1996.

    >>> (10 ** multi_tap_gradient([0.0, 0.9], 4)).round(6).tolist()
    [1.0, 0.0, 0.9, 0.0, 0.81]
    """
    w, w_exponent = np.frexp(vector("weights", weights)[::-1])  # w_K first, for it meets the oldest state
    K, T = len(w), whole_number("n_steps", n_steps)
    # The derivative at step t is p 2^e at index K - 1 + t, with 1/2 <= |p| < 1: no product overflows.
    p, e = np.zeros(K + T), np.full(K + T, ZERO_EXPONENT)
    p[K - 1], e[K - 1] = 0.5, 1
    for t in range(1, T + 1):
        terms, exponents = w * p[t - 1 : t - 1 + K], w_exponent + e[t - 1 : t - 1 + K]
        if terms.any():
            top = exponents[terms != 0].max()
            p[K - 1 + t], shift = np.frexp(np.ldexp(terms, exponents - top).sum())
            e[K - 1 + t] = top + shift
    with np.errstate(divide="ignore"):
        return np.log10(np.abs(p[K - 1 :])) + e[K - 1 :] * LOG10_OF_2


def residual_jacobians(W, h0, eps, n_steps):
    """Return J with J[k] = dh_{k+1}/dh_k of steps that add to the state what they read from it, shape (T, n, n).

    h_{k+1} = h_k + eps tanh(W h_k),   J_k = I + eps diag(1 - tanh^2(W h_k)) W

    W : (n, n). h0 : (n,). eps : the size of a step, any finite number. n_steps : T.
    `product_norms` says what the product of the J does.
    Raises ValueError for shapes that do not fit, and values that are not finite or overflow.
    Source: claim C88; He, Zhang, Ren & Sun 2016.

    >>> residual_jacobians([[2.0]], [0.0], 0.1, 2).tolist()
    [[[1.2]], [[1.2]]]
    """
    W, h, eps = square("W", W, ndim=2), vector("h0", h0), real_number("eps", eps)
    if h.shape != (len(W),):
        raise ValueError(f"h0 must be ({len(W)},), as W is, got {h.shape}")
    J = np.empty((whole_number("n_steps", n_steps), *W.shape))
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(len(J)):
            f = np.tanh(W @ h)
            J[k] = np.eye(len(W)) + eps * (1.0 - f**2)[:, None] * W
            h = h + eps * f
    if not (np.isfinite(J).all() and np.isfinite(h).all()):
        raise ValueError(f"the state and its Jacobian must not overflow, got W {shown(W)}, eps {eps}")
    return J


def half_life(forget_bias):
    """Return after how many steps half is left, where a gate stays at its bias; of the shape of `forget_bias`.

    H = ln 2 / softplus(-b),   for sigmoid(b)^H = 1/2

    forget_bias : b, numbers; inf gives inf, -inf gives 0. Beyond 745 the gate is 1 and H is inf.
    Raises ValueError for NaN and what is not a number.
    Source: claims C85, C91.

    >>> half_life([0.0, 1.0, 5.0]).round(2).tolist()
    [1.0, 2.21, 103.22]
    """
    b = real_array("forget_bias", forget_bias, infinite_allowed=True)
    with np.errstate(divide="ignore", over="ignore"):
        return np.log(2.0) / np.logaddexp(0.0, -b)


def forget_bias_for(half_life):
    """Return the bias at which half is left after `half_life` steps, of the shape of `half_life`.

    b = logit(2^(-1/H)) = -a - ln(1 - e^-a),   a = ln 2 / H;   near ln(H / ln 2) for a large H

    half_life : H, in steps, above 0; inf gives inf.
    Raises ValueError for other values.
    Source: claim C91.

    >>> forget_bias_for([1.0, 10.0, 1000.0]).round(3).tolist()
    [0.0, 2.634, 7.274]
    """
    H = real_array("half_life", half_life, infinite_allowed=True, above=0.0)
    with np.errstate(divide="ignore", over="ignore"):
        a = np.log(2.0) / H
        # 1 - 2^(-1/H) itself would lose its digits for a large H.
        return -a - np.log(-np.expm1(-a)) + 0.0


def chrono_bias(n_steps):
    """Return the forget bias for a memory of about n_steps, of the shape of `n_steps`.

    b = ln(T - 1),   for sigmoid(b) = 1 - 1/T:  after T steps (1 - 1/T)^T is left, near 1/e for a large T

    n_steps : T, above 1. The largest bias that Tallec & Ollivier draw; their input gate gets its negative.
    Raises ValueError for other values.
    Source: Tallec & Ollivier 2018.

    >>> chrono_bias([2.0, 101.0]).round(4).tolist()
    [0.0, 4.6052]
    """
    return np.log(real_array("n_steps", n_steps, above=1.0) - 1.0)


def _gates(gates):
    s = real_array("gates", gates)
    if s.ndim == 0 or not ((s >= 0) & (s <= 1)).all():
        raise ValueError(f"gates must have time as their first axis and values from 0 to 1, got {shown(gates)}")
    return s


# Gates that read the input alone: minGRU, its scan, and the sLSTM with its normaliser and stabiliser (notebook 11)


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
