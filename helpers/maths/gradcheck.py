"""Checks of derivatives by central differences."""

import numpy as np

from helpers.maths._check import real_array, real_number, shown

STEP = float(np.finfo(float).eps) ** 0.2  # balances rounding, eps / step, against the error of the formula, step^4


def central_difference(f, x, step=None):
    """Return the derivative dy_dx of y = f(x) by central differences, shape f(x).shape + x.shape.

    dy/dx_j = (8 (f(x + s e_j) - f(x - s e_j)) - (f(x + 2s e_j) - f(x - 2s e_j))) / 12s

    For f from (n,) to (m,) that is (m, n), numerator layout; a scalar y drops the first axis and a scalar x the second.

    f : function of an array of the shape of x, returning an array of one fixed shape
    x : numbers of any shape
    step : s > 0; by default 7e-4 times max(1, |x_j|) for each j
    The error is about step^4 |f^(5)| / 30 plus rounding of about 1e-16 |f| / step: in all near 1e-12 for smooth f.
    Raises ValueError for an x, step or f(x) that is not finite and real.

    >>> central_difference(lambda x: x[0] * x[1], [2.0, 3.0]).round(9).tolist()
    [3.0, 2.0]
    """
    x = real_array("x", x)
    fixed = None if step is None else real_number("step", step, above=0.0)
    columns = []
    for j in np.ndindex(x.shape):
        s = fixed or STEP * max(1.0, abs(x[j]))
        direction = np.zeros(x.shape)
        direction[j] = 1.0
        columns.append(_along(f, x, direction, s))
    if not columns:
        return np.empty(_value(f, x).shape + x.shape)
    return np.stack(columns, axis=-1).reshape(columns[0].shape + x.shape)[()]


def relative_error(a, b):
    """Return |a - b| / max(|a|, |b|) in the norm of the root of summed squares, a number; 0 where both are 0.

    a, b : numbers or arrays of one shape.
    Raises ValueError for different shapes and values that are not finite.

    >>> relative_error(3.0, 4.0)
    0.25
    """
    a, b = real_array("a", a), real_array("b", b)
    if a.shape != b.shape:
        raise ValueError(f"a and b must have one shape, got {a.shape} and {b.shape}")
    largest = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
    if largest == 0:
        return 0.0
    a, b = a / largest, b / largest
    return float(np.linalg.norm(np.ravel(a - b)) / max(np.linalg.norm(np.ravel(a)), np.linalg.norm(np.ravel(b))))


def _value(f, x):
    if not callable(f):
        raise ValueError(f"f must be a function, got {shown(f)}")
    return real_array("f(x)", f(x.copy()))


def _along(f, x, direction, s):
    """The derivative of f(x + r direction) at r = 0, from r = -2s, -s, s, 2s."""
    far_left, left, right, far_right = (_value(f, x + r * s * direction) for r in (-2.0, -1.0, 1.0, 2.0))
    if len({y.shape for y in (far_left, left, right, far_right)}) > 1:
        raise ValueError(f"f must return one shape, got {shown([left.shape, right.shape])}")
    return (8.0 * (right - left) - (far_right - far_left)) / (12.0 * s)
