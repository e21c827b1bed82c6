"""The explorers of rests, cycles and cliffs of one neuron (notebook 02)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.explorers.live import Choice, Explorer, Slider
from helpers.explorers.scalar import amount, number, settling
from helpers.figures import regimes as figures
from helpers.figures.scalar import LABELS
from helpers.maths.regimes import attractor, bistable_interval, regime, two_cycle_interval
from helpers.maths.scalar import orbit_gradients
from helpers.maths.training import Descent, descend, wall_gradient, wall_loss

N_STEPS = 50
APART = 0.01  # each of the two starts lies this far from h0
PLACES = {  # (w, b, words) in the middle of each kind of place
    "sigmoid": (
        (0, 5.5, "one stable fixed point"),
        (7, -2.1, "two stable fixed points"),
        (-7.6, 3.8, "a cycle\nof two"),
    ),
    "tanh": (
        (0, 6.8, "one stable fixed point"),
        (5.5, 1.2, "two stable\nfixed points"),
        (-5.5, 1.2, "a cycle\nof two"),
    ),
}
N_UPDATES = 60


@dataclass(frozen=True)
class RegimesState:
    """What the map of regimes shows; two runs, time leading."""

    activation: str
    w: float
    b: float
    H: np.ndarray
    log10_dh0: np.ndarray
    map: np.ndarray
    borders: list[tuple[np.ndarray, np.ndarray]]
    places: tuple[tuple[float, float, str], ...]


@lru_cache
def regime_map(activation: str) -> np.ndarray:
    """Return the regime (1, 2 or 3) on a grid over the map, b downwards along the first axis."""
    w = np.linspace(*figures.MAP_LIMITS["w"], 401)
    b = np.linspace(*figures.MAP_LIMITS["b"], 321)
    return regime(activation, w, b[:, None])


@lru_cache
def borders(activation: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the exact borders (w, b): two of the cusp, two of the cycles."""
    tip = {"sigmoid": 4, "tanh": 1}[activation]
    w = tip / (1 - np.linspace(1e-6, 0.96, 400) ** 2)  # closest together at the tip, where the borders turn
    folds, flips = bistable_interval(activation, w), two_cycle_interval(activation, -w)
    return [*((w, b) for b in folds), *((-w, b) for b in flips)]


def regimes_state(activation: str, w: float, b: float, h0: float) -> RegimesState:
    """Compute what the map of regimes shows."""
    run = orbit_gradients(activation, w, b, np.array([h0 - APART, h0 + APART]), N_STEPS)
    return RegimesState(
        activation, w, b, run.H, run.log10_dh0, regime_map(activation), borders(activation), PLACES[activation]
    )


def describe_regimes(state: RegimesState) -> str:
    """Say where the two runs end and what their gradients are."""
    settled = attractor(state.activation, state.w, state.b, state.H[0])
    told = []
    for run, start in enumerate(state.H[0]):
        one = type(settled)(*(field[run] for field in settled))
        told.append(
            f"the run from {number(start)} {settling(one)} and its dh_{N_STEPS}/dh_0 is "
            f"{amount(state.log10_dh0[-1, run])} in size"
        )
    return f"{LABELS[state.activation]}, w = {state.w:g}, b = {state.b:g}: {'; '.join(told)}."


def regime_explorer(w: float = 8.0, b: float = -4.0, h0: float = 0.5) -> Explorer:
    """Return the explorer of rests and cycles over (w, b)."""
    controls = [
        Slider("w", "weight w", *figures.MAP_LIMITS["w"], w, 0.01),
        Slider("b", "bias b", *figures.MAP_LIMITS["b"], b, 0.01),
        Slider("h0", "middle of the two starts", -1, 1, h0, 0.01),
        Choice("activation", "activation f", {LABELS[name]: name for name in PLACES}, "sigmoid"),
    ]
    return Explorer(controls, regimes_state, figures.Regimes(), describe_regimes)


@dataclass(frozen=True)
class WallState:
    """What the wall explorer shows."""

    n_steps: int
    learning_rate: float
    max_norm: float
    surface: np.ndarray
    cut_b: np.ndarray
    cut_loss: np.ndarray
    steepest: float
    plain: Descent
    clipped: Descent
    left_at: int | None


@lru_cache
def surface(n_steps: int) -> np.ndarray:
    """Return the loss on a grid over the map, b along the first axis."""
    w, b = (np.linspace(*figures.WALL_LIMITS[name], 201) for name in "wb")
    return wall_loss(w, b[:, None], n_steps=n_steps)


def wall_state(b: float, log10_rate: float, max_norm: float, n_steps: int) -> WallState:
    """Compute what the wall explorer shows."""
    w, rate = 6.0, 10**log10_rate
    cut_b = np.linspace(*figures.WALL_LIMITS["b"], 401)
    plain = descend(w, b, rate, N_UPDATES, n_steps=n_steps)
    low, high = np.transpose([figures.WALL_LIMITS["w"], figures.WALL_LIMITS["b"]])
    outside = np.flatnonzero(((plain.path < low) | (plain.path > high)).any(axis=1))
    return WallState(
        n_steps=n_steps,
        learning_rate=rate,
        max_norm=max_norm,
        surface=surface(n_steps),
        cut_b=cut_b,
        cut_loss=wall_loss(w, cut_b, n_steps=n_steps),
        steepest=float(np.abs(wall_gradient(w, cut_b, n_steps=n_steps)[1]).max()),
        plain=plain,
        clipped=descend(w, b, rate, N_UPDATES, max_norm=max_norm, n_steps=n_steps),
        left_at=int(outside[0]) if len(outside) else None,
    )


def describe_wall(state: WallState) -> str:
    """Say what the two descents did."""
    w, b = state.plain.path[0]
    told = []
    for name, run in (("plain", state.plain), (f"clipped at {state.max_norm:g}", state.clipped)):
        end = ", ".join(f"{letter} = {number(value)}" for letter, value in zip("wb", run.path[-1], strict=True))
        told.append(f"{name} descent ends at {end} with loss {number(run.loss[-1])}")
    largest = state.plain.gradient_norm.max()
    return (
        f"From w = {w:g}, b = {b:g}, learning rate {number(state.learning_rate)}, {state.n_steps} steps: "
        f"{'; '.join(told)}. The largest gradient that plain descent meets is {largest:.2g}."
    )


def wall_explorer() -> Explorer:
    """Return the explorer of the loss wall."""
    controls = [
        Slider("b", "first bias b (w = 6)", *figures.WALL_LIMITS["b"], -3.2, 0.01),
        Slider("log10_rate", "log10 of the learning rate", -3, 0, -1, 0.05),
        Slider("max_norm", "clip the gradient at norm", 0.05, 5, 1, 0.05),
        Choice("n_steps", "steps T", [10, 25, 50], 50),
    ]
    return Explorer(controls, wall_state, figures.Wall(), describe_wall)
