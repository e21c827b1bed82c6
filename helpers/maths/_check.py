"""Checks of arguments: each returns the argument in its working form or raises a ValueError that says what came."""

from numbers import Integral

import numpy as np

LARGEST = float(np.finfo(float).max)


def shown(value):
    """Return a short text of `value` for an error message, at most 60 characters.

    >>> shown([1.0, "two"])
    "[1.0, 'two']"
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def real_array(name, value, infinite_allowed=False, above=None, at_least=None):
    """Return `value` as a float64 array; NaN, text, None, booleans and complex numbers are refused.

    Every entry is checked against a lower bound (`above` excludes the bound).

    >>> real_array("w", [1, 2]).tolist()
    [1.0, 2.0]
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array of real numbers with equal rows, got {shown(value)}") from None
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must hold real numbers, got {shown(value)} (dtype {array.dtype})")
    array = array.astype(float)
    if np.isnan(array).any():
        raise ValueError(f"{name} must not hold NaN, got {shown(value)}")
    if not infinite_allowed and np.isinf(array).any():
        raise ValueError(f"{name} must be finite, got {shown(value)}")
    if above is not None and not (array > above).all():
        raise ValueError(f"{name} must be above {above}, got {shown(value)}")
    if at_least is not None and not (array >= at_least).all():
        raise ValueError(f"{name} must be at least {at_least}, got {shown(value)}")
    return array


def real_number(name, value, above=None, at_least=None):
    """Return `value` as a finite float, checked against a lower bound (`above` excludes the bound).

    >>> real_number("max_norm", 2, above=0)
    2.0
    """
    array = real_array(name, value, above=above, at_least=at_least)
    if array.ndim:
        raise ValueError(f"{name} must be one number, got {shown(value)} of shape {array.shape}")
    return float(array)


def vector(name, value, at_least=None):
    """Return `value` as a float64 array of shape (n,) with n >= 1, its entries finite and checked as in `real_array`.

    >>> vector("v", [1, 2]).tolist()
    [1.0, 2.0]
    """
    array = real_array(name, value, at_least=at_least)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be one vector (n,) with n >= 1, got {shown(value)} of shape {array.shape}")
    return array


def whole_number(name, value, at_least=0, below=None):
    """Return `value` as an int; floats such as 3.0 and booleans are refused.

    >>> whole_number("n_steps", 50)
    50
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise ValueError(f"{name} must be a whole number, got {shown(value)}")
    if value < at_least or (below is not None and value >= below):
        wanted = f"at least {at_least}" if below is None else f"from {at_least} to {below - 1}"
        raise ValueError(f"{name} must be {wanted}, got {shown(value)}")
    return int(value)


def one_of(name, value, known):
    """Return `value` if it is one of the texts `known`.

    >>> one_of("activation", "tanh", ["sigmoid", "tanh"])
    'tanh'
    """
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {shown(value)}")
    return value


def generator(name, value):
    """Return `value` if it is a numpy random Generator.

    >>> generator("rng", 1)
    Traceback (most recent call last):
    ValueError: rng must be a numpy Generator such as np.random.default_rng(0), got 1
    """
    if not isinstance(value, np.random.Generator):
        raise ValueError(f"{name} must be a numpy Generator such as np.random.default_rng(0), got {shown(value)}")
    return value


def same_shape(**arrays):
    """Return the shape that the named arrays broadcast to.

    >>> same_shape(w=np.ones((3, 1)), b=np.ones(4))
    (3, 4)
    """
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the shapes must broadcast together, got {shapes}") from None
