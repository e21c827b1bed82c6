"""Memories that are gated, that have more taps, and that add to an identity: against autograd and theory."""

from decimal import Decimal, localcontext
from functools import reduce

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.linear import gaussian, product_norms
from helpers.maths.memory import (
    chrono_bias,
    forget_bias_for,
    gated_gradient,
    gated_memory,
    half_life,
    multi_tap_gradient,
    primed_gradient,
    residual_jacobians,
)
from helpers.maths.rnn import RNN, bptt, run_rnn
from tests.at_random import PROPERTY, rng

GATES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# --- the gated memory ---


@pytest.mark.claim("C85", "C92")
@given(seed=st.integers(0, 10**6))
def test_a_gated_memory_is_the_sum_of_its_writes_each_times_the_gates_that_came_after(seed):
    r = rng(seed)
    s, u, m0 = r.uniform(0, 1, 12), r.standard_normal(12), r.standard_normal()
    wanted = [m0 * s[:t].prod() + sum(u[i] * s[i + 1 : t].prod() for i in range(t)) for t in range(13)]
    np.testing.assert_allclose(gated_memory(s, u, m0), wanted, rtol=0, atol=1e-13)


@pytest.mark.claim("C85", "C86")
@pytest.mark.parametrize("since", [0, 3, 8])
def test_its_gradient_is_the_product_of_the_values_of_the_gates(since):
    r = rng(1)
    s, u = r.uniform(0.1, 1, 8), r.standard_normal(8)

    def later(m):
        return gated_memory(s[since:], u[since:], m)

    wanted = central_difference(later, 0.7)
    np.testing.assert_allclose(10 ** gated_gradient(s, since), wanted, rtol=1e-11)
    np.testing.assert_allclose(gated_gradient(s, since), np.log10([s[since:t].prod() for t in range(since, 9)]))


@pytest.mark.claim("C86")
def test_primes_appear_only_in_the_gradient_of_what_sets_the_gate_and_there_once():
    """dm_T/dz_i holds one s'_i and the values of all later gates, for gates s = sigmoid(z)."""
    r = rng(2)
    z, u, m0 = r.standard_normal(10), r.standard_normal(10), 0.3

    def last(z, m):
        for k in range(10):
            m = m / (1 + anp.exp(-z[k])) + u[k]
        return m

    s = sigmoid(z)
    M = gated_memory(s, u, m0)
    wanted = [M[i] * s[i] * (1 - s[i]) * 10 ** gated_gradient(s, since=i + 1)[-1] for i in range(10)]
    np.testing.assert_allclose(grad(last, 0)(z, m0), wanted, rtol=1e-12)
    np.testing.assert_allclose(grad(last, 1)(z, m0), 10 ** gated_gradient(s)[-1], rtol=1e-12)


@pytest.mark.claim("C86")
def test_100_gates_of_99_hundredths_keep_a_third_and_their_primes_nothing():
    s = np.full(100, 0.99)
    assert 10 ** gated_gradient(s)[100] == pytest.approx(0.366032, abs=5e-7)
    assert gated_gradient(s)[100] == pytest.approx(100 * np.log10(0.99), rel=1e-12)
    assert primed_gradient(s)[100] == pytest.approx(np.log10(3.7e-201), abs=0.01)
    assert primed_gradient(s)[100] == pytest.approx(100 * np.log10(0.99 * 0.01), rel=1e-12)


@pytest.mark.claim("C86")
@given(GATES)
def test_the_primed_product_is_never_above_that_of_the_values_nor_above_a_quarter_per_step(gates):
    values, primes = gated_gradient(gates), primed_gradient(gates)
    assert (primes <= values + 1e-12).all()
    assert (primes <= np.arange(len(gates) + 1) * np.log10(0.25) + 1e-12).all()


