"""The explorers of nets that learn: whom a pronoun means, who heard, how to hold a bit; their table (notebook 10)."""

from functools import lru_cache
from math import inf
from typing import NamedTuple

import numpy as np

from helpers.data import hearing
from helpers.experiments.cells import ROWS, Reported, reported
from helpers.experiments.table import CHOOSE, REPORT
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.latest import Draft
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, counted
from helpers.figures import training as figures
from helpers.maths import training as maths
from helpers.maths.linear import product_norms
from helpers.maths.rnn import run_rnn, step_jacobians
from helpers.maths.tasks import PRONOUNS, TASKS, draw, is_wrong, sentence, wilson_interval

MODELS = {"tanh net": "tanh", "ReLU net that starts as the identity": "irnn", "LSTM": "lstm", "GRU": "gru"}
GATED = {"lstm": "forget", "gru": "update"}  # the gate that has a bias of its own
SNAPSHOT = 25  # updates from one look at the gradient to the next


class Watched:
    """A Training with the gradients by lag after every SNAPSHOT updates, so that a reader can go back and forth."""

    def __init__(self, recipe: maths.Recipe):
        self.training = maths.Training(recipe, n_test=1000)
        X, D = draw(recipe.task, np.random.default_rng(0), recipe.length, 200)
        Y = self.training.outputs(X)[-1]
        self.wrong_at_first = is_wrong(recipe.task, Y, np.broadcast_to(D, Y.shape)).mean(axis=1)
        self.states, self.flows = [self.training.state], [self.flow()]

    def flow(self) -> np.ndarray:
        """Return log10 of the gradient by lag beside that at the last state, so that it does not fade with the loss."""
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
def watched(recipe: maths.Recipe) -> Watched:
    """Return the training of a recipe, as far as it has come."""
    return Watched(recipe)


def gap_state(updates: int, gap: int, model: str, forget_bias: float, gain: float, max_norm: float):
    """Compute what the explorer of a training shows; a generator, for training takes time.

    Columns are seeds; rows of ``right`` are updates from 0 on, those of the flows lags.
    """
    length, bias = gap + 2, forget_bias if model in GATED else 0.0
    most, seeds = figures.Gap.most_updates, tuple(range(figures.Gap.n_seeds))
    limit = None if max_norm == inf else max_norm
    one = watched(maths.Recipe("jane", length, model, bias, gain, max_norm=limit, n_updates=most, seeds=seeds))
    X, _ = draw("jane", np.random.default_rng(3), length, 1)

    def state_after(n_updates: int) -> dict:
        look = max(k for k, state in enumerate(one.states) if state.n_updates <= n_updates)
        state = one.states[look]
        wrong = np.array([one.wrong_at_first, *(wrong for _, wrong in one.training.history[:n_updates])])
        says = one.training.outputs(X, state)[-1, ..., 0].argmax(axis=1)
        right = 1.0 - smoothed(wrong, figures.Gap.smooth)
        heads = [int(np.flatnonzero(np.isfinite(one))[-1]) for one in right.T if np.isfinite(one).any()]
        return {
            "name_at": length - 1,
            "n_updates": len(wrong) - 1,
            "right": right,
            "heads_at": heads,
            "heads": [one[np.isfinite(one)][-1] for one in right.T if np.isfinite(one).any()],
            "solved_at": state.solved_at[state.solved_at > 0],
            "n_diverged": int((state.diverged_at > 0).sum()),
            "log10_before": one.flows[0],
            "log10_now": one.flows[look],
            "example": sentence(X[..., 0]),
            "answers": [PRONOUNS[one] for one in says],
        }

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


