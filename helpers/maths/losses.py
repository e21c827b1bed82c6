"""Losses of a net with their gradients at its output, each a row (notebook 03)."""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import LARGEST, real_array, shown
from helpers.maths.vector_activations import softmax


class Loss(NamedTuple):
    """A loss, a number or (B,) for a batch, and its gradient, the row (1, n) or the rows (B, n)."""

    value: float | np.ndarray
    gradient: np.ndarray


def l2_loss(y, d):
    """Return the Loss |y - d|^2 / 2 with its gradient, the error itself.

    dD/dy = (y - d)^T

    y : the output, (n,) or (n, B). d : the target, of the same shape.
    Raises ValueError for values that are not finite, shapes that differ, and a loss beyond the floats.
    Source: claim C43.

    >>> l2_loss([1.0, 3.0], [1.0, 1.0])
    Loss(value=2.0, gradient=array([[0., 2.]]))
    """
    y, d = _pair("y", y, d)
    with np.errstate(over="ignore"):
        return _loss(0.5 * ((y - d) ** 2).sum(axis=0), y - d)


def cross_entropy(y, d):
    """Return the Loss -sum d ln y of probabilities y; its gradient is not the error.

    dD/dy = (-d / y)^T

    y : probabilities, (n,) or (n, B), above 0 wherever d is. d : the target, at least 0, of the same shape.
    Raises ValueError outside these ranges (for a y of 0, take `softmax_cross_entropy` of the logits).
    Source: claim C43.

    >>> cross_entropy([0.5, 0.5], [0.0, 1.0]).gradient.tolist()
    [[0.0, -2.0]]
    """
    y, d = _pair("y", y, d)
    if (y < 0).any() or (d < 0).any() or ((y <= d / LARGEST) & (d > 0)).any():  # there d / y is beyond the floats
        raise ValueError(f"y must be above 0 where d is, and d at least 0, got y {shown(y)} and d {shown(d)}")
    y = np.where(d > 0, y, 1.0)
    with np.errstate(over="ignore"):
        return _loss(-(d * np.log(y)).sum(axis=0), 0.0 - d / y)


def softmax_cross_entropy(z, d):
    """Return the Loss -sum d ln softmax(z) of logits z, with its gradient with respect to z: the error.

    dD/dz = (-d / y) (diag(y) - y y^T) = (y - d)^T,   y = softmax(z)

    z : logits, (n,) or (n, B), any size. d : the target, of the same shape, at least 0, its columns summing to 1.
    Raises ValueError outside these ranges.
    Source: claim C43.

    >>> softmax_cross_entropy([-1000.0, 0.0], [1.0, 0.0])
    Loss(value=1000.0, gradient=array([[-1.,  1.]]))
    """
    z, d = _pair("z", z, d)
    if (d < 0).any() or (np.abs(d.sum(axis=0) - 1.0) > 1e-9).any():
        raise ValueError(f"d must be at least 0 and sum to 1, got {shown(d)}")
    below_top = z.max(axis=0) - z
    others = np.exp(-below_top)
    np.put_along_axis(
        others, z.argmax(axis=0, keepdims=True), 0.0, axis=0
    )  # without the 1 of the top, no digit is lost
    return _loss((d * (np.log1p(others.sum(axis=0)) + below_top)).sum(axis=0), softmax(z) - d)


def _pair(name, y, d):
    """The output y and the target d as arrays of one shape, (n,) or (n, B)."""
    y, d = real_array(name, y), real_array("d", d)
    if y.shape != d.shape or y.ndim not in (1, 2) or y.size == 0:
        raise ValueError(f"{name} and d must have one shape, (n,) or (n, B), got {y.shape} and {d.shape}")
    return y, d


def _loss(value, gradient):
    if not (np.isfinite(value).all() and np.isfinite(gradient).all()):
        raise ValueError("the loss and its gradient must stay within the floats: y and d are too far apart")
    return Loss(value if value.ndim else float(value), gradient.reshape(len(gradient), -1).T)