@pytest.mark.claim("C84", "C85", "C86")
def test_a_hand_operated_memory_writes_holds_and_resets():
    """Gates of sigmoid(+-6): held for 60 steps .861965 is left, after the reset less than .0022 of it."""
    hold, reset = sigmoid(6.0), sigmoid(-6.0)
    gates, writes = np.r_[hold, np.full(60, hold), reset, np.full(5, hold)], np.zeros(67)
    writes[0] = 1.0
    M = gated_memory(gates, writes)
    assert M[1] == 1
    assert M[61] == pytest.approx(0.861965, abs=5e-7)
    assert 10 ** gated_gradient(gates, since=1)[60] == pytest.approx(M[61], rel=1e-12)
    assert 0 < M[62:].max() < 0.0022


@pytest.mark.claim("C84: a wish")
@given(GATES, st.integers(0, 29))
def test_a_gate_of_zero_is_an_exact_zero_from_then_on_and_no_warning(gates, at):
    gates = np.clip(gates, 0.1, 1)
    at %= len(gates)
    gates[at] = 0.0
    for gradient in (gated_gradient(gates), primed_gradient(np.minimum(gates, 0.9))):
        assert np.isfinite(gradient[: at + 1]).all()
        assert (gradient[at + 1 :] == -np.inf).all()
    assert not gated_memory(gates, np.zeros(len(gates)), 5.0)[at + 1 :].any()


def test_a_gate_of_one_has_no_prime():
    assert primed_gradient([1.0]).tolist() == [0.0, -np.inf]
    assert gated_gradient([1.0]).tolist() == [0.0, 0.0]


def test_gradients_below_the_floats_keep_their_logarithm():
    assert gated_gradient(np.full(5000, 0.5))[-1] == pytest.approx(-5000 * np.log10(2), rel=1e-12)
    assert primed_gradient(np.full(5000, 0.5))[-1] == pytest.approx(-5000 * np.log10(4), rel=1e-12)


@given(GATES, st.integers(0, 30))
def test_the_gradient_to_a_step_between_and_on_from_it_is_the_whole(gates, between):
    between %= len(gates) + 1
    whole, on = gated_gradient(gates), gated_gradient(gates, since=between)
    if np.isfinite(whole[between]):
        np.testing.assert_allclose(whole[between] + on, whole[between:], rtol=1e-10, atol=1e-10)


def test_what_stands_behind_the_time_axis_broadcasts():
    r = rng(3)
    s, u, m0 = r.uniform(0, 1, 7), r.standard_normal((7, 3, 2)), r.standard_normal((3, 1))
    M = gated_memory(s, u, m0)
    assert M.shape == (8, 3, 2)
    for i, j in np.ndindex(3, 2):
        np.testing.assert_allclose(M[:, i, j], gated_memory(s, u[:, i, j], m0[i, 0]), rtol=1e-15)
    gates = r.uniform(0, 1, (7, 4))
    assert gated_memory(gates, np.zeros(7), 1.0).shape == (8, 4)
    np.testing.assert_allclose(gated_gradient(gates)[:, 2], gated_gradient(gates[:, 2]), rtol=1e-14)


# --- the accumulator and the leak ---


@pytest.mark.claim("C87", "C90", "C92", "C93")
def test_with_gates_of_one_the_memory_adds_what_is_written_and_no_gradient_fades():
    u = rng(4).standard_normal((1000, 3))
    M = gated_memory(np.ones(1000), u, 2.0)
    np.testing.assert_allclose(np.diff(M, axis=0), u, rtol=0, atol=1e-13)
    np.testing.assert_allclose(M[1:], 2.0 + np.cumsum(u, axis=0), rtol=0, atol=1e-11)
    assert not gated_gradient(np.ones(1000)).any()


@pytest.mark.claim("C92", "C93")
@given(seed=st.integers(0, 10**6))
def test_the_difference_of_a_leaky_memory_is_its_write_less_what_leaks(seed):
    r = rng(seed)
    s, u = r.uniform(0, 1, 20), r.standard_normal(20)
    M = gated_memory(s, u, r.standard_normal())
    np.testing.assert_allclose(np.diff(M), (s - 1) * M[:-1] + u, rtol=0, atol=1e-13)


