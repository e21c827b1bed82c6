"""The experiments of notebook 10: which nets are trained on which task, and what is kept of each."""

from math import log

from helpers.maths.training import Recipe, Training

SEEDS = tuple(range(10))
RATES = (0.01, 0.003)


def run_cell(cell):
    """Train the seeds of a Recipe and return what came of each, as numbers that JSON can hold.

    "wrong"        the share of wrong answers to 10,000 fresh sequences at the end
    "loss"         the mean loss of these; None for a seed that diverged
    "solved_at"    the number of the update after which fewer than 1 % were wrong, None for a seed that never came there
    "diverged_at"  the number of the update at which a seed left the floats, None for the others
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


def _contenders(task, lengths, n_updates, seeds=SEEDS):
    """Every model with several starts, each with both learning rates; the two that can explode without clipping too."""
    cells = []
    for length in lengths:
        shared = {"task": task, "length": length, "n_updates": n_updates, "seeds": seeds}
        starts = [{"model": "tanh", "gain": gain} for gain in (0.8, 1.0, 1.5)]
        starts += [{"model": "irnn"}, {"model": "gru"}]
        starts += [{"model": model, "max_norm": None} for model in ("tanh", "irnn")]
        starts += [{"model": "lstm", "forget_bias": bias} for bias in (0.0, 1.0, 3.0, round(log(length - 1), 3))]
        cells += [Recipe(**shared, **start, learning_rate=rate) for start in starts for rate in RATES]
    return cells


def _latches():
    """Small nets that hold one bit: gains for tanh, forget biases for the LSTM, each with both learning rates."""
    cells = []
    for length in (10, 20, 40, 80, 160):
        shared = {"task": "latch", "length": length, "hidden": 8, "n_updates": 400, "seeds": SEEDS}
        starts = [{"model": "tanh", "gain": gain} for gain in (0.5, 1.0, 1.5)]
        starts += [{"model": "lstm", "forget_bias": bias} for bias in (0.0, 1.0, 3.0, 5.0)]
        cells += [Recipe(**shared, **start, learning_rate=rate) for start in starts for rate in RATES]
    return cells


_ORDER = _contenders("order", (10, 20, 50, 100), n_updates=1000)
GRIDS = {
    "order": _ORDER,
    "quick": [cell for cell in _ORDER if cell.length <= 50],  # the part of it that takes two minutes
    "adding": _contenders("adding", (20, 50, 100), n_updates=1500),
    "jane": _contenders("jane", (10, 20, 50, 100), n_updates=1000),
    "latch": _latches(),
}
