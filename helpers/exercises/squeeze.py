"""The exercises of notebooks 04 and 05."""

import math
from functools import reduce

import numpy as np

from helpers.exercises.answers import choice, near, number, repair
from helpers.maths.activations import activation
from helpers.maths.initial import gaussian
from helpers.maths.linear import critical_angle, product_norms, spectral_norm, transient
from helpers.maths.squeeze import layers_to_lose
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
        (
            lambda J: np.abs(np.diag(J)).max(),
            "Not yet. For [[0, 100], [0, 0]] it says 0, and that matrix stretches (0, 1) by 100.",
        ),
        (
            lambda J: np.abs(np.linalg.eigvals(J)).max(),
            "An eigenvalue tells what repeated multiplication does in the end. One multiplication can do more.",
        ),
        (
            lambda J: np.linalg.norm(J),
            "That is the root of all squares (Frobenius): a bound too, but no vector is stretched so much.",
        ),
        (
            lambda J: np.abs(J).max(),
            "The largest entry stretches one unit vector. A mixture of them may be stretched more.",
        ),
    ),
    "04.2": number(
        activation("selu").gamma,
        "It is λα, the slope just left of 0.",
        near(activation("selu").gamma, 0.006, "Nearly: four digits, please. The title above the slope has them."),
        near(1.0507, 0.001, "That is the slope for z > 0. Look at z = 0, where the zoo shows the slope from the left."),
        near(1.6733, 0.001, "That is α alone. On the left the slope is λα e^z."),
        near(1.0, 0.001, "SELU is ELU, scaled by λ = 1.0507. Where is it steepest?"),
        near(1.098, 0.002, "That is SiLU's. Choose SELU."),
        digits=4,
        otherwise="Not yet. Choose SELU in the zoo, and move z to where its slope is largest.",
    ),
    "04.3": number(
        float(math.ceil(layers_to_lose(1000000.0, 0.25))),
        "4^10 = 1,048,576 is just above a million.",
        near(float(layers_to_lose(1000000.0, 0.25)), 0.01, "That is the exact place. A number of layers is whole."),
        near(9, 0, "Just not: 4^9 = 262,144."),
        near(20, 0, "You have halved the gradient at each layer. It is quartered."),
        near(24, 1, "A quarter each: (1/4)^n, not n quarters."),
        near(6, 0, "Six layers divide by a million if each divides by ten. Here each divides by 4."),
        (lambda n: n > 10, "Certain, but not the least: try one layer less."),
        otherwise="Not yet. Divide by 4 until you have passed a million.",
    ),
    "04.4": choice(
        "He",
        ("small Gaussian (0.01)", "There the gradient is below what single precision can hold. Read the sentence."),
        ("Gaussian 1/√n", "Its variance is 1/n, and ReLU halves what is left in every layer."),
        ("Gaussian 3/√n", "There every layer multiplies by about 3/√2 on the way up."),
        ("Glorot", "Made for tanh: its variance is 1/n, and ReLU halves it again in every layer."),
        ("He", "Weights of variance 2/n make up for the half of the neurons that ReLU blocks."),
        ("orthogonal", "It keeps every length, but ReLU blocks half of the neurons after it."),
    ),
    "05.1": repair(
        lambda steps: 10.0 ** product_norms(steps)[-1],
        "The largest singular value of the product, and of nothing else.",
        _steps(),
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
    "05.2": number(
        float(np.degrees(critical_angle(*SIGMAS))),
        "cos θ* = (1 + σ₁σ₂)/(σ₁ + σ₂).",
        near(57.42, 0.1, "That is the angle for σ₂ = 0.25. Set it to 0.2."),
        near(48.19, 0.1, "That is the angle for 2 and ¼. Set σ₁ = 3 and σ₂ = 0.2."),
        near(float(critical_angle(*SIGMAS)), 0.01, "The angle is right, in radians. Wanted: degrees."),
        near(90 - float(np.degrees(critical_angle(*SIGMAS))), 0.1, "That is 90° minus the angle: cos, not sin."),
        near(
            float(np.degrees(np.arccos(2 * np.sqrt(SIGMAS[0] * SIGMAS[1]) / sum(SIGMAS)))),
            0.1,
            "There the eigenvalues become a complex pair. ρ is below 1 there already.",
        ),
        tolerance=0.1,
        otherwise="Not yet. Set σ₁ and σ₂ in the explorer and read where ρ(θ) crosses 1.",
    ),
    "05.3": number(
        float(transient([[0.95, 1.0], [0.0, 0.95]], 200).peak_step),
        "Near −1/ln 0.95 = 19.5, the peak of n · 0.95^(n − 1).",
        near(19.5, 0.1, "That is the place for a curve. A power is whole, and the diagonal counts too."),
        near(9, 0, "That is the peak for 0.9 and 2. Set a = 0.95 and b = 1."),
        near(20, 0, "Very near: the corner alone is largest there (and at 19, as large). Count the diagonal too."),
        near(1, 0, "W itself has a norm near 1.6. The corner n · 0.95^(n − 1) still grows."),
        (lambda n: n > 40, "That is rather where it is gone. Where is it largest?"),
        otherwise="Not yet. Set a and b in the explorer and read the sentence.",
    ),
    "05.4": choice(
        "no eigenvalue is above 1 in size",
        ("an eigenvalue is above 1", "Then W^n would grow along its eigenvector, without end."),
        (
            "no eigenvalue is above 1 in size",
            "Along an eigenvector with a larger eigenvalue W^n would grow without end.",
        ),
        ("W is orthogonal", "An orthogonal W has no singular value but 1."),
        ("W is normal", "For a normal W the norm of W^n is at least 1.5^n, and grows."),
    ),
}
