"""The explorers of memories that need not fade (notebook 08)."""

import numpy as np

from helpers.explorers.controls import Choice, Slider, Typed
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, counted, number
from helpers.figures import memory as figures
from helpers.maths import scalar
from helpers.maths.linear import gaussian, product_norms, spectral_norm
from helpers.maths.memory import gated_gradient, gated_memory, multi_tap_gradient, residual_jacobians
from helpers.maths.rnn import RNN, run_rnn, step_jacobians

PROGRAM = "+.........+.........0....-.........................."
LETTERS = {"+": 1.0, "-": -1.0}  # what they write; "." holds and "0" resets
N_UNITS = 16
INPUTS = {"noise": "noise", "one event": "impulse", "a constant": "constant"}
FORGET_AT = 50  # the step at which the gated memory is told to forget


def by_hand_state(gate: float, program: str) -> dict:
    """Compute what the memory holds, (T + 1,), log10 of what a change of m_k leaves at the end, and what happened when.

    Raises ValueError for a letter that means nothing.
    """
    unknown = sorted(set(program) - {*LETTERS, ".", "0"})
    if unknown:
        raise ValueError(
            f"the memory knows + (write 1), - (write -1), . (hold) and 0 (reset), not {', '.join(unknown)}"
        )
    letters = np.array(list(program))
    gates = np.where(letters == "0", 0.0, gate)
    writes = np.array([LETTERS.get(letter, 0.0) for letter in program])
    M = gated_memory(gates, writes)
    written, resets = np.flatnonzero(writes) + 1, np.flatnonzero(letters == "0") + 1
    return {
        "M": M,
        # The product from k to T is that of the gates read backwards.
        "log10_left": gated_gradient(gates[::-1])[::-1],
        "written": written,
        "M_written": M[written],
        "resets": resets,
        "M_reset": M[resets],
    }


def describe_by_hand(state) -> str:
    """Say what it holds at the end and what the first step left of itself."""
    return (
        f"Gate {state.gate:g} where it holds, {counted(len(state.program))}, written "
        f"{counted(len(state.written), 'time')}, reset {counted(len(state.resets), 'time')}: at the end it "
        f"holds {number(state.M[-1])}, and {amount(state.log10_left[0])} is left of a change at step 0."
    )


def by_hand_explorer(gate: float = 1.0) -> Explorer:
    """Return the explorer of a memory that the reader works by hand, one letter per step."""
    controls = [
        Slider("gate", "gate where it holds", 0.5, 1, gate, 0.01),
        Typed("program", "+ - write, . hold, 0 reset", PROGRAM, figures.MOST_STEPS, (".", "+", "+-+-0..+", "+" * 60)),
    ]
    return Explorer(controls, by_hand_state, figures.ByHand(), describe_by_hand)


def three_memories_state(leak: float, gate: float, inputs: str, seed: int) -> dict:
    """Compute the identity, the leaky and the gated memory, each (T + 1,), and log10 of what is left of the start."""
    n_steps = figures.ThreeMemories.n_steps
    writes = {
        "noise": lambda: scalar.noise(n_steps, np.random.default_rng(seed)),
        "impulse": lambda: scalar.impulse(n_steps, 5 + seed, 10.0),
        "constant": lambda: scalar.step(n_steps, 0, 0.2 + 0.005 * seed),
    }[inputs]()
    gated = np.full(n_steps, gate)
    gated[FORGET_AT] = 0.0
    gates = [np.ones(n_steps), np.full(n_steps, leak), gated]
    return {
        "memories": [gated_memory(one, writes) for one in gates],
        "log10_left": [gated_gradient(one) for one in gates],
    }


def describe_three_memories(state) -> str:
    """Say what each holds and keeps."""
    names = ("identity", f"leaky ({state.leak:g})", f"gated ({state.gate:g}, reset at step {FORGET_AT})")
    told = [
        f"{name} holds {number(M[-1])} and keeps {amount(logs[-1])} of the start"
        for name, M, logs in zip(names, state.memories, state.log10_left, strict=True)
    ]
    return f"Reading {state.inputs_label}, after {figures.ThreeMemories.n_steps} steps: {'; '.join(told)}."


