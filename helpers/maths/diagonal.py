"""Diagonal recurrences: eigenvalues that are chosen, their gradient by lag, and what learning them costs (notebook 11).

h_{k+1} = λ h_k + x_k,   λ = r e^{iθ}

Each cell has one eigenvalue and reads no other cell, so the gradient over k steps is λ^k, exactly. A cell whose λ is
real is also known by its memory, 1 / (1 - λ) steps, q = λ^2, and by a parameter that is learned in place of λ:
"raw" λ itself; "exp" ν with λ = exp(-e^ν); "sigmoid" b with λ = σ(b). What it writes is x ("free"), or γ x with
γ = √(1 - q), which keeps the variance of the state at 1: γ moves with λ ("gamma"), or it does not ("held").
"""

import numpy as np

from helpers.maths._check import generator, one_of, real_array, real_number, shown, whole_number, within_floats
from helpers.maths.activations import sigmoid

LIMITS = {"raw": (-1.0, 1.0), "exp": (-30.0, 4.0), "sigmoid": (-30.0, 30.0)}  # of a parameter, both ends left out


def ring_eigenvalues(n, r_min, r_max, rng):
    """Return n eigenvalues as radius and angle, (2, n), drawn evenly from the ring r_min <= |λ| <= r_max.

    r^2 is uniform from r_min^2 to r_max^2, for a ring as wide as another has an area in proportion to its radius.

    n : at least 1. r_min, r_max : 0 <= r_min < r_max <= 1; 0 and 1 is the whole disc. rng : a numpy Generator.
    Raises ValueError for other values. Source: Orvieto et al. 2023, section 3.2.

    >>> radius, angle = ring_eigenvalues(1000, 0.9, 0.999, np.random.default_rng(0))
    >>> bool(radius.min() > 0.9), bool(radius.max() < 0.999)
    (True, True)
    """
    low, high = _ring(r_min, r_max)
    u, turn = generator("rng", rng).uniform(size=(2, whole_number("n", n, at_least=1)))
    return np.stack([np.sqrt(low**2 + (high**2 - low**2) * u), 2.0 * np.pi * turn])


@within_floats
def ring_log10_rms(lags, r_min, r_max):
    """Return log10 of the root mean square of |λ|^k over the ring, of the shape of `lags`.

    E|λ|^{2k} = (r_max^{2k+2} - r_min^{2k+2}) / ((k + 1)(r_max^2 - r_min^2)),   on the whole disc 1/(k + 1)

    lags : k, at least 0. r_min, r_max : as for `ring_eigenvalues`. Raises ValueError for other values.

    >>> (10 ** ring_log10_rms([0.0, 99.0, 9999.0], 0.0, 1.0)).round(6).tolist()
    [1.0, 0.1, 0.01]
    """
    (low, high), k = _ring(r_min, r_max), real_array("lags", lags, at_least=0.0)
    narrow = -np.expm1((2.0 * k + 2.0) * np.log(low / high)) / -np.expm1(2.0 * np.log(low / high)) if low else 1.0
    return (k * np.log10(high) + 0.5 * np.log10(narrow / (k + 1.0)))[()]


@within_floats
def diagonal_run(eigenvalues, X):
    """Return the states H, complex, shape (T + 1, n), from H[0] = 0.

    eigenvalues : radius and angle, (2, n). X : (T, n), what each cell reads.
    Raises ValueError for shapes that do not fit, and states beyond the floats.
    Source: Orvieto et al. 2023, section 3.2.

    >>> diagonal_run([[0.5], [np.pi]], [[1.0], [0.0], [0.0]])[:, 0].real.tolist()
    [0.0, 1.0, -0.5, 0.25]
    """
    lam, X = _eigenvalues(eigenvalues, X)
    H = np.zeros((len(X) + 1, len(lam)), complex)
    for k in range(len(X)):
        H[k + 1] = lam * H[k] + X[k]
    return H


def parameter_of(memory, parameter="raw"):
    """Return the value of the parameter at which a cell has this memory, of the shape of `memory`.

    λ = 1 - 1/memory,   ν = log(-log λ),   b = log(λ/(1 - λ))

    memory : above 1. parameter : one of LIMITS. Raises ValueError for other values.

    >>> [round(float(parameter_of(10.0, name)), 3) for name in ("raw", "exp", "sigmoid")]
    [0.9, -2.25, 2.197]
    """
    memory = real_array("memory", memory, above=1.0)
    one_of("parameter", parameter, LIMITS)
    nu, b = np.log(-np.log1p(-1.0 / memory)), np.log(memory - 1.0)
    return {"raw": 1.0 - 1.0 / memory, "exp": nu, "sigmoid": b}[parameter]


