"""The explorers of a net's chain of matrices (notebook 03)."""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, number
from helpers.figures import mlp as figures
from helpers.figures.mlp import N_LAYERS, WIDEST, shape_text
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.linear import gaussian, log10_norm
from helpers.maths.mlp import factors, forward, random_net
from helpers.maths.rnn import candidate_products, run_alone
from helpers.maths.vector_activations import cross_entropy, l2_loss

NET_ACTIVATIONS = {"tanh": "tanh", "ReLU": "relu", "softmax": "softmax", "LayerNorm": "layernorm"}


def shapes_state(k: int, n_in: int, n_hidden: int, n_out: int, activation: str) -> dict:
    """Compute what the explorer of shapes shows: the factors, output first, and the row after each of them.

    The target is 1, 0, 0, ...     A target of ones would be a special case: y - 1 has no part that LayerNorm leaves.
    """
    widths = [n_in, *[n_hidden] * (N_LAYERS - 1), n_out]
    layers = random_net(widths, activation, np.random.default_rng(3))
    run = forward(layers, np.linspace(1.0, -1.0, widths[0]))
    chain = factors(layers, run, l2_loss(run.H[-1], np.eye(widths[-1])[0]).gradient, k=k)
    matrices = [factor.matrix for factor in chain]
    rows = matrices[:1]
    for matrix in matrices[1:]:
        rows.append(rows[-1] @ matrix)
    sizes = [matrix.shape[1] for matrix in matrices]
    return {
        "labels": [factor.label for factor in chain],
        "factors": matrices,
        "rows": rows,
        "log10_lengths": np.array([log10_norm(row)[0] for row in rows]),
        # Multiplications of two numbers.
        "from_output": sum(before * after for before, after in pairwise(sizes)),
        "from_input": sum(rows * columns * sizes[-1] for rows, columns in (m.shape for m in matrices[:-1])),
    }


def describe_shapes(state) -> str:
    """Say the shapes, what they collapse to, and what the product costs."""
    product = " · ".join(
        f"{label} ({shape_text(m.shape)})" for label, m in zip(state.labels, state.factors, strict=True)
    )
    told = f"{product} = the gradient at the output of layer {state.k} ({shape_text(state.rows[-1].shape)})"
    if state.k == 0:
        told = told.replace("output of layer 0", "input")
    told += f", of length {amount(state.log10_lengths[-1])}"
    off = [label for label, factor in zip(state.labels, state.factors, strict=True) if not factor.any()]
    told += f": every neuron of layer {off[0].removeprefix('∇f_')} is off." if off else "."
    if len(state.factors) < 3:
        return told
    return f"{told} From the output: {state.from_output} multiplications; from the input: {state.from_input}."


def shapes_explorer() -> Explorer:
    """Return the explorer of the factors of the chain product and their shapes."""
    controls = [
        Slider("k", "at the output of layer k", 0, N_LAYERS, 3, 1),
        Slider("n_in", "width of the input", 1, WIDEST, 4, 1),
        Slider("n_hidden", "width of layers 1 to 3", 2, WIDEST, 5, 1),
        Slider("n_out", "width of the output", 2, WIDEST, 3, 1),
        Choice("activation", "activation f", NET_ACTIVATIONS, "tanh"),
    ]
    return Explorer(controls, shapes_state, figures.Shapes(), describe_shapes)


def candidates_state(n_steps: int, n: int, gain: float) -> dict:
    """Compute what the explorer of the four products shows: the finite difference first, then each with its error."""
    rng = np.random.default_rng(1)
    W, h0 = gaussian(n, gain, rng), rng.uniform(-0.5, 0.5, n)
    measured = central_difference(lambda h: run_alone(W, h, n_steps)[1].H[-1], h0)
    products = candidate_products(*run_alone(W, h0, n_steps))
    errors = [max(relative_error(product, measured), 1e-17) for product in products]
    return {"matrices": [measured, *products], "log10_errors": np.log10(errors)}


