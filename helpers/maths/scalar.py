"""One unit that feeds itself, h_{t+1} = f(w h_t + b + c x_t): its inputs, orbit and derivatives (notebook 01)."""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import finite, generator, real_array, real_number, same_shape, shown, whole_number
from helpers.maths.activations import activation as find_activation

LOG10_OF_2 = np.log10(2.0)
ZERO_EXPONENT = np.int32(-500_000_000)


class OrbitGradients(NamedTuple):
    """An orbit with its derivatives; shape is that of the broadcast settings, T = n_steps.

    H : (T + 1, *shape), the states, H[0] = h0
    J : (T, *shape), J[k] = dh_{k+1}/dh_k = w f'(z_k)
    sign_dh0, log10_dh0 : (T + 1, *shape), sign and log10 of the absolute value of dh_t/dh_0
    sign_dw, log10_dw : (T + 1, *shape), the same for dh_t/dw
    sign_db, log10_db : (T + 1, *shape), the same for dh_t/db

    A derivative that is 0 has sign 0 and log10 -inf.
    """

    H: np.ndarray
    J: np.ndarray
    sign_dh0: np.ndarray
    log10_dh0: np.ndarray
    sign_dw: np.ndarray
    log10_dw: np.ndarray
    sign_db: np.ndarray
    log10_db: np.ndarray


def orbit(activation, w, b=0.0, h0=0.5, n_steps=50, x=None, c=1.0):
    """Return the states H, shape (n_steps + 1, *shape), H[0] = h0.

    h_{t+1} = f(w h_t + b + c x_t)

    activation : a name from ACTIVATIONS
    w, b, h0, c : weight, bias, initial state, input weight: numbers or arrays that broadcast to `shape`
    n_steps : number of steps T
    x : the inputs, shape (n_steps,) or (n_steps, *shape); None for no input

    A state that overflows becomes +-inf without a warning (ReLU with w = 6).
    Raises ValueError for an unknown activation, a value that is not finite, shapes that do not broadcast.
    Source: claims C1, C7.

    >>> orbit("identity", 0.5, h0=1.0, n_steps=3).tolist()
    [1.0, 0.5, 0.25, 0.125]
    """
    f, w, h0, inputs = _settings(activation, w, b, h0, n_steps, x, c)
    H, _ = _run(f, w, h0, inputs)
    return H


def orbit_gradients(activation, w, b=0.0, h0=0.5, n_steps=50, x=None, c=1.0):
    """Return the orbit and its derivatives with respect to h0, w and b, as OrbitGradients.

    dh_{t+1}/dh_0 = J_t dh_t/dh_0             from dh_0/dh_0 = 1
    dh_{t+1}/dw   = J_t dh_t/dw + f'(z_t) h_t  from 0
    dh_{t+1}/db   = J_t dh_t/db + f'(z_t)      from 0,   with J_t = w f'(z_t)

    Arguments as for `orbit`. The derivatives are kept as sign and log10 of the absolute value, so they stay right far
    outside the floats: ReLU with w = 6 has log10_dh0[400] = 400 log10 6 = 311.3. One limit: once the state itself
    has overflowed, log10_dw is +inf (or -inf where the derivative is 0), for dh_t/dw holds a factor h_t; a state that
    has vanished below 5e-324 adds nothing to it.
    A factor f'(z) below 5e-324 counts as 0 (sigmoid beyond |z| = 745, tanh beyond 372).
    Raises ValueError as `orbit` does.
    Source: Pascanu, Mikolov & Bengio 2013; claims C5, C7.

    >>> float(orbit_gradients("relu", 6.0, h0=1.0, n_steps=400).log10_dh0[400])  # doctest: +ELLIPSIS
    311.26...
    """
    f, w, h0, inputs = _settings(activation, w, b, h0, n_steps, x, c)
    H, Z = _run(f, w, h0, inputs)
    slope = np.asarray(f.derivative(Z), dtype=float)
    J = np.where(w == 0, 0.0, w * np.where(w == 0, 0.0, slope))
    own_terms = np.stack([slope * finite(H[:-1]), slope], axis=1)
    sign, log10 = _sums_of_products(J, own_terms)
    overflowed = np.logical_or.accumulate(np.isinf(H), axis=0)[:-1] & (sign[1:, 0] != 0)
    log10[1:, 0][overflowed] = np.inf
    return OrbitGradients(H, J, *_products(J), sign[:, 0], log10[:, 0], sign[:, 1], log10[:, 1])


