"""The explorers of one neuron that feeds itself (notebooks 00 to 02)."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from helpers.data import nile
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, counted, gap, number
from helpers.figures import scalar as figures
from helpers.maths import fixed_points as unit
from helpers.maths import scalar as maths
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.descent import Descent, descend, wall_gradient, wall_loss

EVENT = 10  # the step at which impulse and step come in
DROP_YEAR = 1899  # the first low year
# The neuron of one that has no largest slope overflows in a few steps; the GELU is offered in the form that is quick.
LEFT_OUT = ("exp", "squared_relu", "gelu")
OFFERED = {act.label: name for name, act in ACTIVATIONS.items() if name not in LEFT_OUT}
W_GRID = np.linspace(-8, 8, 161)
WALK = 50  # the steps that the stairs can be followed one by one


class Input(NamedTuple):
    """What comes in, x of shape (T,), and the event whose trace is followed: ``H[event]`` first knows it."""

    x: np.ndarray
    event: int
    event_name: str
    time_label: str = "step t"


@lru_cache
def make_input(name: str, n_steps: int = 50) -> Input:
    """Return the input called ``name``: nothing, impulse, step, noise, or the Nile, whose length is its own."""
    if name == "Nile":
        years, flow = nile()
        dropped = int(np.flatnonzero(years == DROP_YEAR)[0])
        label = f"step t (x$_0$ is the flow of {years[0]}, x$_{{{dropped}}}$ that of {DROP_YEAR})"
        return Input(maths.standardise(flow), dropped + 1, f"the drop of {DROP_YEAR - 1}-{DROP_YEAR % 100}", label)
    x = {
        "nothing": np.zeros(n_steps),
        "impulse": maths.impulse(n_steps, EVENT),
        "step": maths.step(n_steps, EVENT),
        "noise": maths.noise(n_steps, np.random.default_rng(0)),
    }[name]
    if name in ("impulse", "step"):
        return Input(x, EVENT + 1, f"the {name}")
    return Input(x, 0, "the start")


def end_of(activation: str, w, b, h0):
    """Return where orbits settle: in closed form where there is one, else what LONG_RUN steps show."""
    if activation in unit.MONOTONE:
        return unit.attractor(activation, w, b, h0)
    ends = unit.long_run(activation, w, b, h0)
    at_0 = (ends.period == 1) & (np.abs(ends.low) < 1e-8)  # its steps repeat to 1e-10, so this near it may be 0
    return ends._replace(low=np.where(at_0, 0.0, ends.low)[()], high=np.where(at_0, 0.0, ends.high)[()])


@lru_cache
def settled_multipliers(activation: str, b: float, h0: float) -> np.ndarray:
    """Return the multiplier per step of where h0 settles, for every weight of W_GRID."""
    return end_of(activation, W_GRID, b, h0).multiplier


def memory_state(activation: str, w: float, b: float, h0: float, inputs: str, n_steps: int, walked: int) -> dict:
    """Compute what the memory explorer shows; H (T + 1,), and of a change at the event what is left, from there on."""
    read = make_input(inputs, n_steps)
    run = maths.orbit_gradients(activation, w, b, h0, len(read.x), read.x)
    log10_left = maths.log10_transition(run.J, read.event)
    peak = int(log10_left.argmax())
    map_h = np.linspace(*figures.state_limits(activation, run.H), 101)
    # How long after the event the change is largest, if it grows and then shrinks.
    peaks = log10_left[peak] > np.log10(1.005) and peak < len(log10_left) - 1
    last = walked if walked < WALK else len(run.H) - 1
    return {
        "read": read,
        "H": run.H,
        "since": np.arange(read.event, len(run.H)),
        "log10_left": log10_left,
        "peak_at": read.event + peak if peaks else None,
        "log10_peak": log10_left[peak] if peaks else None,
        # Up or down to the curve, across to the diagonal.
        "stairs_h": np.repeat(run.H[: last + 1], 2)[:-1],
        "stairs_f": np.append(run.H[0], np.repeat(run.H[1 : last + 1], 2)),
        "last": last,
        "here": run.H[last],
        "log10_here": log10_left[last - read.event] if last >= read.event else None,
        "settled": end_of(activation, w, b, np.clip(run.H[-1], -1e300, 1e300)),
        "w_grid": W_GRID,
        "multipliers": settled_multipliers(activation, b, h0),
        "map_h": map_h,
        "map_f": ACTIVATIONS[activation].f(w * map_h + b),
    }


def settling(settled) -> str:
    """Say where an orbit settles, or what it does instead."""
    if settled.period < 0:
        between = f"it moves between {number(settled.low)} and {number(settled.high)}"
        more = f"{unit.LONG_RUN} more steps"
        factor = f"factor {number(settled.multiplier)} per step on average"
        if settled.multiplier > 1:
            return f"neither settles nor repeats in {more}: {between}, and an error grows ({factor})"
        return f"has not settled after {more}: in the second half of them {between} ({factor})"
    multiplier = f"multiplier {number(settled.multiplier)} per step"
    if settled.period == 0 and settled.multiplier == 1:
        return "grows without end, by the same amount at each step"
    if settled.period == 0:
        return f"grows without end, in the end by the factor {number(settled.multiplier)} per step"
    if settled.period == 1 and settled.multiplier > 1:
        return f"stays at {number(settled.low)}, which repels ({multiplier})"
    if settled.period == 1:
        return f"settles at {number(settled.low)} ({multiplier})"
    if settled.period > 2:
        low, high = number(settled.low), number(settled.high)
        return f"settles into a cycle of {settled.period}, from {low} to {high} ({multiplier})"
    return f"settles into a cycle of two, {number(settled.low)} and {number(settled.high)} ({multiplier})"


def describe_memory(state) -> str:
    """Say what the memory explorer shows."""
    read, n_steps = state.read, len(state.H) - 1
    steps = maths.steps_remembered(state.log10_left, figures.FRACTION)
    all_along = state.log10_left.min() >= np.log10(figures.FRACTION)
    to_the_end = "more than 5 % of it to the end" if all_along else "less than 5 % of it on the way, more at the end"
    kept = to_the_end if steps < 0 else f"less than 5 % of it from {counted(steps)} on"
    grown = ""
    if state.peak_at is not None:
        after = counted(state.peak_at - read.event)
        grown = f" At its largest, after {after}, it is {amount(state.log10_peak)} times what it was."
    walk = ""
    if state.last < n_steps:
        known = state.log10_here is not None
        so_far = f"; the product of the slopes so far is {amount(state.log10_here)}" if known else ""
        walk = f" At step {state.last} the state is {number(state.here)}{so_far}."
    alone = "It" if state.inputs == "nothing" else "With nothing more to read it"
    return (
        f"{state.activation_label}, w = {state.w:g}, b = {state.b:g}: the state goes from "
        f"{number(state.H[0])} to {number(state.H[-1])} in {n_steps} steps. {alone} {settling(state.settled)}. "
        f"Of a small change made at {read.event_name}, {amount(state.log10_left[-1])} is left after "
        f"{n_steps - read.event} steps: {kept}.{grown}{walk}"
    )


def memory_explorer(activation: str = "tanh", w: float = 0.9, inputs: str = "nothing") -> Explorer:
    """Return the explorer of what one neuron remembers; the arguments are its first setting.

    With sigmoid, tanh, ReLU and the identity, where it settles is exact; with any other activation it is what LONG_RUN
    steps show. exp and squared ReLU are left out, for their slopes have no bound: a few steps overflow.

    >>> memory_explorer("relu", w=1.0).sentence
    'ReLU, w = 1, b = 0: the state goes from 0.1 to 0.1 in 50 steps. It settles at 0.1 (multiplier 1 per step). \
Of a small change made at the start, 1 is left after 50 steps: more than 5 % of it to the end.'
    """
    controls = [
        Slider("w", "weight w", -8, 8, w, 0.01),
        Slider("b", "bias b", -4, 4, 0, 0.01),
        Slider("h0", "first state h0", -1, 1, 0.1, 0.01),
        Choice("activation", "activation f", OFFERED, activation),
        Choice("inputs", "what it reads, x", ["nothing", "impulse", "step", "noise", "Nile"], inputs),
        Choice("n_steps", "number of steps", [50, 200, 1000], 50),
        Slider("walked", f"walk to step ({WALK}: the end)", 0, WALK, WALK, 1),
    ]

    def off(settings):
        return {"n_steps": "the Nile has 100 steps"} if settings["inputs"] == "Nile" else {}

    return Explorer(controls, memory_state, figures.Memory(), describe_memory, off, plays="walked")


def starts_state(w: float) -> dict:
    """Compute what the first explorer shows: H (T + 1, starts), and where the first of them settles."""
    scene = figures.FirstLook
    H = maths.orbit("tanh", w, h0=np.array(scene.starts), n_steps=scene.n_steps)
    return {"H": H, "settled": unit.attractor("tanh", w, h0=scene.starts[0])}


def describe_starts(state) -> str:
    """Say how far apart the runs end, and whether they swing."""
    first, last = state.H[0], state.H[-1]
    apart = [f"{number(first[k] - first[k + 1])} apart" for k in (0, 1)]
    left = [gap(abs(last[k] - last[k + 1])) for k in (0, 1)]
    swing = f" All three swing between {number(state.settled.low)} and {number(state.settled.high)} in the end."
    return (
        f"w = {state.w:g}: the runs from {first[0]:g} and {first[1]:g} begin {apart[0]} and are {left[0]} after "
        f"{len(state.H) - 1} steps; those from {first[1]:g} and {first[2]:g} begin {apart[1]} and end {left[1]}."
        f"{swing if state.settled.period == 2 else ''}"
    )


def first_look(w: float = 0.9) -> Explorer:
    """Return the smallest explorer of the course: one weight, three starts."""
    return Explorer([Slider("w", "weight w", -2, 2, w, 0.01)], starts_state, figures.FirstLook(), describe_starts)


def three_state(w: float, b: float) -> dict:
    """Compute what the three panels show: the orbits (T + 1, starts) of each activation."""
    h0 = np.array(figures.ThreeActivations.starts)
    n_steps = figures.ThreeActivations.n_steps
    return {"orbits": {name: maths.orbit(name, w, b, h0, n_steps) for name in figures.LABELS}}


def describe_three(state) -> str:
    """Say where the runs from the first start end, and which of those from the last start end elsewhere."""
    first, last = (
        [f"{label} {settling(unit.attractor(name, state.w, state.b, start))}" for name, label in figures.LABELS.items()]
        for start in (figures.ThreeActivations.starts[0], figures.ThreeActivations.starts[-1])
    )
    elsewhere = [words for words in last if words not in first]
    same = [label for label, words in zip(figures.LABELS.values(), last, strict=True) if words in first]
    if same:
        alike = "ends as it does" if elsewhere and len(same) == 1 else "end as they do"
        who = " and ".join(same) if elsewhere else "all three"
        elsewhere.append(f"{who} {alike} from {figures.ThreeActivations.starts[0]:g}")
    return (
        f"w = {state.w:g}, b = {state.b:g}. From {figures.ThreeActivations.starts[0]:g}, {', '.join(first)}. "
        f"From {figures.ThreeActivations.starts[-1]:g}, {', '.join(elsewhere)}."
    )


def three_activations(w: float = 0.9) -> Explorer:
    """Return the explorer of the deck's first figure: three activations, one weight."""
    controls = [Slider("w", "weight w", -8, 8, w, 0.05), Slider("b", "bias b", -4, 4, 0, 0.05)]
    return Explorer(controls, three_state, figures.ThreeActivations(), describe_three)