def three_memories_explorer(inputs: str = "noise") -> Explorer:
    """Return the explorer of an identity, a leaky and a gated memory under one input."""
    controls = [
        Slider("leak", "leak of the leaky one", 0.5, 1, 0.9, 0.01),
        Slider("gate", "gate of the gated one", 0.5, 1, 0.99, 0.01),
        Choice("inputs", "what is written", INPUTS, inputs),
        Slider("seed", "another input", 0, 9, 0, 1),
    ]
    return Explorer(controls, three_memories_state, figures.ThreeMemories(), describe_three_memories)


def taps_state(K: int, weight: float) -> dict:
    """Compute log10 of the gradient by lag with K taps and with one, and for each K what its first landing from 100
    on leaves: the farthest tap alone has a weight."""
    n_steps, taps, weights = figures.Taps.n_steps, np.arange(1, 31), np.zeros(K)
    weights[-1] = weight
    left = weight ** np.ceil(n_steps / taps)
    return {
        "log10_left": multi_tap_gradient(weights, n_steps),
        "log10_one_tap": np.arange(n_steps + 1) * np.log10(weight),
        "taps": taps,
        "left": left,
        "left_here": left[K - 1],
    }


def describe_taps(state) -> str:
    """Say how many hops it takes and what they leave."""
    hops = -(-figures.Taps.n_steps // state.K)
    landing = hops * state.K
    missed = "" if landing == figures.Taps.n_steps else "No hop lands on lag 100: there exactly 0 is left. "
    return (
        f"K = {state.K}, weight {state.weight:g}: {missed}Lag {landing} takes {hops} hops, and {state.weight:g}^{hops} "
        f"= {amount(hops * np.log10(state.weight))} is left. It costs {counted(state.K, 'weight')} for each weight of "
        "a recursion with one tap."
    )


def taps_explorer(K: int = 5) -> Explorer:
    """Return the explorer of recursions that look K steps back."""
    controls = [Slider("K", "taps K", 1, 30, K, 1), Slider("weight", "weight of the tap", 0.5, 1, 0.9, 0.01)]
    return Explorer(controls, taps_state, figures.Taps(), describe_taps)


def residual_state(eps: float, scale: float, seed: int) -> dict:
    """Compute log10 of the spectral norms of products by depth, (T + 1,), and of a bound of the first.

    Of residual steps h + eps tanh(W h), I + eps A, and of plain ones tanh(W h), A, from the same state.
    """
    n_steps, rng = figures.Residual.n_steps, np.random.default_rng(seed)
    W, h0 = scale * gaussian(N_UNITS, 1.0, rng), rng.standard_normal(N_UNITS)
    plain = RNN(W, np.zeros((N_UNITS, 1)), np.zeros(N_UNITS))
    return {
        "log10_residual": product_norms(residual_jacobians(W, h0, eps, n_steps)),
        "log10_plain": product_norms(step_jacobians(plain, run_rnn(plain, h0, np.zeros((n_steps, 1))))),
        "log10_bound": np.arange(n_steps + 1) * np.log10(1 + eps * spectral_norm(W)),
    }


def describe_residual(state) -> str:
    """Say what is left of each after all steps."""
    residual, plain, bound = (amount(logs[-1]) for logs in (state.log10_residual, state.log10_plain, state.log10_bound))
    n_steps = figures.Residual.n_steps
    return (
        f"ε = {state.eps:g}, scale of W {state.scale:g}: the norm after {n_steps} residual steps is {residual} (at "
        f"most (1 + ε ‖W‖)^{n_steps} = {bound}), after {n_steps} plain steps {plain}. ε times the depth is "
        f"{number(state.eps * n_steps)}."
    )


def residual_explorer(eps: float = 1.0) -> Explorer:
    """Return the explorer of residual steps beside plain ones."""
    controls = [
        Slider("eps", "size ε of a step", 0, 1, eps, 0.01),
        Slider("scale", "scale of W", 0, 3, 1, 0.1),
        Slider("seed", "another net", 0, 9, 0, 1),
    ]
    return Explorer(controls, residual_state, figures.Residual(), describe_residual)