def log10_transition(J, since=0):
    """Return log10 |dh_t/dh_since| for t = since, ..., T, shape (T + 1 - since, ...); the first entry is 0.

    dh_t/dh_k = J[t-1] ... J[k]

    J : (T, ...), J[k] = dh_{k+1}/dh_k. since : the step k, from 0 to T.
    Raises ValueError for NaN, no time axis, and `since` outside 0..T.
    Source: claim C5.

    >>> log10_transition([0.1, 10.0, 10.0]).round(12).tolist()
    [0.0, -1.0, 0.0, 1.0]
    """
    J = _with_time("J", J, shortest=0)
    return _products(J[whole_number("since", since, below=len(J) + 1) :])[1]


def steps_remembered(log10_transition, fraction=0.05):
    """Return after how many steps the value is below `fraction` for good, -1 where that has not happened by the end.

    log10_transition : (T + 1, ...), log10 of what is left after 0, 1, ..., T steps; -inf is an exact zero.
    fraction : above 0. The result has the shape of log10_transition[0], an int for a single orbit.
    "For good" means to the end of the window.
    Raises ValueError for NaN, no time axis, or a fraction that is not above 0.
    Source: claim C6.

    >>> steps_remembered(np.arange(100) * np.log10(0.9))
    29
    """
    left = _with_time("log10_transition", log10_transition)
    still_there = left >= np.log10(real_number("fraction", fraction, above=0.0))
    steps = len(left) - np.where(still_there.any(axis=0), still_there[::-1].argmax(axis=0), len(left))
    steps = np.where(steps == len(left), -1, steps)
    return steps if steps.ndim else int(steps)


def memory_time(multiplier):
    """Return the number of steps tau in which an error shrinks by the factor e, of the shape of `multiplier`.

    tau = -1 / ln |multiplier|

    multiplier : the factor per step at the attractor, |multiplier| <= 1; 0 gives 0 steps, +-1 gives inf.
    Raises ValueError for |multiplier| > 1.
    Source: claim C6.

    >>> round(float(memory_time(0.9)), 3)
    9.491
    """
    size = np.abs(real_array("multiplier", multiplier))
    if (size > 1).any():
        raise ValueError(f"multiplier must be between -1 and 1, got {shown(multiplier)}")
    with np.errstate(divide="ignore"):
        return 1.0 / np.abs(np.log(size))


def _with_time(name, value, shortest=1):
    """`value` as an array with time leading; +-inf allowed."""
    array = real_array(name, value, infinite_allowed=True)
    if array.ndim == 0 or len(array) < shortest:
        raise ValueError(f"{name} must have time as its first axis, {shortest} or more long, got shape {array.shape}")
    return array


def _settings(activation, w, b, h0, n_steps, x, c):
    """The activation, w and h0 as checked arrays of the full shape, and b + c x_k for every step k."""
    f = find_activation(activation)
    w, b, h0, c = real_array("w", w), real_array("b", b), real_array("h0", h0), real_array("c", c)
    n_steps = whole_number("n_steps", n_steps)
    shape = same_shape(w=w, b=b, h0=h0, c=c)
    if x is None:
        return f, np.broadcast_to(w, shape), np.broadcast_to(h0, shape), np.broadcast_to(b, (n_steps, *shape))
    x = real_array("x", x)
    if x.ndim == 0 or len(x) != n_steps:
        raise ValueError(f"x must have n_steps = {n_steps} rows, got shape {x.shape}")
    shape = same_shape(w=w, b=b, h0=h0, c=c, one_step_of_x=x[0] if n_steps else np.empty(x.shape[1:]))
    x = x.reshape(n_steps, *(1,) * (len(shape) + 1 - x.ndim), *x.shape[1:])
    with np.errstate(over="ignore"):
        inputs = finite(b + finite(c * x))
    return f, np.broadcast_to(w, shape), np.broadcast_to(h0, shape), np.broadcast_to(inputs, (n_steps, *shape))


def _run(f, w, h0, inputs):
    """The states H and the arguments Z of the activation; w, h0 of one shape, inputs with time leading."""
    w, h = w[()], h0[()]
    H, Z = np.empty((len(inputs) + 1, *inputs.shape[1:])), np.empty(inputs.shape)
    H[0] = h
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(len(inputs)):
            Z[k] = z = w * h + inputs[k]
            H[k + 1] = h = f.f(z)
    return H, Z


