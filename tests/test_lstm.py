"""LSTMs: runs, gradients and the Jacobian path by path, against autograd, central differences, PyTorch and theory."""

import inspect
import re
from functools import reduce
from itertools import combinations
from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.lstm import (
    LSTM,
    PATHS,
    LSTMGradients,
    explosion_borders,
    lstm_backward,
    lstm_jacobians,
    lstm_run,
    lstm_terms,
    random_lstm,
    rest_eigenvalue,
)
from tests.at_random import PROPERTY

N_NETS = 96  # two of each kind and each size
KINDS = [
    {"forget_gate": True, "squash": "tanh"},  # today
    {"forget_gate": True, "squash": "1997"},  # 2000
    {"forget_gate": False, "squash": "1997"},  # 1997
    {"forget_gate": False, "squash": "tanh"},
]
SEEDS = st.integers(0, 10**6)


# --- the oracle: the same cell, spelled out otherwise ---


def logistic(z):
    return 1 / (1 + anp.exp(-z))


def autograd_step(gates, kind, x, c, h, held=None, open_paths=PATHS):
    """The next c and h; a path that is not open sees the constants `held` in place of c and h."""
    c_held, h_held = (c, h) if held is None else held

    def z(path):
        W, U, b = gates[PATHS.index(path) - 1]
        return anp.dot(h if path in open_paths else h_held, W.T) + anp.dot(x, U.T) + b

    c = c if "carousel" in open_paths else c_held
    if kind["forget_gate"]:
        c = logistic(z("forget gate")) * c
    if kind["squash"] == "tanh":
        c = c + logistic(z("input gate")) * anp.tanh(z("cell input"))
        return c, logistic(z("output gate")) * anp.tanh(c)
    c = c + logistic(z("input gate")) * (4 * logistic(z("cell input")) - 2)
    return c, logistic(z("output gate")) * (2 * logistic(c) - 1)


def gates_of(W, U, b):
    """(W, U, b) of the input gate, the forget gate, the cell input and the output gate, in the order of PATHS."""
    n = W.shape[1]
    return [[rows[first : first + n] for rows in (W, U, b)] for first in (0, n, 2 * n, 3 * n)]


def autograd_loss(parameters, p):
    """The sum of G h and G_c c over all steps, the first state among them, and all members of a batch."""
    W, U, b, c, h = parameters
    gates = gates_of(W, U, b)
    total = anp.sum(p.G[0] * h) + anp.sum(p.G_c[0] * c)
    for k, x in enumerate(p.X):
        c, h = autograd_step(gates, p.kind, x, c, h)
        total = total + anp.sum(p.G[k + 1] * h) + anp.sum(p.G_c[k + 1] * c)
    return total


def draw_problem(seed, largest=16, longest=30, batches=((), (1,), (8,))):
    """A random net, its run from a random state, alone or as a batch, and the rows of a random linear loss.

    Long runs are rarer than short ones, for autograd to be done in seconds.
    """
    r, kind = np.random.default_rng(seed), KINDS[seed % 4]
    n, m, T = 1 + seed // 4 % largest, int(r.integers(1, 5)), 1 + int(longest * r.random() ** 3)
    batch = batches[seed % len(batches)]
    net = random_lstm(n, m, r.uniform(0.2, 2.0), r, forget_bias=r.uniform(-1, 3), **kind)
    net = net._replace(b=net.b + 0.5 * r.standard_normal(4 * n))
    X, (c0, h0) = r.standard_normal((T, *batch, m)), r.standard_normal((2, *batch, n))
    G, G_c = r.standard_normal((2, T + 1, *batch, n))
    run = lstm_run(net, X, c0, h0)
    return SimpleNamespace(net=net, kind=kind, X=X, c0=c0, h0=h0, G=G, G_c=G_c, run=run, n=n, T=T)


def state_after(p, steps, held=None, open_paths=PATHS):
    """The function of (c, h), laid end to end, that these steps are."""
    gates = gates_of(p.net.W, p.net.U, p.net.b)

    def function(state):
        c, h = state[: p.n], state[p.n :]
        for k in steps:
            c, h = autograd_step(gates, p.kind, p.X[k], c, h, held, open_paths)
        return anp.concatenate([c, h]) + 0.0 * state  # where no path is open, autograd would miss the state

    return function


def states(run):
    return np.concatenate([run.C, run.H], axis=-1)


def product(J):
    """The newest factor leftmost."""
    return reduce(lambda total, step: step @ total, J)


def quiet(W, b, T, c0=None, **kind):
    """A net and its run without input."""
    W = np.asarray(W, dtype=float)
    net = LSTM(W, np.zeros((len(W), 1)), np.asarray(b, dtype=float), **kind)
    return net, lstm_run(net, np.zeros((T, 1)), c0)