@within_floats
def sensitivity(memory, parameter="raw", write="free"):
    """Return the mean square of what the parameter of a real λ does to the state, of the shape of `memory`.

    "raw" : (1 + q)/(1 - q)^3 "free", (1 + q)/(1 - q)^2 "held", 1/(1 - q)^2 "gamma"
    times the square of dλ/dν = -λ e^ν for "exp", and of dλ/db = λ(1 - λ) for "sigmoid"

    memory : 1/(1 - λ), above 1. parameter, write : see the module. The cell reads white noise of variance 1, and has
    read it for longer than its memory. Raises ValueError for other values.
    Source: Zucchet & Orvieto 2024; Orvieto et al. 2023, sections 3.3 and 3.4; the closed forms are derived.

    >>> [round(float(sensitivity(100.0, *how)), 2) for how in (("raw", "free"), ("raw", "gamma"), ("exp", "gamma"))]
    [251262.63, 2525.19, 0.25]
    """
    one_of("parameter", parameter, LIMITS)
    left = 1.0 / real_array("memory", memory, above=1.0)  # 1 - λ, which keeps its digits
    lam, gap = 1.0 - left, left * (2.0 - left)
    slope = {"raw": 1.0, "exp": lam * np.log1p(-left), "sigmoid": lam * left}[parameter]
    size = {"free": (2.0 - gap) / gap**3, "held": (2.0 - gap) / gap**2, "gamma": gap**-2.0}
    return slope**2 * size[one_of("write", write, size)]


@within_floats
def valley(value, memory, parameter="raw", write="free"):
    """Return the loss, and its slope, of a cell that learns another's memory, each of the shape of `value`.

    "free"  : ½/(1 - q) + ½/(1 - q*) - 1/(1 - λλ*)      "gamma" : 1 - γγ*/(1 - λλ*)
    half the mean square of the difference of the states; λ* and q* belong to `memory`

    value : of the parameter, within its LIMITS. memory : 1/(1 - λ*), above 1. parameter : one of LIMITS.
    write : "free" or "gamma". Both read the same white noise of variance 1.
    Raises ValueError for other values. Source: derived; Orvieto et al. 2023, section 3.4.

    >>> [round(float(part), 12) for part in valley(0.9, 10.0)]  # at its bottom
    [0.0, 0.0]
    """
    p, (low, high) = real_array("value", value), LIMITS[one_of("parameter", parameter, LIMITS)]
    if not ((p > low) & (p < high)).all():
        raise ValueError(f"value must lie between {low:g} and {high:g}, got {shown(value)}")
    wanted = 1.0 / real_number("memory", memory, above=1.0)
    left = {"raw": 1.0 - p, "exp": -np.expm1(-np.exp(p)), "sigmoid": sigmoid(-p)}[parameter]
    lam, gap, goal_gap = 1.0 - left, left * (2.0 - left), wanted * (2.0 - wanted)
    across = left + wanted - left * wanted  # 1 - λλ*
    if one_of("write", write, ("free", "gamma")) == "free":
        loss, slope = 0.5 / gap + 0.5 / goal_gap - 1.0 / across, lam / gap**2 - (1.0 - wanted) / across**2
    else:
        loss = 1.0 - np.sqrt(gap * goal_gap) / across
        slope = np.sqrt(goal_gap / gap) * (wanted - left) / across**2
    return loss, slope * {"raw": 1.0, "exp": -lam * np.exp(p), "sigmoid": lam * left}[parameter]


def descend_valley(memory, learning_rate, n_updates, parameter="raw", write="free"):
    """Return the values of the parameter under gradient descent from λ = 1/2, shape (n_updates + 1,).

    Where an update leaves the LIMITS, the value before it is the last: the array is shorter.
    learning_rate : at least 0. n_updates : at least 0. The others as for `valley`, and its errors.

    >>> len(descend_valley(100.0, 1e-3, 200)), len(descend_valley(100.0, 2.0, 200, "exp", "gamma"))  # one left the disc
    (61, 201)
    """
    rate, path = real_number("learning_rate", learning_rate, at_least=0.0), [float(parameter_of(2.0, parameter))]
    valley(path[0], memory, parameter, write)
    for _ in range(whole_number("n_updates", n_updates)):
        after = path[-1] - rate * float(valley(path[-1], memory, parameter, write)[1])
        if not LIMITS[parameter][0] < after < LIMITS[parameter][1]:
            break
        path.append(after)
    return np.array(path)


def _ring(r_min, r_max):
    low, high = real_number("r_min", r_min, at_least=0.0), real_number("r_max", r_max, above=0.0)
    if not low < high <= 1.0:
        raise ValueError(f"r_min must be below r_max, and r_max at most 1, got {low} and {high}")
    return low, high


def _eigenvalues(eigenvalues, X):
    eigenvalues, X = real_array("eigenvalues", eigenvalues), real_array("X", X)
    if eigenvalues.ndim != 2 or len(eigenvalues) != 2 or X.ndim != 2 or X.shape[1] != eigenvalues.shape[1]:
        raise ValueError(f"eigenvalues must be (2, n) and X (T, n), got {eigenvalues.shape} and {X.shape}")
    return eigenvalues[0] * np.exp(1j * eigenvalues[1]), X
