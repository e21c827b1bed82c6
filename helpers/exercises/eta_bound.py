"""The exercises of notebook 07."""

import numpy as np

from helpers.exercises.answers import Exercise, Repair, is_option, near
from helpers.maths.activations import activation
from helpers.maths.rnn import run_alone, step_jacobians, transport

SIGMOID = activation("sigmoid")


def _nets() -> tuple:
    """Return W, b, h and a number of steps of three sigmoid nets."""
    rng = np.random.default_rng(0)
    return tuple((3.0 * rng.standard_normal((3, 3)), rng.standard_normal(3), rng.uniform(0, 1, 3), 4) for _ in range(3))


def _jacobians(W, b, h, n_steps):
    return step_jacobians(*run_alone(W, h, n_steps, "sigmoid", b))


def _product(W, b, h, n_steps):
    return transport(_jacobians(W, b, h, n_steps), n_steps, 0)


def _elementwise(J):
    """The steps J multiplied entry by entry, and the largest entry."""
    return np.abs(np.prod(J, axis=0)).max()


def _run_elementwise(W, b, h, n_steps):
    return _elementwise(_jacobians(W, b, h, n_steps))


def _run_transposed(W, b, h, n_steps):
    """The norm of the steps transposed one by one, and multiplied in the order of those that are not."""
    return np.linalg.norm(np.linalg.multi_dot(_jacobians(W, b, h, n_steps).swapaxes(-1, -2)[::-1]), 2)


EXERCISES = {
    "07.1": Repair(
        lambda W, b, h, n_steps: np.linalg.norm(_product(W, b, h, n_steps), 2),
        "The state moves, the matrices are multiplied as matrices, and the norm is the largest singular value.",
        _nets(),
        (
            (
                lambda W, b, h, n_steps: _elementwise(np.repeat(0.25 * W.T[None], n_steps, axis=0)),
                "Not yet, and three things are wrong. First: what does P * J do to two matrices?",
            ),
            (
                lambda W, b, h, n_steps: np.abs(np.linalg.matrix_power(0.25 * W.T, n_steps)).max(),
                "Matrices now. Second: the slope is ¼ at z = 0 only. Let h run, and take the slope where it is.",
            ),
            (
                lambda W, b, h, n_steps: np.linalg.norm(np.linalg.matrix_power(0.25 * W, n_steps), 2),
                "The slope is ¼ at z = 0 only. Let h run, and take the slope where it is.",
            ),
            (_run_elementwise, "The state runs. But P * J is still entry by entry: make it a product of matrices."),
            (
                _run_transposed,
                "The state runs, and the product is one of matrices. But with W.T the newest step stands on the right.",
            ),
            (
                lambda W, b, h, n_steps: np.abs(_product(W, b, h, n_steps)).max(),
                "The product is right. Third: its largest ENTRY is not its norm.",
            ),
            (
                lambda W, b, h, n_steps: np.abs(np.linalg.eigvals(_product(W, b, h, n_steps))).max(),
                "The product is right. Third: its largest EIGENVALUE is not its norm.",
            ),
        ),
    ),
    "07.2": Exercise(
        1.0 / SIGMOID.gamma,
        "1/γ with γ = ¼.",
        (
            (near(0.5, 1e-9), "That is the ½ of the slide, and a slip. What must ‖W‖ be for γ‖W‖ = 1?"),
            (near(1.0, 1e-9), "That is tanh's: its γ is 1. The sigmoid's is ¼."),
            (near(0.25, 1e-9), "That is γ itself. γ‖W‖ must be below 1."),
            (near(2.0, 1e-9), "2 is where a Gaussian W of gain 1 lies. Solve γ‖W‖ = 1."),
        ),
        tolerance=1e-6,
        otherwise="Not yet. Solve γ‖W‖ = 1.",
    ),
    "07.3": Exercise(
        float(np.sqrt(1 / 8)),
        "a s² = 1.",
        (
            (near(1 / 8, 1e-3), "That is s². Take the root."),
            (near(0.5, 1e-9), "There it doubles at each step: 8 · ½² = 2."),
            (near(float(np.sqrt(1 / 16)), 1e-3), "‖W‖ is 2a, but the eigenvalue is a s²."),
            (
                near(float(np.sqrt(7 / 8)), 1e-3),
                "You have solved a (1 − s²) = 1. The eigenvalue is a s².",
            ),
        ),
        digits=3,
        otherwise="Not yet. Set a = 8 and move s until the curve is level.",
    ),
    "07.4": Exercise(
        "nothing",
        "γ‖W‖ > 1 is necessary for exploding, and sufficient for nothing.",
        (
            (is_option("it explodes"), "Then 3 I would have exploded above. It was gone after ten steps."),
            (is_option("it vanishes"), "For that γ‖W‖ < 1 would do. Here it is 3."),
            (is_option("it explodes if an eigenvalue exceeds 1"), "3 I has the eigenvalue 3, and vanished."),
        ),
        options=("it explodes", "it vanishes", "nothing", "it explodes if an eigenvalue exceeds 1"),
    ),
}