def describe_candidates(state) -> str:
    """Say how far each product is from the finite difference."""
    products = list(zip(figures.PANELS[1:], state.log10_errors, strict=True))
    wrong = [f"{name}: {number(10**error, 2)}" for name, error in products if error >= figures.ACCEPTED]
    right = [f"‘{name}’" for name, error in products if error < figures.ACCEPTED]
    told = f"n = {state.n}, T = {state.n_steps}, gain {state.gain:g}: the finite difference accepts "
    if not wrong:
        return f"{told}all four, for with one neuron the factors are numbers, and their order is free."
    return f"{told}{' and '.join(right)}. Relative distance of the others: {'; '.join(wrong)}."


def candidates_explorer() -> Explorer:
    """Return the explorer of four orders of multiplication, of which a finite difference accepts one."""
    controls = [
        Slider("n_steps", "steps T", 1, 5, 1, 1),
        Slider("n", "neurons n", 1, 6, 4, 1),
        Slider("gain", "gain of W", 0.4, 1.6, 1.5, 0.1),
    ]
    return Explorer(controls, candidates_state, figures.Candidates(), describe_candidates)


def output_gradients(z: np.ndarray, d: float) -> tuple[np.ndarray, ...]:
    """Return the error y - d, then dD/dy of KL and of L2, then dD/dz of KL and of L2, each of the shape of z.

    y = sigmoid(z) is one of two probabilities y, 1 - y with targets d, 1 - d: moving y moves both.
    """
    sigmoid = ACTIVATIONS["sigmoid"]
    y, targets = np.stack([sigmoid(z), sigmoid(-z)]), np.stack([np.full_like(z, d), np.full_like(z, 1.0 - d)])
    kl_y = cross_entropy(y, targets).gradient @ [1.0, -1.0]
    l2_y = l2_loss(y[:1], targets[:1]).gradient[:, 0]
    slope = sigmoid.slope(z)
    return y[0] - d, kl_y, l2_y, kl_y * slope, l2_y * slope


@lru_cache
def output_curves(d: float) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Return the grid of z and log10 of the sizes over it."""
    z = np.linspace(*figures.OutputGradient.z_limits, 241)
    return z, tuple(log10_size(values) for values in output_gradients(z, d))


def log10_size(values: np.ndarray) -> np.ndarray:
    """Return log10 of the sizes of ``values``."""
    with np.errstate(divide="ignore"):
        return np.log10(np.abs(values))


def output_state(z: float, d: float) -> dict:
    """Compute what the explorer of the output gradient shows: KL and L2 at y, then KL and L2 at z, over z and here."""
    z_grid, (over_error, *over) = output_curves(d)
    error, *here = (float(values[0]) for values in output_gradients(np.array([z]), d))
    return {
        "z_grid": z_grid,
        "log10_error": over_error,
        "log10_sizes": over,
        "here": here,
        "log10_here": log10_size(np.reshape(here, (2, 2))),
        "y": error + d,
    }


def describe_output(state) -> str:
    """Say both gradients, at the output and one factor further."""
    kl_y, l2_y, kl_z, l2_z = (number(value) for value in state.here)
    return (
        f"z = {state.z:g}, so y = {number(state.y)}; target d = {state.d:g}: the error y − d is "
        f"{number(state.y - state.d)}. KL: dD/dy = {kl_y}, dD/dz = {kl_z}. L2: dD/dy = {l2_y}, dD/dz = {l2_z}."
    )


def output_explorer() -> Explorer:
    """Return the explorer of what two losses send into a net."""
    controls = [
        Slider("z", "argument z of the output", *figures.OutputGradient.z_limits, 2, 0.1),
        Slider("d", "target d", 0, 1, 1, 0.05),
    ]
    return Explorer(controls, output_state, figures.OutputGradient(), describe_output)
