"""Steps along a gradient: clipping, momentum and Adam (notebooks 02 and 10)."""

import numpy as np

from helpers.maths._check import LARGEST, real_array, shown


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
    """
    g = real_array("gradient", gradient)
    max_norm = np.minimum(real_array("max_norm", max_norm, infinite_allowed=True, above=0.0), LARGEST)
    if axis is not None and axis not in range(-g.ndim, g.ndim):
        raise ValueError(f"axis must be one of the {g.ndim} of the gradient, got {shown(axis)}")
    largest = np.abs(g).max(axis=axis, keepdims=True, initial=0.0)
    unit = g / np.where(largest > 0, largest, 1.0)
    # The norm in units of the largest entry, between 1 and the root of the number of entries; 1 for a zero gradient.
    length = np.maximum(np.sqrt((unit**2).sum(axis=axis, keepdims=True)), 1.0)
    # In these units too, for length * largest may be beyond the floats.
    with np.errstate(over="ignore"):
        too_long = length * (largest / max_norm) > 1
    return np.where(too_long, unit / length * max_norm, g)