@pytest.mark.claim("C92")
@pytest.mark.parametrize("leak", [0.0, 0.5, 0.9, 0.99])
def test_a_leaky_memory_of_a_constant_comes_to_it_over_one_less_the_gate(leak):
    M, t = gated_memory(np.full(3000, leak), np.ones(3000)), np.arange(3001)
    np.testing.assert_allclose(M, (1 - leak**t) / (1 - leak), rtol=1e-12)
    assert M[-1] == pytest.approx(1 / (1 - leak), rel=1e-12)


@pytest.mark.claim("C90: true, at a price")
def test_an_accumulator_of_noise_drifts_like_the_root_of_time():
    """Of 2500 runs the root mean square has a standard error of 1/sqrt(5000) = 1.4 %; 6 % is four of them."""
    M = gated_memory(np.ones(1000), rng(5).standard_normal((1000, 2500)))
    for t in (10, 100, 1000):
        assert np.sqrt(np.mean(M[t] ** 2)) == pytest.approx(np.sqrt(t), rel=0.06)


@pytest.mark.claim("C90")
def test_where_an_accumulator_drifts_a_leak_keeps_noise_within_a_bound():
    """The stationary variance is 1/(1 - s^2), 5.26 for s = .9; 2500 runs, 6 % as above."""
    M = gated_memory(np.full(300, 0.9), rng(6).standard_normal((300, 2500)))
    assert np.sqrt(np.mean(M[-1] ** 2)) == pytest.approx(1 / np.sqrt(1 - 0.81), rel=0.06)


@pytest.mark.claim("C90")
def test_an_accumulator_of_inputs_with_a_mean_drifts_in_a_line():
    M = gated_memory(np.ones(1000), np.full(1000, 0.25))
    assert M[[10, 100, 1000]].tolist() == [2.5, 25.0, 250.0]


@pytest.mark.claim("C90", "C94")
@given(seed=st.integers(0, 10**6))
def test_an_accumulator_is_blind_to_order_and_a_leak_is_not(seed):
    r = rng(seed)
    u, order = r.standard_normal(50), r.permutation(50)
    ones, leak = np.ones(50), np.full(50, 0.9)
    assert gated_memory(ones, u[order])[-1] == pytest.approx(gated_memory(ones, u)[-1], abs=1e-12)
    assert gated_memory(leak, np.eye(50)[0])[-1] < 0.01 * gated_memory(leak, np.eye(50)[-1])[-1]


@pytest.mark.claim("C94")
def test_without_a_forget_gate_it_takes_10_steps_to_forget_a_10_and_with_one_a_single_step():
    left = gated_memory(np.ones(10), np.full(10, -1.0), 10.0)
    assert left.tolist() == list(range(10, -1, -1))
    assert gated_memory([0.01], [0.0], 10.0)[-1] == pytest.approx(0.1)


@pytest.mark.claim("C88", "C89: a slip", "C90")
def test_through_an_identity_the_loss_at_the_end_arrives_as_it_is_and_the_losses_of_all_steps_add_up():
    """With a loss of slope 1 at each of T steps the gradient at h_1 is T; the error flow itself is constant."""
    r, T = rng(7), 100
    net = RNN(np.eye(3), r.standard_normal((3, 2)), np.zeros(3), "identity")
    run = run_rnn(net, np.zeros(3), r.standard_normal((T, 2)))
    G = np.zeros((T + 1, 3))
    G[T] = [1.0, -2.0, 0.5]
    np.testing.assert_array_equal(bptt(net, run, G).h0, G[T])
    for length in (1, 10, 100):
        G = np.zeros((T + 1, 3))
        G[1 : length + 1] = 1.0
        assert bptt(net, run, G).h0.tolist() == [length] * 3


# --- several taps ---


