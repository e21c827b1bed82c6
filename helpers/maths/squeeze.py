"""How much the Jacobian of an activation shrinks what it multiplies (notebook 04)."""

from numbers import Real
from typing import NamedTuple

import numpy as np

from helpers.maths._check import logs_within_floats, real_array, real_number, shown, vector
from helpers.maths.activations import activation as find_activation
from helpers.maths.linear import log10_norm

NORMS = (1, 2, np.inf)


class Shrink(NamedTuple):
    """How a Jacobian J treats one vector v: factor = |J v| / |v|, and bound, the largest factor over all v."""

    factor: float
    bound: float


class DiagonalNorms(NamedTuple):
    """The norms of diag(d): the induced ones for p = 1, 2 and inf, and Frobenius, which no vector norm induces."""

    one: float
    two: float
    inf: float
    frobenius: float


def shrink(J, v, norm=2):
    """Return a Shrink: |J v| / |v| and the induced norm |J|, which no v exceeds.

    J : (m, n), or (n,) for the diagonal of a diagonal Jacobian, whose induced norm is max|d| in all three norms
    v : (n,), not 0. norm : 1, 2 or inf.
    Raises ValueError for values that are not finite, shapes that do not fit, v = 0, another norm, and a result
    that overflows or rounds to 0.
    Source: claims C29, C30, C34, C68.

    >>> shrink([[0.0, 100.0], [0.0, 0.0]], [1.0, 0.0])
    Shrink(factor=0.0, bound=100.0)
    """
    J, v = real_array("J", J), vector("v", v)
    if not isinstance(norm, Real) or isinstance(norm, bool) or norm not in NORMS:
        raise ValueError(f"norm must be 1, 2 or inf, got {shown(norm)}")
    if J.ndim not in (1, 2) or J.size == 0 or J.shape[-1] != len(v):
        raise ValueError(f"J must be (m, n) or (n,) where v is (n,), got J {J.shape} and v {v.shape}")
    if not v.any():
        raise ValueError("v must not be 0, for it has no direction")
    # A product of mantissas and a sum of exponents cannot overflow; only the results can.
    (J_m, J_e), (v_m, v_e) = np.frexp(J), np.frexp(v)
    image, J_v_e = _in_units(J_m * v_m, J_e + v_e)
    unit, v_e = _in_units(v_m, v_e)
    matrix, J_e = _in_units(J_m, J_e)
    if J.ndim == 1:
        factor, bound = np.linalg.norm(image, norm), np.abs(matrix).max()
    else:
        factor, bound = np.linalg.norm(image.sum(axis=1), norm), np.linalg.norm(matrix, norm)
    with np.errstate(over="ignore"):
        result = Shrink(float(np.ldexp(factor / np.linalg.norm(unit, norm), J_v_e - v_e)), float(np.ldexp(bound, J_e)))
    if not np.isfinite(result).all() or (factor > 0 and result.factor == 0):
        raise ValueError(f"|J v| / |v| and the norm of J must not overflow or round to 0, got J {shown(J)}")
    return result


def _in_units(mantissas, exponents):
    """Numbers m 2^e in units of a power of 2 near the largest of them, and the exponent of this power."""
    top = int(exponents[mantissas != 0].max(initial=-(2**30))) if mantissas.any() else 0
    return np.ldexp(mantissas, exponents - top), top


def diagonal_norms(d):
    """Return the DiagonalNorms of diag(d): max|d| three times, and the Frobenius norm.

    |diag(d)|_p = max|d_i| for p = 1, 2, inf;   |diag(d)|_F = sqrt(sum d_i^2)

    d : (n,), the diagonal. Raises ValueError for a d that is not one finite vector, and a norm that overflows.
    Source: claim C68.

    >>> diagonal_norms(np.ones(9))
    DiagonalNorms(one=1.0, two=1.0, inf=1.0, frobenius=3.0)
    """
    d = np.abs(vector("d", d))
    largest = float(d.max())
    with np.errstate(over="ignore"):
        frobenius = largest * float(np.linalg.norm(d / (largest or 1.0)))
    if not np.isfinite(frobenius):
        raise ValueError(f"the Frobenius norm of diag(d) must not overflow, got d with {largest}")
    return DiagonalNorms(largest, largest, largest, frobenius)


