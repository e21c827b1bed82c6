"""Checks of arguments: each returns the argument in its working form or raises a ValueError that says what came."""

from contextlib import nullcontext
from functools import wraps
from numbers import Integral

import numpy as np

LARGEST = float(np.finfo(float).max)
MOST = 2**31  # no whole number is as large: more steps, states or seeds than any machine holds


def finite(x):
    """Return the floats nearest to x, +-inf becoming the largest; for a few numbers faster than np.clip.

    >>> finite(np.array([1.0, np.inf])).tolist() == [1.0, LARGEST]
    True
    """
    return np.minimum(np.maximum(x, -LARGEST), LARGEST)


def shown(value):
    """Return a short text of `value` for an error message, at most 60 characters; its type where it cannot be shown.

    >>> shown([1.0, "two"])
    "[1.0, 'two']"
    """
    try:
        text = " ".join(repr(value).split())
    except Exception:  # an object's own, or that of a whole number with more than 4300 digits
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 60 else text[:57] + "..."


def real_array(name, value, infinite_allowed=False, nan_allowed=False, above=None, at_least=None):
    """Return `value` as a new float64 array; NaN, text, None, booleans, complex and masked numbers are refused.

    Where NaN is allowed, so is inf. Every entry is checked against a lower bound (`above` excludes the bound).

    >>> real_array("w", [1, 2]).tolist()
    [1.0, 2.0]
    """
    try:
        array = None if _loses_something(value) else np.asarray(value)
    except Exception:
        raise ValueError(f"{name} must be an array of real numbers with equal rows, got {shown(value)}") from None
    if array is None:
        raise ValueError(f"{name} must hold real numbers, got {shown(value)} (masked, or True or False)")
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must hold real numbers, got {shown(value)} (dtype {array.dtype})")
    with np.errstate(over="ignore") if array.dtype.itemsize > 8 else nullcontext():  # more bits than a float64 has
        array = array.astype(float)
    if not (nan_allowed or np.isfinite(array).all()):
        if np.isnan(array).any():
            raise ValueError(f"{name} must not hold NaN, got {shown(value)}")
        if not infinite_allowed:
            raise ValueError(f"{name} must be finite, got {shown(value)}")
    if above is not None and not (array > above).all():
        raise ValueError(f"{name} must be above {above}, got {shown(value)}")
    if at_least is not None and not (array >= at_least).all():
        raise ValueError(f"{name} must be at least {at_least}, got {shown(value)}")
    return array


def _loses_something(value):
    """Whether numpy would make plain numbers of masked ones, or of True and False among numbers, without a word."""
    if isinstance(value, list | tuple):
        return not {float, int} >= set(map(type, value)) and any(map(_loses_something, value))
    return isinstance(value, bool | np.bool_) or np.ma.is_masked(value)


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


def of_shape(name, value, shape, whose):
    """Return `value` as a float64 array of this shape, which is that of something else.

    >>> of_shape("G", [1.0], (2,), "H is")
    Traceback (most recent call last):
    ValueError: G must be (2,), as H is, got (1,)
    """
    array = real_array(name, value)
    if array.shape != shape:
        raise ValueError(f"{name} must be {shape}, as {whose}, got {array.shape}")
    return array


def square(name, value, ndim=None, may_be_empty=False, at_least=None):
    """Return `value` as a float64 array (..., n, n), n >= 1, of `ndim` axes; none of length 0 unless it `may_be_empty`.

    >>> square("W", [[1, 2]], ndim=2)
    Traceback (most recent call last):
    ValueError: W must be (n, n), got (1, 2)
    """
    array = real_array(name, value, at_least=at_least)
    fits = array.ndim > 1 and array.shape[-1] == array.shape[-2] > 0 and ndim in (None, array.ndim)
    if not fits or not (array.size or may_be_empty):
        wanted = {None: "..., ", 2: "", 3: "T, "}[ndim]
        raise ValueError(f"{name} must be ({wanted}n, n), got {array.shape}")
    return array


