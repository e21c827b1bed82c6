"""Gradient descent on the wall: one unit, two parameters, a loss with a cliff, and clipping (notebook 02)."""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import LARGEST, real_array, real_number, same_shape, whole_number
from helpers.maths.optimisers import clip_by_norm
from helpers.maths.scalar import orbit, orbit_gradients


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
    n_steps : T. activation : a name from ACTIVATIONS. A loss beyond the floats is inf.
    Raises ValueError as `orbit` does.
    Source: Pascanu, Mikolov & Bengio 2013, Figure 6; claims.md 3A.

    >>> round(float(wall_loss(6.0, -3.0)), 12)
    0.04
    """
    error = _error(orbit(activation, w, b, h0, n_steps)[-1], target)
    with np.errstate(over="ignore"):
        return error**2


def wall_gradient(w, b, h0=0.5, n_steps=50, target=0.7, activation="sigmoid"):
    """Return (dE_dw, dE_db) for E = (h_T - target)^2, each of the shape that w, b, h0 and target broadcast to.

    dE/dw = 2 (h_T - target) dh_T/dw, and the same with b

    Arguments as for `wall_loss`. A derivative beyond the floats is +-inf; one below them is 0.
    Raises ValueError as `orbit` does.
    Source: Pascanu, Mikolov & Bengio 2013, Figure 6; claims.md 3A.

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
                clipped = clip_by_norm(np.clip(gradient, -LARGEST, LARGEST), max_norm, axis=0)
                path[k + 1] = np.clip(path[k] - learning_rate * clipped, -LARGEST, LARGEST)
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
    """factor * size * 10**log10 by way of logarithms, so that only the result itself can leave the floats."""
    is_zero = (factor == 0) | (size == 0)
    exponent = np.log10(np.where(is_zero, 1.0, size)) + np.where(is_zero, 0.0, log10)
    with np.errstate(over="ignore"):
        return factor * 10.0**exponent
