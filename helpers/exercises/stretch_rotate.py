"""The exercises of notebook 05."""

from functools import reduce

import numpy as np

from helpers.exercises.answers import Exercise, Repair, is_option, near
from helpers.maths.initial import gaussian
from helpers.maths.linear import critical_angle, product_norms, transient

SIGMAS = (3.0, 0.2)


def _steps() -> tuple:
    """Return three products of different matrices, of which no two measures agree."""
    rng = np.random.default_rng(0)
    return tuple((np.stack([gaussian(3, 1.5, rng) for _ in range(4)]),) for _ in range(3))


def _product(steps):
    return reduce(lambda P, M: M @ P, steps)


def _radius(M):
    return np.abs(np.linalg.eigvals(M)).max()


EXERCISES = {
    "05.1": Repair(
        lambda steps: 10.0 ** product_norms(steps)[-1],
        "The largest singular value of the product, and of nothing else.",
        _steps(),
        (
            (
                lambda steps: np.prod([_radius(M) for M in steps]),
                "Not yet. For A and Aᵀ with A = [[0, 2], [0, 0]] it says 0, and their product stretches by 4.",
            ),
            (
                lambda steps: np.prod([np.linalg.norm(M, 2) for M in steps]),
                "That is an upper bound: it takes each step's best direction, as if they were aligned.",
            ),
            (
                lambda steps: _radius(_product(steps)),
                "The product is right. An eigenvalue of it tells what repeating the whole product would do.",
            ),
            (
                lambda steps: np.linalg.norm(reduce(np.matmul, steps), 2),
                "The steps act oldest first: the newest stands on the LEFT.",
            ),
            (
                lambda steps: np.linalg.norm(_product(steps)),
                "That is the root of all squares of the product: wanted is the largest singular value.",
            ),
        ),
    ),
    "05.2": Exercise(
        float(np.degrees(critical_angle(*SIGMAS))),
        "cos θ* = (1 + σ₁σ₂)/(σ₁ + σ₂).",
        (
            (near(57.42, 0.1), "That is the angle for σ₂ = 0.25. Set it to 0.2."),
            (near(48.19, 0.1), "That is the angle for 2 and ¼. Set σ₁ = 3 and σ₂ = 0.2."),
            (near(float(critical_angle(*SIGMAS)), 0.01), "The angle is right, in radians. Wanted: degrees."),
            (near(90 - float(np.degrees(critical_angle(*SIGMAS))), 0.1), "That is 90° minus the angle: cos, not sin."),
            (
                near(float(np.degrees(np.arccos(2 * np.sqrt(SIGMAS[0] * SIGMAS[1]) / sum(SIGMAS)))), 0.1),
                "There the eigenvalues become a complex pair. ρ is below 1 there already.",
            ),
        ),
        tolerance=0.1,
        otherwise="Not yet. Set σ₁ and σ₂ in the explorer and read where ρ(θ) crosses 1.",
    ),
    "05.3": Exercise(
        float(transient([[0.95, 1.0], [0.0, 0.95]], 200).peak_step),
        "Near −1/ln 0.95 = 19.5, the peak of n · 0.95^(n − 1).",
        (
            (near(19.5, 0.1), "That is the place for a curve. A power is whole, and the diagonal counts too."),
            (near(9, 0), "That is the peak for 0.9 and 2. Set a = 0.95 and b = 1."),
            (
                near(20, 0),
                "Very near: the corner alone is largest there (and at 19, as large). Count the diagonal too.",
            ),
            (near(1, 0), "W itself has a norm near 1.6. The corner n · 0.95^(n − 1) still grows."),
            (lambda n: n > 40, "That is rather where it is gone. Where is it largest?"),
        ),
        otherwise="Not yet. Set a and b in the explorer and read the sentence.",
    ),
    "05.4": Exercise(
        "no eigenvalue is above 1 in size",
        "Along an eigenvector with a larger eigenvalue W^n would grow without end.",
        (
            (is_option("an eigenvalue is above 1"), "Then W^n would grow along its eigenvector, without end."),
            (is_option("W is orthogonal"), "An orthogonal W has no singular value but 1."),
            (is_option("W is normal"), "For a normal W the norm of W^n is at least 1.5^n, and grows."),
        ),
        options=("an eigenvalue is above 1", "no eigenvalue is above 1 in size", "W is orthogonal", "W is normal"),
    ),
}
