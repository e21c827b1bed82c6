"""The explorers of how much one layer of activations shrinks a gradient (notebook 04)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, number
from helpers.figures import squeeze as figures
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.activations import activation as find_activation
from helpers.maths.squeeze import rms_slope, squeeze
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


@dataclass(frozen=True)
class ZooState:
    """An activation over a grid, and at z."""

    label: str
    gamma: float
    attained: str
    remark: str
    z: float
    value: float
    slope: float
    z_grid: np.ndarray
    values: np.ndarray
    slopes: np.ndarray


@lru_cache
def zoo_curves(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a grid of z with f and f' over it; at a kink the slope jumps upright."""
    act = find_activation(name)
    kinks = [side for kink in act.kinks for side in (kink, np.nextafter(kink, np.inf))]
    z = np.unique(np.concatenate([np.linspace(*figures.Zoo.z_limits, 401), kinks]))
    return z, act(z), act.slope(z)


def zoo_state(z: float, activation: str) -> ZooState:
    """Compute what the zoo shows."""
    act = find_activation(activation)
    value, slope = float(act(z)), float(act.slope(z))
    return ZooState(act.label, act.gamma, act.attained, act.gain_note, z, value, slope, *zoo_curves(activation))


def describe_zoo(state: ZooState) -> str:
    """Say value, slope and the largest slope."""
    bound = "no bound" if np.isinf(state.gamma) else f"the bound γ = {state.gamma:.6g}"
    told = f"{state.label} at z = {state.z:g}: f = {number(state.value)}, f ′ = {number(state.slope)}. "
    told += f"The size of the slope has {bound} ({state.attained})."
    return f"{told} Note: {state.remark}." if state.remark else told


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


@dataclass(frozen=True)
class SqueezeState:
    """The slopes of one layer, and log10 of what k layers of slopes leave of a vector, k = 0 to the deepest."""

    label: str
    variance: float
    depth: int
    gamma: float
    rms: float
    bins: np.ndarray
    shares: np.ndarray
    log10_left: np.ndarray


@lru_cache
def standard_arguments() -> np.ndarray:
    """Return N(0, 1) arguments of all layers, (deepest, WIDTH)."""
    return np.random.default_rng(0).standard_normal((figures.Squeeze.deepest, WIDTH))


def squeeze_state(log10_q: float, depth: float, activation: str) -> SqueezeState:
    """Compute what the squeeze shows."""
    act, q = find_activation(activation), 10.0**log10_q
    Z = np.sqrt(q) * standard_arguments()
    edges = np.linspace(0.0, 1.8, N_BINS + 1)
    shares = np.histogram(np.abs(act.slope(Z[:20])), edges)[0] / Z[:20].size
    return SqueezeState(
        label=act.label,
        variance=q,
        depth=int(depth),
        gamma=act.gamma,
        rms=rms_slope(activation, q),
        bins=(edges[1:] + edges[:-1]) / 2,
        shares=shares,
        log10_left=squeeze(activation, Z, np.full(WIDTH, WIDTH**-0.5)),
    )


def describe_squeeze(state: SqueezeState) -> str:
    """Say what is left, what average and bound say, and from which layer on less than a millionth is left."""
    left, layers = state.log10_left[state.depth], f"{state.depth} layer{'s' * (state.depth > 1)}"
    dead = f" No neuron has a slope in each of the {layers}." if np.isneginf(left) and state.rms else ""
    gone = int(np.flatnonzero(state.log10_left >= -6)[-1]) + 1
    million = f"from layer {gone} on" if gone < len(state.log10_left) else f"in none of the {gone - 1} layers shown"
    return (
        f"{state.label}, arguments of variance {state.variance:.3g}: after {layers} {amount(left)} of a vector of "
        f"{WIDTH} neurons is left. The average, by the root mean square {state.rms:.5g} of the slope, is "
        f"{amount(state.depth * np.log10(state.rms))}; the bound γ^k is {amount(state.depth * np.log10(state.gamma))}."
        f"{dead} Less than a millionth is left {million}."
    )


def squeeze_explorer(activation: str = "tanh") -> Explorer:
    """Return the explorer of layers of slopes without weights."""
    controls = [
        Slider("log10_q", "log10 of the variance of z", -2, 1, 0, 0.05),
        Slider("depth", "layers", 1, figures.Squeeze.deepest, 10, 1),
        Choice("activation", "activation f", SQUEEZED, activation),
    ]
    return Explorer(controls, squeeze_state, figures.Squeeze(), describe_squeeze)


@dataclass(frozen=True)
class JacobianState:
    """The Jacobian (n, n) of a layer, its singular values and diagonal entries, largest first, and their bound."""

    label: str
    n: int
    spread: float
    J: np.ndarray
    singular: np.ndarray
    diagonal: np.ndarray
    bound: float
    bound_words: str


def jacobian_state(spread: float, n: float, activation: str) -> JacobianState:
    """Compute what the explorer of full Jacobians shows."""
    n = int(n)
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
    label = next(label for label, name in LAYERS.items() if name == activation)
    diagonal = np.sort(np.abs(np.diagonal(J)))[::-1]
    return JacobianState(label, n, spread, J, np.linalg.svd(J, compute_uv=False), diagonal, bound, words)


def describe_jacobian(state: JacobianState) -> str:
    """Say the norm, the largest entry of the diagonal, and the bound."""
    off = np.abs(state.J - np.diag(np.diagonal(state.J))).max()
    form = "full" if off else "diagonal"
    flat = " Two numbers always become 1 and −1: nothing passes." if (state.label, state.n) == ("LayerNorm", 2) else ""
    return (
        f"{state.label}, n = {state.n}, z from {number(state.spread)} to {number(-state.spread)}: a {form} Jacobian. "
        f"Its norm is {number(state.singular[0])}, the largest entry of its diagonal {number(state.diagonal[0])}, its "
        f"smallest singular value {number(state.singular[-1])}; the bound is {state.bound_words}.{flat}"
    )


def jacobian_explorer(activation: str = "softmax") -> Explorer:
    """Return the explorer of the Jacobian of one layer."""
    controls = [
        Slider("spread", "largest argument z", 0.1, 5, 1, 0.05),
        Slider("n", "neurons n", 2, figures.LARGEST_SIDE, 4, 1),
        Choice("activation", "activation f", LAYERS, activation),
    ]
    return Explorer(controls, jacobian_state, figures.FullJacobian(), describe_jacobian)
