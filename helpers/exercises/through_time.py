"""The exercises of notebooks 06 and 07."""

import numpy as np

from helpers.exercises.answers import between, near, number, repair
from helpers.maths.activations import activation
from helpers.maths.linear import gaussian
from helpers.maths.rnn import RNN, bptt, run_alone, run_rnn, state_transition, step_jacobians

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


SIGMOID = activation("sigmoid")


def _nets() -> tuple:
    """Return W, b, h and a number of steps of three sigmoid nets."""
    rng = np.random.default_rng(0)
    return tuple((3.0 * rng.standard_normal((3, 3)), rng.standard_normal(3), rng.uniform(0, 1, 3), 4) for _ in range(3))


def _jacobians(W, b, h, n_steps):
    return step_jacobians(*run_alone(W, h, n_steps, "sigmoid", b))


def _product(W, b, h, n_steps):
    return state_transition(_jacobians(W, b, h, n_steps), n_steps, 0)


def _elementwise(J):
    """The steps J multiplied entry by entry, and the largest entry."""
    return np.abs(np.prod(J, axis=0)).max()


def _run_elementwise(W, b, h, n_steps):
    return _elementwise(_jacobians(W, b, h, n_steps))


def _run_transposed(W, b, h, n_steps):
    """The norm of the steps transposed one by one, and multiplied in the order of those that are not."""
    return np.linalg.norm(np.linalg.multi_dot(_jacobians(W, b, h, n_steps).swapaxes(-1, -2)[::-1]), 2)


EXERCISES = {
    "06.1": number(
        "A run has T = 40 steps, each with a loss. How many entries has its table of contributions, one for each "
        "pair (t, k)?",
        float(sum(1 for t in range(1, N_STEPS + 1) for _ in range(t))),
        "1 ≤ k ≤ t ≤ 40.",
        near(1600, 0, "Nearly half of these lie above the diagonal: a loss sends nothing to later steps."),
        near(780, 0, "You have left out the diagonal: k = t counts too."),
        near(40, 0, "That is one for each loss. Each loss reaches back to all steps before it."),
        near(800, 0, "Half of 1600; but the diagonal is not halved."),
        otherwise="Not yet. Count a table of 3 steps by hand first.",
    ),
    "06.2": repair(
        _right,
        "The loss of step k enters, then the slope of step k is passed, then W.",
        _runs(),
        _one_late,
        "Not yet. Follow the last loss, G[T]: at which k does it first reach dW? At k = T it should.",
        _back(pass_on=lambda a, W: W @ a),
        "The row is multiplied from the right: a @ W. You have W @ a.",
        _back(enter=lambda g, G_k: (g + G_k) / 2),
        "The rows that meet are added, not averaged.",
        _last_loss,
        "Only the last loss counts here. Every step has one.",
        lambda *run: _right(*run).T,
        "np.outer has it the wrong way round: W has a row for each a, so a comes first.",
        _back(slope=np.ones_like),
        "The slope is missing: the row passes D before it meets what W read.",
    ),
    "06.3": number(
        "A linear net has W = 0.9 Q with an orthogonal Q. What is the norm of ∂h(t)/∂h(t − 30)? (two digits)",
        0.9**30,
        "0.9 to the power of the lag: Q keeps every length.",
        near(0.9, 1e-9, "That is one step. The lag is 30."),
        near(0.9 / 30, 0.0001, "Each step multiplies by 0.9; nothing divides by 30."),
        near(1.0, 1e-9, "Q alone keeps every length. But W = 0.9 Q."),
        near(0.9**30 * 4, 0.01, "The Frobenius norm? The largest singular value is wanted."),
        digits=2,
        otherwise="Not yet. What does one step do to the length of a row?",
    ),
    "07.1": repair(
        lambda W, b, h, n_steps: np.linalg.norm(_product(W, b, h, n_steps), 2),
        "The state moves, the matrices are multiplied as matrices, and the norm is the largest singular value.",
        _nets(),
        lambda W, b, h, n_steps: _elementwise(np.repeat(0.25 * W.T[None], n_steps, axis=0)),
        "Not yet, and three things are wrong. First: what does P * J do to two matrices?",
        lambda W, b, h, n_steps: np.abs(np.linalg.matrix_power(0.25 * W.T, n_steps)).max(),
        "Matrices now. Second: the slope is ¼ at z = 0 only. Let h run, and take the slope where it is.",
        lambda W, b, h, n_steps: np.linalg.norm(np.linalg.matrix_power(0.25 * W, n_steps), 2),
        "The slope is ¼ at z = 0 only. Let h run, and take the slope where it is.",
        _run_elementwise,
        "The state runs. But P * J is still entry by entry: make it a product of matrices.",
        _run_transposed,
        "The state runs, and the product is one of matrices. But with W.T the newest step stands on the right.",
        lambda W, b, h, n_steps: np.abs(_product(W, b, h, n_steps)).max(),
        "The product is right. Third: its largest ENTRY is not its norm.",
        lambda W, b, h, n_steps: np.abs(np.linalg.eigvals(_product(W, b, h, n_steps))).max(),
        "The product is right. Third: its largest EIGENVALUE is not its norm.",
    ),
    "07.2": number(
        "A sigmoid net has ‖W‖ = 6, and you scale W by s. Below which s must every gradient vanish? (two digits)",
        1.0 / SIGMOID.gamma / 6.0,
        "γ‖W‖ must come down to 1: ‖W‖ to 1/γ = 4, which is 4/6 of 6.",
        near(4.0, 1e-9, "That is the norm that ‖W‖ must come down to. Which factor takes 6 there?"),
        near(1 / 6, 5e-3, "That makes ‖W‖ = 1, which is tanh's border: its γ is 1. The sigmoid's is ¼."),
        near(1.5, 1e-9, "Turned round: this is 6/4. Scaled by it, W grows."),
        near(0.5 / 6, 5e-3, "That makes ‖W‖ = ½, as the slide has it, and a slip. What must ‖W‖ be for γ‖W‖ = 1?"),
        between(0, 0.65, "Enough, and more than enough: a little less scaling would do."),
        between(0.68, 1, "Not enough: γ‖W‖ is still above 1. Go lower."),
        digits=2,
        otherwise="Not yet. Solve γ · s · 6 = 1 for the factor s.",
    ),
    "07.3": number(
        "In the net with ρ(W) = 0, a is 8. At which s does its gradient neither grow nor fade, in the long run? "
        "(three digits)",
        float(np.sqrt(1 / 8)),
        "a s² = 1.",
        near(1 / 8, 0.001, "That is s². Take the root."),
        near(0.5, 1e-9, "There it doubles at each step: 8 · ½² = 2."),
        near(float(np.sqrt(1 / 16)), 0.001, "‖W‖ is 2a, but the eigenvalue is a s²."),
        near(float(np.sqrt(7 / 8)), 0.001, "You have solved a (1 − s²) = 1. The eigenvalue is a s²."),
        digits=3,
        otherwise="Not yet. Set a = 8 and move s until the curve is level.",
    ),
}