def rms_slope(activation, q):
    """Return the root mean square of f'(z) under z ~ N(0, q), a number: what one layer of f does to a typical row.

    sqrt(E f'(z)^2)

    activation : a name from ACTIVATIONS. q : the variance of z, above 0 and at most 1e4, or 25 where gamma is inf
    By Gauss-Legendre between the kinks, which Gauss-Hermite would smear; good to 1e-10.
    Raises ValueError for another name and a q out of range.
    Source: claim C33; Pennington, Schoenholz & Ganguli 2017.

    >>> round(rms_slope("tanh", 1.0), 6)
    0.681471
    """
    f = find_activation(activation)
    std = np.sqrt(real_number("q", q, above=0.0))
    largest = 1e4 if f.gamma < np.inf else 25.0  # the mean square of exp is made at z = 2q, which must be in sight
    if q > largest:
        raise ValueError(f"q must be at most {largest:g} for {activation}, got {shown(q)}")
    fine = 2.0 ** np.arange(-2, 7)  # the bends of f are near 0, also where std is large
    cuts = np.unique([*f.kinks, *fine, *-fine, *(std * np.arange(-20.0, 21.0))])
    cuts = cuts[np.abs(cuts) <= 20.0 * std]
    x, weight = np.polynomial.legendre.leggauss(40)
    half = np.diff(cuts)[:, None] / 2.0
    z = (cuts[:-1] + cuts[1:])[:, None] / 2.0 + half * x
    density = np.exp(-0.5 * (z / std) ** 2) / (std * np.sqrt(2.0 * np.pi))
    return float(np.sqrt(np.sum(half * weight * density * f.derivative(z) ** 2)))


def layers_to_lose(factor, eta):
    """Return the number of layers in which a gradient that is multiplied by eta in each gets `factor` times smaller.

    ln(factor) / ln(1/eta),   inf where eta >= 1

    factor : at least 1. eta : above 0. Numbers, or arrays that broadcast together.
    Raises ValueError outside these ranges.
    Source: claim C36.

    >>> round(float(layers_to_lose(1e6, 0.25)), 2)
    9.97
    """
    factor, eta = real_array("factor", factor, at_least=1.0), real_array("eta", eta, above=0.0)
    loss = np.maximum(-np.log(eta), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(loss > 0, np.log(factor) / loss, np.inf)[()]


@logs_within_floats
def squeeze(activation, Z, v):
    """Return log10 of |v|, |D_1 v|, |D_2 D_1 v|, ..., shape (depth + 1,): the activations alone, without weights.

    D_k = diag(f'(z_k))

    activation : a name from ACTIVATIONS. Z : (depth, n), the arguments z_k, a row for each layer. v : (n,).
    Kept in logs, so that nothing underflows; -inf is an exact 0.
    Raises ValueError for another name, values that are not finite, and shapes that do not fit.
    Source: claims C34 to C36.

    >>> squeeze("sigmoid", np.zeros((600, 2)), [1.0, 0.0])[[0, 10, 600]].round(3).tolist()
    [0.0, -6.021, -361.236]
    """
    slope = find_activation(activation).derivative(real_array("Z", Z))
    v = vector("v", v)
    if slope.ndim != 2 or slope.shape[1:] != v.shape:
        raise ValueError(f"Z must be (depth, n) where v is (n,), got {slope.shape} and {v.shape}")
    if not np.isfinite(slope).all():
        raise ValueError(f"the slope of {activation} must not overflow, got {shown(slope)}")
    with np.errstate(divide="ignore"):
        logs = np.cumsum(np.log10(np.abs(np.vstack([v, slope]))), axis=0)
    top = logs.max(axis=1)
    shift = np.where(np.isfinite(top), top, 0.0)
    return top + log10_norm(10.0 ** (logs - shift[:, None]), axis=1)
