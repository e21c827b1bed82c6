"""The explorer of the shipped table: which seeds solved a task, by model and length (notebook 10)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.experiments.table import shipped
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.figures import survey as figures
from helpers.maths.tasks import TASKS, wilson_interval

LABELS = {
    "temporal order": "order",
    "adding": "adding",
    "Jane and she": "jane",
    "one bit": "latch",
}


@dataclass(frozen=True)
class SurveyRow:
    """One contender: its key in the figure's looks, its name, and by length the share of seeds that solved the task.

    low, high : the 95 % interval of the share. solved_at : by length, the updates of the seeds that solved it.
    """

    key: str
    label: str
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    solved_at: list[list[int]]


@dataclass(frozen=True)
class SurveyState:
    """All contenders of one task, and the place of the length that is read off."""

    task: str
    rate: float
    lengths: list[int]
    place: int
    n_seeds: int
    n_updates: int
    chance: float
    rows: list[SurveyRow]


# Key in the figure's looks, name, and what a cell's settings must be.
CONTENDERS = [
    ("tanh", "tanh", {"model": "tanh"}),
    ("irnn", "ReLU from I", {"model": "irnn"}),
    ("gru", "GRU", {"model": "gru"}),
    ("lstm 0", "LSTM 0", {"model": "lstm", "forget_bias": 0.0}),
    ("lstm 1", "LSTM 1", {"model": "lstm", "forget_bias": 1.0}),
    ("lstm 3", "LSTM 3", {"model": "lstm", "forget_bias": 3.0}),
]
OF_ALL = [*CONTENDERS, ("lstm ln", "LSTM ln(T−1)", {"model": "lstm"})]
OF_LATCH = [
    ("tanh 0.5", "tanh, gain 0.5", {"model": "tanh", "gain": 0.5}),
    ("tanh", "tanh, gain 1", {"model": "tanh", "gain": 1.0}),
    ("tanh 1.5", "tanh, gain 1.5", {"model": "tanh", "gain": 1.5}),
    *CONTENDERS[3:],
    ("lstm 5", "LSTM 5", {"model": "lstm", "forget_bias": 5.0}),
]


@lru_cache
def records(task: str) -> list[dict]:
    """Return the records of the shipped table for a task."""
    return [record for record in shipped() if record["cell"]["task"] == task]


def survey_state(length: float, task: str, rate: float) -> SurveyState:
    """Read from the shipped table what the survey shows; rate 0 takes the better one of each contender and length."""
    table = [record for record in records(task) if rate in (0.0, record["cell"]["learning_rate"])]
    lengths = sorted({record["cell"]["length"] for record in table})
    chrono = {one: round(float(np.log(one - 1)), 3) for one in lengths}
    rows = []
    for key, label, wanted in OF_LATCH if task == "latch" else OF_ALL:
        best = []
        for one in lengths:
            asked = wanted | {"length": one} | ({"forget_bias": chrono[one]} if key == "lstm ln" else {})
            fits = [r["result"]["solved_at"] for r in table if asked.items() <= r["cell"].items()]
            best.append(max(([k for k in solved_at if k is not None] for solved_at in fits), key=len))
        n_seeds = len(table[0]["cell"]["seeds"])
        counts = np.array([len(solved_at) for solved_at in best])
        rows.append(SurveyRow(key, label, counts / n_seeds, *wilson_interval(counts, n_seeds), best))
    return SurveyState(
        task=task,
        rate=rate,
        lengths=lengths,
        place=int(np.abs(np.array(lengths) - length).argmin()),
        n_seeds=n_seeds,
        n_updates=max(record["cell"]["n_updates"] for record in table),
        chance=1.0 - TASKS[task].chance,
        rows=rows,
    )


def describe_survey(state: SurveyState) -> str:
    """Say how many seeds of every contender solved the task at one length."""
    told = "; ".join(f"{row.label}: {len(row.solved_at[state.place])}" for row in state.rows)
    rate = f"learning rate {state.rate:g}" if state.rate else "the better learning rate of each"
    label = next(label for label, name in LABELS.items() if name == state.task)
    return (
        f"{label[0].upper()}{label[1:]}, length {state.lengths[state.place]}, {rate}, at most {state.n_updates} "
        f"updates; of {state.n_seeds} seeds solved it: {told}. A constant answer is right in {state.chance:.0%}."
    )


def survey_explorer(task: str = "order", length: int = 50) -> Explorer:
    """Return the explorer of the shipped table: which seeds solved a task, by model and length."""
    controls = [
        Slider("length", "read off near length", 10, 160, length, 5),
        Choice("task", "task", LABELS, task),
        Choice("rate", "learning rate", {"the better of both": 0.0, "0.01": 0.01, "0.003": 0.003}, 0.0),
    ]
    return Explorer(controls, survey_state, figures.Survey(), describe_survey)
