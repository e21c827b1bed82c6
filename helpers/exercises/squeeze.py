"""The exercises of notebook 04."""

import math

import numpy as np

from helpers.exercises.answers import Exercise, Repair, is_option, near
from helpers.maths.activations import activation
from helpers.maths.linear import spectral_norm
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


EXERCISES = {
    "04.1": Repair(
        spectral_norm,
        "The largest singular value: one direction is stretched by it, none by more.",
        _jacobians(),
        (
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
    ),
    "04.2": Exercise(
        activation("selu").gamma,
        "It is λα, the slope just left of 0.",
        (
            (near(activation("selu").gamma, 6e-3), "Nearly: four digits, please. The title above the slope has them."),
            (
                near(1.0507, 1e-3),
                "That is the slope for z > 0. Look at z = 0, where the zoo shows the slope from the left.",
            ),
            (near(1.6733, 1e-3), "That is α alone. On the left the slope is λα e^z."),
            (near(1.0, 1e-3), "SELU is ELU, scaled by λ = 1.0507. Where is it steepest?"),
            (near(1.098, 2e-3), "That is SiLU's. Choose SELU."),
        ),
        digits=4,
        otherwise="Not yet. Choose SELU in the zoo, and move z to where its slope is largest.",
    ),
    "04.3": Exercise(
        float(math.ceil(layers_to_lose(1e6, 0.25))),
        "4^10 = 1,048,576 is just above a million.",
        (
            (near(float(layers_to_lose(1e6, 0.25)), 0.01), "That is the exact place. A number of layers is whole."),
            (near(9, 0), "Just not: 4^9 = 262,144."),
            (near(20, 0), "You have halved the gradient at each layer. It is quartered."),
            (near(24, 1), "A quarter each: (1/4)^n, not n quarters."),
            (near(6, 0), "Six layers divide by a million if each divides by ten. Here each divides by 4."),
            (lambda n: n > 10, "Certain, but not the least: try one layer less."),
        ),
        otherwise="Not yet. Divide by 4 until you have passed a million.",
    ),
    "04.4": Exercise(
        "He",
        "Weights of variance 2/n make up for the half of the neurons that ReLU blocks.",
        (
            (is_option("Glorot"), "Made for tanh: its variance is 1/n, and ReLU halves it again in every layer."),
            (is_option("Gaussian 1/√n"), "Its variance is 1/n, and ReLU halves what is left in every layer."),
            (is_option("orthogonal"), "It keeps every length, but ReLU blocks half of the neurons after it."),
            (
                is_option("small Gaussian (0.01)"),
                "There the gradient is below what single precision can hold. Read the sentence.",
            ),
            (is_option("Gaussian 3/√n"), "There every layer multiplies by about 3/√2 on the way up."),
        ),
        options=("small Gaussian (0.01)", "Gaussian 1/√n", "Gaussian 3/√n", "Glorot", "He", "orthogonal"),
    ),
}
