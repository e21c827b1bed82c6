"""Random weights to begin with (notebooks 04 and 05)."""

from itertools import pairwise

import numpy as np

from helpers.maths._check import generator, members, one_of, real_number, shown, vector, whole_number

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


def with_spectrum(rng, eigenvalues=None, singular_values=None, coupling=0.0):
    """Return a random matrix (n, n) with the eigenvalues or the singular values given (one of the two).

    W = Q (diag(eigenvalues) + N) Q^T,   N strictly upper triangular with entries N(0, coupling^2 / n)
    W = U diag(singular_values) V^T,     with U and V independent

    rng : a numpy Generator. eigenvalues : (n,), real. singular_values : (n,), at least 0.
    coupling : at least 0; the matrix of eigenvalues is symmetric at 0 and not normal above.
    Raises ValueError for other values, and for both spectra or none.
    Source: claims C39 to C41, C44; Trefethen & Embree 2005.

    >>> W = with_spectrum(np.random.default_rng(0), eigenvalues=[0.9, 0.5], coupling=3.0)
    >>> sorted(np.linalg.eigvals(W).round(12).tolist())
    [0.5, 0.9]
    """
    coupling = real_number("coupling", coupling, at_least=0.0)
    if (eigenvalues is None) == (singular_values is None):
        raise ValueError("one of eigenvalues and singular_values must be given, got both or none")
    if eigenvalues is None:
        values = vector("singular_values", singular_values, at_least=0.0)
        return orthogonal(len(values), rng) @ np.diag(values) @ orthogonal(len(values), rng)
    values = vector("eigenvalues", eigenvalues)
    Q = orthogonal(len(values), rng)
    return Q @ (np.diag(values) + np.triu(gaussian(len(values), coupling, rng), 1)) @ Q.T


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
