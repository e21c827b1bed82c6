"""The temporal contributions to a gradient: every way back by itself, and their sum."""

import numpy as np
import pytest

from helpers.maths.activations import ACTIVATIONS
from helpers.maths.contributions import (
    contribution_log10_norms,
    contributions,
    sum_of_contributions,
    weight_gradients_by_lag,
)
from helpers.maths.gradcheck import relative_error
from helpers.maths.linear import gaussian, orthogonal
from helpers.maths.rnn import RNN, bptt, run_rnn, state_transition, step_jacobians, truncated_bptt
from tests.at_random import rng
from tests.recurrent_nets import N_NETS, autograd_gradients, draw_problem


@pytest.fixture(scope="module")
def problems():
    """N_NETS random nets, each with its contributions."""
    found = [draw_problem(seed) for seed in range(N_NETS)]
    for p in found:
        p.table = contributions(p.net, p.run, p.G)
    return found


def lags(T):
    return np.subtract.outer(np.arange(T + 1), np.arange(T + 1))


def small_problem(batch=(), T=6, n=3, m=2):
    r = rng(4)
    net = RNN(1.2 * r.standard_normal((n, n)), r.standard_normal((n, m)), r.standard_normal(n), "tanh")
    run = run_rnn(net, r.standard_normal((*batch, n)), r.standard_normal((T, *batch, m)))
    return net, run, r.standard_normal(run.H.shape)


def driven_net(gain, seed, n=32, T=50):
    """The setting of claim C58: a tanh net driven by noise, each step with a random readout."""
    r = rng(seed)
    net = RNN(gaussian(n, gain, r), r.standard_normal((n, 1)), np.zeros(n), "tanh")
    run = run_rnn(net, np.zeros(n), r.standard_normal((T, 1)))
    G = r.standard_normal((T + 1, n))
    G[0] = 0.0
    return net, run, contributions(net, run, G)


def contribution(net, run, G, t, k, parameter):
    """g_t dh_t/dh_k d+h_k/dTheta, written out for each member of the batch and summed."""
    J = step_jacobians(net, run)
    reads = {"W": run.H[:-1], "U": run.X, "b": np.ones((*run.X.shape[:-1], 1))}[parameter]
    total = 0.0
    for i in np.ndindex(run.H.shape[1:-1]):
        at = (slice(None), *i)
        D = np.diag(ACTIVATIONS[net.activation].slope(run.Z[at][k - 1]))
        total = total + np.outer(G[at][t] @ state_transition(J[at], t, k) @ D, reads[at][k - 1])
    return total


# --- the sum of all ---


@pytest.mark.claim("C54", "C55", "C57: a definition")
def test_the_sum_of_all_contributions_is_the_gradient_of_autograd(problems):
    for p in problems:
        for ours, oracle in zip(sum_of_contributions(p.net, p.run, p.table), autograd_gradients(p), strict=True):
            assert ours.shape == oracle.shape
            assert relative_error(ours, oracle) < 1e-12


