"""The explorers of what one layer of activations does to a gradient, and what many do (notebook 04)."""

from functools import lru_cache

import numpy as np

from helpers.data import digits
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, counted, number
from helpers.figures import depth as figures
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.depth import HALF_SPACING_SINGLE, SMALLEST_SINGLE, log10_rms, lost_updates, rms_slope, squeeze, train
from helpers.maths.linear import gaussian
from helpers.maths.mlp import Layer, forward, log10_gradient_norms, neuron_gradient_log10_norms, random_net
from helpers.maths.vector_activations import LAYERNORM_EPS, activation_jacobian, softmax_cross_entropy


def by_label(*names: str) -> dict[str, str]:
    """Return the activations of these names by their labels."""
    return {ACTIVATIONS[name].label: name for name in names}


WIDTH = 300  # neurons of a layer in the squeeze
N_BINS = 40
ARGUMENTS = np.random.default_rng(0).standard_normal((figures.Squeeze.deepest, WIDTH))  # of all layers, of variance 1
ELEMENTWISE = by_label(*ACTIVATIONS)
SQUEEZED = {label: name for label, name in ELEMENTWISE.items() if name not in ("exp", "squared_relu", "gelu")}
LAYERS = {"softmax": "softmax", "LayerNorm": "layernorm"} | by_label("sigmoid", "tanh", "relu", "silu")