def describe_gap(state) -> str:
    """Say what the seeds answer now, and what gradient reaches the state that has read the name."""
    said = f"{state.model_label}, gain {state.gain:g}"
    if state.model in GATED:
        said += f", bias of the {GATED[state.model]} gate {state.forget_bias:g}"
    said += f", gradient {state.max_norm_label}, after {state.n_updates} updates"
    if len(state.solved_at) + state.n_diverged == figures.Gap.n_seeds:
        said += ", when each seed had diverged or solved it" if state.n_diverged else ", when all seeds had solved it"
    said += ". "
    if state.n_updates:
        said += f"Solved: {len(state.solved_at)} of {figures.Gap.n_seeds} seeds; right answers "
        said += f"in the last {figures.Gap.smooth} batches "
        said += f"{', '.join(f'{one:.0%}' for one in state.heads)}. "
    if state.n_diverged:
        said += f"{state.n_diverged} diverged. "
    heard = [amount(np.median(flow[-2])) for flow in (state.log10_before, state.log10_now)]
    said += f"The gradient at the name, {state.name_at} steps back, was {heard[0]} before training and is "
    said += f"{heard[1]} now (medians of the seeds), relative to that at the end. "
    words = state.example.split()
    shown = state.example if len(words) < 14 else f"{' '.join(words[:6])} … {' '.join(words[-3:])}"
    return f"{said}To “{shown}” the seeds answer {', '.join(state.answers)}."


def gap_explorer(gap: int = 40, model: str = "lstm", updates: int = 25) -> Explorer:
    """Return the explorer of nets that learn whom the pronoun means: the right answers, and the gradient by lag."""
    controls = [
        Slider("updates", "updates of training", 0, figures.Gap.most_updates, updates, SNAPSHOT),
        Slider("gap", "words in the gap", 1, 60, gap, 1),
        Choice("model", "model", MODELS, model),
        Slider("forget_bias", "bias of the gate", -2, 6, 3, 0.5),
        Slider("gain", "gain of W", 0.5, 2, 1, 0.1),
        Choice("max_norm", "gradient", {"clipped at norm 1": 1.0, "clipped at norm 0.1": 0.1, "not clipped": inf}, 1.0),
    ]

    def off(settings):
        return {} if settings["model"] in GATED else {"forget_bias": "no gate, so no bias"}

    return Explorer(controls, gap_state, figures.Gap(), describe_gap, off, "updates")


# Who heard the name before training, and who learned it

