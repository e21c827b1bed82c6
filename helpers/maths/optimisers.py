"""Steps along a gradient: clipping, momentum and Adam (notebooks 02 and 10)."""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import LARGEST, axis_of, real_array, real_number, shown, whole_number, within_floats


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
