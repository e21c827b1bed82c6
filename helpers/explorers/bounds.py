"""The explorers of the bounds of a recurrent net's gradient (notebook 07)."""

from functools import lru_cache

import numpy as np

from helpers.explorers.contributions import NET_ACTIVATIONS, net_controls, net_of
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, number
from helpers.figures import bounds as figures
from helpers.maths import bounds as maths
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.bounds import lyapunov_of_runs
from helpers.maths.linear import gaussian, power_norms, spectral_norm, spectral_radius
from helpers.maths.rnn import run_rnn

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
        "eta": ACTIVATIONS[activation].gamma * float(spectral_norm(net.W)),
        "radius": float(spectral_radius(net.W)),
        "log10_rungs": maths.bound_ladder(net, run_rnn(net, np.full(len(net.W), 0.1), X)),
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
        "log10_net": power_norms(J, n_steps),
        "log10_linear": power_norms(W, n_steps),
        "log10_bound": np.arange(n_steps + 1) * np.log10(spectral_norm(W)),
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
    W = gaussian(MAP_NEURONS, 1.0, rng)
    inputs = size * rng.standard_normal((MAP_STEPS, MAP_NEURONS))
    return lyapunov_of_runs(W, GAINS, inputs, activation, rng)


@lru_cache
def promised_gain(activation: str, seed: int) -> float:
    """Return the gain at which gamma |W| = 1."""
    W = gaussian(MAP_NEURONS, 1.0, np.random.default_rng(seed))
    return float(1.0 / (ACTIVATIONS[activation].gamma * spectral_norm(W)))


def lyapunov_state(gain: float, size: float, activation: str, seed: int):
    """Compute the exponent over the map, sizes of the input first, over the gains at this size, and at this gain.

    A generator, for the first map of an activation takes time.
    """
    rows = []
    for one in SIZES:
        rows.append(exponents_of_size(activation, seed, float(one)))
        yield len(rows) / len(SIZES)
    row = rows[int(np.argmin(np.abs(SIZES - size)))]
    return {
        "exponents": np.array(rows),
        "gains": GAINS,
        "row": row,
        "here": float(np.interp(gain, GAINS, row)),
        "promised": min(promised_gain(activation, seed), 3.0),
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
        f"{state.here:+.2f}: a gradient {told}. With this input it {turns}; the bound γ‖W‖ = 1 stands at "
        f"{state.promised:.2f}{' or above' if state.promised >= 3 else ''}."
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