@pytest.mark.claim("C55", "C58")
def test_with_the_pairs_of_short_lag_alone_it_is_truncated_backpropagation(problems):
    for p in problems:
        for window in {1, 1 + p.T // 2, p.T + 1}:
            short = (lags(p.T) >= 0) & (lags(p.T) < window)
            ours = sum_of_contributions(p.net, p.run, p.table, keep=short)
            for one, other in zip(ours, truncated_bptt(p.net, p.run, p.G, window), strict=True):
                assert relative_error(one, other) < 1e-11


@pytest.mark.claim("C55")
def test_parts_that_share_no_pair_add_up_to_the_whole(problems):
    r = rng(1)
    for p in problems[:30]:
        keep = r.random((p.T + 1, p.T + 1)) < 0.5
        one, other = (sum_of_contributions(p.net, p.run, p.table, part) for part in (keep, ~keep))
        for a, b, whole in zip(one, other, bptt(p.net, p.run, p.G), strict=True):
            assert relative_error(a + b, whole) < 1e-11
    nothing = sum_of_contributions(p.net, p.run, p.table, np.zeros_like(keep))
    assert not any(gradient.any() for gradient in nothing)


@pytest.mark.claim("C55", "C58")
def test_split_by_lag_the_gradient_of_the_weights_is_the_sum_of_its_parts(problems):
    for p in problems:
        parts = weight_gradients_by_lag(p.net, p.run, p.table)
        assert parts.shape == (p.T, p.n, p.n)
        assert relative_error(parts.sum(axis=0), bptt(p.net, p.run, p.G).W) < 1e-11
        lag = p.T // 2
        of_lag = sum_of_contributions(p.net, p.run, p.table, keep=lags(p.T) == lag).W
        np.testing.assert_allclose(parts[lag], of_lag, rtol=1e-10, atol=1e-13 * np.abs(parts).max())


def test_split_by_lag_a_contribution_of_a_row_that_was_scaled_has_its_size():
    """A line h_{k+1} = w h_k with a loss at its end: of each lag g w^(T-1)."""
    w, g, n_steps = 1e-3, 1e200, 60
    net = RNN([[w]], [[0.0]], [0.0], "identity")
    run = run_rnn(net, [1.0], np.zeros((n_steps, 1)))
    table = contributions(net, run, [[0.0]] * n_steps + [[g]])
    assert table.log10_scale.any()
    parts = weight_gradients_by_lag(net, run, table)[:, 0, 0]
    np.testing.assert_allclose(np.log10(parts), 200.0 - 3.0 * (n_steps - 1), rtol=1e-12)


# --- one way by itself ---


@pytest.mark.claim("C55", "C59: true")
@pytest.mark.parametrize("batch", [(), (1,), (4,)])
def test_a_row_of_the_table_is_the_row_of_the_loss_times_the_state_transition(batch):
    net, run, G = small_problem(batch)
    J, table = step_jacobians(net, run), contributions(net, run, G)
    assert not table.log10_scale.any()
    assert table.rows.shape == (7, 7, *batch, 3)
    for t in range(7):
        for k in range(7):
            for i in np.ndindex(batch):
                at = (slice(None), *i)
                wanted = G[at][t] @ state_transition(J[at], t, k) if k <= t else np.zeros(3)
                np.testing.assert_allclose(table.rows[(t, k, *i)], wanted, rtol=1e-12, atol=1e-15)


@pytest.mark.claim("C55", "C57", "C58")
@pytest.mark.parametrize("parameter", ["W", "U", "b"])
@pytest.mark.parametrize("batch", [(), (1,), (4,)])
def test_the_norm_of_a_contribution_is_that_of_the_contribution_written_out(batch, parameter):
    net, run, G = small_problem(batch)
    table = contributions(net, run, G)
    logs = contribution_log10_norms(net, run, table, parameter)
    for t in range(7):
        for k in range(7):
            if k == 0 or k > t:
                assert logs[t, k] == -np.inf
                continue
            explicit = contribution(net, run, G, t, k, parameter)
            assert logs[t, k] == pytest.approx(np.log10(np.linalg.norm(explicit)), abs=1e-10)
            only = np.zeros((7, 7), dtype=bool)
            only[t, k] = True
            alone = getattr(sum_of_contributions(net, run, table, only), parameter)
            np.testing.assert_allclose(alone.ravel(), explicit.ravel(), rtol=1e-10, atol=1e-14)


@pytest.mark.claim("C55")
def test_a_state_that_is_given_has_no_weights_behind_it():
    """The pair (t, 0) is the way to h_0 alone: on the slide h(0) is computed, here it is given."""
    net, run, G = small_problem()
    table = contributions(net, run, G)
    to_h0 = np.zeros((7, 7), dtype=bool)
    to_h0[:, 0] = True
    gradients = sum_of_contributions(net, run, table, to_h0)
    assert not gradients.W.any()
    assert not gradients.U.any()
    assert not gradients.b.any()
    np.testing.assert_allclose(gradients.h0, bptt(net, run, G).h0, rtol=1e-12)


@pytest.mark.claim("C58", "C72")
@pytest.mark.parametrize("rho", [0.5, 1.0, 1.1])
def test_in_a_linear_net_with_orthogonal_weights_a_contribution_is_the_power_of_rho_to_the_lag(rho):
    n, T = 5, 30
    net = RNN(orthogonal(n, rng(), rho), np.zeros((n, 1)), np.zeros(n), "identity")
    run = run_rnn(net, rng(1).standard_normal(n), np.zeros((T, 1)))
    G = rng(2).standard_normal((T + 1, n))
    G /= np.linalg.norm(G, axis=1, keepdims=True)
    logs, below = contribution_log10_norms(net, run, contributions(net, run, G), "b"), np.tri(T + 1, dtype=bool)
    below[:, 0] = False
    np.testing.assert_allclose(10 ** logs[below], rho ** lags(T)[below].astype(float), rtol=1e-12)


# --- beyond the floats ---


@pytest.mark.claim("C58", "C73")
@pytest.mark.parametrize("factor", [0.01, 100.0])
@pytest.mark.parametrize("batch", [(), (3,)])
def test_over_400_steps_the_contributions_have_logarithms_that_no_float_holds(factor, batch):
    """The state rests at 0 and the input is 1, so that only the rows shrink or grow: 10^-800 to 10^800."""
    T, n = 400, 2
    net = RNN(factor * np.eye(n), np.zeros((n, 1)), np.zeros(n), "identity")
    run = run_rnn(net, np.zeros((*batch, n)), np.ones((T, *batch, 1)))
    G = np.zeros((T + 1, *batch, n))
    G[T], G[T // 2] = [3.0, 4.0], [1.0, 0.0]
    table = contributions(net, run, G)
    assert np.isfinite(table.rows).all()
    members = int(np.prod(batch))
    for parameter in ("U", "b"):
        logs = contribution_log10_norms(net, run, table, parameter)
        k = np.arange(1, T + 1)
        np.testing.assert_allclose(logs[T, 1:], (T - k) * np.log10(factor) + np.log10(5 * members), atol=1e-9)
        half = k[: T // 2]
        wanted = (T // 2 - half) * np.log10(factor) + np.log10(members)
        np.testing.assert_allclose(logs[T // 2, 1 : T // 2 + 1], wanted, atol=1e-9)
        assert (logs[T // 2 + 1 : T] == -np.inf).all()
    assert (contribution_log10_norms(net, run, table, "W") == -np.inf).all()  # all states are 0


def test_the_sum_over_400_steps_is_the_geometric_series():
    T, n = 400, 2
    net = RNN(0.01 * np.eye(n), np.zeros((n, 1)), np.zeros(n), "identity")
    run = run_rnn(net, np.zeros(n), np.ones((T, 1)))
    G = np.zeros((T + 1, n))
    G[T] = [3.0, 4.0]
    np.testing.assert_allclose(sum_of_contributions(net, run, contributions(net, run, G)).b, G[T] / 0.99, rtol=1e-14)


def test_growth_and_decay_in_turn_lose_no_digits():
    """At rest at 0 a tanh unit multiplies by 100 in each step; far in its tail, where z = 20, once by 100 * 2e-17."""
    T = 200
    net = RNN([[100.0]], [[1.0]], [0.0], "tanh")
    X = np.zeros((T, 1))
    X[100] = 20.0
    run = run_rnn(net, [0.0], X)
    G = np.zeros((T + 1, 1))
    G[100] = 1.0
    logs = contribution_log10_norms(net, run, contributions(net, run, G), "b")
    np.testing.assert_allclose(logs[100, 1:101], 2.0 * np.arange(99, -1, -1), atol=1e-9)
    G = np.zeros((T + 1, 1))
    G[101] = 1.0
    logs = contribution_log10_norms(net, run, contributions(net, run, G), "b")
    squeezed = np.log10(4) - 40 * np.log10(np.e)  # of tanh'(20) = 4 e^-40, to 16 digits
    np.testing.assert_allclose(logs[101, 1:102], squeezed + 2.0 * np.arange(100, -1, -1), atol=1e-9)


@pytest.mark.parametrize("z", [200.0, 340.0])
def test_the_contribution_of_a_saturated_unit_is_not_lost_in_its_square(z):
    """tanh'(200) = 4 e^-400 = 1e-173 is a float; its square is none."""
    net = RNN([[0.5]], [[1.0]], [z], "tanh")
    run = run_rnn(net, [0.0], [[1e-200]])
    table = contributions(net, run, [[0.0], [1.0]])
    slope = np.log10(4) - 2 * z * np.log10(np.e)
    assert contribution_log10_norms(net, run, table, "b")[1, 1] == pytest.approx(slope, abs=1e-9)
    assert contribution_log10_norms(net, run, table, "U")[1, 1] == pytest.approx(slope - 200, abs=1e-9)
    assert contribution_log10_norms(net, run, table, "W")[1, 1] == -np.inf


def test_a_gradient_beyond_the_floats_is_refused_and_its_contributions_are_not():
    net = RNN([[10.0]], [[1.0]], [0.0], "identity")
    run, G = run_rnn(net, [0.0], np.zeros((400, 1))), np.zeros((401, 1))
    G[-1] = 1.0
    table = contributions(net, run, G)
    assert contribution_log10_norms(net, run, table, "b")[400, 1] == pytest.approx(399, abs=1e-9)
    calls = [
        lambda: bptt(net, run, G),
        lambda: truncated_bptt(net, run, G, 401),
        lambda: sum_of_contributions(net, run, table),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="the gradient must not overflow, got"):
            call()
    assert np.isfinite(truncated_bptt(net, run, G, 300).b).all()


def test_a_run_of_no_step_has_a_table_of_one_row():
    net = RNN(np.eye(2), np.ones((2, 1)), np.zeros(2))
    run = run_rnn(net, [1.0, 2.0], np.zeros((0, 1)))
    table = contributions(net, run, [[3.0, 4.0]])
    assert table.rows.tolist() == [[[3.0, 4.0]]]
    assert contribution_log10_norms(net, run, table).tolist() == [[-np.inf]]
    assert sum_of_contributions(net, run, table).h0.tolist() == [3.0, 4.0]
    assert weight_gradients_by_lag(net, run, table).shape == (0, 2, 2)


# --- what vanishes, and what does not ---


@pytest.mark.claim("C58", "C73")
def test_what_vanishes_is_the_long_contributions_and_not_the_gradient():
    """Over 21 seeds the part of lag 20 and more is 1e-10 to 1e-7 of the gradient: the claim's 3.6e-9 is typical."""
    ratios, sizes = [], []
    for seed in range(21):
        net, run, table = driven_net(0.5, seed)
        lag = lags(50)
        total = sum_of_contributions(net, run, table).b
        long = sum_of_contributions(net, run, table, lag >= 20).b
        short = sum_of_contributions(net, run, table, (lag >= 0) & (lag < 5)).b
        ratios.append(np.linalg.norm(long) / np.linalg.norm(total))
        sizes.append(np.linalg.norm(total))
        assert total @ short > 0.999 * np.linalg.norm(total) * np.linalg.norm(short)
    assert min(sizes) > 1.0
    assert max(ratios) < 1e-6
    assert 3.6e-9 / 3 < np.median(ratios) < 3.6e-9 * 3


@pytest.mark.claim("C49", "C58")
@pytest.mark.parametrize("seed", range(5))
def test_with_a_gain_of_two_and_a_half_the_long_contributions_are_all_there_is(seed):
    net, run, table = driven_net(2.5, seed)
    lag = lags(50)
    total = np.linalg.norm(sum_of_contributions(net, run, table).b)
    long = np.linalg.norm(sum_of_contributions(net, run, table, lag >= 20).b)
    assert long > 0.5 * total
    assert np.linalg.norm(state_transition(step_jacobians(net, run), 50, 0)) > 3


@pytest.mark.claim("C58: a slip")
@pytest.mark.parametrize("seed", range(5))
def test_read_as_t_above_k_the_formula_loses_more_than_half_of_the_gradient(seed):
    net, run, table = driven_net(0.5, seed)
    whole = sum_of_contributions(net, run, table).W
    literal = sum_of_contributions(net, run, table, keep=lags(50) > 0).W
    assert np.linalg.norm(literal - whole) > 0.5 * np.linalg.norm(whole)


# --- what is refused ---

NET = RNN(np.eye(2), np.ones((2, 3)), np.zeros(2))
RUN = run_rnn(NET, np.zeros(2), np.zeros((4, 3)))
BOOK = contributions(NET, RUN, np.ones((5, 2)))
OTHER = run_rnn(RNN([[1.0]], [[1.0]], [0.0]), [0.0], [[0.0]])
LONGER = run_rnn(NET, np.zeros(2), np.zeros((6, 3)))
BATCH = run_rnn(NET, np.zeros((5, 2)), np.zeros((4, 5, 3)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: contributions(NET, RUN, np.ones((4, 2))), r"G must be \(5, 2\), as H is, got \(4, 2\)"),
        (lambda: contributions(NET, RUN, np.full((5, 2), np.nan)), "G must not hold NaN"),
        (
            lambda: contributions(NET, OTHER, np.ones((5, 2))),
            "run must be the Run of this net of 2 states and 3 inputs",
        ),
        (lambda: contribution_log10_norms(NET, RUN, BOOK, "h0"), "parameter must be one of W, U, b, got 'h0'"),
        (lambda: contribution_log10_norms(NET, RUN, BOOK, None), "parameter must be one of W, U, b, got None"),
        (
            lambda: contribution_log10_norms(NET, OTHER, BOOK),
            "run must be the Run of this net of 2 states and 3 inputs",
        ),
        (
            lambda: contribution_log10_norms(NET, LONGER, BOOK),
            r"table must be the Contributions .*\(7, 7, 2\)",
        ),
        (
            lambda: contribution_log10_norms(NET, BATCH, BOOK),
            r"table must be the Contributions .*\(5, 5, 5, 2\)",
        ),
        (lambda: contribution_log10_norms(NET, RUN, BOOK.rows), "table must be the record Contributions"),
        (
            lambda: sum_of_contributions(NET, RUN, BOOK, np.ones((5, 5))),
            r"keep must be an array of True and False, shape \(5, 5\)",
        ),
        (
            lambda: sum_of_contributions(NET, RUN, BOOK, np.ones((5, 4), bool)),
            r"keep must be an array of True .*shape \(5, 5\)",
        ),
        (lambda: sum_of_contributions(NET, RUN, BOOK, True), "keep must be an array of True and False, .*got True"),
        (lambda: sum_of_contributions(NET, LONGER, BOOK), "table must be the Contributions of this run"),
        (lambda: sum_of_contributions(NET, OTHER, BOOK), "run must be the Run of this net of 2 states and 3 inputs"),
        (lambda: weight_gradients_by_lag(NET, LONGER, BOOK), "table must be the Contributions of this run"),
        (lambda: weight_gradients_by_lag(NET, OTHER, BOOK), "run must be the Run of this net of 2 states and 3 inputs"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