@pytest.mark.claim("C78")
@pytest.mark.parametrize(("K", "left"), [(1, 2.66e-5), (2, 5.15e-3), (5, 0.1216), (10, 0.3487)])
def test_a_tap_of_9_tenths_that_reaches_back_K_steps_leaves_9_tenths_to_the_number_of_hops(K, left):
    logs = multi_tap_gradient(np.r_[np.zeros(K - 1), 0.9], 100)
    assert logs.shape == (101,)
    assert 10 ** logs[100] == pytest.approx(left, rel=2e-3)  # the claim is given with three digits
    hops = np.arange(101) / K
    np.testing.assert_allclose(logs, np.where(hops % 1 == 0, hops * np.log10(0.9), -np.inf), rtol=1e-12, atol=1e-15)


@pytest.mark.claim("C78")
@PROPERTY
@given(seed=st.integers(0, 10**6))
def test_the_gradient_of_several_taps_is_that_of_autograd(seed):
    r = rng(seed)
    w, past = r.standard_normal(int(r.integers(1, 6))), list(r.standard_normal(5))
    K, T = len(w), 12

    def last(h):
        states = [*past, h]
        for _ in range(T):
            states.append(sum(w[j] * states[-1 - j] for j in range(K)))
        return states[-1]

    gradient = grad(last)(0.3)
    size = 10 ** multi_tap_gradient(np.abs(w), T)[T]  # the paths, before they cancel
    assert 10 ** multi_tap_gradient(w, T)[T] == pytest.approx(abs(gradient), abs=1e-12 * size)


@pytest.mark.claim("C78")
@given(seed=st.integers(0, 10**6))
def test_the_gradient_of_several_taps_is_an_entry_of_a_power_of_the_companion_matrix(seed):
    """Still exponential: a linear net of K states, and only its eigenvalues have changed."""
    r = rng(seed)
    w = r.uniform(0, 1, int(r.integers(1, 7)))
    companion = np.vstack([w, np.eye(len(w))[:-1]])
    wanted = [np.linalg.matrix_power(companion, t)[0, 0] for t in range(31)]
    np.testing.assert_allclose(10 ** multi_tap_gradient(w, 30), wanted, rtol=1e-10, atol=1e-300)


@pytest.mark.parametrize("weight", [1e-200, 0.5, 3.0, 1e200])
def test_taps_have_their_powers_though_no_float_holds_them(weight):
    t = np.arange(2001)
    for taps in ([weight], [weight, 0.0, 0.0, 0.0]):
        np.testing.assert_allclose(multi_tap_gradient(taps, 2000), t * np.log10(weight), rtol=1e-11)


def test_two_taps_count_the_ways_to_climb_stairs():
    """Fibonacci's numbers times w^t, as w and w^2 are the taps: they grow with the golden ratio."""
    golden = (1 + np.sqrt(5)) / 2
    logs = multi_tap_gradient([3.0, 9.0], 2000)
    np.testing.assert_allclose(10 ** logs[:8], 3.0 ** np.arange(8) * [1, 1, 2, 3, 5, 8, 13, 21], rtol=1e-13)
    assert logs[-1] == pytest.approx(2000 * np.log10(3 * golden) + np.log10(golden / np.sqrt(5)), rel=1e-11)


def test_taps_of_zero_and_paths_that_cancel_leave_an_exact_zero():
    assert multi_tap_gradient([0.0, 0.0], 3).tolist() == [0.0, -np.inf, -np.inf, -np.inf]
    # h_2 = w_1^2 + w_2 = 1 - 1, then h_3 = w_1 h_2 + w_2 h_1 = -1: what cancels comes back.
    assert multi_tap_gradient([1.0, -1.0], 7).tolist() == [0.0, 0.0, -np.inf, 0.0, 0.0, -np.inf, 0.0, 0.0]
    assert multi_tap_gradient([0.5], 0).tolist() == [0.0]


# --- residual steps ---