def whole_number(name, value, at_least=0, below=MOST):
    """Return `value` as an int; floats such as 3.0 and booleans are refused.

    >>> whole_number("n_steps", 50)
    50
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise ValueError(f"{name} must be a whole number, got {shown(value)}")
    if not at_least <= value < below:
        wanted = f"at least {at_least}" if value < at_least and below == MOST else f"from {at_least} to {below - 1}"
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


def axis_of(name, value, ndim):
    """Return `value` if it is one of the axes of an array with `ndim` axes, counted from the front or from the back.

    >>> axis_of("axis", -1, 2)
    -1
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value not in range(-ndim, ndim):
        raise ValueError(f"{name} must be one of the {ndim} axes, got {shown(value)}")
    return int(value)


def members(name, value):
    """Return the list or tuple `value` as a list.

    >>> members("widths", (3, 2))
    [3, 2]
    """
    if not isinstance(value, list | tuple):
        raise ValueError(f"{name} must be a list, got {shown(value)}")
    return list(value)


def float_type(name, value):
    """Return `value` as a numpy dtype if it is float or np.float32.

    >>> float_type("dtype", float)
    dtype('float64')
    """
    if not isinstance(value, type | np.dtype) or value not in (float, np.float64, np.float32):
        raise ValueError(f"{name} must be float or np.float32, got {shown(value)}")
    return np.dtype(value)


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


def together(**values):
    """Return the named values as arrays of real numbers, of the one shape that they broadcast to.

    >>> [array.shape for array in together(w=[1.0, 2.0], b=0.5)]
    [(2,), (2,)]
    """
    arrays = {name: real_array(name, value) for name, value in values.items()}
    return [np.broadcast_to(array, same_shape(**arrays)) for array in arrays.values()]


def record(name, value, kind):
    """Return `value` if it is a record of this kind and its fields are arrays of finite numbers.

    It is for what our own functions returned, such as a run: the fields are not converted.

    >>> from typing import NamedTuple
    >>> record("run", [[0.0]], NamedTuple("Run", [("H", np.ndarray)]))
    Traceback (most recent call last):
    ValueError: run must be the record Run, got [[0.0]]
    """
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be the record {kind.__name__}, got {shown(value)}")
    for field, array in zip(kind._fields, value, strict=True):
        if not is_finite_array(array):
            raise ValueError(f"{field} of {name} must be an array of finite numbers, got {shown(array)}")
    return value


def is_finite_array(value):
    """Return whether `value` is a numpy array, not a masked one or a list, of finite real numbers.

    >>> is_finite_array([1.0]), is_finite_array(np.ones(2))
    (False, True)
    """
    return type(value) is np.ndarray and value.dtype.kind in "iuf" and bool(np.isfinite(value).all())


def within_floats(function):
    """Return the function so that it raises ValueError, and does not warn, where what it returns is not all finite.

    >>> within_floats(np.exp)(1e4)
    Traceback (most recent call last):
    ValueError: the result must not overflow, got np.float64(inf)
    """
    return _guarded(function, np.isfinite)


def logs_within_floats(function):
    """Return the function of a log, guarded like `within_floats`, but that -inf, an exact 0, is fine.

    >>> logs_within_floats(np.log10)(0.0)
    np.float64(-inf)
    """
    return _guarded(function, lambda logs: logs < np.inf)


def _guarded(function, is_fine):
    @wraps(function)
    def guarded(*arguments, **named):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            result = function(*arguments, **named)
        if not _all_fine(result, is_fine):
            raise ValueError(f"the result must not overflow, got {shown(result)}")
        return result

    return guarded


def _all_fine(result, is_fine):
    """Whether every number is fine in an array, a number, or a list, a tuple or a record of such, or of names."""
    if isinstance(result, list | tuple):
        return all(_all_fine(part, is_fine) for part in result)
    return not isinstance(result, float | np.ndarray) or bool(np.all(is_fine(result)))