def one_cell(w_g, T, forget_bias=0.0, **kind):
    """One cell that is at rest: c = h = 0, and only the cell input sees h."""
    return quiet([[0.0], [0.0], [w_g], [0.0]], [0.0, forget_bias, 0.0, 0.0], T, **kind)


@pytest.fixture(scope="module")
def problems():
    """N_NETS problems, each with what autograd says of it."""
    found = [draw_problem(seed) for seed in range(N_NETS)]
    for p in found:
        p.oracle = LSTMGradients(*grad(autograd_loss)((p.net.W, p.net.U, p.net.b, p.c0, p.h0), p))
    return found


# --- random nets against autograd ---


def test_the_random_nets_cover_what_they_are_meant_to(problems):
    assert {(*p.kind.values(), p.h0.shape[:-1]) for p in problems} == {
        (*kind.values(), batch) for kind in KINDS for batch in ((), (1,), (8,))
    }
    assert {p.n for p in problems} == set(range(1, 17))
    assert (min(p.T for p in problems), max(p.T for p in problems) > 25) == (1, True)


def test_a_run_is_that_of_the_oracle(problems):
    for p in problems:
        c, h = p.c0, p.h0
        for k, x in enumerate(p.X):
            c, h = autograd_step(gates_of(p.net.W, p.net.U, p.net.b), p.kind, x, c, h)
            assert relative_error(p.run.C[k + 1], c) < 1e-12
            assert relative_error(p.run.H[k + 1], h) < 1e-12


@pytest.mark.claim("C91")
def test_the_gradients_are_those_of_autograd_also_for_a_batch(problems):
    for p in problems:
        for ours, theirs in zip(lstm_backward(p.net, p.run, p.G, p.G_c), p.oracle, strict=True):
            assert ours.shape == theirs.shape
            assert relative_error(ours, theirs) < 1e-10


@pytest.mark.claim("C91")
def test_the_lines_of_a_step_back_carry_the_numbers_of_the_equations_of_a_step_forward_in_reverse():
    def numbers(function):
        loop = inspect.getsource(function).split("for k in ")[1].split("\n    if ")[0].split("\n    *of_")[0]
        found = [re.findall(r"# \((\d)\)", line) for line in loop.splitlines()[1:] if "I[k]" not in line]
        assert all(len(one) == 1 for one in found), found
        return [int(one[0]) for one in found]

    assert numbers(lstm_run) == [1, 2, 3, 4, 5]
    assert sorted(set(numbers(lstm_backward))) == [1, 2, 3, 4, 5]
    assert numbers(lstm_backward) == sorted(numbers(lstm_backward), reverse=True)