@pytest.mark.claim("C88")
@pytest.mark.parametrize("seed", range(20))
def test_the_jacobian_of_a_residual_step_is_that_of_autograd_along_its_run(seed):
    r = rng(seed)
    n, T, eps = int(r.integers(1, 17)), int(r.integers(1, 51)), r.uniform(-1, 1)
    W, h = r.standard_normal((n, n)) / np.sqrt(n), r.standard_normal(n)

    def step(h):
        return h + eps * anp.tanh(anp.dot(W, h))

    def last(h):
        return reduce(lambda h, _: step(h), range(T), h)

    J = residual_jacobians(W, h, eps, T)
    assert J.shape == (T, n, n)
    product = reduce(lambda product, factor: factor @ product, J)
    assert relative_error(product, jacobian(last)(h)) < 1e-10
    assert relative_error(J[0], central_difference(step, h)) < 1e-10
    assert product_norms(J)[-1] == pytest.approx(np.log10(np.linalg.norm(product, 2)), abs=1e-9)


@pytest.mark.claim("C88")
@given(seed=st.integers(0, 10**6), eps=st.floats(-0.2, 0.2))
def test_the_singular_values_of_residual_steps_lie_between_the_products_of_one_less_and_one_more_their_norm(seed, eps):
    """prod(1 - |A|) <= sigma_min, sigma_max <= prod(1 + |A|) <= e^(sum |A|), with J = I + A."""
    r = rng(seed)
    W = gaussian(4, 1.0, r)
    J = residual_jacobians(W, r.standard_normal(4), eps, 20)
    sizes = np.linalg.norm(J - np.eye(4), 2, axis=(1, 2))
    singular = np.linalg.svd(reduce(lambda product, factor: factor @ product, J), compute_uv=False)
    assert singular[0] <= np.prod(1 + sizes) * (1 + 1e-12) <= np.exp(sizes.sum()) * (1 + 1e-11)
    assert 10 ** product_norms(J)[-1] == pytest.approx(singular[0], rel=1e-10)
    if (sizes < 1).all():
        assert singular[-1] >= np.prod(1 - sizes) * (1 - 1e-9)


def extremes(W, h0, eps):
    """The largest and the smallest singular value after 100 steps, the smallest from the product of the inverses."""
    J = residual_jacobians(W, h0, eps, 100)
    inverses = np.linalg.inv(J)[::-1]
    return 10 ** product_norms(J)[-1], 10 ** -product_norms(inverses)[-1]


@pytest.mark.claim("C88")
def test_64_residual_units_explode_and_vanish_in_a_hundred_steps():
    """C88: W of gain 1 and h0 ~ 0.1 N(0, 1). Small steps tame it, and so does an antisymmetric W.

    The smallest for eps = 1 is from a computation in longer floats. The decomposition of the product itself cannot see
    it: its rounding is 1e-16 of the largest, 4e-12.
    """
    r = rng(0)
    W, h0 = gaussian(64, 1.0, r), 0.1 * r.standard_normal(64)
    assert extremes(W, h0, 1.0) == pytest.approx((3.8e4, 1.4957e-13), rel=0.01)
    assert extremes(W, h0, 0.01) == pytest.approx((3.48, 0.26), rel=0.01)
    assert extremes((W - W.T) / np.sqrt(2), h0, 0.1) == pytest.approx((5.8, 0.99), rel=0.01)


@pytest.mark.claim("C88")
def test_a_step_that_reads_no_state_has_the_identity_for_its_jacobian():
    for W, eps in ((np.zeros((3, 3)), 1.0), (rng(8).standard_normal((3, 3)), 0.0)):
        J = residual_jacobians(W, [1.0, 2.0, 3.0], eps, 5)
        np.testing.assert_array_equal(J, np.tile(np.eye(3), (5, 1, 1)))
        np.testing.assert_array_equal(product_norms(J), 0.0)


def test_a_residual_step_that_takes_away_what_there_is_loses_the_gradient():
    assert not residual_jacobians(-np.eye(2), [0.0, 0.0], 1.0, 1).any()


