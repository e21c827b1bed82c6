"""The explorers of how much one layer of activations shrinks a gradient (notebook 04)."""

from functools import lru_cache

import numpy as np

from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, counted, number
from helpers.figures import squeeze as figures
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.activations import activation as find_activation
from helpers.maths.depth import rms_slope, squeeze
from helpers.maths.vector_activations import LAYERNORM_EPS, activation_jacobian

WIDTH = 300  # neurons of a layer in the squeeze
N_BINS = 40
ELEMENTWISE = {act.label: name for name, act in ACTIVATIONS.items()}
SQUEEZED = {label: name for label, name in ELEMENTWISE.items() if name not in ("exp", "squared_relu", "gelu")}
LAYERS = {
    "softmax": "softmax",
    "LayerNorm": "layernorm",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "ReLU": "relu",
    "SiLU": "silu",
}


@lru_cache
def zoo_curves(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a grid of z with f and f' over it; at a kink the slope jumps upright."""
    act = find_activation(name)
    kinks = [side for kink in act.kinks for side in (kink, np.nextafter(kink, np.inf))]
    z = np.unique(np.concatenate([np.linspace(*figures.Zoo.z_limits, 401), kinks]))
    return z, act(z), act.slope(z)


def zoo_state(z: float, activation: str) -> dict:
    """Compute what the zoo shows: an activation over a grid, and at z."""
    act = find_activation(activation)
    z_grid, values, slopes = zoo_curves(activation)
    return {
        "act": act,
        "value": float(act(z)),
        "slope": float(act.slope(z)),
        "tangent_z": z + np.array([-2.0, 2.0]),
        "tangent": float(act(z)) + float(act.slope(z)) * np.array([-2.0, 2.0]),
        "z_grid": z_grid,
        "values": values,
        "slopes": slopes,
    }


def describe_zoo(state) -> str:
    """Say value, slope and the largest slope."""
    act = state.act
    bound = "no bound" if np.isinf(act.gamma) else f"the bound γ = {act.gamma:.6g}"
    told = f"{act.label} at z = {state.z:g}: f = {number(state.value)}, f ′ = {number(state.slope)}. "
    told += f"The size of the slope has {bound} ({act.attained})."
    return f"{told} Note: {act.gain_note}." if act.gain_note else told


def zoo_explorer(activation: str = "tanh") -> Explorer:
    """Return the explorer of the activations and their slopes.

    >>> zoo_explorer("sigmoid").sentence
    'sigmoid at z = 0: f = 0.5, f ′ = 0.25. The size of the slope has the bound γ = 0.25 (z = 0). \
Note: a weight below 4 cannot make one step expand.'
    """
    controls = [
        Slider("z", "argument z", *figures.Zoo.z_limits, 0, 0.05),
        Choice("activation", "activation f", ELEMENTWISE, activation),
    ]
    return Explorer(controls, zoo_state, figures.Zoo(), describe_zoo)


@lru_cache
def standard_arguments() -> np.ndarray:
    """Return N(0, 1) arguments of all layers, (deepest, WIDTH)."""
    return np.random.default_rng(0).standard_normal((figures.Squeeze.deepest, WIDTH))


def squeeze_state(variance: float, depth: int, activation: str) -> dict:
    """Compute what the squeeze shows; of a vector what 0 layers of slopes leave, 1, and so on to the deepest."""
    act = find_activation(activation)
    Z = np.sqrt(variance) * standard_arguments()
    edges = np.linspace(0.0, 1.8, N_BINS + 1)
    shares = np.histogram(np.abs(act.slope(Z[:20])), edges)[0] / Z[:20].size
    rms, left = rms_slope(activation, variance), squeeze(activation, Z, np.full(WIDTH, WIDTH**-0.5))
    layers = np.arange(1, len(left))
    with np.errstate(divide="ignore"):  # of slopes that are all 0
        typical, bound = (np.append(0.0, layers * np.log10(factor)) for factor in (rms, act.gamma))
    return {
        "gamma": act.gamma,
        "rms": rms,
        "bins": (edges[1:] + edges[:-1]) / 2,
        "shares": shares,
        "log10_left": left,
        "log10_here": left[depth],
        "log10_typical": typical,
        "log10_bound": bound,
    }


def describe_squeeze(state) -> str:
    """Say what is left, what average and bound say, and from which layer on less than a millionth is left."""
    left, layers = state.log10_here, counted(state.depth, "layer")
    dead = f" No neuron has a slope in each of the {layers}." if np.isneginf(left) and state.rms else ""
    gone = int(np.flatnonzero(state.log10_left >= -6)[-1]) + 1
    million = f"from layer {gone} on" if gone < len(state.log10_left) else f"in none of the {gone - 1} layers shown"
    return (
        f"{state.activation_label}, arguments of variance {state.variance:.3g}: after {layers} {amount(left)} of a "
        f"vector of {WIDTH} neurons is left. The average, by the root mean square {state.rms:.5g} of the slope, is "
        f"{amount(state.log10_typical[state.depth])}; the bound γ^k is {amount(state.log10_bound[state.depth])}."
        f"{dead} Less than a millionth is left {million}."
    )


def squeeze_explorer(activation: str = "tanh") -> Explorer:
    """Return the explorer of layers of slopes without weights."""
    controls = [
        Slider("variance", "variance of z", 0.01, 10, 1, 0.05, log10=True),
        Slider("depth", "layers", 1, figures.Squeeze.deepest, 10, 1),
        Choice("activation", "activation f", SQUEEZED, activation),
    ]
    return Explorer(controls, squeeze_state, figures.Squeeze(), describe_squeeze, plays="depth")


def jacobian_state(spread: float, n: int, activation: str) -> dict:
    """Compute what the explorer of full Jacobians shows: J (n, n), and what it is made of, the largest first."""
    z = spread * np.linspace(1.0, -1.0, n)
    J = activation_jacobian(activation, z)
    if activation == "softmax":
        bound, words = 0.5, "½"
    elif activation == "layernorm":
        bound = float(1.0 / np.sqrt(z.var() + LAYERNORM_EPS))
        words = f"1/s = {number(bound)}"
    else:
        bound = ACTIVATIONS[activation].gamma
        words = f"γ = {number(bound)}"
    singular, diagonal = np.linalg.svd(J, compute_uv=False), np.sort(np.abs(np.diagonal(J)))[::-1]
    with np.errstate(divide="ignore"):
        logs = np.log10(singular), np.log10(diagonal)
    return {
        "J": J,
        "ranks": np.arange(1, n + 1),
        "singular": singular,
        "diagonal": diagonal,
        "log10_singular": logs[0],
        "log10_diagonal": logs[1],
        "log10_bound": np.log10(bound),
        "bound_words": words,
    }


def describe_jacobian(state) -> str:
    """Say the norm, the largest entry of the diagonal, and the bound."""
    off = np.abs(state.J - np.diag(np.diagonal(state.J))).max()
    form = "full" if off else "diagonal"
    two = state.activation == "layernorm" and state.n == 2
    flat = " Two numbers always become 1 and −1: nothing passes." if two else ""
    return (
        f"{state.activation_label}, n = {state.n}, z from {number(state.spread)} to {number(-state.spread)}: a {form} "
        f"Jacobian. Its norm is {number(state.singular[0])}, the largest entry of its diagonal "
        f"{number(state.diagonal[0])}, its smallest singular value {number(state.singular[-1])}; the bound is "
        f"{state.bound_words}.{flat}"
    )


def jacobian_explorer(activation: str = "softmax") -> Explorer:
    """Return the explorer of the Jacobian of one layer."""
    controls = [
        Slider("spread", "largest argument z", 0.1, 5, 1, 0.05),
        Slider("n", "neurons n", 2, figures.LARGEST_SIDE, 4, 1),
        Choice("activation", "activation f", LAYERS, activation),
    ]
    return Explorer(controls, jacobian_state, figures.FullJacobian(), describe_jacobian)