# Of each kind its model, gain and forget bias, the label in the picture and where that stands, in points.
KINDS = {
    "tanh, gain 0.8": ("tanh", 0.8, 0.0, "tanh 0.8", (8, 0)),
    "tanh, gain 1": ("tanh", 1.0, 0.0, "tanh 1", (-8, 0)),
    "tanh, gain 1.5": ("tanh", 1.5, 0.0, "tanh 1.5", (8, 0)),
    "ReLU from the identity": ("irnn", 1.0, 0.0, "ReLU", (8, 0)),
    "LSTM, forget bias 0": ("lstm", 1.0, 0.0, "LSTM 0", (-6, 8)),
    "LSTM, forget bias 1": ("lstm", 1.0, 1.0, "LSTM 1", (-8, 10)),
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
    return {"heard": nets["heard"], "solved_at": nets["solved_at"], "place": list(KINDS).index(kind)}


def describe_hearing(state) -> str:
    """Say how many solved it, what another thirty may do, and what those heard who solved it and those who did not."""
    solved = state.solved_at > 0
    n, count = len(solved), int(solved.sum())
    low, high = wilson_interval(count, n)
    said = f"{state.kind}, seeds {state.seeds_label}: {count} of {n} nets learn it within 200 updates. "
    said += f"Of other nets of this kind, expect {low:.0%} to {high:.0%} to learn it (95 % interval). "
    groups = [("those that learn it", solved), ("those that do not", ~solved)]
    medians = [f"{amount(np.median(state.heard[some]))} for {words}" for words, some in groups if some.any()]
    said += "The gradient at the name before training, relative to that at the end: "
    return f"{said}{', '.join(medians)} (medians)."


def hearing_explorer(kind: str = "tanh, gain 1") -> Explorer:
    """Return the explorer of who heard the name before training and who learned it."""
    kinds = []
    for name, (*_, label, offset) in KINDS.items():
        nets = nets_of(name)
        count = (nets["solved_at"] > 0).sum()
        ends = wilson_interval(count, len(nets))
        kinds.append((label, np.median(nets["heard"]), count / len(nets), *ends, offset))
    controls = [Choice("kind", "nets", list(KINDS), kind), Choice("seeds", "seeds", THIRTIES, 0)]
    return Explorer(controls, hearing_state, figures.Hearing(kinds), describe_hearing)


# Nets that learned to hold one bit

WORDS = {"holds": "hold the bit", "alternates": "turn it round at each step", "forgets": "do neither"}


def bits_state(net: int, trained: int):
    """Compute what the explorer of nets that hold a bit shows; a generator, for training takes time.

    How the net answers at each length, and of all nets the largest eigenvalue of W and the kind.
    """
    if not maths.is_trained(trained):
        yield from maths.train_holders(trained)
    yield 1.0
    training, right = maths.holders(trained)
    spectra = [np.linalg.eigvals(training.net(s).W) for s in range(maths.N_NETS)]
    X, _ = draw("latch", np.random.default_rng(1), maths.LONGEST, 1)
    one = training.net(net - 1)
    J = step_jacobians(one, run_rnn(one, np.zeros(len(one.W)), X[..., 0]))
    top = np.array([some[np.abs(some).argmax()] for some in spectra])
    top, kinds = top.real + 1j * np.abs(top.imag), np.array([maths.kind(right[:, s]) for s in range(maths.N_NETS)])
    return {
        "right": right[:, net - 1],
        "right_odd": right[::2, net - 1],
        "right_even": right[1::2, net - 1],
        "eigenvalue": top[net - 1],
        "eigenvalues": {name: top[kinds == name] for name in WORDS},
        "n_steps": len(right) - 1,
        "log10_left": product_norms(J[1:])[-1],
    }


def describe_bits(state) -> str:
    """Say how the net answers at odd and at even lengths, its eigenvalue, and what is left of its gradient."""
    odd, even = maths.late_shares(state.right)
    top = state.eigenvalue
    eigenvalue = f"{top.real:.2f}" if top.imag == 0 else f"{top.real:.2f} ± {abs(top.imag):.2f}i"
    counts = ", ".join(f"{len(state.eigenvalues[name])} {words}" for name, words in WORDS.items())
    return (
        f"Net {state.net} of {maths.N_NETS}, which learned at length {state.trained}: above length {maths.LATE} it is "
        f"right in {odd:.0%} of the odd and {even:.0%} of the even ones; largest eigenvalue of W {eigenvalue}. Over "
        f"{state.n_steps} steps its gradient keeps {amount(state.log10_left)}. Of all nets {counts}."
    )


def bits_explorer(trained: int = 6, net: int = 4) -> Explorer:
    """Return the explorer of small tanh nets that learned to hold one bit for a few steps."""
    controls = [
        Slider("net", "which net", 1, maths.N_NETS, net, 1),
        Slider("trained", "learned at length", 3, 12, trained, 1),
    ]
    return Explorer(controls, bits_state, figures.Bits(), describe_bits)


# The shipped table: which seeds solved a task, by model and length, and when


LABELS = {"temporal order": "order", "adding": "adding", "Jane and she": "jane", "one bit": "latch"}
LENGTHS = (10, 20, 50, 100, 200)


class SurveyRow(NamedTuple):
    """One model with its start: by length what the table reports of it, None where it was not trained.

    low, high : by length the 95 % interval of the share of seeds that solve it; NaN where it was not trained.
    """

    label: str
    reports: list[Reported | None]
    low: np.ndarray
    high: np.ndarray


def survey_state(task: str, length: int, row: int = 1) -> dict:
    """Read from the shipped table what the survey shows, with the place of the length that is nearest by ratio.

    Of two that are as near it is the shorter one. Of the row that is marked, counted from the top, it says for each
    length up to that one how many seeds had solved the task when they were tested.
    """
    lengths = sorted({one for _, one in ROWS[task]})
    rows = []
    for name in dict.fromkeys(name for name, _ in ROWS[task]):
        reports = [reported(task, one, name) if (name, one) in ROWS[task] else None for one in lengths]
        interval = [wilson_interval(r.n_solved, len(r.solved_at)) if r else (np.nan, np.nan) for r in reports]
        rows.append(SurveyRow(name.replace("-", "−"), reports, *np.transpose(interval)))
    line, place = min(row, len(rows)) - 1, int(np.abs(np.log(lengths) - np.log(length)).round(9).argmin())
    n_updates = next(iter(ROWS[task].values()))[0].n_updates
    checks, solved_by = np.arange(0, n_updates + 1, maths.CHECK_EVERY), [None] * figures.MOST_COLUMNS
    for k, report in enumerate(rows[line].reports[: place + 1]):
        if report:
            solved_by[k] = np.searchsorted(report.updates, checks, side="right")
    return {
        "lengths": lengths,
        "place": place,
        "line": line,
        "checks": checks,
        "solved_by": solved_by,
        "n_tried": [min(row.reports[k].n_tried for row in rows if row.reports[k]) for k in range(len(lengths))],
        "n_updates": n_updates,
        "chance": 1.0 - TASKS[task].chance,
        "rows": rows,
    }


def describe_survey(state) -> str:
    """Say how many of the reporting seeds of each row solved the task at one length, and what was tried."""
    there = [(row.label, row.reports[state.place]) for row in state.rows if row.reports[state.place]]
    n = len(REPORT)
    all_of_them = [label for label, report in there if report.n_solved == n]
    none = [label for label, report in there if not report.n_solved]
    some = [f"{report.n_solved} with {label}" for label, report in there if 0 < report.n_solved < n]
    told = [f"All {n} solve it with {', '.join(all_of_them)}."] if all_of_them else []
    told += [f"No seed solves it with {', '.join(none)}."] if none else []
    told += [f"Some do: {', '.join(some)}."] if some else []
    usual = state.n_tried[state.place]
    more = "".join(f", {report.n_tried} of {label}" for label, report in there if report.n_tried > usual)
    chosen = f"Chosen by seeds {CHOOSE[0]} to {CHOOSE[-1]}, reported" if usual > 1 else "Nothing chosen; reported"
    return (
        f"{state.task_label[0].upper()}{state.task_label[1:]}, length {state.lengths[state.place]}, at most "
        f"{state.n_updates} updates. {chosen} by {n} {'others' if usual > 1 else 'seeds'}. "
        f"{' '.join(told)} Settings tried: {usual} of each{more}. A constant answer is right in {state.chance:.0%}. "
        f"Marked is {_when(state.rows[state.line], state.place)}"
    )


def _when(row: SurveyRow, place: int) -> str:
    """Say after how many updates the seeds of a row solve the task."""
    report = row.reports[place]
    if report is None:
        return f"{row.label}, which was not trained at this length."
    updates = report.updates
    if not updates:
        return f"{row.label}: none of its seeds solves it."
    half = updates[(len(updates) - 1) // 2]
    when = f"after {updates[0]} updates, half of them by {half}, the last after {updates[-1]}"
    return f"{row.label}: the first of {counted(len(updates), 'seed')} solves it {when}."


def survey_explorer(task: str = "order", length: int = 50, row: int = 1) -> Explorer:
    """Return the explorer of the shipped table: which seeds solved a task, by model and length, and when."""
    controls = [
        Choice("task", "task", LABELS, task),
        Choice("length", "length nearest to", LENGTHS, length),
        Slider("row", "row that is marked", 1, figures.MOST_ROWS, row, 1),
    ]
    return Explorer(controls, survey_state, figures.Survey(), describe_survey)
