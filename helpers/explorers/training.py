"""The explorer of nets that learn, over a gap, whom a pronoun means (notebook 10)."""

from dataclasses import dataclass
from functools import lru_cache
from math import inf

import numpy as np

from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Draft, Explorer
from helpers.explorers.scalar import amount
from helpers.figures import training as figures
from helpers.maths.tasks import PRONOUNS, draw, is_wrong, sentence
from helpers.maths.training import Recipe, Training

MODELS = {"tanh net": "tanh", "ReLU net that starts as the identity": "irnn", "LSTM": "lstm", "GRU": "gru"}
SNAPSHOT = 25  # updates from one look at the gradient to the next


@dataclass(frozen=True)
class GapState:
    """What the explorer of a training shows. Columns are seeds; rows are updates from 0 on, those of the flows lags."""

    label: str
    settings: str
    length: int
    n_updates: int
    right: np.ndarray
    solved_at: np.ndarray
    n_diverged: int
    flow_before: np.ndarray
    flow_now: np.ndarray
    example: str
    answers: list[str]


class Watched:
    """A Training with the gradients by lag after every SNAPSHOT updates, so that a reader can go back and forth."""

    def __init__(self, recipe: Recipe):
        self.training = Training(recipe, n_test=1000)
        X, D = draw(recipe.task, np.random.default_rng(0), recipe.length, 200)
        Y = self.training.outputs(X)[-1]
        self.wrong_at_first = is_wrong(recipe.task, Y, np.broadcast_to(D, Y.shape)).mean(axis=1)
        self.states, self.flows = [self.training.state], [self.flow()]

    def flow(self) -> np.ndarray:
        """Return log10 of the gradient by lag beside that of the last state, so that it does not fade with the loss."""
        logs = self.training.flow()
        return np.where(np.isfinite(logs), logs - np.where(np.isfinite(logs[0]), logs[0], 0.0), logs)

    def train(self, n_updates: int):
        """Train until there are so many updates, or none is left to make; yield after each."""
        for state in self.training.updates() if self.training.state.n_updates < n_updates else ():
            if state.n_updates % SNAPSHOT == 0 or not len(self.training.active):
                self.states.append(state)
                self.flows.append(self.flow())
            yield state.n_updates
            if state.n_updates >= n_updates:
                return


@lru_cache(maxsize=8)
def watched(recipe: Recipe) -> Watched:
    """Return the training of a recipe, as far as it has come."""
    return Watched(recipe)


def gap_state(updates: float, gap: float, model: str, forget_bias: float, gain: float, max_norm: float):
    """Compute what the explorer of a training shows; a generator, for training takes time."""
    updates, length = int(updates), int(gap) + 2
    bias = forget_bias if model in ("lstm", "gru") else 0.0
    most, seeds = figures.Gap.most_updates, tuple(range(figures.Gap.n_seeds))
    limit = None if max_norm == inf else max_norm
    one = watched(Recipe("jane", length, model, bias, gain, max_norm=limit, n_updates=most, seeds=seeds))
    label = next(label for label, name in MODELS.items() if name == model)
    settings = f"gain {gain:g}, {'no clipping' if limit is None else f'clipped at {limit:g}'}"
    if bias or model in ("lstm", "gru"):
        settings = f"bias of the {'forget' if model == 'lstm' else 'update'} gate {bias:g}, {settings}"
    X, _ = draw("jane", np.random.default_rng(3), length, 1)

    def state_after(n_updates: int) -> GapState:
        look = max(k for k, state in enumerate(one.states) if state.n_updates <= n_updates)
        state = one.states[look]
        wrong = np.array([one.wrong_at_first, *(wrong for _, wrong in one.training.history[:n_updates])])
        solved_at = state.solved_at[state.solved_at > 0]
        says = one.training.outputs(X, state)[-1, ..., 0].argmax(axis=1)
        return GapState(
            label=label,
            settings=settings,
            length=length,
            n_updates=len(wrong) - 1,
            right=1.0 - smoothed(wrong, figures.Gap.smooth),
            solved_at=solved_at,
            n_diverged=int((state.diverged_at > 0).sum()),
            flow_before=one.flows[0],
            flow_now=one.flows[look],
            example=sentence(X[..., 0]),
            answers=[PRONOUNS[one] for one in says],
        )

    for n_updates in one.train(updates):
        yield Draft(n_updates / updates, state_after(n_updates)) if n_updates % 5 == 0 else n_updates / updates
    yield 1.0
    return state_after(updates)


def smoothed(rows: np.ndarray, window: int) -> np.ndarray:
    """Return the mean of each row and up to window - 1 rows before it.

    >>> smoothed(np.array([[0.0], [1.0], [1.0]]), 2).ravel().tolist()
    [0.0, 0.5, 1.0]
    """
    sums = np.cumsum(np.concatenate([np.zeros((1, rows.shape[1])), rows]), axis=0)
    ends = np.arange(1, len(rows) + 1)
    starts = np.maximum(ends - window, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)[:, None]


def describe_gap(state: GapState) -> str:
    """Say what the seeds answer now, and what the state of the name's step hears of the loss."""
    said = f"{state.label}, {state.settings}, after {state.n_updates} updates"
    done = len(state.solved_at) + state.n_diverged == figures.Gap.n_seeds
    said += ", when no seed was left to train. " if done else ". "
    if state.n_updates:
        last = [right[np.isfinite(right)][-1] for right in state.right.T if np.isfinite(right).any()]
        said += f"Solved: {len(state.solved_at)} of {figures.Gap.n_seeds} seeds; right answers "
        said += f"in the last {figures.Gap.smooth} batches "
        said += f"{', '.join(f'{one:.0%}' for one in last)}. "
    if state.n_diverged:
        said += f"{state.n_diverged} left the floats. "
    heard = [amount(np.median(flow[-2])) for flow in (state.flow_before, state.flow_now)]
    said += f"Of the gradient at the end, the name, {state.length - 1} steps back, heard {heard[0]} before training "
    said += f"and {heard[1]} now. "
    words = state.example.split()
    shown = state.example if len(words) < 14 else f"{' '.join(words[:6])} … {' '.join(words[-3:])}"
    return f"{said}To “{shown}” the seeds answer {', '.join(state.answers)}."


def gap_explorer(gap: int = 8, model: str = "lstm", updates: int = 50) -> Explorer:
    """Return the explorer of nets that learn whom the pronoun means: the right answers, and the gradient by lag."""
    controls = [
        Slider("updates", "updates of training", 0, figures.Gap.most_updates, updates, SNAPSHOT),
        Slider("gap", "words in the gap", 1, 60, gap, 1),
        Choice("model", "model", MODELS, model),
        Slider("forget_bias", "bias of what keeps", -2, 6, 0, 0.5),
        Slider("gain", "gain of W", 0.5, 2, 1, 0.1),
        Choice("max_norm", "gradient", {"clipped at norm 1": 1.0, "clipped at norm 0.1": 0.1, "not clipped": inf}, 1.0),
    ]
    return Explorer(controls, gap_state, figures.Gap(), describe_gap)
