"""Gradient descent: clipping, momentum and Adam (notebook 10), and a descent of one unit to a cliff (notebook 02)."""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import (
    LARGEST,
    axis_of,
    finite,
    real_array,
    real_number,
    same_shape,
    shown,
    whole_number,
    within_floats,
)
from helpers.maths.scalar import orbit, orbit_gradients


def clip_by_norm(gradient, max_norm, axis=None):
    """Return the gradient, shortened to the norm `max_norm` if it is longer; the direction stays.

    g <- g max_norm / |g|   if |g| > max_norm

    gradient : numbers of any shape. axis : the axis along which the components of one gradient lie; None takes all
    entries for one gradient. max_norm : above 0, a number or one for each gradient; inf clips nothing.
    Works too where the squares are beyond the floats (entries of 1e200).
    Raises ValueError for a gradient that is not finite, for max_norm <= 0 and for an axis that is not there.
    Source: Pascanu, Mikolov & Bengio 2013, Algorithm 1.

    >>> clip_by_norm([30.0, 40.0], 5.0).tolist()
    [3.0, 4.0]
    >>> clip_by_norm([[3.0, 4.0], [6.0, 8.0]], [1.0, 2.0], axis=1).round(12).tolist()
    [[0.6, 0.8], [1.2, 1.6]]
    """
    g = real_array("gradient", gradient)
    max_norm = np.minimum(real_array("max_norm", max_norm, infinite_allowed=True, above=0.0), LARGEST)
    if axis is not None:
        axis = axis_of("axis", axis, g.ndim)
    if max_norm.ndim:
        max_norm = _one_for_each(max_norm, g, axis)
    largest = np.abs(g).max(axis=axis, keepdims=True, initial=0.0)
    unit = g / np.where(largest > 0, largest, 1.0)
    # The norm in units of the largest entry, between 1 and the root of the number of entries; 1 for a zero gradient.
    length = np.maximum(np.sqrt((unit**2).sum(axis=axis, keepdims=True)), 1.0)
    # In these units too, for length * largest may be beyond the floats.
    with np.errstate(over="ignore"):
        too_long = length * (largest / max_norm) > 1
    return np.where(too_long, unit / length * max_norm, g)


def _one_for_each(max_norm, g, axis):
    """The norms, one for each gradient, with an axis of length 1 where the components of a gradient lie."""
    each = () if axis is None else (*g.shape[: axis % g.ndim], *g.shape[axis % g.ndim + 1 :])
    try:
        return np.expand_dims(np.broadcast_to(max_norm, each), axis)
    except ValueError:
        raise ValueError(f"max_norm must be a number or of shape {each}, got shape {max_norm.shape}") from None


class Moments(NamedTuple):
    """What an optimiser remembers: running means of the gradient and (Adam) of its square, (S, P); updates so far."""

    first: np.ndarray
    second: np.ndarray
    n_updates: int = 0


