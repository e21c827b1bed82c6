"""Vector activations with their full Jacobians, and losses with their gradients, each a row (notebooks 03 and 04).

In a net an elementwise activation has a diagonal Jacobian. Softmax and LayerNorm mix the units of a layer, so their
Jacobians are full. The units run along the first axis, and a second axis, where there is one, holds a batch.
"""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import LARGEST, one_of, real_array, real_number, shown, vector
from helpers.maths.activations import ACTIVATIONS

LAYERNORM_EPS = 1e-5  # inside a net, as in PyTorch: a layer of equal numbers must not divide by 0


def softmax(z):
    """Return p, of the shape of z: positive numbers that sum to 1 along the first axis.

    p_i = e^(z_i) / sum_j e^(z_j)

    z : (n,), or (n, B) for a batch. Differences beyond 745 give a p of exactly 0.
    Raises ValueError for a z that is not finite, has no units or more than two axes.
    Source: claim C25.

    >>> softmax([0.0, np.log(3.0)]).round(12).tolist()
    [0.25, 0.75]
    """
    return _softmax(_units("z", z))


def softmax_jacobian(z):
    """Return dp/dz of softmax, shape (n, n), symmetric, each row summing to 0.

    J = diag(p) - p p^T

    z : (n,). |J|_2 <= 1/2, and 1/2 is reached where two units share all the weight.
    Raises ValueError for a z that is not one finite vector.
    Source: claim C25.

    >>> softmax_jacobian([0.0, 0.0]).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    p = _softmax(vector("z", z))
    J = -np.outer(p, p)
    np.fill_diagonal(J, 0.0)
    return J - np.diag(J.sum(axis=1))  # p_i (1 - p_i) as a sum of p_i p_j: 1 - p_i is rounded away near p_i = 1


def layernorm(z, eps=0.0):
    """Return x, of the shape of z, with mean 0 and (for eps = 0) mean square 1 along the first axis.

    x = (z - mean(z)) / s,   s = sqrt(var(z) + eps)

    z : (n,), or (n, B) for a batch. eps : added to the variance, at least 0.
    Raises ValueError for a z that is not finite, and where s is 0.
    Source: claim C25; Ba, Kiros & Hinton 2016.

    >>> layernorm([1.0, 3.0]).tolist()
    [-1.0, 1.0]
    """
    return _layernorm(_units("z", z), real_number("eps", eps, at_least=0.0))[0]


def layernorm_jacobian(z, eps=0.0):
    """Return dx/dz of LayerNorm, shape (n, n), symmetric, each row summing to 0.

    J = (I - 1 1^T / n - x x^T / n) / s

    z : (n,). eps : added to the variance, at least 0. |J|_2 = 1/s for n >= 3; for n = 2 and eps = 0, J = 0.
    Raises ValueError for a z that is not one finite vector, and where s is 0.
    Source: claim C25.

    >>> layernorm_jacobian([1.0, 3.0]).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    x, s = _layernorm(vector("z", z), real_number("eps", eps, at_least=0.0))
    n = len(x)
    return (np.eye(n) - 1.0 / n - np.outer(x, x) / n) / s


def activation_jacobian(name, z):
    """Return the Jacobian of h = f(z), shape (n, n): diagonal for an elementwise f, full for a vector activation.

    dh/dz = diag(f'(z))   or   diag(p) - p p^T   or   (I - 1 1^T / n - x x^T / n) / s

    name : a key of ACTIVATIONS, "softmax" or "layernorm" (with eps = LAYERNORM_EPS). z : (n,).
    Raises ValueError for another name and a z that is not one finite vector.
    Source: claims C24 to C27.

    >>> activation_jacobian("sigmoid", [0.0, 0.0]).tolist()
    [[0.25, 0.0], [0.0, 0.25]]
    """
    z = vector("z", z)
    if known_activation(name) == "softmax":
        return softmax_jacobian(z)
    if name == "layernorm":
        return layernorm_jacobian(z, LAYERNORM_EPS)
    return np.diag(ACTIVATIONS[name].derivative(z))


