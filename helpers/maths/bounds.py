"""Bounds of a recurrent net's gradient, what suffices for all runs, and its Lyapunov exponent (notebook 07)."""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import generator, logs_within_floats, real_array, square, whole_number
from helpers.maths.activations import activation as find_activation
from helpers.maths.linear import product_norms
from helpers.maths.rnn import slopes


class Ladder(NamedTuple):
    """log10 of |dh_t/dh_0| and of the three bounds above it, t = 0, ..., T, each (T + 1,), lowest first."""

    true: np.ndarray
    product_of_norms: np.ndarray
    product_of_etas: np.ndarray
    power_of_eta: np.ndarray


class Contraction(NamedTuple):
    """Four factors; the gradient fades in the long run on every trajectory where one of them is below 1."""

    one: float
    two: float
    inf: float
    absolute: float


@logs_within_floats
def bound_ladder(net, run):
    """Return the Ladder of dh_t/dh_0 along one run.

    |dh_t/dh_0| <= prod |J_i| <= prod eta_i <= eta^t,   eta_i = max_j |f'(z_j(i))| |W|,   eta = gamma |W|

    net : an RNN with a finite gamma. run : its Run, without a batch. The norm is the spectral norm.
    Raises ValueError where these do not fit.
    Source: claims C68 to C73; Pascanu, Mikolov & Bengio 2013, equations (6) and (7).

    >>> from helpers.maths.rnn import RNN, run_rnn
    >>> net = RNN(W=0.5 * np.eye(2), U=np.zeros((2, 1)), b=np.zeros(2))
    >>> [10 ** float(rung[3]) for rung in bound_ladder(net, run_rnn(net, np.zeros(2), np.zeros((3, 1))))]
    [0.125, 0.125, 0.125, 0.125]
    """
    W, slope = slopes(net, run, alone=True)
    gamma, T = find_activation(net.activation).gamma, len(slope)
    if not np.isfinite(gamma):
        raise ValueError(f"the activation must have a finite gamma, got {net.activation}")
    J, norm = slope[..., None] * W, np.linalg.norm(W, 2)
    of_norms = np.log10(np.linalg.norm(J, 2, axis=(1, 2)))
    of_etas = np.log10(np.abs(slope).max(axis=1) * norm)
    eta = np.log10(gamma * norm) * np.ones(T)
    return Ladder(product_norms(J), *(np.append(0.0, np.cumsum(logs)) for logs in (of_norms, of_etas, eta)))


def contraction_factors(W, activation):
    """Return the Contraction of a net with this W: gamma |W| in three norms, and gamma rho(|W|), |W| entry by entry.

    W : (n, n). activation : a name from ACTIVATIONS. Each factor below 1 is sufficient, and none is necessary.
    Raises ValueError for another W or name.
    Source: claims C69, C74; Pascanu, Mikolov & Bengio 2013, section 2.1.

    >>> contraction_factors([[0.9, 2.0], [0.0, 0.9]], "tanh").absolute
    0.9
    """
    W, gamma = square("W", W, ndim=2), find_activation(activation).gamma
    norms = (float(np.linalg.norm(W, p)) for p in (1, 2, np.inf))
    return Contraction(*(gamma * norm for norm in norms), gamma * float(np.abs(np.linalg.eigvals(np.abs(W))).max()))


@logs_within_floats
def lyapunov_of_runs(W, gains, inputs, activation, rng, warm_up=50):
    """Return the largest Lyapunov exponent of h_{k+1} = f(g W h_k + u_k) for each gain g, in ln per step, shape (B,).

    v_{k+1} = J_k v_k,   J_k = diag(f'(z_{k+1})) g W,   lambda = mean of ln(|v_{k+1}| / |v_k|) after the warm-up

    W : (n, n). gains : (B,). inputs : u, (T, n) for all runs or (T, B, n). activation : a name from ACTIVATIONS.
    rng : a numpy Generator for the first state and tangent. warm_up : steps left out, below T.
    -inf where the tangent dies. A finite T sees lambda up to about 1/sqrt(T).
    Raises ValueError for shapes that do not fit and values that are not finite.
    Source: claims C38, C74; Sompolinsky, Crisanti & Sommers 1988; Engelken et al. 2023.

    >>> rng = np.random.default_rng(0)
    >>> lyapunov_of_runs(np.eye(3), [0.5, 2.0], np.zeros((100, 3)), "identity", rng).round(3).tolist()
    [-0.693, 0.693]
    """
    W, gains, inputs = square("W", W, ndim=2), real_array("gains", gains), real_array("inputs", inputs)
    n, f = len(W), find_activation(activation)
    if gains.ndim != 1 or inputs.ndim not in (2, 3) or inputs.shape[-1] != n:
        raise ValueError(f"gains must be (B,) and inputs (T, {n}) or (T, B, {n}), got {gains.shape}, {inputs.shape}")
    warm_up = whole_number("warm_up", warm_up, below=len(inputs))
    if inputs.ndim == 3 and inputs.shape[1] != len(gains):
        raise ValueError(f"inputs must hold {len(gains)} runs, as gains does, got {inputs.shape}")
    h, v = generator("rng", rng).standard_normal((2, len(gains), n)) / np.sqrt(n)
    g, total = gains[:, None], np.zeros(len(gains))
    for k in range(len(inputs)):
        z = g * (h @ W.T) + inputs[k]
        h, v = f.f(z), f.derivative(z) * (g * (v @ W.T))
        length = np.linalg.norm(v, axis=1)
        v = v / np.where(length > 0, length, 1.0)[:, None]
        if k >= warm_up:
            total += np.log(length)
        h = np.clip(h, -1e100, 1e100)  # a linear net that explodes keeps its exponent
    return total / (len(inputs) - warm_up)