@lru_cache
def zoo_curves(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a grid of z with f and f' over it; at a kink the slope jumps upright."""
    act = ACTIVATIONS[name]
    kinks = [side for kink in act.kinks for side in (kink, np.nextafter(kink, np.inf))]
    z = np.unique(np.concatenate([np.linspace(*figures.Zoo.z_limits, 401), kinks]))
    return z, act(z), act.slope(z)


def zoo_state(z: float, activation: str) -> dict:
    """Compute what the zoo shows: an activation over a grid, and at z."""
    act = ACTIVATIONS[activation]
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


def squeeze_state(variance: float, depth: int, activation: str) -> dict:
    """Compute what the squeeze shows; of a vector what 0 layers of slopes leave, 1, and so on to the deepest."""
    act = ACTIVATIONS[activation]
    Z = np.sqrt(variance) * ARGUMENTS
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


# What many layers do


DEPTH_ACTIVATIONS = by_label("identity", "sigmoid", "tanh", "relu", "silu")
DEPTH_WIDTH = 40
NET_ACTIVATIONS = by_label("sigmoid", "tanh", "relu", "elu")
NET_ACTIVATIONS |= {"leaky ReLU": "leaky_relu"} | by_label("selu", "silu", "softplus")
SCHEMES = {
    "small Gaussian (0.01)": "small",
    "Gaussian 1/√n": "gaussian",
    "Gaussian 3/√n": "large",
    "Glorot": "glorot",
    "He": "he",
    "orthogonal": "orthogonal",
}
LARGE_GAIN = 3.0
LEARNING_RATE, BATCH = 0.1, 128


@lru_cache
def unit_matrices(seed: int) -> np.ndarray:
    """Return matrices of gain 1, (layers, width, width), and none of them can be written to."""
    rng = np.random.default_rng(seed)
    W = np.stack([gaussian(DEPTH_WIDTH, 1.0, rng) for _ in range(figures.Depth.n_layers)])
    W.flags.writeable = False
    return W


def depth_state(gain: float, seed: int, activation: str) -> dict:
    """Compute what the explorer of depth shows: log10 of the gradient beside the output's, from there to the input."""
    W = gain * unit_matrices(seed)
    x = np.random.default_rng(seed + 1000).standard_normal(DEPTH_WIDTH)
    logs = []
    for layers in ([Layer(matrix, activation) for matrix in W], [Layer(W[0], activation)] * len(W)):
        logs.append(log10_gradient_norms(layers, forward(layers, x), np.full((1, DEPTH_WIDTH), DEPTH_WIDTH**-0.5)))
    return {"log10_deep": logs[0][::-1], "log10_recurrent": logs[1][::-1]}


def describe_depth(state) -> str:
    """Say what is left after all layers, and the factor per layer."""
    told = []
    for name, logs in (("deep", state.log10_deep), ("recurrent", state.log10_recurrent)):
        rate = "" if np.isneginf(logs[-1]) else f" (a factor of {number(10 ** (logs[-1] / (len(logs) - 1)))} per layer)"
        told.append(f"{name} net {amount(logs[-1])}{rate}")
    return (
        f"{state.activation_label}, gain {state.gain:.3g}: of the gradient at the output, "
        f"{len(state.log10_deep) - 1} layers leave {'; '.join(told)}."
    )


def depth_explorer(activation: str = "tanh", gain: float = 1.0) -> Explorer:
    """Return the explorer of the gradient against depth, with untied and with tied weights."""
    controls = [
        Slider("gain", "gain g of W", 0.5, 12, gain, 0.05),
        Slider("seed", "another draw", 0, 9, 0, 1),
        Choice("activation", "activation f", DEPTH_ACTIVATIONS, activation),
    ]
    return Explorer(controls, depth_state, figures.Depth(), describe_depth)


@lru_cache
def digit_columns() -> tuple[np.ndarray, np.ndarray]:
    """Return the digits as inputs (64, 1797) of mean 0 and variance 1, and their targets (10, 1797)."""
    images, labels = digits()
    return ((images - images.mean()) / images.std()).T, np.eye(10)[:, labels]


def digits_state(n_layers: int, activation: str, scheme: str, width: int, n_updates: int, batch: int, seed: int):
    """Compute what the explorer of the digits shows; a generator, for training takes time.

    log10_norms has an array of neurons for each layer, log10_levels and log10_lost a number for each.
    """
    X, targets = digit_columns()
    rng = np.random.default_rng(seed)
    names = [*[activation] * (n_layers - 1), "identity"]
    drawn = {"scheme": "gaussian", "gain": LARGE_GAIN} if scheme == "large" else {"scheme": scheme}
    layers, losses = random_net([64, *[width] * (n_layers - 1), 10], names, rng, **drawn), []
    yield 0.0
    for trained, loss in train(layers, X, targets, LEARNING_RATE, n_updates, BATCH, rng):
        layers = trained
        losses.append(loss)
        yield len(losses) / (n_updates + 1)
    run = forward(layers, X[:, :batch])
    loss = softmax_cross_entropy(run.H[-1], targets[:, :batch])
    norms = neuron_gradient_log10_norms(layers, run, loss.gradient / batch)
    some = rng.integers(0, X.shape[1], BATCH)  # a batch like those of the training, so that the curve goes on
    after = softmax_cross_entropy(forward(layers, X[:, some]).H[-1], targets[:, some])
    return {
        "image": digits()[0][0].reshape(8, 8),
        "log10_norms": norms,
        "layers": np.arange(1, n_layers + 1),
        "log10_levels": np.array([log10_rms(one) for one in norms]),
        "log10_lost": lost_updates(norms, layers, LEARNING_RATE),
        "losses": np.array([*losses, after.value.mean()]),
    }


def layers_told(which: np.ndarray) -> str:
    """Return in words the layers (counted from 1) at which ``which`` holds."""
    numbers = np.flatnonzero(which) + 1
    if len(numbers) == 1:
        return f"layer {numbers[0]}"
    if len(numbers) == numbers[-1] - numbers[0] + 1:
        return f"layers {numbers[0]} to {numbers[-1]}"
    return f"{len(numbers)} layers between {numbers[0]} and {numbers[-1]}"


def describe_digits(state) -> str:
    """Say how the gradient falls from layer to layer, and where single precision loses it."""
    levels, lost = state.log10_levels, state.log10_lost
    first, last = levels[0], levels[-2]
    net = f"{state.activation_label}, {state.scheme_label}, {state.n_layers} layers of {state.width}"
    told = [
        f"{net}, {state.batch_label}, after {state.n_updates} updates (loss of {BATCH} digits "
        f"{number(state.losses[-1])}): the gradient of a neuron is "
        f"{amount(last)} in layer {state.n_layers - 1} and {amount(first)} in layer 1"
    ]
    if np.isfinite([first, last]).all() and state.n_layers > 2:
        told[0] += f", a factor of {number(10 ** ((first - last) / (state.n_layers - 2)))} per layer"
    rounded, gone, larger = levels < lost, levels < SMALLEST_SINGLE, levels > lost - HALF_SPACING_SINGLE
    if rounded.any():
        told.append(f"Single precision rounds most of an update away in {layers_told(rounded)}")
    if gone.any():
        told.append(f"It cannot hold the gradient itself in {layers_told(gone)}")
    if larger.any():
        told.append(f"An update is larger than the weights in {layers_told(larger)}")
    if not (rounded | larger).any():
        told.append("Single precision keeps the update in every layer, and none is larger than the weights")
    dead = sum(int(np.isneginf(norms).sum()) for norms in state.log10_norms)
    if dead:
        told.append(f"For {dead} neurons the gradient is exactly 0")
    return ". ".join(told) + "."


def digits_explorer(activation: str = "sigmoid", scheme: str = "glorot") -> Explorer:
    """Return the explorer of the deck's lost figure: the gradient of every neuron of a net that reads digits."""
    controls = [
        Slider("n_layers", "layers", 3, 50, 19, 1),
        Choice("activation", "activation f", NET_ACTIVATIONS, activation),
        Choice("scheme", "first weights", SCHEMES, scheme),
        Choice("width", "neurons of a layer", [16, 64, 128], 64),
        Choice("n_updates", "updates of training", [0, 20, figures.Digits.most_updates], 0),
        Choice("batch", "gradient of", {"one digit": 1, f"{BATCH} digits": BATCH}, 1),
        Slider("seed", "another draw", 0, 9, 0, 1),
    ]
    return Explorer(controls, digits_state, figures.Digits(), describe_digits)