def _products(J):
    """Sign and log10 |.| of 1, J[0], J[1] J[0], ..., with time leading; a factor 0 makes all that follow 0."""
    sign = np.ones((len(J) + 1, *J.shape[1:]))
    log10 = np.zeros(sign.shape)
    alive = J != 0
    np.cumprod(np.sign(J), axis=0, out=sign[1:])
    np.cumsum(np.log10(np.abs(J), out=np.zeros(J.shape), where=alive), axis=0, out=log10[1:])
    log10[1:][~np.logical_and.accumulate(alive, axis=0)] = -np.inf
    return sign, log10


def _sums_of_products(J, own_terms):
    """Sign and log10 |.| of P_0 = 0, P_{t+1} = J_t P_t + own_terms_t, with time leading.

    Every number is held as p * 2**e with 1/2 <= |p| < 1, which cannot overflow and rounds like ordinary arithmetic.
    """
    p = np.zeros((len(J) + 1, *own_terms.shape[1:]))
    e = np.zeros(p.shape, dtype=np.int32)
    a, a_e = _halves_and_exponents(own_terms)
    j, j_e = _halves_and_exponents(J)
    for t in range(len(J)):
        old_e = e[t] + j_e[t]
        top = np.maximum(old_e, a_e[t])
        p[t + 1], shift = np.frexp(np.ldexp(j[t] * p[t], old_e - top) + np.ldexp(a[t], a_e[t] - top))
        e[t + 1] = top + shift
    with np.errstate(divide="ignore"):
        return np.sign(p), np.log10(np.abs(p)) + e * LOG10_OF_2


def _halves_and_exponents(x):
    """p, e with x = p * 2**e and 1/2 <= |p| < 1; a zero gets an exponent that no sum will notice."""
    p, e = np.frexp(x)
    return p, np.where(x == 0, ZERO_EXPONENT, e)


def impulse(n_steps, at, size=1.0):
    """Return the input that is `size` in step `at` and 0 in every other, shape (n_steps,).

    x_k = size if k = at, else 0

    n_steps : number of steps. at : a step from 0 to n_steps - 1. size : a number.
    Raises ValueError for a step outside the range or a size that is not finite.

    >>> impulse(4, at=1, size=-2.0).tolist()
    [0.0, -2.0, 0.0, 0.0]
    """
    x = np.zeros(whole_number("n_steps", n_steps))
    x[whole_number("at", at, below=n_steps)] = real_number("size", size)
    return x


def step(n_steps, at, size=1.0):
    """Return the input that is 0 before step `at` and `size` from then on, shape (n_steps,).

    x_k = size if k >= at, else 0

    n_steps : number of steps. at : a step from 0 to n_steps - 1. size : a number.
    Raises ValueError for a step outside the range or a size that is not finite.

    >>> step(4, at=1, size=0.5).tolist()
    [0.0, 0.5, 0.5, 0.5]
    """
    return np.cumsum(impulse(n_steps, at, size))


def noise(n_steps, rng, scale=1.0):
    """Return independent normal inputs of mean 0 and standard deviation `scale`, shape (n_steps,).

    n_steps : number of steps. rng : a numpy Generator, the only source of chance. scale : at least 0.
    Raises ValueError for a negative scale or an rng that is not a Generator.

    >>> noise(3, np.random.default_rng(0)).round(3).tolist()
    [0.126, -0.132, 0.64]
    """
    n_steps, scale = whole_number("n_steps", n_steps), real_number("scale", scale, at_least=0.0)
    return scale * generator("rng", rng).standard_normal(n_steps)


def standardise(series):
    """Return the series shifted and scaled to mean 0 and standard deviation 1, of the same shape (n_steps,).

    (x - mean x) / sd x, with the standard deviation of the whole series (divided by n, not n - 1)

    series : (n_steps,) finite numbers, not all equal.
    Raises ValueError for another shape and for a constant series, which has no scale.

    >>> standardise([1.0, 3.0]).tolist()
    [-1.0, 1.0]
    """
    x = real_array("series", series)
    if x.ndim != 1 or x.size == 0:
        raise ValueError(f"series must have shape (n_steps,), got {x.shape}")
    if (x == x[0]).all():
        raise ValueError(f"series must not be constant, got {shown(series)}")
    x = np.ldexp(x, -np.frexp(np.abs(x).max())[1])  # a power of 2 that keeps the squares within the floats
    x = x - x.mean()
    return x / x.std()
