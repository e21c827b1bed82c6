"""The exercises of notebook 03."""

from functools import reduce

import numpy as np

from helpers.exercises.answers import near, number, repair
from helpers.maths.activations import activation
from helpers.maths.mlp import Layer, chain_product, forward, weight_gradients
from helpers.maths.rnn import candidate_products, run_alone

TANH = activation("tanh")


def _cases() -> tuple:
    """Return a few W (n, n) and states (n,), of a size at which tanh bends."""
    rng = np.random.default_rng(0)
    return tuple((rng.standard_normal((n, n)), rng.standard_normal(n)) for n in (2, 3, 4))


def _steps() -> tuple:
    """Return W and the slopes of three steps, oldest first."""
    rng = np.random.default_rng(1)
    return tuple((W, rng.uniform(0.1, 1.0, (3, len(W)))) for W, _ in _cases())


def _product(combine):
    """Return the function that combines each factor (slope, W) with the product so far."""
    return lambda W, slopes: reduce(lambda P, slope: combine(np.diag(slope), W, P), slopes, np.eye(len(W)))


def _wrong_run(at, moves=np.tanh):
    """Return a product of which each slope is taken ``at`` an argument of W, and of the states before and after."""

    def product(W, h, n_steps):
        P = np.eye(len(W))
        for _ in range(n_steps):
            before, h = h, moves(W @ h)
            P = np.diag(TANH.slope(at(W, before, h))) @ W @ P
        return P

    return product


def _of_weights(row, W, g):
    layers = [Layer(W, "tanh")]
    return weight_gradients(layers, forward(layers, g), row[None]).W[0]


def _rows() -> tuple:
    """Return a row, a W that is not square and one that is, and what W reads."""
    rng = np.random.default_rng(2)
    return tuple(
        (rng.standard_normal(m), rng.standard_normal((m, n)), rng.standard_normal(n)) for m, n in ((2, 3), (3, 3))
    )


def _l2_at_z() -> float:
    """Return dD/dz of a sigmoid output at z = -10 with target 1 under L2, by the chain of its factors."""
    layers = [Layer([[1.0]], "sigmoid")]
    run = forward(layers, [-10.0])
    return float(chain_product(layers, run, run.H[-1][None] - 1.0, k=0)[0, 0])


EXERCISES = {
    "03.1": repair(
        _product(lambda S, W, P: S @ W @ P),
        "The newest factor comes from the left, and matrices are multiplied by @.",
        _steps(),
        _product(lambda S, W, P: S @ W * P),
        "Not yet. Every entry off the diagonal is 0, as if no neuron had heard of another. What does * do?",
        _product(lambda S, W, P: P @ S @ W),
        "Now they are matrices, in the wrong order: the newest factor stands on the LEFT of what is there.",
        _product(lambda S, W, P: W @ S @ P),
        "S and W are swapped: slope * W multiplies COLUMN j by slope j. For the rows it is slope[:, None] * W.",
        _product(lambda S, W, P: P @ W.T @ S),
        "That is the transpose of the right product, as the slide prints it. A row for each y is wanted.",
    ),
    "03.2": repair(
        lambda W, h, n_steps: candidate_products(*run_alone(W, h, int(n_steps))).newest_left,
        "Each factor is taken where the run is at that step.",
        tuple(((W, h, 3) for W, h in _cases())),
        lambda W, h, n_steps: np.linalg.matrix_power(np.diag(TANH.slope(W @ h)) @ W, n_steps),
        "Not yet. With one step it would be right. From the second step on: at which state is the slope taken?",
        _wrong_run(lambda W, before, after: W @ after),
        "One step late: h has moved before the slope of its step was taken. Take the slope first.",
        _wrong_run(lambda W, before, after: W @ before, moves=lambda z: z),
        "The state moves now, but without its tanh.",
        _wrong_run(lambda W, before, after: after),
        "The run moves now. But the slope is that of tanh at its argument z = W h, which is 1 − tanh(z)².",
        lambda W, h, n_steps: candidate_products(*run_alone(W, h, int(n_steps))).oldest_left,
        "The slopes are right; the newest factor must stand on the LEFT.",
        lambda W, h, n_steps: candidate_products(*run_alone(W, h, int(n_steps))).swapped,
        "S and W are swapped: the slope belongs to the row, so S, the diagonal of slopes, stands left of W.",
    ),
    "03.3": repair(
        _of_weights,
        "The row passes ∇f first, then meets what the weights read.",
        _rows(),
        lambda row, W, g: np.outer(row, g),
        "Not yet. With the identity for tanh it would be right. Which factor of C18 is missing?",
        lambda row, W, g: np.outer(g, row * TANH.slope(W @ g)),
        "That is the transpose: W has a row for each OUTPUT, so the row comes first.",
        lambda row, W, g: np.outer(row * TANH.slope(row), g),
        "The slope is taken at the row. It belongs to the argument of tanh, W g.",
        lambda row, W, g: np.outer(row * np.tanh(W @ g), g),
        "You have tanh(z) where its slope 1 − tanh(z)² belongs.",
        lambda row, W, g: np.outer(row, g) / TANH.slope(W @ g)[:, None],
        "On its way back the row is multiplied by the slope, not divided by it.",
    ),
    "03.5": number(
        "A sigmoid output has z = −10, its target is 1, the loss is L₂ (with the ½). What is dD/dz? (two digits, "
        "such as -1.2e-3)",
        _l2_at_z(),
        "The error −1 is squeezed by the slope y(1 − y).",
        near(-_l2_at_z(), 1e-6, "The size is right. y is below its target: the error y − d is negative."),
        near(1.0, 0.01, "The sign is that of d − y. And L₂ has to pass the slope of the sigmoid too."),
        near(-1.0, 0.01, "That is the error, or what KL sends. L₂ has to pass the slope of the sigmoid too."),
        near(-0.5, 0.01, "Half the error? The ½ of the loss is used up by the 2 of the square."),
        near(-2 * abs(_l2_at_z()), 1e-6, "Twice too large: the ½ of the loss cancels the 2 of the square."),
        digits=2,
        otherwise="Not yet. Take the error y − d, times the slope y(1 − y), at z = −10.",
    ),
}
