"""The explorers of the bounds of a recurrent net's gradient (notebook 07)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.explorers.controls import Choice, Slider
from helpers.explorers.ledger import DRIVES, NET_ACTIVATIONS, net_of
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, number
from helpers.figures import bounds as figures
from helpers.maths import bounds as maths
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.initial import gaussian
from helpers.maths.linear import power_norms, spectral_norm, spectral_radius
from helpers.maths.lyapunov import lyapunov_of_runs
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


@dataclass(frozen=True)
class LadderState:
    """The rungs of the ladder in log10, and what they are made of."""

    gain: float
    label: str
    kind: str
    drive: str
    gamma: float
    norm: float
    radius: float
    ladder: maths.Ladder


def ladder_state(gain: float, activation: str, kind: str, drive: str) -> LadderState:
    """Compute what the explorer of the ladder shows."""
    net, X = net_of(kind, gain, activation, drive, figures.N_STEPS)
    run = run_rnn(net, np.full(len(net.W), 0.1), X)
    return LadderState(
        gain=gain,
        label=ACTIVATIONS[activation].label,
        kind=next(label for label, name in KINDS.items() if name == kind),
        drive=next(label for label, name in DRIVES.items() if name == drive),
        gamma=ACTIVATIONS[activation].gamma,
        norm=float(spectral_norm(net.W)),
        radius=float(spectral_radius(net.W)),
        ladder=maths.bound_ladder(net, run),
    )


def describe_ladder(state: LadderState) -> str:
    """Say the four rungs at the end, and which side of 1 the bound is."""
    true, norms, etas, eta = (amount(rung[-1]) for rung in state.ladder)
    side = "below 1: the gradient must vanish" if state.gamma * state.norm < 1 else "not below 1: it may vanish or not"
    return (
        f"{state.label}, {state.kind}, gain {state.gain:g}, reading {state.drive}: γ‖W‖ = "
        f"{number(state.gamma * state.norm)}, {side}; ρ(W) = {number(state.radius)}. After {figures.N_STEPS} steps the "
        f"norm of dh_t/dh_0 is {true}, the product of the ‖J_i‖ {norms}, of the η_i {etas}, and η^t {eta}."
    )


def ladder_explorer(gain: float = 0.9) -> Explorer:
    """Return the explorer of the truth and its three bounds."""
    controls = [
        Slider("gain", "gain g of W", 0.1, 3, gain, 0.05),
        Choice("activation", "activation f", NET_ACTIVATIONS, "tanh"),
        Choice("kind", "kind of W", KINDS, "gaussian"),
        Choice("drive", "what it reads", DRIVES, "noise"),
    ]
    return Explorer(controls, ladder_state, figures.Ladder(), describe_ladder)


@dataclass(frozen=True)
class NilpotentState:
    """log10 norms (T + 1,) of the net at rest, of W alone, and of the bound; and the eigenvalue of J over s."""

    a: float
    s: float
    log10_net: np.ndarray
    log10_linear: np.ndarray
    log10_bound: np.ndarray
    s_grid: np.ndarray
    growth: np.ndarray


def nilpotent_state(a: float, s: float) -> NilpotentState:
    """Compute what the explorer of the counterexample shows.

    The net h = tanh(W h + b), W = a [[1, 1], [-1, -1]], rests at (0, s) for b = artanh(0, s) - W (0, s). The powers of
    J at rest are shown, not a run: where the rest repels, rounding would drive a run away from it.
    """
    W = a * np.array([[1.0, 1.0], [-1.0, -1.0]])
    J = np.diag([1.0, 1.0 - s**2]) @ W
    n_steps, s_grid = figures.Nilpotent.n_steps, np.linspace(0.0, 0.95, 96)
    return NilpotentState(
        a=a,
        s=s,
        log10_net=power_norms(J, n_steps),
        log10_linear=power_norms(W, n_steps),
        log10_bound=np.arange(n_steps + 1) * np.log10(spectral_norm(W)),
        s_grid=s_grid,
        growth=a * s_grid**2,
    )


def describe_nilpotent(state: NilpotentState) -> str:
    """Say that W alone dies after two steps and what the net does."""
    last = len(state.log10_net) - 1
    return (
        f"a = {state.a:g}, s = {state.s:g}: ρ(W) = 0, and W² = 0. ‖W‖ = {number(2 * state.a)}. At rest at (0, "
        f"{state.s:g}) the Jacobian has the eigenvalue a s² = {number(state.a * state.s**2)}: after {last} steps the "
        f"norm of dh_{last}/dh_0 is {amount(state.log10_net[-1])}, the bound {amount(state.log10_bound[-1])}."
    )


def nilpotent_explorer(a: float = 8.0, s: float = 0.5) -> Explorer:
    """Return the explorer of a net with no eigenvalue but 0 whose gradient explodes."""
    controls = [Slider("a", "a, the size of W", 0.5, 10, a, 0.1), Slider("s", "s, the rest", 0, 0.95, s, 0.01)]
    return Explorer(controls, nilpotent_state, figures.Nilpotent(), describe_nilpotent)


@dataclass(frozen=True)
class LyapunovState:
    """The exponent over the map, sizes of the input first, and at the present point; and the gain of the bound."""

    label: str
    gain: float
    size: float
    gains: np.ndarray
    sizes: np.ndarray
    exponents: np.ndarray
    here: float
    promised: float


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


def lyapunov_state(gain: float, size: float, activation: str, seed: float):
    """Compute what the map shows; a generator, for the first map of an activation takes time."""
    rows = []
    for one in SIZES:
        rows.append(exponents_of_size(activation, int(seed), float(one)))
        yield len(rows) / len(SIZES)
    exponents = np.array(rows)
    row = exponents[int(np.argmin(np.abs(SIZES - size)))]
    return LyapunovState(
        label=ACTIVATIONS[activation].label,
        gain=gain,
        size=size,
        gains=GAINS,
        sizes=SIZES,
        exponents=exponents,
        here=float(np.interp(gain, GAINS, row)),
        promised=min(promised_gain(activation, int(seed)), 3.0),
    )


def describe_lyapunov(state: LyapunovState) -> str:
    """Say the exponent here, where it changes sign, and where the bound would have it."""
    row = state.exponents[int(np.argmin(np.abs(state.sizes - state.size)))]
    above = state.gains[row > NEAR_ZERO]
    turns = f"first grows at a gain near {above[0]:.1f}" if len(above) else "grows at no gain shown"
    told = f"{'grows' if state.here > 0 else 'fades'} by the factor {number(np.exp(state.here))} a step"
    if abs(state.here) < NEAR_ZERO:
        told = "neither grows nor fades, as far as so short a run can tell"
    return (
        f"{state.label}, gain {state.gain:g}, input of size {state.size:g}: the exponent is {state.here:+.2f}: a "
        f"gradient {told}. With this input it {turns}; the bound γ‖W‖ = 1 stands at {state.promised:.2f}"
        f"{' or above' if state.promised >= 3 else ''}."
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