@pytest.mark.claim("C88")
@pytest.mark.parametrize(("w", "eps"), [(2.0, 0.1), (-0.5, 0.2)])
def test_at_rest_a_residual_unit_grows_with_the_power_of_1_plus_eps_w(w, eps):
    J = residual_jacobians([[w]], [0.0], eps, 100)
    np.testing.assert_allclose(product_norms(J), np.arange(101) * np.log10(1 + eps * w), rtol=1e-12)


# --- half-lives and biases ---


@pytest.mark.claim("C85", "C91")
@pytest.mark.parametrize(
    ("bias", "steps"), [(0, 1.0), (0.5, 1.462), (1, 2.2127), (2, 5.461), (3, 14.266), (4, 38.19), (5, 103.22)]
)
def test_the_half_lives_of_biases_of_part_3E(bias, steps):
    assert half_life(bias) == pytest.approx(steps, rel=2e-4)
    assert 10 ** (half_life(bias) * gated_gradient([sigmoid(float(bias))])[1]) == pytest.approx(0.5, rel=1e-12)


def test_half_lives_of_wide_gates_and_narrow_ones():
    assert half_life(np.log(999)) == pytest.approx(692.8, rel=1e-4)  # a gate of .999
    assert half_life(10.0) == pytest.approx(1.53e4, rel=4e-3)  # printed with three digits
    assert half_life(30.0) == pytest.approx(np.log(2) * np.exp(30.0), rel=1e-12)  # no digit lost to 1 - sigmoid
    assert half_life([-np.inf, -800.0, 800.0, np.inf]) == pytest.approx([0.0, np.log(2) / 800, np.inf, np.inf])


@pytest.mark.parametrize(("steps", "bias"), [(1, 0.0), (10, 2.6342), (100, 4.9682), (1000, 7.2739)])
def test_the_biases_of_half_lives_of_part_3E(steps, bias):
    assert forget_bias_for(steps) == pytest.approx(bias, abs=6e-5)


@pytest.mark.parametrize("steps", [0.01, 0.5, 3, 1e3, 1e6, 1e12])
def test_the_bias_for_a_half_life_is_that_of_50_digits(steps):
    with localcontext() as context:
        context.prec = 50
        gate = (-Decimal(2).ln() / Decimal(steps)).exp()
        wanted = float((gate / (1 - gate)).ln())
    assert forget_bias_for(steps) == pytest.approx(wanted, rel=1e-14)


@given(st.floats(1e-3, 1e12))
@example(1e6)
def test_bias_and_half_life_lead_back_to_one_another(steps):
    assert half_life(forget_bias_for(steps)) == pytest.approx(steps, rel=1e-10)


def test_the_bias_of_a_long_half_life_is_near_the_logarithm_of_it_over_ln_2():
    assert forget_bias_for(1e6) == pytest.approx(np.log(1e6 / np.log(2)), abs=1e-6)
    assert forget_bias_for([np.inf, 1e-320]).tolist() == [np.inf, -np.inf]


@pytest.mark.parametrize(("T", "left"), [(10, 0.3487), (100, 0.3660), (1000, 0.3677)])
def test_with_its_chrono_bias_a_gate_leaves_about_one_e_th_after_T_steps(T, left):
    gates = np.full(T, sigmoid(chrono_bias(T)))
    assert 10 ** gated_gradient(gates)[T] == pytest.approx(left, abs=6e-5)
    assert gates[0] == pytest.approx(1 - 1 / T, rel=1e-14)


@pytest.mark.claim("C91")
@pytest.mark.parametrize(("bias", "left"), [(1, 2.5e-14), (3, 7.8e-3), (5, 0.511)])
def test_what_gates_of_a_constant_bias_leave_after_100_steps(bias, left):
    assert 10 ** gated_gradient(np.full(100, sigmoid(float(bias))))[100] == pytest.approx(left, rel=0.02)


