"""The exercises of notebooks 04 and 05."""

import math
from functools import reduce

import numpy as np

from helpers.exercises.answers import between, near, number, repair
from helpers.maths.activations import activation
from helpers.maths.depth import layers_to_lose
from helpers.maths.linear import critical_angle, gaussian, product_norms, spectral_norm, transient
from helpers.maths.vector_activations import layernorm_jacobian, softmax_jacobian


def _jacobians() -> tuple:
    """Return Jacobians of which norm, diagonal, eigenvalues and entries all differ."""
    W = np.random.default_rng(0).standard_normal((3, 3))
    return (
        (np.array([[0.2, 3.0], [0.0, 0.1]]),),
        (layernorm_jacobian([3.0, 1.0, 0.0]) @ W,),
        (softmax_jacobian(W[0]) @ W,),
    )


SIGMAS = (3.0, 0.2)
COMPLEX_FROM = float(np.degrees(np.arccos(2 * np.sqrt(SIGMAS[0] * SIGMAS[1]) / sum(SIGMAS))))


def _steps() -> tuple:
    """Return three products of different matrices, of which no two measures agree."""
    rng = np.random.default_rng(0)
    return tuple((np.stack([gaussian(3, 1.5, rng) for _ in range(4)]),) for _ in range(3))


def _product(steps):
    return reduce(lambda P, M: M @ P, steps)


def _radius(M):
    return np.abs(np.linalg.eigvals(M)).max()


EXERCISES = {
    "04.1": repair(
        spectral_norm,
        "The largest singular value: one direction is stretched by it, none by more.",
        _jacobians(),
        lambda J: np.abs(np.diag(J)).max(),
        "Not yet. For [[0, 100], [0, 0]] it says 0, and that matrix stretches (0, 1) by 100.",
        lambda J: np.abs(np.linalg.eigvals(J)).max(),
        "An eigenvalue tells what repeated multiplication does in the end. One multiplication can do more.",
        lambda J: np.linalg.norm(J),
        "That is the root of all squares (Frobenius): a bound too, but no vector is stretched so much.",
        lambda J: np.abs(J).max(),
        "The largest entry stretches one unit vector. A mixture of them may be stretched more.",
        lambda J: np.abs(J).sum(axis=1).max(),
        "That is the largest row sum. It bounds the largest ENTRY of what comes out, and not its length.",
        lambda J: np.abs(J).sum(axis=0).max(),
        "That is the largest column sum. It bounds the SUM of the sizes of what comes out, and not its length.",
    ),
    "04.2": number(
        "σ is the sigmoid. What is γ of f(z) = 5 σ(3z)? (three digits)",
        15 * activation("sigmoid").gamma,
        "5 · 3 · ¼: the chain rule brings out the 3, and the slope of σ is ¼ at most.",
        near(0.25, 1e-9, "That is γ of σ itself. What do the 5 and the 3 do to the slope?"),
        near(1.25, 1e-9, "The 5 is in. The chain rule also brings out the 3 that stands inside."),
        near(0.75, 1e-9, "The 3 is in. The 5 stretches the curve upwards, and its slope with it."),
        near(15.0, 1e-9, "5 and 3 are in. The slope of σ itself is not 1 at its steepest."),
        near(5.0, 1e-9, "That is how high f rises. γ is how steep it is at most."),
        digits=3,
        otherwise="Not yet. f′(z) = 5 · 3 · σ′(3z): where is it largest?",
    ),
    "04.3": number(
        "Each layer multiplies a gradient by ¼ at most. After how many layers is it certain to be below a "
        "millionth of its size? (the least whole number)",
        float(math.ceil(layers_to_lose(1000000.0, 0.25))),
        "4^10 = 1,048,576 is just above a million.",
        near(float(layers_to_lose(1000000.0, 0.25)), 0.01, "That is the exact place. A number of layers is whole."),
        near(9, 0, "Just not: 4^9 = 262,144."),
        near(20, 0, "You have halved the gradient at each layer. It is quartered."),
        near(24, 1, "A quarter each: (1/4)^n, not n quarters."),
        near(6, 0, "Six layers divide by a million if each divides by ten. Here each divides by 4."),
        between(10, math.inf, "Certain, but not the least: try one layer less."),
        otherwise="Not yet. Divide by 4 until you have passed a million.",
    ),
    "05.1": repair(
        lambda steps: 10.0 ** product_norms(steps)[-1],
        "The largest singular value of the product, and of nothing else.",
        _steps(),
        lambda steps: np.prod([_radius(M) for M in steps]),
        "Not yet. For A and Aᵀ with A = [[0, 2], [0, 0]] it says 0, and their product stretches by 4.",
        lambda steps: np.prod([np.linalg.norm(M, 2) for M in steps]),
        "That is an upper bound: it takes each step's best direction, as if they were aligned.",
        lambda steps: _radius(_product(steps)),
        "The product is right. An eigenvalue of it tells what repeating the whole product would do.",
        lambda steps: np.linalg.norm(reduce(np.matmul, steps), 2),
        "The steps act oldest first: the newest stands on the LEFT.",
        lambda steps: np.linalg.norm(_product(steps)),
        "That is the root of all squares of the product. The largest singular value is wanted.",
    ),
    "05.2": number(
        "σ₁ = 3, σ₂ = 0.2. At which angle from 0° to 90° does Mⁿ neither grow nor fade? (in degrees, to 0.1)",
        float(np.degrees(critical_angle(*SIGMAS))),
        "cos θ* = (1 + σ₁σ₂)/(σ₁ + σ₂).",
        near(57.42, 0.1, "That is the angle for σ₂ = 0.25. Here it is 0.2."),
        near(48.19, 0.1, "That is the angle for 2 and ¼. Here it is 3 and 0.2."),
        near(float(critical_angle(*SIGMAS)), 0.01, "The angle is right, in radians. Wanted: degrees."),
        near(120, 0.1, "There −1 is an eigenvalue. An angle up to 90° was asked for."),
        near(90 - float(np.degrees(critical_angle(*SIGMAS))), 0.1, "That is 90° minus the angle: cos, not sin."),
        near(COMPLEX_FROM, 0.1, "There the eigenvalues become a complex pair. ρ is below 1 there already."),
        tolerance=0.1,
        otherwise="Not yet. ρ crosses 1 where λ = 1 solves λ² − (trace of M) λ + det M = 0.",
    ),
    "05.3": number(
        "W = [[0.95, 1], [0, 0.95]]. At which n is the norm of Wⁿ largest?",
        float(transient([[0.95, 1.0], [0.0, 0.95]], 200).peak_step),
        "Near −1/ln 0.95 = 19.5, the peak of n · 0.95^(n − 1).",
        near(19.5, 0.1, "That is the place for a curve. A power is whole, and the diagonal counts too."),
        near(9, 0, "That is the peak for 0.9 and 2. Here it is 0.95 and 1."),
        near(20, 0, "Very near: the corner alone is largest there (and at 19, as large). Count the diagonal too."),
        near(1, 0, "W itself has a norm near 1.6. The corner n · 0.95^(n − 1) still grows."),
        between(40, math.inf, "That is rather where it is gone. Where is it largest?"),
        otherwise="Not yet. The corner of Wⁿ is n · 0.95^(n − 1). From which n on does it shrink?",
    ),
}