def known_activation(name):
    """Return `name` if it is a key of ACTIVATIONS, "softmax" or "layernorm"; any other raises ValueError."""
    return one_of("activation", name, list(ACTIVATE))


def _units(name, value):
    """A finite array with units along the first axis, at least one, and perhaps a batch along the second."""
    array = real_array(name, value)
    if array.ndim not in (1, 2) or array.size == 0:
        raise ValueError(f"{name} must be of shape (n,) or (n, B) with n, B >= 1, got {array.shape}")
    return array


def _softmax(z):
    with np.errstate(over="ignore"):
        e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def _layernorm(z, eps):
    """The normalised x and the divisor s."""
    with np.errstate(over="ignore", invalid="ignore"):
        centred = z - z[0]  # exactly 0 where z is constant, as z - mean(z) is not
        centred = centred - centred.mean(axis=0)
        largest = np.abs(centred).max(axis=0)
        unit = centred / np.where(largest > 0, largest, 1.0)
        s = np.hypot(largest * np.sqrt((unit**2).mean(axis=0)), np.sqrt(eps))
    if not np.isfinite(s).all():
        raise ValueError(f"z must be less than 1e308 apart, got {shown(z)}")
    if not (s > 0).all():
        raise ValueError(f"z must not be constant where eps = 0 (LayerNorm divides by 0), got {shown(z)}")
    return centred / s, s


def _softmax_rows(g, z):
    p = _softmax(z).T
    g = g - g[np.arange(len(g)), p.argmax(axis=1), None]  # changes nothing but the rounding where one p is near 1
    return (g - (g * p).sum(axis=1, keepdims=True)) * p


def _layernorm_rows(g, z):
    x, s = _layernorm(z, LAYERNORM_EPS)
    mean, along_x = g.mean(axis=1, keepdims=True), (g * x.T).mean(axis=1, keepdims=True)
    return (g - mean - x.T * along_x) / s[:, None]


def _elementwise_rows(f):
    return lambda g, z: g * f.derivative(z).T


# What a net calls in its loops: these two tables check nothing.
ACTIVATE = {name: f.f for name, f in ACTIVATIONS.items()}
ACTIVATE |= {"softmax": _softmax, "layernorm": lambda z: _layernorm(z, LAYERNORM_EPS)[0]}
ROWS_TIMES_JACOBIAN = {name: _elementwise_rows(f) for name, f in ACTIVATIONS.items()}
ROWS_TIMES_JACOBIAN |= {"softmax": _softmax_rows, "layernorm": _layernorm_rows}


class Loss(NamedTuple):
    """A loss, a number or (B,) for a batch, and its gradient, the row (1, n) or the rows (B, n)."""

    value: float | np.ndarray
    gradient: np.ndarray


def l2_loss(y, d):
    """Return the Loss |y - d|^2 / 2 with its gradient, the error itself.

    dD/dy = (y - d)^T

    y : the output, (n,) or (n, B). d : the target, of the same shape.
    Raises ValueError for values that are not finite, shapes that differ, and a loss that overflows.
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
    np.put_along_axis(others, z.argmax(axis=0, keepdims=True), 0.0, axis=0)  # without the 1 of the top no digit is lost
    return _loss((d * (np.log1p(others.sum(axis=0)) + below_top)).sum(axis=0), softmax(z) - d)


def _pair(name, y, d):
    """The output y and the target d as arrays of one shape, (n,) or (n, B)."""
    y, d = real_array(name, y), real_array("d", d)
    if y.shape != d.shape or y.ndim not in (1, 2) or y.size == 0:
        raise ValueError(f"{name} and d must have one shape, (n,) or (n, B), got {y.shape} and {d.shape}")
    return y, d


def _loss(value, gradient):
    if not (np.isfinite(value).all() and np.isfinite(gradient).all()):
        raise ValueError("the loss and its gradient must not overflow: y and d are too far apart")
    return Loss(value if value.ndim else float(value), gradient.reshape(len(gradient), -1).T)
