"""How much one layer of an activation shrinks a gradient, and what depth makes of it, by neuron (notebook 04)."""

from numbers import Real
from typing import NamedTuple

import numpy as np

from helpers.maths._check import (
    generator,
    logs_within_floats,
    members,
    real_array,
    real_number,
    shown,
    vector,
    whole_number,
    within_floats,
)
from helpers.maths.activations import activation as find_activation
from helpers.maths.linear import log10_norm
from helpers.maths.mlp import checked_layers, forward, stepped, weight_gradients
from helpers.maths.vector_activations import softmax_cross_entropy

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


@within_floats
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
    return DiagonalNorms(largest, largest, largest, largest * float(np.linalg.norm(d / (largest or 1.0))))


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
    logs = np.cumsum(np.log10(np.abs(np.vstack([v, slope]))), axis=0)
    top = logs.max(axis=1)
    shift = np.where(np.isfinite(top), top, 0.0)
    return top + log10_norm(10.0 ** (logs - shift[:, None]), axis=1)


# What depth does to the gradient of every neuron, before and after training


SMALLEST_SINGLE = float(np.log10(2.0) * -149)  # log10 of the smallest number above 0 in single precision
HALF_SPACING_SINGLE = float(np.log10(2.0) * -24)  # log10 of the smallest relative change that single precision keeps


def train(layers, X, targets, learning_rate, n_updates, batch_size, rng, max_norm=1.0):
    """Yield (layers, loss) after each of n_updates steps of clipped gradient descent on random batches.

    layers : a list of Layer with logits at the output. X : (n_0, N) inputs, a column each. targets : (n_N, N), at least
    0, each column summing to 1.
    The loss is the mean softmax cross-entropy of the batch before the step; all gradients together are shortened to
    max_norm where they are longer. rng : a numpy Generator. Raises ValueError for values out of range.
    Source: claim C46; Pascanu, Mikolov & Bengio 2013, Algorithm 1.

    >>> from helpers.maths.mlp import Layer
    >>> X = targets = np.eye(2)
    >>> steps = train([Layer(np.zeros((2, 2)), "identity")], X, targets, 1.0, 20, 2, np.random.default_rng(0))
    >>> losses = [round(loss, 2) for _, loss in steps]
    >>> losses[0], losses[-1] < 0.2
    (0.69, True)
    """
    X, targets, rng = real_array("X", X), real_array("targets", targets, at_least=0.0), generator("rng", rng)
    n_updates, batch_size = whole_number("n_updates", n_updates), whole_number("batch_size", batch_size, at_least=1)
    max_norm = real_number("max_norm", max_norm, above=0.0)
    learning_rate = real_number("learning_rate", learning_rate, at_least=0.0)
    layers = checked_layers(layers)
    n_0, n_N, N = layers[0].W.shape[1], len(layers[-1].W), X.shape[-1] if X.ndim else 0
    if X.shape != (n_0, N) or targets.shape != (n_N, N) or not N:
        raise ValueError(f"X must be ({n_0}, N) and targets ({n_N}, N), N >= 1, got {X.shape} and {targets.shape}")
    if (np.abs(targets.sum(axis=0) - 1.0) > 1e-9).any():
        raise ValueError(f"each column of targets must sum to 1, got {shown(targets)}")
    for _ in range(n_updates):
        batch = rng.integers(0, X.shape[1], batch_size)
        run = forward(layers, X[:, batch])
        loss = softmax_cross_entropy(run.H[-1], targets[:, batch])
        gradients = weight_gradients(layers, run, loss.gradient / batch_size)
        parts = [*gradients.W, *gradients.b]
        # So that no square overflows.
        size = 2.0 ** np.frexp(max(np.abs(part).max() for part in parts))[1].clip(-1000, 1000)
        norm = np.sqrt(sum(((part / size) ** 2).sum() for part in parts))
        layers = stepped(layers, gradients, learning_rate * min(1.0, max_norm / size / norm) if norm else learning_rate)
        yield layers, float(loss.value.mean())


def log10_rms(logs):
    """Return log10 of the root mean square of 10**logs along the last axis; -inf where all are -inf.

    logs : (..., n), -inf allowed, nothing else that is not finite.
    Raises ValueError for NaN and +inf.

    >>> log10_rms([-400.0, -400.0, -np.inf]).round(3).tolist()
    -400.088
    """
    logs = real_array("logs", logs, infinite_allowed=True)
    if np.isposinf(logs).any():
        raise ValueError("logs must not hold +inf")
    top = logs.max(axis=-1, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return 0.5 * np.log10((100.0 ** (logs - shift)).mean(axis=-1)) + shift[..., 0]


@logs_within_floats
def lost_updates(gradient_log10_norms, layers, learning_rate):
    """Return for each layer the log10 gradient norm below which single precision rounds an update of a neuron away.

    learning_rate |dW| < 2^-24 |W|,   |W| the root mean square of the lengths of the layer's rows

    gradient_log10_norms : what `neuron_gradient_log10_norms` returns, for its number of layers
    layers : the list of Layer. learning_rate : above 0. Returns (N,). Raises ValueError where the two do not fit.
    Source: claim C46.

    >>> from helpers.maths.mlp import Layer
    >>> lost_updates([np.zeros(1)], [Layer([[1.0]], "tanh")], 1.0).round(2).tolist()
    [-7.22]
    """
    rate, layers = real_number("learning_rate", learning_rate, above=0.0), checked_layers(layers)
    norms = members("gradient_log10_norms", gradient_log10_norms)
    shapes = [real_array("each of gradient_log10_norms", logs, infinite_allowed=True).shape for logs in norms]
    if shapes != [layer.b.shape for layer in layers]:
        wanted = f"a norm for each of {[len(layer.b) for layer in layers]} neurons"
        raise ValueError(f"gradient_log10_norms must hold {wanted}, got shapes {shapes}")
    rows = [log10_norm(layer.W.ravel()) - 0.5 * np.log10(len(layer.W)) for layer in layers]
    return HALF_SPACING_SINGLE + np.array(rows) - np.log10(rate)
