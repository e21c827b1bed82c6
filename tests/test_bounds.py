"""Bounds of the gradient of a recurrent net: their order, where they are tight, and where they say nothing."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.activations import ACTIVATIONS
from helpers.maths.bounds import bound_ladder, contraction_factors, lyapunov_of_runs
from helpers.maths.gradcheck import relative_error
from helpers.maths.linear import gaussian, lyapunov_exponents, orthogonal, product_norms, spectral_radius
from helpers.maths.rnn import RNN, bptt, run_rnn, state_transition, step_jacobians
from tests.at_random import PROPERTY, rng
from tests.recurrent_nets import draw_problem

BOUNDED = [name for name, f in ACTIVATIONS.items() if np.isfinite(f.gamma)]


def left_alone(W, h0, T, activation="tanh", b=None):
    """A net without input, and its run."""
    W = np.asarray(W, dtype=float)
    net = RNN(W, np.zeros((len(W), 1)), np.zeros(len(W)) if b is None else b, activation)
    return net, run_rnn(net, h0, np.zeros((T, 1)))


def norms(net, run):
    """|dh_t/dh_0| for t = 0, ..., T, from the transports themselves."""
    J = step_jacobians(net, run)
    return np.array([np.linalg.norm(state_transition(J, t, 0), 2) for t in range(len(J) + 1)])


def of_the_claim(gain, driven, activation="tanh", seed=0):
    """The net of part 3D: n = 32, T = 30; W, U, x and h_0 drawn in this order, for tanh h_0 with half the spread."""
    n, T, r = 32, 30, rng(seed)
    W, U, X, h0 = gaussian(n, gain, r), r.standard_normal((n, 1)), r.standard_normal((T, 1)), r.standard_normal(n)
    h0 *= 0.5 if activation == "tanh" else 1.0
    net = RNN(W, U, np.zeros(n), activation)
    return net, run_rnn(net, h0, X if driven else np.zeros((T, 1)))


# --- the ladder ---


@pytest.mark.claim("C68", "C70", "C72", "C73")
@pytest.mark.parametrize("activation", BOUNDED)
def test_the_rungs_stand_in_their_order(activation):
    for seed in range(BOUNDED.index(activation), 5 * len(BOUNDED), len(BOUNDED)):
        p = draw_problem(seed, activations=BOUNDED)
        assert p.net.activation == activation
        run = p.run if p.h0.ndim == 1 else run_rnn(p.net, p.h0[0], p.X[:, 0])
        ladder = bound_ladder(p.net, run)
        for rung in ladder:
            assert rung.shape == (p.T + 1,)
            assert rung[0] == 0.0
        for lower, upper in pairwise(ladder):
            assert (lower <= upper + 1e-10).all()


@pytest.mark.claim("C68", "C70", "C72")
@pytest.mark.parametrize("seed", range(2 * len(BOUNDED)))
def test_each_rung_is_what_its_name_says(seed):
    p = draw_problem(seed, activations=BOUNDED, longest=12)
    run = p.run if p.h0.ndim == 1 else run_rnn(p.net, p.h0[0], p.X[:, 0])
    f, ladder = ACTIVATIONS[p.net.activation], bound_ladder(p.net, run)
    norm = np.sqrt(np.linalg.eigvalsh(p.net.W @ p.net.W.T).max())
    steps = [np.linalg.norm(np.diag(f.slope(z)) @ p.net.W, 2) for z in run.Z]
    etas = [np.abs(f.slope(z)).max() * norm for z in run.Z]
    np.testing.assert_allclose(10**ladder.true, norms(p.net, run), rtol=1e-9, atol=1e-250)
    np.testing.assert_allclose(10 ** ladder.product_of_norms[1:], np.cumprod(steps), rtol=1e-9, atol=1e-250)
    np.testing.assert_allclose(10 ** ladder.product_of_etas[1:], np.cumprod(etas), rtol=1e-9, atol=1e-250)
    np.testing.assert_allclose(10**ladder.power_of_eta, (f.gamma * norm) ** np.arange(p.T + 1), rtol=1e-9)


@pytest.mark.claim("C72: true")
@pytest.mark.parametrize("seed", range(len(BOUNDED)))
def test_no_row_that_goes_back_grows_by_more_than_the_bound(seed):
    p = draw_problem(seed, activations=BOUNDED)
    run = p.run if p.h0.ndim == 1 else run_rnn(p.net, p.h0[0], p.X[:, 0])
    G = np.zeros(run.H.shape)
    G[-1] = rng(seed).standard_normal(p.n)
    bound = 10 ** bound_ladder(p.net, run).power_of_eta[-1] * np.linalg.norm(G[-1])
    assert np.linalg.norm(bptt(p.net, run, G).h0) <= bound * (1 + 1e-9)


@pytest.mark.claim("C68", "C70", "C72", "C73: true, where η is below 1")
@pytest.mark.parametrize("rho", [0.5, 1.0, 1.5])
@pytest.mark.parametrize(("activation", "h0"), [("identity", 1.0), ("tanh", 0.0), ("arctan", 0.0), ("sin", 0.0)])
def test_with_orthogonal_weights_and_the_largest_slope_everywhere_all_rungs_are_one(rho, activation, h0):
    n, T = 6, 40
    net, run = left_alone(orthogonal(n, rng(), rho), h0 * rng(1).standard_normal(n), T, activation)
    for rung in bound_ladder(net, run):
        np.testing.assert_allclose(rung, np.arange(T + 1) * np.log10(rho), atol=1e-10)


@pytest.mark.claim("C67: true", "C69")
def test_for_sigmoid_the_bound_is_tight_too_though_its_slope_is_a_quarter():
    """h = 1/2 in all units is at rest where b = -W h: there every slope is 1/4, and W = 4 Q neither grows nor fades."""
    n, W = 5, orthogonal(5, rng(), 4.0)
    h = np.full(n, 0.5)
    net, run = left_alone(W, h, 20, "sigmoid", b=-W @ h)
    for rung in bound_ladder(net, run):
        np.testing.assert_allclose(rung, 0.0, atol=1e-10)


@pytest.mark.claim("C71", "C73")
def test_the_ladder_goes_on_where_no_float_does():
    T = 1000
    net, run = left_alone(0.1 * np.eye(2), np.zeros(2), T)
    for rung in bound_ladder(net, run):
        np.testing.assert_allclose(rung, -np.arange(T + 1.0), atol=1e-9)


def test_where_nothing_comes_back_the_rungs_are_minus_infinity():
    net, run = left_alone(np.eye(2), [-1.0, -1.0], 3, "relu")
    ladder = bound_ladder(net, run)
    for rung in (ladder.true, ladder.product_of_norms, ladder.product_of_etas):
        assert rung.tolist() == [0.0, -np.inf, -np.inf, -np.inf]
    np.testing.assert_allclose(ladder.power_of_eta, 0.0, atol=1e-12)
    net, run = left_alone(np.zeros((2, 2)), [1.0, 1.0], 2)
    assert all(rung.tolist() == [0.0, -np.inf, -np.inf] for rung in bound_ladder(net, run))


def test_a_run_of_no_step_has_rungs_of_one_entry():
    net, run = left_alone(np.eye(2), [1.0, 1.0], 0)
    assert [rung.tolist() for rung in bound_ladder(net, run)] == [[0.0]] * 4


@pytest.mark.claim("C49", "C72", "C74")
@pytest.mark.parametrize(
    ("gain", "driven", "activation", "wanted"),
    [
        (0.45, False, "tanh", [4.44e-10, 1.44e-3, 1.55e-3, 1.55e-3]),
        (0.9, False, "tanh", [2.87e-1, 9.63e5, 1.66e6, 1.67e6]),
        (0.9, True, "tanh", [5.45e-8, 1.47e3, 1.52e6, 1.67e6]),
        (1.5, True, "tanh", [1.07e-2, 9.5e8, 6.0e12, 7.5e12]),
        (3.0, True, "tanh", [5.5e2, 1.6e16, 4.4e21, 8.1e21]),
        (1.8, True, "sigmoid", [4.5e-14, 8.0e-6, 1.5e-3, 1.6e-3]),
    ],
)
def test_the_ladders_of_the_claim_are_found_again(gain, driven, activation, wanted):
    """To the digits that are given: where they are two, 1.55e-3 is 1.6e-3, 3.5 % off."""
    ends = [10 ** rung[-1] for rung in bound_ladder(*of_the_claim(gain, driven, activation))]
    np.testing.assert_allclose(ends, wanted, rtol=1.2e-2 if activation == "tanh" else 3.5e-2)


@pytest.mark.claim("C72", "C74")
@pytest.mark.parametrize("seed", range(6))
def test_with_other_weights_the_ladder_has_the_same_gaps(seed):
    """At a gain of 0.9 with input the bound says growth where the truth fades: ten orders of magnitude off."""
    net, run = of_the_claim(0.9, True, seed=seed)
    true, of_norms, of_etas, power = (rung[-1] for rung in bound_ladder(net, run))
    assert power > 5
    assert true < -3
    assert power - true > 10
    assert true + 5 < of_norms < of_etas - 1 < power
    ladder = bound_ladder(*of_the_claim(0.45, False, seed=seed))
    assert ladder.true[-1] < -7 < -4 < ladder.product_of_norms[-1] < ladder.power_of_eta[-1] < 0


# --- what suffices for fading ---


@pytest.mark.claim("C69", "C74")
def test_the_factors_are_gamma_times_three_norms_and_the_radius_of_the_absolute_values():
    W = [[1.0, -2.0], [3.0, 4.0]]
    factors = contraction_factors(W, "sigmoid")
    assert factors.one == 0.25 * 6
    assert factors.inf == 0.25 * 7
    # W W^T = [[5, -5], [-5, 25]] has the eigenvalues 15 +- sqrt(125), |W| = [[1, 2], [3, 4]] has (5 +- sqrt(33)) / 2
    assert factors.two == pytest.approx(0.25 * np.sqrt(15 + np.sqrt(125)), rel=1e-14)
    assert factors.absolute == pytest.approx(0.25 * (5 + np.sqrt(33)) / 2, rel=1e-14)
    assert contraction_factors([[0.0]], "tanh") == (0.0, 0.0, 0.0, 0.0)
    assert contraction_factors(W, "squared_relu").two == np.inf


@PROPERTY
@given(st.integers(1, 12), st.sampled_from(BOUNDED), st.integers(0, 2**32))
def test_the_factor_of_absolute_values_is_the_smallest_but_for_the_spectral_norm(n, activation, seed):
    """A spectral radius is at most any norm, and |W| entry by entry has the norms one and inf of W."""
    factors = contraction_factors(rng(seed).standard_normal((n, n)), activation)
    assert factors.absolute <= min(factors.one, factors.inf) * (1 + 1e-12)


@pytest.mark.claim("C49", "C69", "C73", "C74")
@pytest.mark.parametrize("which", ["one", "two", "inf", "absolute"])
@pytest.mark.parametrize("activation", BOUNDED)
def test_where_one_factor_is_below_one_the_gradient_fades_on_every_run(activation, which, thorough):
    """After 400 steps the factor 0.9 has left 5e-19; in another norm, up to |P| <= sqrt(n) 5e-19.

    For |W| entry by entry Gelfand's limit is slower: |W|^400 itself is the bound, entry by entry.
    """
    n, T = 8, 400
    for seed in range(10 if thorough else 1):
        r = rng([seed, BOUNDED.index(activation)])
        W = r.standard_normal((n, n)) * (r.random((n, n)) < 0.4)
        W = W + np.diag(r.standard_normal(n))
        W *= 0.9 / getattr(contraction_factors(W, activation), which)
        assert getattr(contraction_factors(W, activation), which) == pytest.approx(0.9, rel=1e-12)
        net = RNN(W, r.standard_normal((n, 2)), r.standard_normal(n), activation)
        run = run_rnn(net, 3 * r.standard_normal(n), r.standard_normal((T, 2)))
        true = bound_ladder(net, run).true[-1]
        if which == "absolute":
            most = product_norms(np.tile(ACTIVATIONS[activation].gamma * np.abs(W), (T, 1, 1)))[-1]
            assert true <= most + 1e-9
            assert most < -10
        else:
            assert true <= T * np.log10(0.9) + 0.5 * np.log10(n) + 1e-9


@pytest.mark.claim("C74: true when said in full")
@PROPERTY
@given(st.integers(1, 8), st.sampled_from(BOUNDED), st.floats(0.1, 3), st.integers(0, 2**32))
def test_no_entry_of_a_transport_is_larger_than_that_of_the_power_of_absolute_values(n, activation, gain, seed):
    r = rng(seed)
    net = RNN(gaussian(n, gain, r), r.standard_normal((n, 1)), r.standard_normal(n), activation)
    run = run_rnn(net, r.standard_normal(n), r.standard_normal((6, 1)))
    J, step = step_jacobians(net, run), ACTIVATIONS[activation].gamma * np.abs(net.W)
    for t in range(7):
        assert (np.abs(state_transition(J, t, 0)) <= np.linalg.matrix_power(step, t) * (1 + 1e-9)).all()


@pytest.mark.claim("C74")
@pytest.mark.parametrize("seed", range(5))
def test_a_norm_above_one_with_a_radius_of_absolute_values_below_one_fades_after_a_transient(seed):
    W, r = np.array([[0.9, 2.0], [0.0, 0.9]]), rng(seed)
    factors = contraction_factors(W, "tanh")
    assert factors.absolute == 0.9
    assert min(factors.one, factors.two, factors.inf) > 2
    net = RNN(W, np.ones((2, 1)), np.zeros(2))
    ladder = bound_ladder(net, run_rnn(net, r.standard_normal(2), 0.01 * r.standard_normal((400, 1))))
    assert 10 ** ladder.true.max() <= 7.767733
    assert ladder.true[-1] < -10
    assert ladder.power_of_eta[-1] > 100
    at_rest = bound_ladder(*left_alone(W, np.zeros(2), 60)).true
    assert np.argmax(at_rest) == 9
    assert 10 ** at_rest[9] == pytest.approx(7.767733, abs=1e-6)


@pytest.mark.claim("C69", "C70: a slip")
@pytest.mark.parametrize("activation", BOUNDED)
def test_a_norm_below_one_over_gamma_leaves_every_step_below_one(activation):
    """The slide prints 1/2, where 1/gamma is 4 for sigmoid and 1 for tanh."""
    n, r = 8, rng(2)
    W = orthogonal(n, r, 0.999 / ACTIVATIONS[activation].gamma)
    net = RNN(W, 5 * r.standard_normal((n, 1)), r.standard_normal(n), activation)
    J = step_jacobians(net, run_rnn(net, r.standard_normal(n), r.standard_normal((50, 1))))
    assert (np.linalg.norm(J, 2, axis=(1, 2)) < 1).all()
    assert contraction_factors(W, activation).two == pytest.approx(0.999, rel=1e-12)


@pytest.mark.claim("C71: true, with the reason missing")
def test_that_each_factor_is_below_one_is_not_enough():
    """The product of 1 - 1/(k + 1)^2 for k = 1, ..., T telescopes to (T + 2) / (2 (T + 1)), which never reaches 1/2."""
    k = np.arange(1, 10_001)
    factors = 1 - 1 / (k + 1.0) ** 2
    assert (factors < 1).all()
    product = 10 ** product_norms(factors[:, None, None])[1:]
    np.testing.assert_allclose(product, (k + 2) / (2 * (k + 1)), rtol=1e-11)
    assert product[-1] == pytest.approx(0.5, abs=1e-4)


@pytest.mark.claim("C71")
def test_a_run_whose_steps_all_shrink_need_not_fade_exponentially():
    """A unit of tanh with W = 1 comes to rest at 0 like sqrt(3 / 2t).

    Each step multiplies by 1 - h^2 < 1, and all of them by about t^(-3/2), in the end above any eta^t.
    """
    net, run = left_alone([[1.0]], [1.0], 10_000)
    ladder = bound_ladder(net, run)
    assert (np.diff(ladder.true) < 0).all()
    t = np.array([1000, 10_000])
    slope = np.diff(ladder.true[t]) / np.diff(np.log10(t))
    assert slope[0] == pytest.approx(-1.5, abs=0.01)
    np.testing.assert_allclose(ladder.power_of_eta, 0.0, atol=1e-12)


# --- necessary, and not sufficient, for growth ---


@pytest.mark.claim("C74")
def test_saturated_units_fade_though_the_weights_triple():
    ladder = bound_ladder(*left_alone(3 * np.eye(4), np.full(4, 0.5), 10))
    h, product, wanted = 0.5, 1.0, [1.0]
    for _ in range(10):
        h = np.tanh(3 * h)
        product *= 3 * (1 - h**2)
        wanted.append(product)
    np.testing.assert_allclose(10**ladder.true, wanted, rtol=1e-9)
    np.testing.assert_allclose(10 ** ladder.true[[1, 2, 10]], [0.542, 0.0282, 2.2e-14], rtol=0.02)
    np.testing.assert_allclose(10**ladder.power_of_eta, 3.0 ** np.arange(11), rtol=1e-12)


@pytest.mark.claim("C74")
def test_nilpotent_weights_grow_once_and_are_zero_from_then_on():
    net, run = left_alone([[0.0, 10.0], [0.0, 0.0]], np.zeros(2), 4)
    ladder = bound_ladder(net, run)
    assert 10 ** ladder.true[1] == pytest.approx(10, rel=1e-14)
    assert (ladder.true[2:] == -np.inf).all()
    np.testing.assert_allclose(ladder.power_of_eta, np.arange(5), atol=1e-12)
    assert contraction_factors(net.W, "tanh").absolute == 0.0


@pytest.mark.claim("C74")
@pytest.mark.parametrize(("a", "s", "end"), [(8.0, 0.5, 7.4146e6), (4.0, 0.5, 7.0711)])
def test_all_eigenvalues_of_the_weights_are_zero_and_the_gradient_grows(a, s, end):
    """W = a [[1, 1], [-1, -1]] at rest at h = (0, s): J = diag(1, 1 - s^2) W has rank 1 and the eigenvalue a s^2.

    J^t = (a s^2)^(t-1) J, and |J| = sqrt(2) a |(1, 1 - s^2)|.
    """
    W, h = a * np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([0.0, s])
    assert not (W @ W).any()
    net, run = left_alone(W, h, 20, b=np.arctanh(h) - W @ h)
    ladder, t = bound_ladder(net, run), np.arange(1, 21)
    assert relative_error(run.H[-1], h) < 1e-6
    wanted = (a * s**2) ** (t - 1.0) * np.sqrt(2) * a * np.hypot(1, 1 - s**2)
    np.testing.assert_allclose(10 ** ladder.true[1:], wanted, rtol=1e-6)
    assert 10 ** ladder.true[20] == pytest.approx(end, rel=1e-4)
    assert spectral_radius(W) < 1e-6
    assert min(contraction_factors(W, "tanh")) > 1


@pytest.mark.claim("C74")
@PROPERTY
@given(st.integers(1, 8), st.sampled_from(BOUNDED), st.floats(0.1, 4), st.integers(0, 2**32))
def test_if_a_transport_is_ever_longer_than_one_then_so_is_gamma_times_the_norm(n, activation, gain, seed):
    r = rng(seed)
    net = RNN(gaussian(n, gain, r), r.standard_normal((n, 1)), r.standard_normal(n), activation)
    ladder = bound_ladder(net, run_rnn(net, r.standard_normal(n), r.standard_normal((15, 1))))
    if ladder.true.max() > 1e-10:
        assert contraction_factors(net.W, activation).two > 1


@pytest.mark.claim("C66: true", "C67", "C68")
@pytest.mark.parametrize("activation", BOUNDED)
def test_the_norm_of_the_slopes_of_a_state_is_the_largest_of_them_and_at_most_gamma(activation):
    """With W = I a step Jacobian is the diagonal matrix itself, so that norms and etas are the same rung."""
    n, r = 7, rng(3)
    net = RNN(np.eye(n), 2 * r.standard_normal((n, 1)), r.standard_normal(n), activation)
    run = run_rnn(net, r.standard_normal(n), r.standard_normal((8, 1)))
    ladder = bound_ladder(net, run)
    np.testing.assert_allclose(10**ladder.product_of_norms, 10**ladder.product_of_etas, rtol=1e-9)
    largest = np.abs(ACTIVATIONS[activation].slope(run.Z)).max(axis=1)
    np.testing.assert_allclose(10 ** ladder.product_of_etas[1:], np.cumprod(largest), rtol=1e-9)
    assert (largest <= ACTIVATIONS[activation].gamma * (1 + 1e-9)).all()


# --- what is refused ---

NET = RNN(np.eye(2), np.ones((2, 3)), np.zeros(2))
RUN = run_rnn(NET, np.zeros(2), np.zeros((4, 3)))
BATCH = run_rnn(NET, np.zeros((5, 2)), np.zeros((4, 5, 3)))
OTHER = run_rnn(RNN([[1.0]], [[1.0]], [0.0]), [0.0], [[0.0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bound_ladder(NET, BATCH), r"run must be one run, got a batch: H \(5, 5, 2\)"),
        (lambda: bound_ladder(NET, OTHER), "run must be the Run of this net of 2 states and 3 inputs"),
        (lambda: bound_ladder(NET.W, RUN), "net must be the record RNN"),
        (lambda: bound_ladder(NET._replace(activation="exp"), RUN), "must have a finite gamma, got exp"),
        (lambda: bound_ladder(NET._replace(activation="squared_relu"), RUN), "finite gamma, got squared_relu"),
        (lambda: bound_ladder(NET._replace(activation="softmax"), RUN), "activation must be one of .*got 'softmax'"),
        (lambda: contraction_factors([[1.0, 2.0]], "tanh"), r"W must be \(n, n\), got \(1, 2\)"),
        (lambda: contraction_factors(1.0, "tanh"), r"W must be \(n, n\), got \(\)"),
        (lambda: contraction_factors(np.ones((0, 0)), "tanh"), r"W must be \(n, n\), got \(0, 0\)"),
        (lambda: contraction_factors([[np.nan]], "tanh"), "W must not hold NaN"),
        (lambda: contraction_factors([[np.inf]], "tanh"), "W must be finite"),
        (lambda: contraction_factors([[1.0]], "tan"), "activation must be one of .*got 'tan'"),
        (lambda: contraction_factors([[1.0]], None), "activation must be one of .*got None"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("gain", [0.3, 1.0, 4.0])
def test_a_linear_orthogonal_net_has_the_exponent_ln_g(gain):
    """Also where its state overflows: the exponent does not depend on it."""
    found = lyapunov_of_runs(orthogonal(8, rng()), [gain], np.zeros((600, 8)), "identity", rng())
    assert found[0] == pytest.approx(np.log(gain), abs=1e-9)


def test_the_linear_gaussian_net_has_the_logarithm_of_its_spectral_radius():
    W = gaussian(12, 1.0, rng(3))
    found = lyapunov_of_runs(W, [1.0], np.zeros((4000, 12)), "identity", rng(), warm_up=500)
    assert found[0] == pytest.approx(np.log(np.abs(np.linalg.eigvals(W)).max()), abs=2e-3)


@pytest.mark.claim("C38")
def test_along_a_run_it_is_what_the_qr_method_finds_on_the_step_jacobians():
    W, inputs = gaussian(10, 1.0, rng(1)), rng(2).standard_normal((600, 10))
    found = lyapunov_of_runs(W, [1.2], inputs, "tanh", rng(5), warm_up=100)
    net = RNN(1.2 * W, np.eye(10), np.zeros(10))
    h0 = rng(5).standard_normal((2, 1, 10))[0, 0] / np.sqrt(10)
    J = step_jacobians(net, run_rnn(net, h0, inputs))[100:]
    assert found[0] == pytest.approx(lyapunov_exponents(J, 1)[0], abs=0.02)


def test_many_gains_at_once_are_as_many_single_runs():
    W, gains, inputs = gaussian(6, 1.0, rng()), np.array([0.5, 1.0, 2.0]), rng(1).standard_normal((300, 6))
    together = lyapunov_of_runs(W, gains, inputs, "tanh", rng(), warm_up=200)
    repeated = lyapunov_of_runs(W, gains, np.repeat(inputs[:, None], 3, axis=1), "tanh", rng(), warm_up=200)
    np.testing.assert_array_equal(together, repeated)
    assert (np.diff(together) > 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_without_input_a_tanh_net_turns_near_gain_one_and_with_input_later(seed):
    """Sompolinsky, Crisanti and Sommers 1988: chaos sets in at g = 1 for n large; n = 200 here."""
    W = gaussian(200, 1.0, rng(seed))
    noise = rng(seed + 50).standard_normal((400, 200))
    alone = lyapunov_of_runs(W, [0.7, 1.5, 3.0], np.zeros((400, 200)), "tanh", rng(seed), warm_up=150)
    driven = lyapunov_of_runs(W, [1.0, 1.5, 3.0], noise, "tanh", rng(seed), warm_up=150)
    assert alone[0] < -0.2
    assert alone[2] == pytest.approx(0.295, abs=0.06)
    assert driven[0] == pytest.approx(-0.43, abs=0.06)
    assert driven[1] < 0 < driven[2]


def test_a_tangent_that_dies_has_the_exponent_minus_infinity():
    assert lyapunov_of_runs(np.zeros((2, 2)), [1.0], np.zeros((60, 2)), "tanh", rng(), warm_up=10)[0] == -np.inf


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W": [[1.0, 2.0]]}, "W must be"),
        ({"gains": 1.0}, "gains must be"),
        ({"inputs": np.zeros((60, 3))}, "inputs"),
        ({"inputs": np.zeros((60, 2, 2))}, "inputs must hold 1 runs"),
        ({"activation": "softmax"}, "activation must be one of"),
        ({"warm_up": 60}, "warm_up must be from 0 to 59"),
        ({"rng": 0}, "rng must be a numpy Generator"),
    ],
)
def test_what_cannot_be_used_is_refused(change, message):
    given = {"W": np.eye(2), "gains": [1.0], "inputs": np.zeros((60, 2)), "activation": "tanh", "rng": rng()} | change
    with pytest.raises(ValueError, match=message):
        lyapunov_of_runs(**given)
