"""The explorers of a recurrent net: temporal contributions (notebook 06) and bounds of its gradient (07)."""

from functools import lru_cache

import numpy as np

from helpers.data import nile
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, number
from helpers.figures import rnn as figures
from helpers.maths import linear
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.bounds import bound_ladder, lyapunov_of_runs
from helpers.maths.contributions import contribution_log10_norms, contributions, weight_gradients_by_lag
from helpers.maths.rnn import RNN, run_rnn, step_jacobians
from helpers.maths.scalar import standardise
from helpers.maths.tasks import one_hot

SENTENCE = "Jane had a quick lunch in the bistro. Then she paid and left."
INPUTS = {"nothing": "nothing", "noise": "noise", "the Nile": "nile", "a sentence": "sentence"}
NET_ACTIVATIONS = {"tanh": "tanh", "sigmoid": "sigmoid", "ReLU": "relu", "identity": "identity"}
N = 16  # neurons
LONG = 20  # a lag that counts as long
SEEN = 1  # the neuron whose two runs are drawn: one that ReLU leaves alive


@lru_cache
def inputs_of(name: str, n_steps: int, size: float = 0.5, sentence: str = SENTENCE) -> np.ndarray:
    """Return the inputs (T, m) of that name: zeros, noise, the Nile from 1871 on, or a sentence, repeated."""
    if name == "nile":
        return standardise(nile()[1])[:n_steps, None]
    if name == "sentence":
        spaced = one_hot(f"{sentence} ")
        return np.tile(spaced, (-(-n_steps // len(spaced)), 1))[:n_steps]
    return size * np.random.default_rng(7).standard_normal((n_steps, 4)) * (name == "noise")


@lru_cache
def weights_of(kind: str, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Return W of gain 1 and U of a net of N neurons that reads m numbers."""
    rng = np.random.default_rng(0)
    return linear.recurrent_matrix(kind, N, 1.0, rng), rng.standard_normal((N, m))


def net_of(kind: str, gain: float, activation: str, inputs: str, n_steps: int) -> tuple[RNN, np.ndarray]:
    """Return the net of that gain, and its inputs (T, m)."""
    X = inputs_of(inputs, n_steps)
    W, U = weights_of(kind, X.shape[1])
    return RNN(gain * W, U, np.zeros(N), activation), X


@lru_cache
def readout(n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return V (2, N) and the targets (T, 2) of the loss |V h_t - d_t|^2 / 2 at every step."""
    rng = np.random.default_rng(3)
    return rng.standard_normal((2, N)) / np.sqrt(N), rng.standard_normal((n_steps, 2))


def net_controls(gain: float) -> tuple[Slider, Choice, Choice]:
    """Return the controls of gain, activation and input, from this gain on."""
    activation = Choice("activation", "activation f", NET_ACTIVATIONS, "tanh")
    return (
        Slider("gain", "gain g of W", 0.1, 3, gain, 0.05),
        activation,
        Choice("inputs", "what it reads", INPUTS, "noise"),
    )


@lru_cache
def log10_sizes(gain: float, activation: str, inputs: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log10 of the contribution of each pair (t, k), (T, T) from t = 1 and k = 1 on, beside the largest; of the
    gradient at each lag, (T,); and of the sum of the gradients from each lag on, (T,)."""
    net, X = net_of("gaussian", gain, activation, inputs, figures.N_STEPS)
    run = run_rnn(net, np.full(N, 0.1), X)
    V, targets = readout(figures.N_STEPS)
    G = np.vstack([np.zeros(N), (run.H[1:] @ V.T - targets) @ V])
    table = contributions(net, run, G)
    pairs = contribution_log10_norms(net, run, table)[1:, 1:]
    by_lag = weight_gradients_by_lag(net, run, table).reshape(figures.N_STEPS, -1)
    # Summed from the longest lag on, for a sum that begins with the large ones has lost the small ones.
    return pairs - pairs.max(), linear.log10_norm(by_lag), linear.log10_norm(np.cumsum(by_lag[::-1], axis=0)[::-1])


def contributions_state(gain: float, step: int, reached: int, window: int, activation: str, inputs: str) -> dict:
    """Compute log10 of the contributions of each pair, of the gradient by lag and of what a window leaves out.

    Those by lag stand beside the whole gradient.
    """
    pairs, by_lag, beyond = log10_sizes(gain, activation, inputs)
    log10_total = float(beyond[0])
    steps = np.arange(1, figures.N_STEPS + 1)
    return {
        "log10_pairs": pairs,
        "steps_back": steps[:step],
        "log10_back": pairs[step - 1, :step],
        "steps_ahead": steps[step - 1 :],
        "log10_ahead": pairs[step - 1 :, step - 1],
        "log10_own": pairs[step - 1, step - 1],
        "log10_pair": pairs[step - 1, reached - 1],
        "log10_total": log10_total,
        "log10_long": float(beyond[LONG]),
        "log10_by_lag": by_lag - log10_total,
        "log10_beyond": beyond[1:] - log10_total,
        "log10_left_out": beyond[window] - log10_total if window < figures.N_STEPS else -np.inf,
    }


def describe_contributions(state) -> str:
    """Say what one pair contributes, what long lags do, and what the window leaves out."""
    told = f"comes before step {state.reached} and contributes nothing there"
    if state.step == state.reached == 1:
        told = "reaches back to step 1 alone"
    elif state.step == state.reached:
        told = f"contributes at step {state.step} itself what is the measure for the steps before"
    elif state.step > state.reached:
        share = amount(state.log10_pair - state.log10_own)
        told = f"contributes {share} times as much at step {state.reached} as at step {state.step} itself"
    return (
        f"{state.activation_label}, gain {state.gain:g}, reading {state.inputs_label}: the loss at step {state.step} "
        f"{told}. The whole gradient has the length {amount(state.log10_total)}; all lags from {LONG} on together "
        f"have {amount(state.log10_long)}. A window of {state.window} leaves out "
        f"{amount(state.log10_left_out)} of it."
    )


def contributions_explorer(gain: float = 0.9) -> Explorer:
    """Return the explorer of the temporal contributions of every pair (t, k)."""
    first, *choices = net_controls(gain)
    controls = [
        first,
        Slider("step", "step t of the loss", 1, figures.N_STEPS, figures.N_STEPS, 1),
        Slider("reached", "step k reached back to", 1, figures.N_STEPS, 1, 1),
        Slider("window", "window of truncation", 1, figures.N_STEPS, 10, 1),
        *choices,
    ]
    return Explorer(controls, contributions_state, figures.Contributions(), describe_contributions, plays="step")


def merge_state(gain: float, activation: str, inputs: str) -> dict:
    """Compute one neuron of two runs (T + 1,), how far apart they start, log10 of their distance over that, of the
    norm of dh_t/dh_0, and of the bound of both."""
    n_steps = figures.Merging.n_steps
    net, X = net_of("gaussian", gain, activation, inputs, n_steps)
    starts = np.random.default_rng(5).uniform(-1.0, 1.0, (2, N))
    both = run_rnn(net, starts, np.repeat(X[:, None], 2, axis=1))
    one = run_rnn(net, starts[0], X)
    eta = ACTIVATIONS[activation].gamma * linear.spectral_norm(net.W)
    log10_apart = linear.log10_norm(both.H[:, 0] - both.H[:, 1])
    return {
        "one": both.H[:, 0, SEEN],
        "other": both.H[:, 1, SEEN],
        "start": float(10 ** log10_apart[0]),
        "log10_apart": log10_apart - log10_apart[0],
        "log10_gradient": linear.product_norms(step_jacobians(net, one)),
        "log10_bound": np.arange(n_steps + 1) * np.log10(eta),
    }


def describe_merge(state) -> str:
    """Say how far apart the runs begin and end, and what the gradient is."""
    last = len(state.one) - 1
    left = f"{amount(state.log10_apart[-1])} times as far apart"
    if state.log10_apart[-1] < -13:
        left = "the same to the last digits"
    return (
        f"{state.activation_label}, gain {state.gain:g}, reading {state.inputs_label}: the runs begin "
        f"{state.start:.3g} apart and after {last} steps are {left}; the norm of dh_{last}/dh_0 is "
        f"{amount(state.log10_gradient[-1])}. Neither can be above η^{last}, {amount(state.log10_bound[-1])}."
    )


def merge_explorer(gain: float = 0.8) -> Explorer:
    """Return the explorer of two runs that forget their starts, or do not."""
    return Explorer(net_controls(gain), merge_state, figures.Merging(), describe_merge)


# The bounds of a gradient: a ladder, a counterexample, and the map of the Lyapunov exponent


KINDS = {
    "Gaussian": "gaussian",
    "orthogonal": "orthogonal",
    "identity": "identity",
    "symmetric": "normal",
    "nilpotent (ρ = 0)": "nilpotent",
}
BOUNDED = {label: name for label, name in NET_ACTIVATIONS.items() if name in ("tanh", "sigmoid")}
MAP_NEURONS, MAP_STEPS = 30, 250
NEAR_ZERO = 0.02  # an exponent that runs of MAP_STEPS from other starts do not tell from 0


def ladder_state(gain: float, activation: str, kind: str, inputs: str) -> dict:
    """Compute the rungs of the ladder in log10, and what they are made of."""
    net, X = net_of(kind, gain, activation, inputs, figures.N_STEPS)
    return {
        "eta": ACTIVATIONS[activation].gamma * float(linear.spectral_norm(net.W)),
        "radius": float(linear.spectral_radius(net.W)),
        "log10_rungs": bound_ladder(net, run_rnn(net, np.full(len(net.W), 0.1), X)),
    }


def describe_ladder(state) -> str:
    """Say the four rungs at the end, and which side of 1 the bound is."""
    true, norms, etas, eta = (amount(rung[-1]) for rung in state.log10_rungs)
    side = "below 1: the gradient must vanish" if state.eta < 1 else "not below 1: it may vanish or not"
    return (
        f"{state.activation_label}, {state.kind_label}, gain {state.gain:g}, reading {state.inputs_label}: γ‖W‖ = "
        f"{number(state.eta)}, {side}; ρ(W) = {number(state.radius)}. After {figures.N_STEPS} steps the "
        f"norm of dh_t/dh_0 is {true}, the product of the ‖J_i‖ {norms}, of the η_i {etas}, and η^t {eta}."
    )


def ladder_explorer(gain: float = 0.9) -> Explorer:
    """Return the explorer of the truth and its three bounds."""
    first, activation, inputs = net_controls(gain)
    controls = [first, activation, Choice("kind", "kind of W", KINDS, "gaussian"), inputs]
    return Explorer(controls, ladder_state, figures.Ladder(), describe_ladder)


def nilpotent_state(a: float, s: float) -> dict:
    """Compute log10 norms (T + 1,) of the net at rest, of W alone, and of the bound; and the eigenvalue of J over s.

    The net h = tanh(W h + b), W = a [[1, 1], [-1, -1]], rests at (0, s) for b = artanh(0, s) - W (0, s). The powers of
    J at rest are shown, not a run: where the rest repels, rounding would drive a run away from it.
    """
    W = a * np.array([[1.0, 1.0], [-1.0, -1.0]])
    J = np.diag([1.0, 1.0 - s**2]) @ W
    n_steps, s_grid = figures.Nilpotent.n_steps, np.linspace(0.0, 0.95, 96)
    return {
        "log10_net": linear.power_norms(J, n_steps),
        "log10_linear": linear.power_norms(W, n_steps),
        "log10_bound": np.arange(n_steps + 1) * np.log10(linear.spectral_norm(W)),
        "s_grid": s_grid,
        "eigenvalues": a * s_grid**2,
        "eigenvalue": a * s**2,
    }


def describe_nilpotent(state) -> str:
    """Say that W alone dies after two steps and what the net does."""
    last = len(state.log10_net) - 1
    return (
        f"a = {state.a:g}, s = {state.s:g}: ρ(W) = 0, and W² = 0. ‖W‖ = {number(2 * state.a)}. At rest at (0, "
        f"{state.s:g}) the Jacobian has the eigenvalue a s² = {number(state.eigenvalue)}: after {last} steps the "
        f"norm of dh_{last}/dh_0 is {amount(state.log10_net[-1])}, the bound {amount(state.log10_bound[-1])}."
    )


def nilpotent_explorer(a: float = 8.0, s: float = 0.5) -> Explorer:
    """Return the explorer of a net with no eigenvalue but 0 whose gradient explodes."""
    controls = [Slider("a", "a, the size of W", 0.5, 10, a, 0.1), Slider("s", "s, the rest", 0, 0.95, s, 0.01)]
    return Explorer(controls, nilpotent_state, figures.Nilpotent(), describe_nilpotent)


GAINS, SIZES = np.linspace(0.1, 3.0, 30), np.linspace(0.0, 2.0, 21)


@lru_cache
def exponents_of_size(activation: str, seed: int, size: float) -> np.ndarray:
    """Return the Lyapunov exponents over GAINS of a net that reads noise of this size."""
    rng = np.random.default_rng(seed)
    W = linear.gaussian(MAP_NEURONS, 1.0, rng)
    inputs = size * rng.standard_normal((MAP_STEPS, MAP_NEURONS))
    return lyapunov_of_runs(W, GAINS, inputs, activation, rng)


def lyapunov_state(gain: float, size: float, activation: str, seed: int):
    """Compute the exponent over the map, sizes of the input first, over the gains at this size, and at this gain.

    A generator, for the first map of an activation takes time.
    """
    rows = []
    for one in SIZES:
        rows.append(exponents_of_size(activation, seed, float(one)))
        yield len(rows) / len(SIZES)
    row = rows[int(np.argmin(np.abs(SIZES - size)))]
    W = linear.gaussian(MAP_NEURONS, 1.0, np.random.default_rng(seed))
    bound = 1.0 / (ACTIVATIONS[activation].gamma * linear.spectral_norm(W))
    return {
        "exponents": np.array(rows),
        "gains": GAINS,
        "row": row,
        "here": float(np.interp(gain, GAINS, row)),
        "promised": min(float(bound), 3.0),
    }


def describe_lyapunov(state) -> str:
    """Say the exponent here, where it changes sign, and where the bound would have it."""
    above = state.gains[state.row > NEAR_ZERO]
    turns = f"first grows at a gain near {above[0]:.1f}" if len(above) else "grows at no gain shown"
    told = f"{'grows' if state.here > 0 else 'fades'} by the factor {number(np.exp(state.here))} per step"
    if abs(state.here) < NEAR_ZERO:
        told = "neither grows nor fades, as far as so short a run can tell"
    return (
        f"{state.activation_label}, gain {state.gain:g}, input of size {state.size:g}: the exponent is "
        f"{round(state.here, 2) or 0.0:+.2f}: a gradient {told}. With this input it {turns}; "
        f"the bound γ‖W‖ = 1 stands at {state.promised:.2f}{' or above' if state.promised >= 3 else ''}."
    )


def lyapunov_explorer() -> Explorer:
    """Return the explorer of the Lyapunov exponent over gain and input."""
    controls = [
        Slider("gain", "gain g of W", 0.1, 3, 1.5, 0.05),
        Slider("size", "size of the input", 0, 2, 0, 0.1),
        Choice("activation", "activation f", BOUNDED, "tanh"),
        Slider("seed", "another draw", 0, 4, 0, 1),
    ]
    return Explorer(controls, lyapunov_state, figures.LyapunovMap(), describe_lyapunov)