# Where there is one stable fixed point, two, or a cycle of two; and the wall that a border raises in a loss


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
    return unit.regime(activation, w, b[:, None])


@lru_cache
def borders(activation: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the exact borders (w, b): two of the cusp, two of the cycles."""
    tip = {"sigmoid": 4, "tanh": 1}[activation]
    w = tip / (1 - np.linspace(1e-6, 0.96, 400) ** 2)  # closest together at the tip, where the borders turn
    folds, flips = unit.bistable_interval(activation, w), unit.two_cycle_interval(activation, -w)
    return [*((w, b) for b in folds), *((-w, b) for b in flips)]


def regimes_state(activation: str, w: float, b: float, h0: float) -> dict:
    """Compute what the map of regimes shows; two runs, time leading."""
    run = maths.orbit_gradients(activation, w, b, np.array([h0 - APART, h0 + APART]), N_STEPS)
    return {
        "H": run.H,
        "log10_dh0": run.log10_dh0,
        "map": regime_map(activation),
        "borders": borders(activation),
        "places": [(*place, kind) for place, kind in zip(PLACES[activation], KINDS, strict=True)],
    }


def describe_regimes(state) -> str:
    """Say what the place on the map is, where the two runs end and what their gradients are."""
    settled = unit.attractor(state.activation, state.w, state.b, state.H[0])
    told = []
    for run, start in enumerate(state.H[0]):
        one = type(settled)(*(field[run] for field in settled))
        told.append(f"The run from {number(start)} {settling(one)}")
    first, second = (amount(log10) for log10 in state.log10_dh0[-1])
    left = f"{first} in size along both" if first == second else f"{first} and {second} in size"
    region = REGIONS[int(unit.regime(state.activation, state.w, state.b)) - 1]
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
        Choice("activation", "activation f", {figures.LABELS[name]: name for name in PLACES}, "sigmoid"),
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
