"""Random matrices, and repeated multiplication: powers, and products of different matrices (notebooks 04 and 05).

A product of steps has the newest factor leftmost: P_k = J[k-1] ... J[0], P_0 = I. Its norm is kept as log10, so that
nothing turns into 0 or inf on its way; -inf is an exact 0. A norm of a matrix is the spectral norm.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from helpers.maths._check import (
    axis_of,
    generator,
    logs_within_floats,
    members,
    one_of,
    real_array,
    real_number,
    shown,
    square,
    vector,
    whole_number,
    within_floats,
)

ROUNDING = 1e-10  # of a log10 norm after some thousand steps: a rotation keeps the norm 1, and must be seen to


class Transient(NamedTuple):
    """The step n at which |W^n| is largest (0 for I itself), log10 of that norm, and from when it is gone.

    gone_from : the first n from which |W^n| < 1 to the end of the window, -1 where that does not happen
    """

    peak_step: int
    log10_peak: float
    gone_from: int


def log10_norm(v, axis=-1):
    """Return log10 of the length of v along `axis`; -inf for a v of zeros, without a warning.

    v : finite numbers of any shape with at least one axis. Squares that overflow do no harm.
    Raises ValueError for values that are not finite and an axis that is not there.

    >>> log10_norm([3e-200, 4e-200]).round(3).tolist()
    -199.301
    """
    v = real_array("v", v)
    axis = axis_of("axis", axis, v.ndim)
    size = np.abs(v)
    largest = size.max(axis=axis, keepdims=True, initial=0.0)
    length = np.sqrt(((size / np.where(largest > 0, largest, 1.0)) ** 2).sum(axis=axis))
    with np.errstate(divide="ignore"):
        return np.log10(length) + np.log10(largest.squeeze(axis))


@within_floats
def spectral_norm(W):
    """Return the largest singular value of W: the most that W can stretch a vector.

    |W| = max |W v| / |v|

    W : (m, n), or (..., m, n) for a stack, which gives an array.
    Raises ValueError for a W that is not finite or not a matrix.
    Source: claims C30, C39.

    >>> round(float(spectral_norm([[0.9, 2.0], [0.0, 0.9]])), 3)
    2.345
    """
    W = real_array("W", W)
    if W.ndim < 2 or not W.size:
        raise ValueError(f"W must be a matrix, got shape {W.shape}")
    return np.linalg.norm(W, 2, axis=(-2, -1))


@within_floats
def spectral_radius(W):
    """Return max |eigenvalue| of W: the growth per step of W^n in the long run, |W^n|^(1/n).

    W : (n, n), or (..., n, n) for a stack. Where eigenvalues coincide without eigenvectors of their own (a Jordan
    block of size m) rounding moves them by about eps^(1/m), 1e-8 for m = 2.
    Raises ValueError for a W that is not finite or not square.
    Source: claim C41; Gelfand.

    >>> float(spectral_radius([[0.9, 2.0], [0.0, 0.9]]))
    0.9
    """
    return np.abs(np.linalg.eigvals(square("W", W))).max(axis=-1)


@logs_within_floats
def product_norms(matrices):
    """Return log10 of the spectral norms of P_0 = I, P_1, ..., P_T, shape (T + 1,).

    P_k = J[k-1] ... J[0]

    matrices : (T, n, n), J[0] acting first. An entry of a product that is 10^308 times smaller than its largest counts
    as 0. Raises ValueError for matrices that are not finite or not square, and where all that is left counts so.
    Source: claims C38, C41.

    >>> product_norms([[[0.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [2.0, 0.0]]]).round(3).tolist()
    [0.0, 0.301, 0.602]
    """
    matrices = square("matrices", matrices, ndim=3, may_be_empty=True)
    J, log10_size = unit_entries(matrices)
    P, log10_scale = [np.eye(J.shape[-1])], [0.0]
    for k in range(len(J)):
        product = J[k] @ P[k]
        largest = np.abs(product).max()
        if largest == 0 and P[k].any() and _too_small(matrices[: k + 1], J[k], P[k]):
            raise ValueError(
                f"matrices must not shrink each other's entries to less than 1e-308 of the largest, at {k}"
            )
        largest = largest or 1.0
        P.append(product / largest)
        log10_scale.append(log10_scale[k] + log10_size[k] + np.log10(largest))
    return log10_scale + np.log10(np.linalg.norm(P, 2, axis=(1, 2)))


def _too_small(matrices, scaled, before):
    """Whether scaled @ before is 0 only because what is left is too small: no entry is 0, and none cancel."""
    way = np.eye(matrices.shape[-1], dtype=bool)
    for one in matrices:
        way = (one != 0) @ way
    return way.any() and not (np.abs(scaled) @ np.abs(before)).any()


def power_norms(W, n):
    """Return log10 of the spectral norms of W^0 = I, W, ..., W^n, shape (n + 1,).

    W : (m, m). n : the largest power, at least 0.
    Raises ValueError for a W that is not finite or not square, and for another n.
    Source: claims C39 to C41.

    >>> (10 ** power_norms([[0.9, 2.0], [0.0, 0.9]], 9)[[1, 5, 9]]).round(3).tolist()
    [2.345, 6.614, 7.768]
    """
    W = square("W", W, ndim=2)
    return product_norms(np.broadcast_to(W, (whole_number("n", n), *W.shape)))


def transient(W, n):
    """Return the Transient of |W^k| for k = 0, ..., n: where it peaks and when it is below 1 for good.

    W : (m, m). n : the largest power looked at, at least 0. Raises ValueError as `power_norms` does.
    Source: claim C41; Trefethen & Embree 2005.

    >>> peak_step, log10_peak, gone_from = transient([[0.9, 2.0], [0.0, 0.9]], 200)
    >>> peak_step, round(10**log10_peak, 3), gone_from
    (9, 7.768, 44)
    """
    norms = power_norms(W, n)
    peak_step = np.argmax(norms >= norms.max() - ROUNDING)
    not_below = np.flatnonzero(norms >= -ROUNDING)[-1] + 1  # W^0 = I is never below 1
    return Transient(int(peak_step), float(norms[peak_step]), int(not_below) if not_below < len(norms) else -1)


@logs_within_floats
def lyapunov_exponents(matrices, n_exponents=None):
    """Return the growth rates of a long product, in units of ln per step, largest first, shape (n_exponents,).

    Q_k R_k = J[k] Q_{k-1},   lambda_i = (1/T) sum_k ln |R_k[i, i]|

    matrices : (T, n, n), T >= 1, J[0] acting first; for W^T the rates are ln |eigenvalue|
    n_exponents : how many, from the top; None for all n. -inf belongs to a direction that is annihilated.
    The error falls like 1/T.
    Raises ValueError for matrices that are not finite or not square, T = 0, and a number that is not from 1 to n.
    Source: claims C38, C47; Engelken et al. 2023.

    >>> lyapunov_exponents(np.tile(np.diag([2.0, 0.5]), (4000, 1, 1))).round(3).tolist()
    [0.693, -0.693]
    """
    J, log10_size = unit_entries(square("matrices", matrices, ndim=3))
    n = J.shape[-1]
    m = n if n_exponents is None else whole_number("n_exponents", n_exponents, at_least=1, below=n + 1)
    # A frame in general position: one along an axis would miss the top direction of diag(0.5, 2).
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((n, m))).Q
    logs = np.full(m, log10_size.sum() * np.log(10.0))
    for k in range(len(J)):
        Q, R = np.linalg.qr(J[k] @ Q)
        logs += np.log(np.abs(np.diagonal(R)))
    return np.sort(logs / len(J))[::-1]


@within_floats
def stretch_rotate(sigma1, sigma2, theta):
    """Return the stage M = diag(sigma1, sigma2) R(theta), shape (2, 2): rotate by theta, then stretch the axes.

    R(theta) = [[cos, -sin], [sin, cos]]

    sigma1, sigma2 : the singular values, at least 0, the same for every theta. theta : the angle in radians.
    Raises ValueError for numbers that are not finite and a negative sigma.
    Source: claims C39, C44.

    >>> stretch_rotate(2.0, 0.25, 0.0).tolist()
    [[2.0, 0.0], [0.0, 0.25]]
    """
    sigma = [real_number("sigma1", sigma1, at_least=0.0), real_number("sigma2", sigma2, at_least=0.0)]
    cos, sin = np.cos(real_number("theta", theta)), np.sin(real_number("theta", theta))
    return np.diag(sigma) @ np.array([[cos, -sin], [sin, cos]]) + 0.0


@within_floats
def stretch_rotate_growth(sigma1, sigma2, theta):
    """Return the growth per step of M^n for M = diag(sigma1, sigma2) R(theta), its spectral radius.

    t = (sigma1 + sigma2) |cos(theta)| / 2,   rho = t + sqrt(t^2 - sigma1 sigma2)
    or sqrt(sigma1 sigma2), where the root is not real and the eigenvalues are a complex pair

    sigma1, sigma2 : at least 0. theta : radians. Numbers, or arrays that broadcast together.
    Raises ValueError for values that are not finite and a negative sigma.
    Source: claims C39, C44.

    >>> round(float(stretch_rotate_growth(2.0, 0.25, np.radians(30.0))), 4)
    1.6445
    """
    sigma1, sigma2 = real_array("sigma1", sigma1, at_least=0.0), real_array("sigma2", sigma2, at_least=0.0)
    middle, cos = (sigma1 + sigma2) / 2, np.abs(np.cos(real_array("theta", theta)))
    root = np.sqrt(sigma1) * np.sqrt(sigma2)  # never the product, whose tails are not floats
    # t^2 - sigma1 sigma2 = (t - root) (t + root), and t = middle cos
    square = middle * cos - root
    fast = middle * cos + np.sqrt(np.maximum(square, 0.0)) * np.sqrt(middle * cos + root)
    return np.where(square > 0, fast, root)[()]


def critical_angle(sigma1, sigma2):
    """Return the angle theta in radians, from 0 to pi/2, at which diag(sigma1, sigma2) R(theta) has radius 1.

    cos(theta*) = (1 + sigma1 sigma2) / (sigma1 + sigma2)

    sigma1, sigma2 : one at least 1 and one at most 1, with sigma1 sigma2 < 1; otherwise no single angle is critical.
    Raises ValueError outside this range.
    Source: claims C39, C44.

    >>> round(float(np.degrees(critical_angle(2.0, 0.25))), 4)
    48.1897
    """
    sigma1, sigma2 = real_number("sigma1", sigma1, at_least=0.0), real_number("sigma2", sigma2, at_least=0.0)
    if (1.0 - sigma1) * (1.0 - sigma2) > 0 or sigma1 * sigma2 >= 1:
        raise ValueError(f"no angle is critical unless sigma1 >= 1 >= sigma2, product < 1, got {sigma1}, {sigma2}")
    return np.arccos((1.0 + sigma1 * sigma2) / (sigma1 + sigma2))


def is_normal(W, tolerance=1e-12):
    """Return True if W has an orthonormal set of eigenvectors, so that |W^n| = rho(W)^n for every n.

    |W W^T - W^T W| <= tolerance |W|^2   in the Frobenius norm

    W : (n, n). tolerance : at least 0. Raises ValueError for a W that is not finite or not square.
    Source: claims C39, C40.

    >>> is_normal([[0.0, -1.0], [1.0, 0.0]]), is_normal([[0.9, 2.0], [0.0, 0.9]])
    (True, False)
    """
    W, tolerance = square("W", W, ndim=2), real_number("tolerance", tolerance, at_least=0.0)
    unit = W / max(np.abs(W).max(), np.finfo(float).tiny)
    return bool(np.linalg.norm(unit @ unit.T - unit.T @ unit) <= tolerance * np.linalg.norm(unit) ** 2)


@within_floats
def circle_image(W, n, n_points=200):
    """Return the unit circle after n steps, shape (2, n_points): the ellipse W^n u, first and last point the same.

    W : (2, 2). n : the power, at least 0. n_points : at least 2.
    Raises ValueError for another W, n or n_points, and where the ellipse overflows.
    Source: claims C39, C44.

    >>> circle_image([[2.0, 0.0], [0.0, 0.5]], 3, n_points=5).round(12)[:, 0].tolist()
    [8.0, 0.0]
    """
    W, n = square("W", W, ndim=2), whole_number("n", n)
    if W.shape != (2, 2):
        raise ValueError(f"W must be of shape (2, 2), got {W.shape}")
    angle = np.linspace(0.0, 2.0 * np.pi, whole_number("n_points", n_points, at_least=2))
    points = np.stack([np.cos(angle), np.sin(angle)])
    for _ in range(n):
        points = W @ points
    return points


def unit_entries(J):
    """Return the matrices (..., m, n) divided each by its largest entry, and log10 of these; one of zeros is kept."""
    size = np.abs(J).max(axis=(-2, -1), keepdims=True, initial=0.0)
    size = np.where(size > 0, size, 1.0)
    return J / size, np.log10(size[..., 0, 0])


# Random matrices


SCHEMES = ("gaussian", "small", "glorot", "he", "orthogonal")
RECURRENT = ("gaussian", "orthogonal", "identity", "normal", "nilpotent")


def gaussian(n, g, rng):
    """Return a matrix (n, n) of independent N(0, g^2 / n): spectral radius near g, spectral norm near 2 g.

    n : at least 1. g : the gain, at least 0. rng : a numpy Generator. Raises ValueError for other values.
    Source: claim C41.

    >>> gaussian(3, 0.0, np.random.default_rng(0)).tolist() == np.zeros((3, 3)).tolist()
    True
    """
    n, g = whole_number("n", n, at_least=1), real_number("g", g, at_least=0.0)
    return g / np.sqrt(n) * generator("rng", rng).standard_normal((n, n))


def orthogonal(n, rng, scale=1.0):
    """Return scale Q, shape (n, n), with Q^T Q = I and Q drawn evenly from all rotations and reflections.

    n : at least 1. rng : a numpy Generator. scale : at least 0, every singular value of the result.
    Raises ValueError for other values.
    Source: claims C39, C41; Mezzadri 2007.

    >>> Q = orthogonal(3, np.random.default_rng(0))
    >>> np.allclose(Q.T @ Q, np.eye(3))
    True
    """
    n, scale = whole_number("n", n, at_least=1), real_number("scale", scale, at_least=0.0)
    Q, R = np.linalg.qr(generator("rng", rng).standard_normal((n, n)))
    return scale * Q * np.where(np.diagonal(R) < 0, -1.0, 1.0)  # without the signs, Q is not evenly drawn


def with_spectrum(rng, eigenvalues, coupling=0.0):
    """Return a random matrix (n, n) with these eigenvalues.

    W = Q (diag(eigenvalues) + N) Q^T,   N strictly upper triangular with entries N(0, coupling^2 / n)

    rng : a numpy Generator. eigenvalues : (n,), real.
    coupling : at least 0; the matrix is symmetric at 0 and not normal above.
    Raises ValueError for other values.
    Source: claims C39 to C41, C44; Trefethen & Embree 2005.

    >>> W = with_spectrum(np.random.default_rng(0), eigenvalues=[0.9, 0.5], coupling=3.0)
    >>> sorted(np.linalg.eigvals(W).round(12).tolist())
    [0.5, 0.9]
    """
    values, coupling = vector("eigenvalues", eigenvalues), real_number("coupling", coupling, at_least=0.0)
    Q = orthogonal(len(values), rng)
    return Q @ (np.diag(values) + np.triu(gaussian(len(values), coupling, rng), 1)) @ Q.T


def random_rows(n_gates, n, m, scale, rng):
    """Return W (G n, n) of N(0, scale^2 / n) and U (G n, m) of N(0, 1 / m) for a net of G gates."""
    n, m = whole_number("n", n, at_least=1), whole_number("m", m, at_least=1)
    scale, rng = real_number("scale", scale, at_least=0.0), generator("rng", rng)
    W, U = (rng.standard_normal((n_gates * n, size)) for size in (n, m))
    return scale * W / np.sqrt(n), U / np.sqrt(m)


def initial_weights(widths, scheme, rng, gain=1.0):
    """Return random weights [W_0, ..., W_{N-1}] for layers of these widths.

    gaussian : normal, standard deviation gain / sqrt(n_in)      small : normal, 0.01 gain
    he : normal, gain sqrt(2 / n_in)                             glorot : uniform within gain sqrt(6 / (n_in + n_out))
    orthogonal : orthonormal rows or columns (whichever are fewer) times gain

    widths : [n_0, ..., n_N], at least two. scheme : one of SCHEMES. rng : a numpy Generator. gain : at least 0.
    Raises ValueError for other values.
    Source: claim C9; Glorot & Bengio 2010; He et al. 2015; Saxe et al. 2013.

    >>> [W.shape for W in initial_weights([64, 32, 10], "glorot", np.random.default_rng(0))]
    [(32, 64), (10, 32)]
    """
    one_of("scheme", scheme, SCHEMES)
    gain, rng = real_number("gain", gain, at_least=0.0), generator("rng", rng)
    widths = [whole_number("each of widths", n, at_least=1) for n in members("widths", widths)]
    if len(widths) < 2:
        raise ValueError(f"widths must hold at least two numbers, got {shown(widths)}")
    draw = {
        "gaussian": lambda n_in, n_out: rng.standard_normal((n_out, n_in)) / np.sqrt(n_in),
        "small": lambda n_in, n_out: 0.01 * rng.standard_normal((n_out, n_in)),
        "he": lambda n_in, n_out: rng.standard_normal((n_out, n_in)) * np.sqrt(2.0 / n_in),
        "glorot": lambda n_in, n_out: rng.uniform(-1.0, 1.0, (n_out, n_in)) * np.sqrt(6.0 / (n_in + n_out)),
        "orthogonal": lambda n_in, n_out: orthogonal(max(n_in, n_out), rng)[:n_out, :n_in],
    }[scheme]
    return [gain * draw(n_in, n_out) for n_in, n_out in pairwise(widths)]


def recurrent_matrix(kind, n, gain, rng):
    """Return a first W of shape (n, n) for a recurrent net.

    gaussian : N(0, gain^2 / n)                    orthogonal : gain Q                identity : gain I
    normal : symmetric, eigenvalues evenly from -gain to gain
    nilpotent : strictly upper triangular, N(0, gain^2 / n): every eigenvalue is 0

    kind : one of RECURRENT. n : at least 1. gain : at least 0. rng : a numpy Generator.
    Raises ValueError for other values.
    Source: claims C49, C74; Le, Jaitly & Hinton 2015.

    >>> recurrent_matrix("identity", 2, 0.5, np.random.default_rng(0)).tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """
    one_of("kind", kind, RECURRENT)
    n, gain, rng = whole_number("n", n, at_least=1), real_number("gain", gain, at_least=0.0), generator("rng", rng)
    draw = {
        "gaussian": lambda: gaussian(n, gain, rng),
        "orthogonal": lambda: orthogonal(n, rng, gain),
        "identity": lambda: gain * np.eye(n),
        "normal": lambda: with_spectrum(rng, eigenvalues=np.linspace(-gain, gain, n)),
        "nilpotent": lambda: np.triu(gaussian(n, gain, rng), 1),
    }[kind]
    return draw()
