"""The explorers of one neuron that feeds itself (notebooks 00 and 01)."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from helpers.data import nile
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, counted, gap, number
from helpers.figures import scalar as figures
from helpers.maths import scalar as maths
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.activations import activation as find_activation
from helpers.maths.fixed_points import LONG_RUN, MONOTONE, Attractor, attractor, long_run
from helpers.maths.scalar import log10_transition, orbit, orbit_gradients, steps_remembered

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


def end_of(activation: str, w, b, h0) -> Attractor:
    """Return where orbits settle: in closed form where there is one, else what LONG_RUN steps show."""
    if activation in MONOTONE:
        return attractor(activation, w, b, h0)
    ends = long_run(activation, w, b, h0)
    at_0 = (ends.period == 1) & (np.abs(ends.low) < 1e-8)  # its steps repeat to 1e-10, so this near it may be 0
    return ends._replace(low=np.where(at_0, 0.0, ends.low)[()], high=np.where(at_0, 0.0, ends.high)[()])


@lru_cache
def settled_multipliers(activation: str, b: float, h0: float) -> np.ndarray:
    """Return the multiplier per step of where h0 settles, for every weight of W_GRID."""
    return end_of(activation, W_GRID, b, h0).multiplier


def memory_state(activation: str, w: float, b: float, h0: float, inputs: str, n_steps: int, walked: int) -> dict:
    """Compute what the memory explorer shows; H (T + 1,), and of a change at the event what is left, from there on."""
    read = make_input(inputs, n_steps)
    run = orbit_gradients(activation, w, b, h0, len(read.x), read.x)
    log10_left = log10_transition(run.J, read.event)
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
        "map_f": find_activation(activation).f(w * map_h + b),
    }


def settling(settled: Attractor) -> str:
    """Say where an orbit settles, or what it does instead."""
    if settled.period < 0:
        between = f"moves between {number(settled.low)} and {number(settled.high)}"
        factor = f"factor {number(settled.multiplier)} per step on average"
        if settled.multiplier > 1:
            return f"neither settles nor repeats in {LONG_RUN} more steps: it {between}, and an error grows ({factor})"
        return f"has not settled after {LONG_RUN} more steps: in the second half of them it {between} ({factor})"
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
    steps = steps_remembered(state.log10_left, figures.FRACTION)
    all_along = state.log10_left.min() >= np.log10(figures.FRACTION)
    to_the_end = "more than 5 % of it to the end" if all_along else "less than 5 % of it on the way, more at the end"
    kept = to_the_end if steps < 0 else f"less than 5 % of it from {counted(steps)} on"
    grown = ""
    if state.peak_at is not None:
        after = counted(state.peak_at - read.event)
        grown = f" At its largest, after {after}, it is {amount(state.log10_peak)} times what it was."
    walk = ""
    if state.last < n_steps:
        walk = f" At step {state.last} the state is {number(state.here)}"
        walk += (
            "." if state.log10_here is None else f"; the product of the slopes so far is {amount(state.log10_here)}."
        )
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
    H = orbit("tanh", w, h0=np.array(scene.starts), n_steps=scene.n_steps)
    return {"H": H, "settled": attractor("tanh", w, h0=scene.starts[0])}


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
    return {"orbits": {name: orbit(name, w, b, h0, n_steps) for name in figures.LABELS}}


def describe_three(state) -> str:
    """Say where the runs from the first start end, and which of those from the last start end elsewhere."""
    first, last = (
        [f"{label} {settling(attractor(name, state.w, state.b, start))}" for name, label in figures.LABELS.items()]
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
