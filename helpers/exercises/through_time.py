"""The exercises of notebook 06."""

import numpy as np

from helpers.exercises.answers import Exercise, Repair, is_option, near
from helpers.maths.initial import gaussian
from helpers.maths.rnn import RNN, bptt, run_alone, run_rnn

N_STEPS = 40


def _runs() -> tuple:
    """Return W, slopes, H and G of two runs."""
    rng, cases = np.random.default_rng(0), []
    for n, n_steps in ((2, 3), (3, 5)):
        net = RNN(gaussian(n, 1.5, rng), np.eye(n), np.zeros(n))
        run = run_rnn(net, rng.standard_normal(n), rng.standard_normal((n_steps, n)))
        cases.append((net.W, 1 - run.H[1:] ** 2, run.H, rng.standard_normal(run.H.shape)))
    return tuple(cases)


def _right(W, slopes, H, G):
    """What BPTT returns, from the states of a tanh net: the arguments are artanh of them."""
    net, run = run_alone(W, H[0], len(slopes))
    return bptt(net, run._replace(H=H, Z=np.arctanh(H[1:])), G).W


def _back(pass_on=lambda a, W: a @ W, enter=lambda g, G_k: g + G_k, slope=lambda s: s):
    """Return the loop of BPTT with one part exchanged."""

    def loop(W, slopes, H, G):
        g, dW = np.zeros(len(W)), np.zeros_like(W)
        for k in range(len(slopes), 0, -1):
            a = enter(g, G[k]) * slope(slopes[k - 1])
            dW += np.outer(a, H[k - 1])
            g = pass_on(a, W)
        return dW

    return loop


def _one_late(W, slopes, H, G):
    """The mistake: the loss enters after its own step has been passed."""
    g, dW = np.zeros(len(W)), np.zeros_like(W)
    for k in range(len(slopes), 0, -1):
        a = g * slopes[k - 1]
        dW += np.outer(a, H[k - 1])
        g = a @ W + G[k]
    return dW


def _last_loss(W, slopes, H, G):
    """The mistake: only the last loss counts."""
    only = np.zeros_like(G)
    only[-1] = G[-1]
    return _right(W, slopes, H, only)


EXERCISES = {
    "06.1": Exercise(
        float(sum(1 for t in range(1, N_STEPS + 1) for _ in range(t))),
        "1 ≤ k ≤ t ≤ 40.",
        (
            (near(1600, 0), "Half of these lie above the diagonal: a loss sends nothing to later steps."),
            (near(780, 0), "You have left out the diagonal: k = t counts too."),
            (near(40, 0), "That is one for each loss. Each loss reaches back to all steps before it."),
            (near(800, 0), "Half of 1600; but the diagonal is not halved."),
        ),
        otherwise="Not yet. Count a table of 3 steps by hand first.",
    ),
    "06.2": Repair(
        _right,
        "The loss of step k enters, then the slope of step k is passed, then W.",
        _runs(),
        (
            (
                _one_late,
                "Not yet. Follow the last loss, G[T]: at which k does it first reach dW? At k = T it should.",
            ),
            (_back(pass_on=lambda a, W: W @ a), "The row is multiplied from the right: a @ W. You have W @ a."),
            (_back(enter=lambda g, G_k: (g + G_k) / 2), "The rows that meet are added, not averaged."),
            (_last_loss, "Only the last loss counts here. Every step has one."),
            (_back(slope=np.ones_like), "The slope is missing: the row passes D before it meets what W read."),
        ),
    ),
    "06.3": Exercise(
        0.9**30,
        "0.9 to the power of the lag: Q keeps every length.",
        (
            (near(0.9, 1e-9), "That is one step. The lag is 30."),
            (near(0.9 / 30, 1e-4), "Each step multiplies by 0.9; nothing divides by 30."),
            (near(1.0, 1e-9), "Q alone keeps every length. But W = 0.9 Q."),
            (near(0.9**30 * 4, 0.01), "The Frobenius norm? Wanted is the largest singular value."),
        ),
        digits=2,
        otherwise="Not yet. What does one step do to the length of a row?",
    ),
    "06.4": Exercise(
        "only the length of the step",
        "Every entry of the table grows alike.",
        (
            (is_option("the long lags gain on the short ones"), "Both are multiplied by the same million."),
            (is_option("the net remembers longer"), "The forward pass has not changed at all."),
        ),
        options=("only the length of the step", "the long lags gain on the short ones", "the net remembers longer"),
    ),
}