def test_a_loss_that_sees_h_alone_needs_no_rows_for_c(problems):
    for p in problems[:12]:
        zeros = np.zeros(p.G.shape)
        for ours, theirs in zip(lstm_backward(p.net, p.run, p.G), lstm_backward(p.net, p.run, p.G, zeros), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_without_a_forget_gate_its_rows_have_no_gradient(problems):
    for p in problems:
        if not p.kind["forget_gate"]:
            for rows in lstm_backward(p.net, p.run, p.G, p.G_c)[:3]:
                assert not rows[p.n : 2 * p.n].any()


def test_the_backward_pass_leaves_its_arguments_as_they_were():
    p = draw_problem(3)
    before = [array.copy() for array in (*p.run, p.G, p.G_c)]
    lstm_backward(p.net, p.run, p.G, p.G_c)
    for array, copy in zip((*p.run, p.G, p.G_c), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_members_of_a_batch_run_and_have_jacobians_as_they_would_alone():
    for seed in (2, 5, 8, 11):
        p = draw_problem(seed, longest=10)
        J = lstm_jacobians(p.net, p.run)
        for i in range(8):
            alone = lstm_run(p.net, p.X[:, i], p.c0[i], p.h0[i])
            for ours, theirs in zip(p.run, alone, strict=True):
                np.testing.assert_allclose(ours[:, i], theirs, rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(J[:, i], lstm_jacobians(p.net, alone), rtol=1e-11, atol=1e-13)


def test_a_run_of_no_step_is_its_first_state_and_sends_back_what_its_loss_sends():
    net = random_lstm(2, 3, 1.0, np.random.default_rng(0))
    run = lstm_run(net, np.zeros((0, 3)), [1.0, 2.0], [0.5, 0.25])
    assert (run.C.tolist(), run.H.tolist()) == ([[1.0, 2.0]], [[0.5, 0.25]])
    gradients = lstm_backward(net, run, [[3.0, 4.0]], [[5.0, 6.0]])
    assert (gradients.h0.tolist(), gradients.c0.tolist()) == ([3.0, 4.0], [5.0, 6.0])
    assert gradients.U.shape == (8, 3)
    assert not gradients.W.any()
    assert lstm_jacobians(net, run).shape == (0, 4, 4)


# --- the Jacobian of the state ---


@pytest.mark.claim("C91")
@pytest.mark.parametrize("seed", range(24))
def test_a_step_jacobian_is_the_derivative_of_the_next_state_by_the_present_one(seed):
    p = draw_problem(seed, largest=8, longest=4, batches=((),))
    J, S = lstm_jacobians(p.net, p.run), states(p.run)
    assert J.shape == (p.T, 2 * p.n, 2 * p.n)

    def our_step(state, x):
        run = lstm_run(p.net, x[None], state[: p.n], state[p.n :])
        return states(run)[1]

    for k in range(p.T):
        assert relative_error(J[k], jacobian(state_after(p, [k]))(S[k])) < 1e-10
        assert relative_error(J[k], central_difference(lambda s, k=k: our_step(s, p.X[k]), S[k])) < 1e-8


@pytest.mark.claim("C91")
@pytest.mark.parametrize("seed", range(12))
def test_the_product_of_the_step_jacobians_is_the_derivative_of_the_last_state_by_the_first(seed):
    p = draw_problem(seed, largest=4, batches=((),))
    whole = jacobian(state_after(p, range(p.T)))(states(p.run)[0])
    assert relative_error(product(lstm_jacobians(p.net, p.run)), whole) < 1e-10


@pytest.mark.claim("C91")
def test_the_backward_pass_is_a_row_times_the_step_jacobians(problems):
    for p in (p for p in problems if p.c0.ndim == 1):
        row = np.concatenate([p.G_c[-1], p.G[-1]])
        for k in range(p.T - 1, -1, -1):
            row = row @ lstm_jacobians(p.net, p.run)[k] + np.concatenate([p.G_c[k], p.G[k]])
        gradients = lstm_backward(p.net, p.run, p.G, p.G_c)
        assert relative_error(np.concatenate([gradients.c0, gradients.h0]), row) < 1e-11


# --- path by path ---


@pytest.mark.claim("C91")
@pytest.mark.parametrize("kind", range(4))
def test_the_jacobian_along_some_paths_is_that_with_the_others_seeing_constants(kind):
    """All 32 sets of paths, each against autograd with c and h held constant where the other paths see them."""
    p = draw_problem(kind + 40, largest=4, longest=2, batches=((),))
    k = p.T - 1
    held = p.run.C[k], p.run.H[k]
    for size in range(6):
        for open_paths in combinations(PATHS, size):
            wanted = jacobian(state_after(p, [k], held, open_paths))(np.concatenate(held))
            np.testing.assert_allclose(lstm_jacobians(p.net, p.run, open_paths)[k], wanted, rtol=1e-11, atol=1e-13)


def test_each_path_has_something_to_say(problems):
    """But for the forget gate of a cell without one: otherwise the test above would compare zeros."""
    for p in problems[:8]:
        for path in PATHS:
            found = lstm_jacobians(p.net, p.run, [path]).any()
            assert found == (path != "forget gate" or p.kind["forget_gate"])


@pytest.mark.parametrize("seed", range(12))
def test_the_paths_add_up_to_the_whole(seed):
    p = draw_problem(seed, longest=10)
    total = sum(lstm_jacobians(p.net, p.run, [path]) for path in PATHS)
    np.testing.assert_allclose(total, lstm_jacobians(p.net, p.run), rtol=1e-12, atol=1e-14)
    some = lstm_jacobians(p.net, p.run, PATHS[:2]) + lstm_jacobians(p.net, p.run, PATHS[2:])
    np.testing.assert_allclose(some, total, rtol=1e-12, atol=1e-14)


@pytest.mark.claim("C86", "C91")
@pytest.mark.parametrize("seed", range(12))
def test_along_the_carousel_a_gradient_meets_the_values_of_the_forget_gates_and_nothing_else(seed):
    """What truncation leaves: a diagonal of products of gates, and exactly 1 without a forget gate."""
    p = draw_problem(seed, largest=6, longest=20, batches=((),))
    carousel = product(lstm_jacobians(p.net, p.run, ["carousel"]))[: p.n, : p.n]
    if p.kind["forget_gate"]:
        np.testing.assert_allclose(carousel, np.diag(p.run.F.prod(axis=0)), rtol=1e-12, atol=0.0)
    else:
        np.testing.assert_array_equal(carousel, np.eye(p.n))
    truncated = jacobian(state_after_truncated(p))(p.run.C[0])
    np.testing.assert_allclose(carousel, truncated, rtol=1e-10, atol=1e-15)


def state_after_truncated(p):
    """The function c_0 -> c_T with every h that a gate sees held constant."""
    gates = gates_of(p.net.W, p.net.U, p.net.b)

    def function(c):
        for k in range(p.T):
            c, _ = autograd_step(gates, p.kind, p.X[k], c, p.run.H[k])
        return c

    return function


@pytest.mark.claim("C91")
@pytest.mark.parametrize("kind", KINDS)
def test_without_recurrent_weights_the_whole_gradient_is_that_along_the_carousel(kind):
    r = np.random.default_rng(2)
    net = random_lstm(5, 2, 0.0, r, forget_bias=1.0, **kind)
    run = lstm_run(net, r.standard_normal((30, 2)), r.standard_normal(5))
    np.testing.assert_array_equal(lstm_jacobians(net, run), lstm_jacobians(net, run, ["carousel"]))
    G_c = np.zeros(run.C.shape)
    G_c[-1] = 1.0
    np.testing.assert_allclose(lstm_backward(net, run, np.zeros(run.C.shape), G_c).c0, run.F.prod(axis=0), rtol=1e-12)


@pytest.mark.claim("C86: false as printed")
def test_a_gate_of_99_percent_keeps_37_percent_over_100_steps_where_its_slopes_would_keep_nothing():
    net, run = quiet(np.zeros((4, 1)), [0.0, np.log(99.0), 0.0, 0.0], T=100)
    kept = product(lstm_jacobians(net, run))[0, 0]
    assert kept == pytest.approx(0.99**100, rel=1e-12)
    assert kept == pytest.approx(0.366032, abs=1e-6)
    assert np.prod(run.F * (1 - run.F)) == pytest.approx(3.7e-201, rel=0.02)


# --- at rest ---


@pytest.mark.claim("C91")
@pytest.mark.parametrize(
    ("w_g", "forget_bias", "eigenvalue"),
    [(-1, np.inf, 0.75), (1, np.inf, 1.25), (2, 0, 1.0), (-2, 0, 0.0), (-6, 0, -1)],
)
def test_one_cell_at_rest_has_the_eigenvalues_0_and_f_plus_i_o_w_g(w_g, forget_bias, eigenvalue):
    """With zero biases the gates are 1/2, so that f + i o w_g = f + w_g / 4; an infinite bias is no forget gate."""
    assert rest_eigenvalue(w_g, forget_bias) == pytest.approx(eigenvalue, abs=1e-15)
    gate = np.isfinite(forget_bias)
    net, run = one_cell(w_g, 1, forget_bias if gate else 0.0, forget_gate=bool(gate))
    found = np.linalg.eigvals(lstm_jacobians(net, run)[0])
    np.testing.assert_allclose(np.sort(found), np.sort([0.0, eigenvalue]), atol=1e-12)


@pytest.mark.claim("C91")
@given(w_g=st.floats(-50, 50), biases=st.tuples(*[st.floats(-8, 8)] * 3))
@PROPERTY
def test_the_rest_eigenvalue_is_the_trace_of_the_jacobian_at_rest_whose_determinant_is_0(w_g, biases):
    b_f, b_i, b_o = biases
    net, run = quiet([[0.0], [0.0], [w_g], [0.0]], [b_i, b_f, 0.0, b_o], 1)
    J = lstm_jacobians(net, run)[0]
    assert np.trace(J) == pytest.approx(rest_eigenvalue(w_g, b_f, b_i, b_o), rel=1e-12, abs=1e-12)
    assert np.linalg.det(J) == pytest.approx(0.0, abs=1e-12 * (1 + abs(w_g)))


@pytest.mark.claim("C91")
def test_the_threshold_of_explosion_is_2_at_zero_biases_and_lower_at_a_forget_bias_of_1():
    for forget_bias, number in ((0.0, 2.0), (1.0, 1.0757657)):
        threshold = (1 - logistic(forget_bias)) / 0.25
        assert threshold == pytest.approx(number, abs=1e-6)
        assert rest_eigenvalue(threshold, forget_bias) == pytest.approx(1.0, abs=1e-12)
        assert rest_eigenvalue(0.99 * threshold, forget_bias) < 1 < rest_eigenvalue(1.01 * threshold, forget_bias)


@pytest.mark.claim("C91")
@given(biases=st.tuples(*[st.floats(-5, 5)] * 3))
@PROPERTY
def test_at_the_borders_of_explosion_the_rest_eigenvalue_is_minus_one_and_one(biases):
    low, high = explosion_borders(*biases)
    assert rest_eigenvalue(low, *biases) == pytest.approx(-1.0, abs=1e-12)
    assert rest_eigenvalue(high, *biases) == pytest.approx(1.0, abs=1e-12)


def test_the_rest_eigenvalue_takes_arrays_that_broadcast():
    found = rest_eigenvalue(np.array([[0.0], [4.0]]), forget_bias=np.array([0.0, np.inf, -np.inf]))
    np.testing.assert_allclose(found, [[0.5, 1.0, 0.0], [1.5, 2.0, 1.0]])


@pytest.mark.claim("C91")
@pytest.mark.parametrize(("squash", "slope"), [("tanh", 1.0), ("1997", 0.5)])
@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_cells_at_rest_have_n_zeros_and_the_eigenvalues_of_f_plus_i_w_g_o(n, squash, slope):
    """The slope of the readout at 0 enters: 1 for tanh, 1/2 for 2 sigmoid - 1, where one cell has 1 + w_g / 8."""
    r = np.random.default_rng(n)
    b, W = r.standard_normal((4, n)), r.standard_normal((4 * n, n))
    b[2] = 0.0
    net, run = quiet(W, b.ravel(), 1, squash=squash)
    i, f, _, o = logistic(b)
    wanted = np.linalg.eigvals(np.diag(f) + np.diag(i) @ W[2 * n : 3 * n] @ np.diag(slope * o))
    J = lstm_jacobians(net, run)[0]
    for eigenvalue in wanted:  # det(J - x) = (-x)^n det(f + i W_g o - x)
        assert np.linalg.svd(J - eigenvalue * np.eye(2 * n), compute_uv=False)[-1] < 1e-12
    assert np.linalg.matrix_rank(J) == n
    assert np.trace(J) == pytest.approx(wanted.sum().real, abs=1e-12)


@pytest.mark.claim("C91")
@pytest.mark.parametrize(("w_g", "number"), [(-1.0, 4.276e-13), (1.0, 3.9e9)])
def test_without_a_forget_gate_the_whole_gradient_still_vanishes_or_explodes(w_g, number):
    """J = (1, E)^T (1, A) at rest, so that the (c, c) entry of its power T is the eigenvalue to the power T - 1."""
    net, run = one_cell(w_g, 100, forget_gate=False)
    full = product(lstm_jacobians(net, run))[0, 0]
    assert full == pytest.approx((1 + w_g / 4) ** 99, rel=1e-12)
    assert full == pytest.approx(number, rel=1e-2)
    assert product(lstm_jacobians(net, run, ["carousel"]))[0, 0] == 1.0


# --- the product of the forget gates bounds nothing ---


def whole_and_gates(scale, forget_bias, seed):
    """The spectral norm of dc_100/dc_0, and the largest product of forget gates, of 32 cells in noise."""
    r = np.random.default_rng(seed)
    net = random_lstm(32, 1, scale, r, forget_bias)
    run = lstm_run(net, r.standard_normal((100, 1)))
    return np.linalg.norm(product(lstm_jacobians(net, run))[:32, :32], 2), run.F.prod(axis=0).max()


@pytest.mark.claim("C91")
def test_large_weights_explode_while_every_product_of_forget_gates_vanishes():
    """Chaotic, so that the last bit of a sum moves each by powers of ten: the geometric means of ten, with a margin."""
    found = np.log10([whole_and_gates(8.0, 1.0, seed) for seed in range(10)])
    whole, gates = found.mean(axis=0)
    assert whole > 6
    assert gates < -6
    assert (found[:, 0] > 0).all()


@pytest.mark.claim("C91")
def test_the_product_of_the_forget_gates_is_neither_an_upper_nor_a_lower_bound():
    for seed in range(3):
        whole, gates = whole_and_gates(0.5, 3.0, seed)
        assert gates < whole < 1
    net, run = one_cell(-1.0, 100, forget_bias=3.0)
    assert product(lstm_jacobians(net, run))[0, 0] < 0.01 * run.F.prod()


# --- the cell keeps, leaks and drifts ---


@pytest.mark.claim("C92", "C93: true of the cell of 1997")
def test_a_cell_moves_by_the_gated_input_and_with_a_forget_gate_loses_a_part_of_itself(problems):
    for p in problems:
        moved = np.diff(p.run.C, axis=0)
        leak = (p.run.F - 1) * p.run.C[:-1]
        assert leak.any() == p.kind["forget_gate"]
        np.testing.assert_allclose(moved, leak + p.run.I * p.run.Gs, atol=1e-13 * (1 + np.abs(p.run.C).max()))


@pytest.mark.claim("C92")
@given(seed=SEEDS, squash=st.sampled_from(["tanh", "1997"]), scale=st.floats(0, 20))
@PROPERTY
def test_a_cell_with_a_forget_gate_stays_below_the_largest_input_over_1_minus_the_largest_gate(seed, squash, scale):
    """The largest input g is 1 for tanh, 2 for 4 sigmoid - 2."""
    r = np.random.default_rng(seed)
    net = random_lstm(4, 2, scale, r, forget_bias=r.uniform(-2, 6), squash=squash)
    run = lstm_run(net, scale * r.standard_normal((40, 2)))
    largest = {"tanh": 1.0, "1997": 2.0}[squash]
    assert np.abs(run.C).max() * (1 - run.F.max()) <= largest * (1 + 1e-12)
    assert np.abs(run.Gs).max() <= largest
    assert np.abs(run.H).max() <= 1
    for gate in (run.I, run.F, run.O):
        assert (gate.min() >= 0) & (gate.max() <= 1)


@pytest.mark.claim("C91", "C92")
@pytest.mark.parametrize("squash", ["tanh", "1997"])
def test_under_a_constant_input_the_cell_of_1997_drifts_until_its_exit_is_shut_and_a_forget_gate_stops_it(squash):
    T, b = 1000, [1.0, 2.0, 0.5, 0.0]
    net, run = quiet(np.zeros((4, 1)), b, T, forget_gate=False, squash=squash)
    largest = {"tanh": np.tanh(0.5), "1997": 2 * np.tanh(0.25)}[squash]
    step = logistic(1.0) * largest
    np.testing.assert_allclose(run.C[:, 0], step * np.arange(T + 1), rtol=1e-12)
    readout = lstm_terms(net, run).readout[:, 0]
    assert readout[0] > 0.1
    assert readout[200] < 1e-15
    net, run = quiet(np.zeros((4, 1)), b, T, squash=squash)
    f = logistic(2.0)
    np.testing.assert_allclose(run.C[:, 0], step * (1 - f ** np.arange(T + 1)) / (1 - f), rtol=1e-12)
    assert lstm_terms(net, run).readout.min() > 1e-3


# --- properties ---


@given(seed=SEEDS, k=st.integers(0, 12))
@PROPERTY
def test_a_run_goes_on_from_any_of_its_states(seed, k):
    p = draw_problem(seed, longest=12)
    k = min(k, p.T)
    rest = lstm_run(p.net, p.X[k:], p.run.C[k], p.run.H[k])
    np.testing.assert_allclose(rest.C, p.run.C[k:], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(rest.H, p.run.H[k:], rtol=1e-11, atol=1e-13)


@given(seed=SEEDS)
@PROPERTY
def test_the_names_of_the_cells_do_not_count(seed):
    """Each gate's rows in another order and the columns of W with them: every path says the same in that order."""
    p = draw_problem(seed, longest=6, batches=((),))
    order = np.random.default_rng(seed).permutation(p.n)
    rows = np.concatenate([order + part * p.n for part in range(4)])
    net = p.net._replace(W=p.net.W[rows][:, order], U=p.net.U[rows], b=p.net.b[rows])
    run = lstm_run(net, p.X, p.c0[order], p.h0[order])
    np.testing.assert_allclose(run.C, p.run.C[:, order], rtol=1e-11, atol=1e-13)
    both = np.concatenate([order, order + p.n])
    for path in PATHS:
        ours, theirs = lstm_jacobians(net, run, [path]), lstm_jacobians(p.net, p.run, [path])[:, both][:, :, both]
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


@given(seed=SEEDS)
@PROPERTY
def test_a_net_of_the_other_sign_runs_through_the_states_of_the_other_sign(seed):
    """g and the readout are odd: -c, -h with the columns of W negated, and then the rows of the cell input."""
    p = draw_problem(seed, longest=12)
    sign = np.repeat([1.0, 1.0, -1.0, 1.0], p.n)
    net = p.net._replace(W=-sign[:, None] * p.net.W, U=sign[:, None] * p.net.U, b=sign * p.net.b)
    run = lstm_run(net, p.X, -p.c0, -p.h0)
    np.testing.assert_allclose(run.C, -p.run.C, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(run.H, -p.run.H, rtol=1e-11, atol=1e-13)


@given(seed=SEEDS, factors=st.tuples(st.floats(-3, 3), st.floats(-3, 3)))
@PROPERTY
def test_gradients_of_a_sum_of_losses_are_sums_of_gradients(seed, factors):
    p, (u, v) = draw_problem(seed, longest=12), factors
    both = lstm_backward(p.net, p.run, u * p.G, v * p.G_c)
    zeros = np.zeros(p.G.shape)
    parts = lstm_backward(p.net, p.run, p.G, zeros), lstm_backward(p.net, p.run, zeros, p.G_c)
    for found, of_h, of_c in zip(both, *parts, strict=True):
        size = 1 + abs(u) * np.abs(of_h).max() + abs(v) * np.abs(of_c).max()
        np.testing.assert_allclose(found, u * of_h + v * of_c, rtol=0, atol=1e-11 * size)


@pytest.mark.parametrize("kind", KINDS)
def test_gates_driven_beyond_the_floats_are_shut_or_open(kind):
    net = LSTM(np.zeros((4, 1)), np.array([[1e308], [1e308], [-1e308], [1e308]]), np.zeros(4), **kind)
    run = lstm_run(net, np.array([[1e308], [-1e308]]), c0=[3.0])
    largest = {"tanh": 1.0, "1997": 2.0}[kind["squash"]]
    wanted = [3.0, 3.0 - largest, 0.0 if kind["forget_gate"] else 3.0 - largest]
    assert run.C[:, 0].tolist() == wanted
    assert np.isfinite(lstm_jacobians(net, run)).all()


# --- random nets and PyTorch ---


@pytest.mark.parametrize("kind", KINDS)
def test_a_random_net_has_the_spread_and_the_biases_that_were_asked_for(kind):
    net = random_lstm(100, 400, 2.0, np.random.default_rng(0), forget_bias=3.0, **kind)
    assert (net.W.shape, net.U.shape) == ((400, 100), (400, 400))
    assert net.W.std() == pytest.approx(0.2, rel=0.02)  # of 40000 numbers: five standard errors
    assert net.U.std() == pytest.approx(0.05, rel=0.02)
    assert abs(net.W.mean()) < 0.005
    np.testing.assert_array_equal(net.b, np.repeat([0.0, 3.0, 0.0, 0.0], 100))
    assert net[3:] == tuple(kind.values())


def test_a_random_net_is_that_of_its_generator():
    one, same, other = (random_lstm(3, 2, 1.0, np.random.default_rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one.W, same.W)
    assert (one.W != other.W).all()


@pytest.mark.parametrize("seed", [0, 4, 8, 20])
def test_a_run_and_its_gradients_are_those_of_pytorch(seed):
    """Alone, in a batch of one and in batches of eight; each of PyTorch's two biases has half of ours."""
    torch = pytest.importorskip("torch")
    p = draw_problem(seed)
    assert p.kind == KINDS[0]
    W, U, b = (torch.tensor(rows) for rows in p.net[:3])
    X, c0, h0 = (torch.tensor(values) for values in (p.X, p.c0, p.h0))
    cell, layer = torch.nn.LSTMCell(U.shape[1], p.n).double(), torch.nn.LSTM(U.shape[1], p.n).double()
    with torch.no_grad():
        for module, last in ((cell, ""), (layer, "_l0")):
            for name, values in (("weight_hh", W), ("weight_ih", U), ("bias_hh", b / 2), ("bias_ih", b / 2)):
                getattr(module, name + last).copy_(values)
        h, c = h0, c0
        for k, x in enumerate(X):
            h, c = cell(x, (h, c))
            np.testing.assert_allclose(p.run.H[k + 1], h.numpy(), rtol=1e-10, atol=1e-12)
            np.testing.assert_allclose(p.run.C[k + 1], c.numpy(), rtol=1e-10, atol=1e-12)
    for start in (h0, c0):
        start.requires_grad_()
    H, (_, c_T) = layer(X, (h0[None], c0[None]))
    G_c = np.concatenate([np.zeros(p.G[1:].shape), p.G_c[-1:]])
    G = np.concatenate([np.zeros(p.G[:1].shape), p.G[1:]])
    ((torch.tensor(p.G[1:]) * H).sum() + (torch.tensor(p.G_c[-1]) * c_T[0]).sum()).backward()
    weights = layer.weight_hh_l0, layer.weight_ih_l0, layer.bias_hh_l0
    wanted = [*(rows.grad.numpy() for rows in weights), c0.grad.numpy(), h0.grad.numpy()]
    for ours, theirs in zip(lstm_backward(p.net, p.run, G, G_c), wanted, strict=True):
        assert relative_error(ours, theirs) < 1e-10


# --- what is refused ---

NET = LSTM(np.zeros((8, 2)), np.ones((8, 3)), np.zeros(8))
RUN = lstm_run(NET, np.zeros((4, 3)))
ONE = LSTM(np.zeros((4, 1)), np.ones((4, 3)), np.zeros(4))


def beyond_the_floats(gates):
    """A run in which these gates have inf - inf for their sum."""
    W = 1e200 * np.array(gates)[:, None]
    lstm_run(LSTM(W, -W, np.zeros(4)), [[1e200]], h0=[1e200])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lstm_run(tuple(NET), np.zeros((4, 3))), "net must be the record LSTM, got"),
        (lambda: lstm_run(NET._replace(W=np.zeros((6, 2))), np.zeros((4, 3))), r"W must be \(4n, n\), got \(6, 2\)"),
        (lambda: lstm_run(NET._replace(W=np.zeros((0, 0))), np.zeros((4, 3))), r"W must be \(4n, n\), got \(0, 0\)"),
        (lambda: lstm_run(NET._replace(W=np.zeros(8)), np.zeros((4, 3))), r"W must be \(4n, n\), got \(8,\)"),
        (lambda: lstm_run(NET._replace(W=np.full((8, 2), np.nan)), np.zeros((4, 3))), "W must not hold NaN"),
        (lambda: lstm_run(NET._replace(U=np.ones((2, 3))), np.zeros((4, 3))), r"U must be \(8, m\) .* got \(2, 3\)"),
        (lambda: lstm_run(NET._replace(b=np.ones(2)), np.zeros((4, 3))), r"b \(8,\), as W is, got .*\(2,\)"),
        (lambda: lstm_run(NET._replace(b=np.full(8, np.inf)), np.zeros((4, 3))), "b must be finite"),
        (
            lambda: lstm_run(NET._replace(squash="relu"), np.zeros((4, 3))),
            "squash must be one of tanh, 1997, got 'relu'",
        ),
        (
            lambda: lstm_run(NET._replace(forget_gate="no"), np.zeros((4, 3))),
            "forget_gate must be True or False, got 'no'",
        ),
        (lambda: lstm_run(NET, np.zeros((4, 2))), r"X must be \(T, 3\) or \(T, B, 3\), got \(4, 2\)"),
        (lambda: lstm_run(NET, np.zeros(3)), r"X must be \(T, 3\) or \(T, B, 3\), got \(3,\)"),
        (lambda: lstm_run(NET, [["a", "b", "c"]]), "X must hold real numbers"),
        (lambda: lstm_run(NET, np.zeros((4, 3)), c0=np.zeros(3)), r"c0 must be \(2,\), .*got \(3,\)"),
        (lambda: lstm_run(NET, np.zeros((4, 5, 3)), h0=np.zeros(2)), r"h0 must be \(5, 2\), .*got \(2,\)"),
        (lambda: beyond_the_floats([1.0, 0.0, 0.0, 0.0]), "the state must not overflow, got c .*nan"),
        (lambda: beyond_the_floats([0.0, 0.0, 0.0, 1.0]), r"the state must not overflow, got .*h .*nan"),
        (lambda: lstm_backward(NET, RUN, np.zeros((4, 2))), r"G must be \(5, 2\), as H is, got \(4, 2\)"),
        (lambda: lstm_backward(NET, RUN, np.zeros((5, 2)), [[0.0]]), r"G_c must be \(5, 2\), as H is, got \(1, 1\)"),
        (lambda: lstm_backward(NET, RUN, np.full((5, 2), np.nan)), "G must not hold NaN"),
        (lambda: lstm_backward(NET, RUN, np.zeros((5, 2)), np.full((5, 2), np.inf)), "G_c must be finite"),
        (lambda: lstm_backward(NET, RUN, np.full((5, 2), 1e308), np.full((5, 2), 1e308)), "gradient must not overflow"),
        (
            lambda: lstm_backward(NET, tuple(RUN), np.zeros((5, 2))),
            "run must be the record LSTMRun, got",
        ),
        (
            lambda: lstm_backward(ONE, RUN, np.zeros((5, 2))),
            "run must be the LSTMRun of this net of 1 states and 3 inputs",
        ),
        (
            lambda: lstm_backward(NET._replace(U=np.ones((8, 1))), RUN, np.zeros((5, 2))),
            "of 2 states and 1 inputs, got",
        ),
        (lambda: lstm_terms(ONE, RUN), "run must be the LSTMRun of this net of 1 states and 3 inputs"),
        (lambda: lstm_jacobians(ONE, RUN), "run must be the LSTMRun of this net of 1 states and 3 inputs"),
        (lambda: lstm_jacobians(NET, RUN.H), "run must be the record LSTMRun, got"),
        (
            lambda: lstm_jacobians(NET, RUN, ["readout"]),
            "each of paths must be one of carousel, .*output gate, got 'readout'",
        ),
        (lambda: lstm_jacobians(NET, RUN, "carousel"), "paths must be a list, got 'carousel'"),
        (lambda: rest_eigenvalue(np.inf), "w_g must be finite"),
        (lambda: rest_eigenvalue(1.0, np.nan), "forget_bias must not hold NaN"),
        (lambda: rest_eigenvalue(1.0, input_bias=np.inf), "input_bias must be finite"),
        (lambda: rest_eigenvalue(1.0, output_bias="0"), "output_bias must hold real numbers"),
        (lambda: random_lstm(0, 1, 1.0, np.random.default_rng(0)), "n must be at least 1, got 0"),
        (lambda: random_lstm(1, 1.0, 1.0, np.random.default_rng(0)), "m must be a whole number, got 1.0"),
        (lambda: random_lstm(1, 1, -1.0, np.random.default_rng(0)), "scale must be at least 0"),
        (lambda: random_lstm(1, 1, 1.0, 0), "rng must be a numpy Generator"),
        (lambda: random_lstm(1, 1, 1.0, np.random.default_rng(0), forget_bias=np.inf), "forget_bias must be finite"),
        (
            lambda: random_lstm(1, 1, 1.0, np.random.default_rng(0), forget_gate=None),
            "forget_gate must be True or False",
        ),
        (lambda: random_lstm(1, 1, 1.0, np.random.default_rng(0), squash="2000"), "squash must be one of"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
