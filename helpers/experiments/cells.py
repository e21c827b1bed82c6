"""The experiments of notebooks 10 and 11: which nets are trained on which task, and what is recorded."""

from functools import lru_cache
from math import log
from statistics import median
from typing import NamedTuple

from helpers.experiments.table import CHOOSE, REPORT, key, row, shipped
from helpers.maths.training import Recipe, Training

RATES = (0.01, 0.003)


def run_cell(cell):
    """Train the seeds of a Recipe and return the results of each, in values that JSON can hold.

    "wrong"        the share of wrong answers to 10,000 fresh sequences at the end, None for a seed that diverged
    "loss"         the mean loss on these sequences, None for a seed that diverged
    "solved_at"    the number of updates after which fewer than 1 % were wrong, None for a seed that never solved it
    "diverged_at"  the number of updates after which a seed overflowed, None for the others
    """
    training = Training(cell)
    for _ in training.updates():
        pass
    wrong, loss = training.test()
    diverged = training.state.diverged_at >= 0
    return {
        "wrong": [None if lost else float(share) for share, lost in zip(wrong, diverged, strict=True)],
        "loss": [None if lost else float(value) for value, lost in zip(loss, diverged, strict=True)],
        "solved_at": [int(k) if k >= 0 else None for k in training.state.solved_at],
        "diverged_at": [int(k) if k >= 0 else None for k in training.state.diverged_at],
    }


def starts(task, length):
    """Return the models of a task at a length, each with its start: {name: settings of a Recipe}.

    The number is the gain of a tanh net, the forget bias b_f of an LSTM, and the bias towards keeping of a minGRU. An
    LSTM that is tied has the input bias -b_f: it writes into its cells as slowly as it forgets.
    """
    lstm = {f"LSTM {bias:g}": {"model": "lstm", "forget_bias": bias} for bias in (0.0, 1.0, 3.0)}
    if task == "latch":
        tanh = {f"tanh {gain:g}": {"model": "tanh", "gain": gain} for gain in (0.5, 1.0, 1.5)}
        return {**tanh, **lstm, "LSTM 5": {"model": "lstm", "forget_bias": 5.0}}
    long = round(log(length - 1), 3)
    return {
        **{f"tanh {gain:g}": {"model": "tanh", "gain": gain} for gain in (0.8, 1.0, 1.5)},
        "ReLU from I": {"model": "irnn"},
        "GRU": {"model": "gru"},
        **lstm,
        "LSTM ln(T-1)": {"model": "lstm", "forget_bias": long},
        "LSTM 3 tied": {"model": "lstm", "forget_bias": 3.0, "input_bias": -3.0},
        "LSTM ln(T-1) tied": {"model": "lstm", "forget_bias": long, "input_bias": -long},
        "minGRU 0": {"model": "min_gru"},
        "minGRU 3": {"model": "min_gru", "forget_bias": 3.0},
        "diagonal": {"model": "diagonal"},
        "ReLU, diagonal": {"model": "relu_diagonal"},
        "attention": {"model": "attention"},
        "attention, no positions": {"model": "set_attention"},
    }


def _rows(task, lengths, names, rates=RATES, **shared):
    """Return the rows with these names: {(name, length): the cells that try its settings}.

    Each learning rate is tried. Where there are several, the models UNCLIPPED, whose gradient can explode before any
    training, are tried without clipping, too.
    """
    rows = {}
    for length in lengths:
        for name in names:
            limits = (1.0, None) if len(rates) > 1 and name in UNCLIPPED and task != "latch" else (1.0,)
            settings = [{"max_norm": limit, "learning_rate": rate} for limit in limits for rate in rates]
            start = starts(task, length)[name]
            rows[name, length] = [Recipe(task, length, **start, **one, **shared, seeds=CHOOSE) for one in settings]
    return rows


