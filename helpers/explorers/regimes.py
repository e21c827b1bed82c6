"""The explorers of fixed points, cycles and cliffs of one neuron (notebook 02)."""

from functools import lru_cache

import numpy as np

from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.scalar import settling
from helpers.explorers.words import amount, counted, number
from helpers.figures import regimes as figures
from helpers.figures.scalar import LABELS
from helpers.maths.descent import Descent, descend, wall_gradient, wall_loss
from helpers.maths.fixed_points import attractor, bistable_interval, regime, two_cycle_interval
from helpers.maths.scalar import orbit_gradients

N_STEPS = 50
APART = 0.01  # each of the two starts lies this far from h0
KINDS = ("one stable fixed point", "two stable\nfixed points", "a cycle\nof two")
PLACES = {  # (w, b) in the middle of each kind of place
    "sigmoid": ((0, 5.5), (4.6, -5.3), (-7.6, 3.8)),
    "tanh": ((0, 6.8), (6.9, 1.2), (-5.5, 1.2)),
}
REGIONS = ("one stable fixed point exists here", "two stable fixed points exist here", "a cycle of two exists here")
FIRST_W, N_UPDATES = 6.0, 40


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


def regimes_state(activation: str, w: float, b: float, h0: float) -> dict:
    """Compute what the map of regimes shows; two runs, time leading."""
    run = orbit_gradients(activation, w, b, np.array([h0 - APART, h0 + APART]), N_STEPS)
    return {
        "H": run.H,
        "log10_dh0": run.log10_dh0,
        "map": regime_map(activation),
        "borders": borders(activation),
        "places": [(*place, kind) for place, kind in zip(PLACES[activation], KINDS, strict=True)],
    }


def describe_regimes(state) -> str:
    """Say what the place on the map is, where the two runs end and what their gradients are."""
    settled = attractor(state.activation, state.w, state.b, state.H[0])
    told = []
    for run, start in enumerate(state.H[0]):
        one = type(settled)(*(field[run] for field in settled))
        told.append(f"The run from {number(start)} {settling(one)}")
    first, second = (amount(log10) for log10 in state.log10_dh0[-1])
    left = f"{first} in size along both" if first == second else f"{first} and {second} in size"
    region = REGIONS[int(regime(state.activation, state.w, state.b)) - 1]
    return (
        f"{state.activation_label}, w = {state.w:g}, b = {state.b:g}: {region}. {'. '.join(told)}. "
        f"dh_{N_STEPS}/dh_0 is {left}."
    )


def regime_explorer(w: float = 8.0, b: float = -4.0, h0: float = 0.5) -> Explorer:
    """Return the explorer of fixed points and cycles over (w, b)."""
    controls = [
        Slider("w", "weight w", *figures.MAP_LIMITS["w"], w, 0.01),
        Slider("b", "bias b", *figures.MAP_LIMITS["b"], b, 0.05),
        Slider("h0", "middle of the two starts", -1, 1, h0, 0.01),
        Choice("activation", "activation f", {LABELS[name]: name for name in PLACES}, "sigmoid"),
    ]
    return Explorer(controls, regimes_state, figures.Regimes(), describe_regimes)


@lru_cache
def surface(n_steps: int) -> np.ndarray:
    """Return the loss on a grid over the map, b along the first axis."""
    w, b = (np.linspace(*figures.WALL_LIMITS[name], 201) for name in "wb")
    return wall_loss(w, b[:, None], n_steps=n_steps)


@lru_cache
def cut(n_steps: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the biases and losses of the cut through the wall, and the steepest slope along it."""
    b = np.linspace(*figures.WALL_LIMITS["b"], 401)
    slope = wall_gradient(FIRST_W, b, n_steps=n_steps)[1]
    return b, wall_loss(FIRST_W, b, n_steps=n_steps), float(np.abs(slope).max())


@lru_cache
def descents(b: float, learning_rate: float, max_norm: float, n_steps: int) -> Descent:
    """Return two descents from the bias b: plain, and clipped."""
    return descend(FIRST_W, b, learning_rate, N_UPDATES, np.array([np.inf, max_norm]), n_steps=n_steps)


def wall_state(b: float, learning_rate: float, max_norm: float, n_steps: int, updates: int):
    """Compute what the wall explorer shows; a generator, for with many steps it takes longer than a frame.

    Run 0 is plain descent, run 1 is clipped.
    """
    yield 0.0
    runs = descents(b, learning_rate, max_norm, n_steps)
    low, high = np.transpose([figures.WALL_LIMITS["w"], figures.WALL_LIMITS["b"]])
    plain = runs.path[..., 0]
    outside = np.flatnonzero(((plain < low) | (plain > high)).any(axis=1))
    cut_b, cut_loss, steepest = cut(n_steps)
    return {
        "surface": surface(n_steps),
        "cut_b": cut_b,
        "cut_loss": cut_loss,
        "steepest": number(steepest, 2),
        "runs": runs,
        "n_updates": N_UPDATES,
        "paths": runs.path[: updates + 1].T,
        "losses": runs.loss[: updates + 1].T,
        "first_w": FIRST_W,
        "first_loss": runs.loss[0, 0],
        "left_at": outside[0] if len(outside) else None,
    }


def describe_wall(state) -> str:
    """Say what the two descents did."""
    runs, clip = state.runs, f"clipped at {state.max_norm:g}"
    ends = "ends at" if state.updates == N_UPDATES else f"is after {counted(state.updates, 'update')} at"
    plain, clipped = (
        f"{ends} w = {number(w)}, b = {number(b)}, loss {number(loss)}"
        for (w, b), loss in zip(runs.path[state.updates].T, runs.loss[state.updates], strict=True)
    )
    left = state.left_at is not None and state.left_at <= state.updates
    leaves = f"leaves the map at update {state.left_at} and " if left else ""
    same = (runs.gradient_norm[: state.updates, 0] <= state.max_norm).all()
    other = f"no step of it is {clip}, so clipping changes nothing" if same else f"descent {clip} {clipped}"
    w, b = runs.path[0, :, 0]
    return (
        f"From w = {w:g}, b = {b:g}, learning rate {state.learning_rate:g}, T = {state.n_steps}: plain descent {leaves}"
        f"{plain}; {other}. The largest gradient that plain descent meets has the norm "
        f"{number(runs.gradient_norm[: state.updates + 1, 0].max(), 2)}."
    )


def wall_explorer() -> Explorer:
    """Return the explorer of the loss wall."""
    controls = [
        Slider("b", f"first bias b (w = {FIRST_W:g})", *figures.WALL_LIMITS["b"], -3.7, 0.01),
        Slider("max_norm", "clip the gradient at norm", 0.05, 5, 1, 0.05),
        Choice("learning_rate", "learning rate", [0.03, 0.1, 0.3, 1.0], 0.3),
        Choice("n_steps", "steps T", [10, 20, 50], 20),
        Slider("updates", "updates shown", 0, N_UPDATES, N_UPDATES, 1),
    ]
    return Explorer(controls, wall_state, figures.Wall(), describe_wall, plays="updates")
