"""The explorer of who heard the name before training and who learned it, one dot per net (notebook 10)."""

import numpy as np

from helpers.data import hearing
from helpers.explorers.controls import Choice
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount
from helpers.figures import hearing as figures
from helpers.maths.tasks import wilson_interval

# Of each kind its model, gain and forget bias, the label in the picture and where that stands, in points.
KINDS = {
    "tanh, gain 0.8": ("tanh", 0.8, 0.0, "tanh 0.8", (8, 0)),
    "tanh, gain 1": ("tanh", 1.0, 0.0, "tanh 1", (-8, 0)),
    "tanh, gain 1.5": ("tanh", 1.5, 0.0, "tanh 1.5", (8, 0)),
    "ReLU from the identity": ("irnn", 1.0, 0.0, "ReLU", (8, 0)),
    "LSTM, forget bias 0": ("lstm", 1.0, 0.0, "LSTM 0", (-6, 8)),
    "LSTM, forget bias 1": ("lstm", 1.0, 1.0, "LSTM 1", (8, 0)),
    "LSTM, forget bias 3": ("lstm", 1.0, 3.0, "LSTM 3", (0, 12)),
    "GRU, bias 0": ("gru", 1.0, 0.0, "GRU 0", (8, 8)),
    "GRU, bias 3": ("gru", 1.0, 3.0, "GRU 3", (-8, 0)),
}
THIRTIES = {"0 to 29": 0, "1000 to 1029": 1000}


def nets_of(kind: str) -> np.ndarray:
    """Return the records of the sixty nets of a kind."""
    nets = hearing()
    model, gain, bias = KINDS[kind][:3]
    return nets[(nets["model"] == model) & (nets["gain"] == gain) & (nets["forget_bias"] == bias)]


def hearing_state(kind: str, seeds: int) -> dict:
    """Compute what the explorer of who heard and who learned shows."""
    nets = nets_of(kind)
    nets = nets[(nets["seed"] >= seeds) & (nets["seed"] < seeds + 30)]
    return {
        "heard": nets["heard"],
        "solved_at": nets["solved_at"],
        "places": {name: place for place, name in enumerate(KINDS)},
    }


def describe_hearing(state) -> str:
    """Say how many solved it, what another thirty may do, and what those heard who solved it and those who did not."""
    solved = state.solved_at > 0
    n, count = len(solved), int(solved.sum())
    low, high = wilson_interval(count, n)
    said = f"{state.kind}, seeds {state.seeds_label}: {count} of {n} nets learn it within 200 updates. "
    said += f"Of other nets of this kind, expect {low:.0%} to {high:.0%} to learn it (95 % interval). "
    groups = [("those that learn it", solved), ("those that do not", ~solved)]
    medians = [f"{amount(np.median(state.heard[some]))} for {words}" for words, some in groups if some.any()]
    return f"{said}The gradient at the name before training, with that at the end as 1: {', '.join(medians)} (medians)."


def hearing_explorer(kind: str = "tanh, gain 1") -> Explorer:
    """Return the explorer of who heard the name before training and who learned it."""
    kinds = []
    for name, (*_, label, offset) in KINDS.items():
        nets = nets_of(name)
        count = (nets["solved_at"] > 0).sum()
        ends = wilson_interval(count, len(nets))
        kinds.append((label, np.median(nets["heard"]), count / len(nets), *ends, offset))
    controls = [
        Choice("kind", "nets", list(KINDS), kind),
        Choice("seeds", "seeds", THIRTIES, 0),
    ]
    return Explorer(controls, hearing_state, figures.Hearing(kinds), describe_hearing)