UNCLIPPED = ("tanh 1", "ReLU from I")
PLAIN = ("tanh 0.8", "tanh 1", "tanh 1.5", "ReLU from I")
GATED = ("GRU", "LSTM 0", "LSTM 1", "LSTM 3", "LSTM ln(T-1)")
TIED = ("LSTM 3 tied", "LSTM ln(T-1) tied")
# What is trained over 200 steps too, with one learning rate: there each update takes long.
LONG = ("LSTM 3", "LSTM ln(T-1)", *TIED)
LATCH = ("tanh 0.5", "tanh 1", "tanh 1.5", "LSTM 0", "LSTM 1", "LSTM 3", "LSTM 5")
QUICK = ("tanh 1", "ReLU from I", "GRU", "LSTM 0", "LSTM 3", "LSTM ln(T-1) tied")
ROWS = {
    "order": {
        **_rows("order", (10, 20, 50), (*PLAIN, *GATED, *TIED), n_updates=1000),
        **_rows("order", (200,), LONG, RATES[:1], n_updates=1000),
    },
    "adding": {
        **_rows("adding", (20, 50), (*PLAIN, *GATED, *TIED), n_updates=1500),
        **_rows("adding", (200,), ("LSTM ln(T-1)", "LSTM ln(T-1) tied"), RATES[:1], n_updates=1500),
    },
    "jane": _rows("jane", (10, 20, 50), (*PLAIN, *GATED, *TIED), n_updates=1000),
    "latch": _rows("latch", (10, 20, 40, 80, 160), LATCH, hidden=8, n_updates=400),
}
# What came after the LSTM, each with its control, and at 100 steps the tied LSTM too (notebook 11).
NEW = ("minGRU 0", "minGRU 3", "diagonal", "ReLU, diagonal", "attention", "attention, no positions")
AFTER = {
    task: {
        **_rows(task, (50,), NEW, n_updates=n_updates),
        **_rows(task, (100,), (*NEW, "LSTM ln(T-1) tied"), n_updates=n_updates),
        **_rows(task, (200,), NEW, RATES[:1], n_updates=n_updates),
    }
    for task, n_updates in (("order", 1000), ("adding", 1500))
}
GRIDS = {task: [cell for cells in rows.values() for cell in cells] for task, rows in ROWS.items()}
GRIDS["after"] = [cell for rows in AFTER.values() for cells in rows.values() for cell in cells]
# A part of "order" that takes a few minutes.
GRIDS["quick"] = [c for (name, T), cells in ROWS["order"].items() if name in QUICK and T in (10, 50) for c in cells]
ALL = [*ROWS.items(), *AFTER.items()]
NAMES = {row(cells[0]._asdict()): name for _, rows in ALL for (name, _), cells in rows.items()}


class Reported(NamedTuple):
    """The result of a row: after how many updates each of the seeds REPORT solved it, None for never.

    cell : the chosen settings. n_tried : how many settings were tried. chosen_by : solved_at of the seeds CHOOSE with
    the chosen settings, None if only one setting was tried.
    """

    solved_at: list[int | None]
    cell: dict
    chosen_by: list[int | None] | None
    n_tried: int

    @property
    def updates(self):
        """Of the seeds that solved it, after how many updates they did, the fewest first."""
        return sorted(update for update in self.solved_at if update is not None)

    @property
    def n_solved(self):
        """The number of the seeds REPORT that solved it."""
        return len(self.updates)

    @property
    def median_update(self):
        """The median number of updates after which they solved it, None if none did."""
        return median(self.updates or [None])

    @property
    def n_parameters(self):
        """The number of parameters of one net."""
        return Training(Recipe(**self.cell)).state.theta.shape[1]


def reported(task, length, name):
    """Return the Reported of a row of the shipped table; the names are those of `starts`.

    Raises ValueError if the table has no such row.

    >>> reported("order", 20, "LSTM 3").n_solved
    20
    """
    cells = next((rows[name, length] for one, rows in ALL if one == task and (name, length) in rows), None)
    if cells is None:
        raise ValueError(f"the table has no row {name!r} of {task!r} at length {length}")
    results = _results()
    (report,) = (cell for cell in cells if key(cell._replace(seeds=REPORT)._asdict()) in results)
    chosen_by = results[key(report._asdict())]["solved_at"] if len(cells) > 1 else None
    report = report._replace(seeds=REPORT)._asdict()
    return Reported(results[key(report)]["solved_at"], report, chosen_by, len(cells))


@lru_cache
def _results():
    """Return the results of the shipped table: {key of the cell: result}."""
    return {key(record["cell"]): record["result"] for record in shipped()}
