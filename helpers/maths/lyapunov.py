"""The Lyapunov exponent of a recurrent net along its own run, for many settings at once (notebook 07)."""

import numpy as np

from helpers.maths._check import generator, logs_within_floats, real_array, whole_number
from helpers.maths.activations import activation as find_activation
from helpers.maths.rnn import checked_square


@logs_within_floats
def lyapunov_of_runs(W, gains, inputs, activation, rng, warm_up=50):
    """Return the largest Lyapunov exponent of h_{k+1} = f(g W h_k + u_k) for each gain g, in ln per step, shape (B,).

    v_{k+1} = J_k v_k,   J_k = diag(f'(z_{k+1})) g W,   lambda = mean of ln(|v_{k+1}| / |v_k|) after the warm-up

    W : (n, n). gains : (B,). inputs : u, (T, n) for all runs or (T, B, n). activation : a name from ACTIVATIONS.
    rng : a numpy Generator for the first state and tangent. warm_up : steps left out, below T.
    -inf where the tangent dies. A finite T sees lambda up to about 1/sqrt(T).
    Raises ValueError for shapes that do not fit and values that are not finite.
    Source: claims C38, C74; claims.md 3C; Sompolinsky, Crisanti & Sommers 1988; Engelken et al. 2023.

    >>> rng = np.random.default_rng(0)
    >>> lyapunov_of_runs(np.eye(3), [0.5, 2.0], np.zeros((100, 3)), "identity", rng).round(3).tolist()
    [-0.693, 0.693]
    """
    W, gains, inputs = checked_square(W), real_array("gains", gains), real_array("inputs", inputs)
    n, f = len(W), find_activation(activation)
    if gains.ndim != 1 or inputs.ndim not in (2, 3) or inputs.shape[-1] != n:
        raise ValueError(f"gains must be (B,) and inputs (T, {n}) or (T, B, {n}), got {gains.shape}, {inputs.shape}")
    warm_up = whole_number("warm_up", warm_up, below=len(inputs))
    if inputs.ndim == 3 and inputs.shape[1] != len(gains):
        raise ValueError(f"inputs must hold {len(gains)} runs, as gains does, got {inputs.shape}")
    h, v = generator("rng", rng).standard_normal((2, len(gains), n)) / np.sqrt(n)
    g, total = gains[:, None], np.zeros(len(gains))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for k in range(len(inputs)):
            z = g * (h @ W.T) + inputs[k]
            h, v = f.f(z), f.derivative(z) * (g * (v @ W.T))
            length = np.linalg.norm(v, axis=1)
            v = v / np.where(length > 0, length, 1.0)[:, None]
            if k >= warm_up:
                total += np.log(length)
            h = np.clip(h, -1e100, 1e100)  # a linear net that explodes keeps its exponent
    return total / (len(inputs) - warm_up)