@pytest.mark.claim("C85: true as a model")
def test_of_gates_that_vary_the_geometric_mean_counts():
    """Pre-activations N(3, 2^2): arithmetic mean .870, geometric .833, sigmoid of the mean .953."""
    s = sigmoid(rng(9).normal(3, 2, 200_000))
    per_step = 10 ** (gated_gradient(s)[-1] / len(s))
    assert (s.mean(), per_step) == pytest.approx((0.870, 0.833), abs=2e-3)
    assert per_step < s.mean() < sigmoid(3.0) == pytest.approx(0.953, abs=5e-4)


# --- what is refused ---


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gated_memory([0.5, 1.1], [0.0, 0.0]), r"values from 0 to 1, got \[0.5, 1.1\]"),
        (lambda: gated_memory([-0.1], [0.0]), "values from 0 to 1"),
        (lambda: gated_memory(0.5, [0.0]), "gates must have time as their first axis"),
        (lambda: gated_memory([np.nan], [0.0]), "gates must not hold NaN"),
        (lambda: gated_memory([0.5, 0.5], [0.0]), r"writes must have 2 steps, as gates has, got shape \(1,\)"),
        (lambda: gated_memory([0.5], 0.0), r"writes must have 1 steps, as gates has, got shape \(\)"),
        (lambda: gated_memory([0.5], [np.inf]), "writes must be finite"),
        (lambda: gated_memory([0.5], [0.0], "m"), "m0 must hold real numbers"),
        (lambda: gated_memory(np.ones((2, 3)), np.ones((2, 4))), r"broadcast together, got one_gate \(3,\), one_write"),
        (lambda: gated_memory([1.0, 1.0], [1e308, 1e308]), "the result must not overflow"),
        (lambda: gated_gradient([0.5, 2.0]), "values from 0 to 1"),
        (lambda: gated_gradient([0.5], since=2), "since must be from 0 to 1, got 2"),
        (lambda: gated_gradient(0.5), "gates must have time"),
        (lambda: primed_gradient([0.5, 2.0]), "values from 0 to 1"),
        (lambda: primed_gradient([0.5], since=-1), "since must be from 0 to 1, got -1"),
        (lambda: multi_tap_gradient([], 3), r"weights must be one vector \(n,\)"),
        (lambda: multi_tap_gradient([[0.5]], 3), r"weights must be one vector \(n,\)"),
        (lambda: multi_tap_gradient([np.inf], 3), "weights must be finite"),
        (lambda: multi_tap_gradient([0.5], 3.0), "n_steps must be a whole number, got 3.0"),
        (lambda: multi_tap_gradient([0.5], -1), "n_steps must be at least 0, got -1"),
        (lambda: residual_jacobians(np.ones((2, 3)), [0.0, 0.0], 0.1, 3), r"W must be \(n, n\), got \(2, 3\)"),
        (lambda: residual_jacobians(np.eye(2), [0.0], 0.1, 3), r"h0 must be \(2,\), as W is, got \(1,\)"),
        (lambda: residual_jacobians(np.eye(2), np.zeros((2, 2)), 0.1, 3), r"h0 must be one vector"),
        (lambda: residual_jacobians(np.eye(2), [0.0, 0.0], np.nan, 3), "eps must not hold NaN"),
        (lambda: residual_jacobians(np.eye(2), [0.0, 0.0], 0.1, 3.0), "n_steps must be a whole number, got 3.0"),
        (lambda: residual_jacobians([[1e200]], [0.0], 1e200, 1), "the state and its Jacobian must not overflow"),
        (lambda: residual_jacobians([[1.0]], [1.7e308], 1e308, 1), "the state and its Jacobian must not overflow"),
        (lambda: half_life(np.nan), "forget_bias must not hold NaN"),
        (lambda: half_life("long"), "forget_bias must hold real numbers"),
        (lambda: forget_bias_for(0.0), "half_life must be above 0"),
        (lambda: forget_bias_for([1.0, -1.0]), "half_life must be above 0"),
        (lambda: chrono_bias(1.0), "n_steps must be above 1"),
        (lambda: chrono_bias(np.inf), "n_steps must be finite"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