@within_floats
def adam(theta, gradient, moments, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    """Return theta and the Moments after one update of Adam.

    m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2
    theta <- theta - learning_rate (m / (1 - b1^k)) / (sqrt(v / (1 - b2^k)) + epsilon),   k = 1, 2, ...

    theta, gradient : of one shape, the shape of the moments. learning_rate, epsilon : above 0.
    beta_1, beta_2 : from 0, for no memory, to below 1.
    Raises ValueError for values that are not finite or out of range, and for shapes that differ.
    Source: Kingma & Ba 2015, Algorithm 1.

    >>> start = np.zeros(2)
    >>> adam(start, [1.0, -100.0], no_moments(start), learning_rate=0.1)[0].round(6).tolist()
    [-0.1, 0.1]
    """
    theta, g, moments, learning_rate = _update(theta, gradient, moments, learning_rate)
    beta_1, beta_2 = _decay("beta_1", beta_1), _decay("beta_2", beta_2)
    epsilon = real_number("epsilon", epsilon, above=0.0)
    k = moments.n_updates + 1
    m, v = beta_1 * moments.first + (1 - beta_1) * g, beta_2 * moments.second + (1 - beta_2) * g**2
    step = (m / (1 - beta_1**k)) / (np.sqrt(v / (1 - beta_2**k)) + epsilon)
    return theta - learning_rate * step, Moments(m, v, k)


@within_floats
def momentum(theta, gradient, moments, learning_rate, beta=0.9):
    """Return theta and the Moments after one update of gradient descent with momentum.

    m <- beta m + g,   theta <- theta - learning_rate m

    theta, gradient : of one shape, the shape of the moments. learning_rate : above 0.
    beta : from 0, for plain descent, to below 1.
    Raises ValueError as `adam` does.
    Source: Polyak 1964; Sutskever et al. 2013, equations (1) and (2), with m scaled by -1 / learning_rate.

    >>> start = np.zeros(1)
    >>> theta, moments = momentum(start, [1.0], no_moments(start), learning_rate=0.1)
    >>> momentum(theta, [1.0], moments, learning_rate=0.1)[0].round(12).tolist()
    [-0.29]
    """
    theta, g, moments, learning_rate = _update(theta, gradient, moments, learning_rate)
    m = _decay("beta", beta) * moments.first + g
    return theta - learning_rate * m, Moments(m, moments.second, moments.n_updates + 1)


OPTIMISERS = {"adam": adam, "momentum": momentum}


def no_moments(theta):
    """Return the Moments before the first update of theta, numbers of any shape. Raises ValueError for others.

    >>> no_moments(np.zeros(1))
    Moments(first=array([0.]), second=array([0.]), n_updates=0)
    """
    return Moments(*np.zeros((2, *real_array("theta", theta).shape)))


def _update(theta, gradient, moments, learning_rate):
    """The arguments of an update as arrays that fit together."""
    theta, g = real_array("theta", theta), real_array("gradient", gradient)
    learning_rate = real_number("learning_rate", learning_rate, above=0.0)
    if not isinstance(moments, Moments):
        raise ValueError(f"moments must be Moments, got {shown(moments)}")
    moments = Moments(
        real_array("first of moments", moments.first),
        real_array("second of moments", moments.second, at_least=0.0),
        whole_number("n_updates of moments", moments.n_updates),
    )
    if not theta.shape == g.shape == moments.first.shape == moments.second.shape:
        shapes = f"{theta.shape}, {g.shape} and {moments.first.shape}"
        raise ValueError(f"theta, gradient and moments must be of one shape, got {shapes}")
    return theta, g, moments, learning_rate


def _decay(name, value):
    value = real_number(name, value, at_least=0.0)
    if value >= 1:
        raise ValueError(f"{name} must be below 1, got {value}")
    return value


class Descent(NamedTuple):
    """A run of gradient descent, or several at once; shape is that of the broadcast settings.

    path : (n_updates + 1, 2, *shape), the points (w, b), path[0] the start
    loss : (n_updates + 1, *shape), the loss at each point
    gradient_norm : (n_updates + 1, *shape), the norm of the gradient at each point, before clipping
    """

    path: np.ndarray
    loss: np.ndarray
    gradient_norm: np.ndarray


def wall_loss(w, b, h0=0.5, n_steps=50, target=0.7, activation="sigmoid"):
    """Return the loss E = (h_T - target)^2 after T = n_steps steps, of the shape that w, b, h0 and target broadcast to.

    w, b, h0 : weight, bias and initial state of h_{t+1} = f(w h_t + b). target : what h_T should be.
    n_steps : T. activation : a name from ACTIVATIONS. A loss that overflows is inf.
    Raises ValueError as `orbit` does.
    Source: Pascanu, Mikolov & Bengio 2013, Figure 6.

    >>> round(float(wall_loss(6.0, -3.0)), 12)
    0.04
    """
    error = _error(orbit(activation, w, b, h0, n_steps)[-1], target)
    with np.errstate(over="ignore"):
        return error**2


def wall_gradient(w, b, h0=0.5, n_steps=50, target=0.7, activation="sigmoid"):
    """Return (dE_dw, dE_db) for E = (h_T - target)^2, each of the shape that w, b, h0 and target broadcast to.

    dE/dw = 2 (h_T - target) dh_T/dw, and the same with b

    Arguments as for `wall_loss`. A derivative that overflows is +-inf; one below them is 0.
    Raises ValueError as `orbit` does.
    Source: Pascanu, Mikolov & Bengio 2013, Figure 6.

    >>> dE_dw, dE_db = wall_gradient(6.0, -3.0)
    >>> f"{dE_dw:.6e}"
    '-6.376215e+07'
    """
    _, dE_dw, dE_db = _loss_and_gradient(w, b, h0, n_steps, target, activation)
    return dE_dw, dE_db


def descend(w, b, learning_rate, n_updates, max_norm=np.inf, h0=0.5, n_steps=50, target=0.7):
    """Return the run of gradient descent on the wall of a sigmoid unit, as Descent.

    (w, b) <- (w, b) - learning_rate g,   g = (dE/dw, dE/db), clipped to the norm max_norm

    w, b : the start. learning_rate : at least 0. max_norm : above 0; inf clips nothing. Arrays that broadcast to
    `shape` are as many runs at once. n_updates : number of updates.
    h0, n_steps, target : as for `wall_loss`. A jump may land anywhere; a coordinate stays within the floats.
    Raises ValueError for values that are not finite numbers or are out of range.
    Source: Pascanu, Mikolov & Bengio 2013, Figure 6 and Algorithm 1.

    >>> descend(6.0, -3.0, learning_rate=0.1, n_updates=1).path[1].round().tolist()
    [6376221.0, 12752427.0]
    """
    learning_rate = real_array("learning_rate", learning_rate, at_least=0.0)
    max_norm = real_array("max_norm", max_norm, infinite_allowed=True, above=0.0)
    n_updates = whole_number("n_updates", n_updates)
    h0, target = real_number("h0", h0), real_number("target", target)
    w, b = real_array("w", w), real_array("b", b)
    shape = same_shape(w=w, b=b, learning_rate=learning_rate, max_norm=max_norm)
    path, loss = np.empty((n_updates + 1, 2, *shape)), np.empty((n_updates + 1, *shape))
    gradient_norm = np.empty_like(loss)
    path[0, 0], path[0, 1] = w, b
    for k in range(n_updates + 1):
        loss[k], *gradient = _loss_and_gradient(*path[k], h0, n_steps, target, "sigmoid")
        with np.errstate(over="ignore"):
            gradient_norm[k] = np.hypot(*gradient)
            if k < n_updates:
                clipped = clip_by_norm(finite(gradient), max_norm, axis=0)
                path[k + 1] = finite(path[k] - learning_rate * clipped)
    return Descent(path, loss, gradient_norm)


def _error(h, target):
    target = real_array("target", target)
    same_shape(h_T=h, target=target)
    with np.errstate(over="ignore"):
        return (h - target)[()]


def _loss_and_gradient(w, b, h0, n_steps, target, activation):
    orbits = orbit_gradients(activation, w, b, h0, n_steps)
    error = _error(orbits.H[-1], target)
    dE_dw = _scaled_power(2.0 * np.sign(error) * orbits.sign_dw[-1], np.abs(error), orbits.log10_dw[-1])
    dE_db = _scaled_power(2.0 * np.sign(error) * orbits.sign_db[-1], np.abs(error), orbits.log10_db[-1])
    with np.errstate(over="ignore"):
        return error**2, dE_dw, dE_db


def _scaled_power(factor, size, log10):
    """factor * size * 10**log10 by way of logarithms, so that only the result itself can overflow."""
    is_zero = (factor == 0) | (size == 0)
    exponent = np.log10(np.where(is_zero, 1.0, size)) + np.where(is_zero, 0.0, log10)
    with np.errstate(over="ignore"):
        return factor * 10.0**exponent
