"""Recurrent nets: runs, Jacobians, transports and gradients, against autograd, central differences and theory."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.activations import ACTIVATIONS
from helpers.maths.activations import activation as find_activation
from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.linear import gaussian, orthogonal, product_norms
from helpers.maths.rnn import (
    RNN,
    Run,
    bptt,
    candidate_products,
    run_alone,
    run_rnn,
    state_transition,
    step_jacobians,
    truncated_bptt,
)
from tests.at_random import PROPERTY, rng
from tests.recurrent_nets import IN_AUTOGRAD, N_NETS, SMOOTH, autograd_gradients, draw_problem, loss


@pytest.fixture(scope="module")
def problems():
    """N_NETS problems, each with what autograd says of it."""
    found = [draw_problem(seed) for seed in range(N_NETS)]
    for p in found:
        p.oracle = autograd_gradients(p)
    return found


def quiet_run(W, h0, T, activation="tanh"):
    """A net without bias and its run without input."""
    W = np.asarray(W, dtype=float)
    net = RNN(W, np.zeros((len(W), 1)), np.zeros(len(W)), activation)
    return net, run_rnn(net, h0, np.zeros((T, *np.shape(h0)[:-1], 1)))


def random_stack(T, n, seed=0):
    return rng(seed).standard_normal((T, n, n)) / np.sqrt(n)


# --- the random nets, against autograd and central differences ---


def test_the_random_nets_cover_what_they_are_meant_to(problems):
    assert {p.net.activation for p in problems} == set(IN_AUTOGRAD) == set(ACTIVATIONS)
    assert {p.h0.shape[:-1] for p in problems} == {(), (1,), (8,)}
    assert {p.n for p in problems} == set(range(1, 33))
    assert (min(p.T for p in problems), max(p.T for p in problems) > 35) == (1, True)


@pytest.mark.claim("C54", "C55", "C56: true", "C57")
def test_the_gradients_are_those_of_autograd_also_for_a_batch(problems):
    for p in problems:
        for ours, theirs in zip(bptt(p.net, p.run, p.G), p.oracle, strict=True):
            assert ours.shape == theirs.shape
            assert relative_error(ours, theirs) < 1e-12


@pytest.mark.claim("C54", "C55")
@pytest.mark.parametrize("seed", range(2 * len(SMOOTH)))
def test_the_gradients_are_central_differences_along_a_random_direction(seed):
    p = draw_problem(seed, activations=SMOOTH, longest=30)
    gradients = bptt(p.net, p.run, p.G)

    def loss_with(name):
        def of(value):
            net, h0 = (p.net, value) if name == "h0" else (p.net._replace(**{name: value}), p.h0)
            return loss(run_rnn(net, h0, p.X).H, p.targets)

        return of

    for name, gradient in gradients._asdict().items():
        at = p.h0 if name == "h0" else getattr(p.net, name)
        way, of = rng(seed).standard_normal(at.shape), loss_with(name)
        measured = central_difference(lambda s, at=at, way=way, of=of: of(at + s * way), 0.0)
        assert np.sum(gradient * way) == pytest.approx(measured, abs=1e-8 * np.sum(np.abs(gradient * way)))


@pytest.mark.claim("C53: an assumption")
def test_the_gradient_of_a_batch_is_the_sum_over_its_members(problems):
    batches = [p for p in problems if p.h0.shape[:-1] == (8,)]
    assert len(batches) > 15
    for p in batches:
        whole = bptt(p.net, p.run, p.G)
        members = [bptt(p.net, run_rnn(p.net, p.h0[i], p.X[:, i]), p.G[:, i]) for i in range(8)]
        for name in ("W", "U", "b"):
            assert relative_error(getattr(whole, name), sum(getattr(one, name) for one in members)) < 1e-12
        assert relative_error(whole.h0, np.array([one.h0 for one in members])) < 1e-12


@pytest.mark.claim("C54: true")
def test_the_gradient_of_a_sum_of_losses_is_the_sum_of_their_gradients():
    p = draw_problem(2)
    whole, T = bptt(p.net, p.run, p.G), p.T
    only = [np.where(np.arange(T + 1).reshape(-1, *(1,) * (p.G.ndim - 1)) == t, p.G, 0.0) for t in range(T + 1)]
    parts = [bptt(p.net, p.run, G) for G in only]
    for i, gradient in enumerate(whole):
        assert relative_error(gradient, sum(part[i] for part in parts)) < 1e-13


@pytest.mark.parametrize("z", [-1e-9, 0.0, 1e-9])
def test_at_the_kink_of_a_relu_the_gradient_is_that_from_the_left(z):
    net = RNN([[1.0]], [[0.0]], [0.0], "relu")
    run = run_rnn(net, [z], [[0.0]])
    assert bptt(net, run, [[0.0], [1.0]]).h0.tolist() == [1.0 if z > 0 else 0.0]


def test_backpropagation_leaves_the_run_and_the_rows_of_the_loss_as_they_were():
    p = draw_problem(2)
    before = [array.copy() for array in (*p.run, p.G)]
    bptt(p.net, p.run, p.G)
    truncated_bptt(p.net, p.run, p.G, 3)
    for array, copy in zip((*p.run, p.G), before, strict=True):
        np.testing.assert_array_equal(array, copy)


# --- the run ---


@pytest.mark.claim("C48: true", "C52: a definition", "C65")
def test_a_run_is_the_recursion_of_the_slides_written_out_entry_by_entry():
    r = rng(3)
    W, U, b, h, X = (r.standard_normal(shape) for shape in ((3, 3), (3, 2), 3, 3, (4, 2)))
    run = run_rnn(RNN(W, U, b, "tanh"), h, X)
    for k, x in enumerate(X):
        z = [sum(W[i, j] * h[j] for j in range(3)) + sum(U[i, j] * x[j] for j in range(2)) + b[i] for i in range(3)]
        h = np.tanh(z)
        np.testing.assert_allclose(run.Z[k], z, rtol=1e-13)
        np.testing.assert_allclose(run.H[k + 1], h, rtol=1e-13)
    assert (run.H.shape, run.Z.shape, run.X.shape) == ((5, 3), (4, 3), (4, 2))


def test_members_of_a_batch_run_as_they_would_alone():
    p = next(p for p in map(draw_problem, range(50)) if p.h0.ndim == 2 and len(p.h0) == 8)
    for i in range(8):
        alone = run_rnn(p.net, p.h0[i], p.X[:, i])
        np.testing.assert_allclose(p.run.H[:, i], alone.H, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(p.run.Z[:, i], alone.Z, rtol=1e-12, atol=1e-12)


def test_a_run_of_no_step_is_its_first_state_and_sends_back_what_its_loss_sends():
    net = RNN(np.eye(2), np.ones((2, 1)), np.zeros(2))
    run = run_rnn(net, [1.0, 2.0], np.zeros((0, 1)))
    assert run.H.tolist() == [[1.0, 2.0]]
    gradients = bptt(net, run, [[3.0, 4.0]])
    assert gradients.h0.tolist() == [3.0, 4.0]
    assert not gradients.W.any()
    assert product_norms(step_jacobians(net, run)).tolist() == [0.0]


# --- Jacobians and transports ---


@pytest.mark.claim("C62", "C63", "C66")
@pytest.mark.parametrize("seed", range(len(SMOOTH)))
def test_a_step_jacobian_is_the_derivative_of_the_next_state_by_the_present_one(seed):
    p = draw_problem(seed, activations=SMOOTH, longest=3)
    J = step_jacobians(p.net, p.run)
    assert J.shape == (*p.run.Z.shape, p.n)
    for k in np.ndindex(p.run.Z.shape[:-1]):
        x = p.X[k][None]
        measured = central_difference(lambda h, x=x, p=p: run_rnn(p.net, h, x).H[1], p.run.H[k])
        assert relative_error(J[k], measured) < 1e-8
        slope = find_activation(p.net.activation).slope(p.run.Z[k])
        np.testing.assert_allclose(J[k], np.diag(slope) @ p.net.W, rtol=1e-14)


@pytest.mark.claim("C59", "C60")
def test_a_transport_is_the_derivative_of_a_later_state_by_an_earlier_one():
    """Three steps of a net far from normal: the factors in another order give another matrix."""
    r = rng(5)
    net = RNN(1.3 * r.standard_normal((4, 4)), r.standard_normal((4, 2)), r.standard_normal(4), "tanh")
    X = r.standard_normal((5, 2))
    run = run_rnn(net, r.standard_normal(4), X)
    J = step_jacobians(net, run)
    for t in range(6):
        for k in range(t + 1):
            measured = central_difference(lambda h, t=t, k=k: run_rnn(net, h, X[k:t]).H[-1], run.H[k])
            np.testing.assert_allclose(state_transition(J, t, k), measured, rtol=1e-8, atol=1e-10)
    assert relative_error(J[1] @ J[2] @ J[3], state_transition(J, 4, 1)) > 0.1


@pytest.mark.claim("C64")
def test_the_product_as_the_slide_prints_it_is_the_transpose():
    p = draw_problem(SMOOTH.index("tanh"), activations=SMOOTH)
    single = run_rnn(p.net, np.ones(p.n), np.zeros((3, p.net.U.shape[1])))
    slide = reduce(np.matmul, [p.net.W.T @ np.diag(1 - np.tanh(z) ** 2) for z in single.Z])
    np.testing.assert_allclose(state_transition(step_jacobians(p.net, single), 3, 0), slide.T, rtol=1e-12, atol=1e-15)


@pytest.mark.claim("C59", "C60")
@pytest.mark.parametrize("seed", range(5))
def test_a_transport_is_that_to_a_step_between_and_then_that_from_it(seed):
    J = random_stack(9, 4, seed)
    for k in range(10):
        for i in range(k, 10):
            for t in range(i, 10):
                through = state_transition(J, t, i) @ state_transition(J, i, k)
                np.testing.assert_allclose(state_transition(J, t, k), through, rtol=1e-11, atol=1e-13)
        np.testing.assert_array_equal(state_transition(J, k, k), np.eye(4))


@pytest.mark.claim("C49", "C58", "C59")
@pytest.mark.parametrize("rho", [0.5, 0.9, 1.0, 1.1])
def test_a_linear_net_with_orthogonal_weights_transports_with_the_power_of_rho(rho):
    n, T = 6, 100
    net, run = quiet_run(orthogonal(n, rng(), rho), rng(1).standard_normal(n), T, "identity")
    J = step_jacobians(net, run)
    for lag in (0, 1, 10, 50, 100):
        exact = rho**lag
        assert np.linalg.norm(state_transition(J, T, T - lag), 2) == pytest.approx(exact, rel=1e-12)
    np.testing.assert_allclose(product_norms(J), np.arange(T + 1) * np.log10(rho), atol=1e-9)


@pytest.mark.claim("C49")
def test_a_relu_net_that_starts_from_the_identity_keeps_the_gradient_for_100_steps():
    net, run = quiet_run(np.eye(5), np.full(5, 0.1), 100, "relu")
    assert np.linalg.norm(state_transition(step_jacobians(net, run), 100, 0), 2) == 1.0
    G = np.zeros((101, 5))
    G[100] = [1.0, -2.0, 3.0, 0.0, 5.0]
    np.testing.assert_array_equal(bptt(net, run, G).h0, G[100])


# --- forward and backward through the same matrix ---


@pytest.mark.claim("C50")
def test_what_the_gradient_and_a_small_change_go_through_is_the_same_matrix(problems):
    """<g, P dh> = <g P, dh>: dh by two runs and by the tangent, g P by backpropagation."""
    smooth = [p for p in problems if p.net.activation in SMOOTH and p.h0.ndim == 1 and p.n > 1]
    assert len(smooth) > 15
    for p in smooth:
        J, r = step_jacobians(p.net, p.run), rng(p.n)
        g, v = r.standard_normal(p.n), r.standard_normal(p.n)
        G = np.zeros(p.run.H.shape)
        G[-1] = g
        back = bptt(p.net, p.run, G).h0
        ahead = reduce(lambda dh, step: step @ dh, J, v)
        size = np.linalg.norm(back) * np.linalg.norm(v) + np.linalg.norm(g) * np.linalg.norm(ahead)
        assert abs(g @ ahead - back @ v) <= 1e-12 * size
        measured = central_difference(lambda s, p=p, v=v: run_rnn(p.net, p.h0 + s * v, p.X).H[-1], 0.0)
        np.testing.assert_allclose(ahead, measured, rtol=1e-7, atol=1e-10 * (1 + np.abs(p.run.H[-1]).max()))


@pytest.mark.claim("C50")
@pytest.mark.parametrize("activation", [name for name, f in ACTIVATIONS.items() if np.isfinite(f.gamma)])
def test_two_runs_with_the_same_input_merge_at_least_as_fast_as_eta_to_the_power_of_t(activation):
    r, n, T, eta = rng(7), 16, 40, 0.8
    W = orthogonal(n, r, eta / ACTIVATIONS[activation].gamma)
    net = RNN(W, r.standard_normal((n, 2)), r.standard_normal(n), activation)
    X = r.standard_normal((T, 2))
    apart = run_rnn(net, r.standard_normal(n), X).H - run_rnn(net, r.standard_normal(n), X).H
    distance = np.linalg.norm(apart, axis=1)
    assert (distance <= eta ** np.arange(T + 1) * distance[0] * (1 + 1e-9) + 1e-13).all()


# --- truncated backpropagation ---


@pytest.mark.claim("C58")
def test_a_window_of_one_holds_every_earlier_state_for_given():
    """Only the immediate partial of the step of the loss is left: the gradient of T nets of one layer each."""
    p = draw_problem(2)
    gradients = truncated_bptt(p.net, p.run, p.G, window=1)
    a = p.G[1:] * ACTIVATIONS[p.net.activation].slope(p.run.Z)
    flat, H = a.reshape(-1, p.n), p.run.H[:-1].reshape(-1, p.n)
    assert relative_error(gradients.W, sum(np.outer(row, h) for row, h in zip(flat, H, strict=True))) < 1e-13
    assert relative_error(gradients.b, flat.sum(axis=0)) < 1e-13
    np.testing.assert_array_equal(gradients.h0, p.G[0])


@pytest.mark.claim("C58")
def test_a_window_longer_than_the_run_cuts_nothing_off(problems):
    for p in problems:
        for window in (p.T + 1, p.T + 2, 1000):
            for ours, whole in zip(truncated_bptt(p.net, p.run, p.G, window), bptt(p.net, p.run, p.G), strict=True):
                assert relative_error(ours, whole) < 1e-12


@pytest.mark.claim("C58")
def test_the_error_of_truncation_falls_with_the_window_at_least_as_fast_as_eta_to_its_power():
    """What is cut off at step k is at most sum over lags j >= K of eta^j |g|, and reaches b through slopes below 1."""
    n, T, eta, r = 32, 50, 0.806, rng(0)
    net = RNN(orthogonal(n, r, eta), r.standard_normal((n, 1)), np.zeros(n), "tanh")
    run = run_rnn(net, np.zeros(n), r.standard_normal((T, 1)))
    G = r.standard_normal((T + 1, n))
    whole, largest = bptt(net, run, G).b, np.linalg.norm(G, axis=1).max()
    errors = [np.linalg.norm(truncated_bptt(net, run, G, K).b - whole) for K in range(1, T + 1)]
    for K, error in enumerate(errors, start=1):
        assert error <= T * largest * eta**K / (1 - eta)
    assert errors[0] > 0.05 * np.linalg.norm(whole)
    assert errors[19] < 1e-4 * errors[0]


# --- what is refused ---

NET = RNN(np.eye(2), np.ones((2, 3)), np.zeros(2))
RUN = run_rnn(NET, np.zeros(2), np.zeros((4, 3)))
OTHER = run_rnn(RNN([[1.0]], [[1.0]], [0.0]), [0.0], [[0.0]])
STACK = np.ones((3, 2, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: run_rnn((np.eye(2),), [0.0, 0.0], [[0.0]]), "net must be the record RNN"),
        (lambda: run_rnn(NET._replace(W=np.ones((2, 3))), np.zeros(2), np.zeros((4, 3))), r"W must be \(n, n\), got"),
        (lambda: run_rnn(NET._replace(W=np.ones((0, 0))), np.zeros(2), np.zeros((4, 3))), r"W must be \(n, n\), got"),
        (lambda: run_rnn(NET._replace(W=[[np.nan]]), np.zeros(2), np.zeros((4, 3))), "W must not hold NaN"),
        (
            lambda: run_rnn(NET._replace(U=np.ones((3, 3))), np.zeros(2), np.zeros((4, 3))),
            r"U must be \(2, m\) .*\(3, 3",
        ),
        (lambda: run_rnn(NET._replace(U=np.ones(2)), np.zeros(2), np.zeros((4, 3))), r"U must be \(2, m\) .*\(2,\)"),
        (
            lambda: run_rnn(NET._replace(b=np.ones(3)), np.zeros(2), np.zeros((4, 3))),
            r"b \(2,\), as W is, got .*\(3,\)",
        ),
        (lambda: run_rnn(NET._replace(b=[0.0, np.inf]), np.zeros(2), np.zeros((4, 3))), "b must be finite"),
        (lambda: run_rnn(NET._replace(activation="tan"), np.zeros(2), np.zeros((4, 3))), "activation .*got 'tan'"),
        (lambda: run_rnn(NET, np.zeros(2), np.zeros((4, 2))), r"X must be \(T, 3\) or \(T, B, 3\), got \(4, 2\)"),
        (lambda: run_rnn(NET, np.zeros(2), np.zeros(3)), r"X must be \(T, 3\) or \(T, B, 3\), got \(3,\)"),
        (lambda: run_rnn(NET, np.zeros(2), [[np.nan] * 3]), "X must not hold NaN"),
        (lambda: run_rnn(NET, np.zeros(3), np.zeros((4, 3))), r"h0 must be \(2,\), .*got \(3,\)"),
        (lambda: run_rnn(NET, np.zeros(2), np.zeros((4, 5, 3))), r"h0 must be \(5, 2\), .*got \(2,\)"),
        (lambda: run_rnn(NET, np.zeros((5, 2)), np.zeros((4, 3))), r"h0 must be \(2,\), .*got \(5, 2\)"),
        (lambda: run_rnn(NET, ["a", "b"], np.zeros((4, 3))), "h0 must hold real numbers"),
        (
            lambda: quiet_run([[10.0]], [1.0], 400, "identity"),
            "the state must not overflow, got .* after 309",
        ),
        (lambda: quiet_run([[2.0]], [3.0], 30, "exp"), "the state must not overflow"),
        (lambda: quiet_run([[2.0, 0.0], [0.0, 0.0]], [3.0, 0.0], 30, "exp"), "the state must not overflow"),
        (
            lambda: run_rnn(RNN([[-1.0]], [[1e300]], [0.0], "relu"), [0.0], [[1e10], [0.0]]),
            "overflow, got .* after 1 steps",
        ),
        (lambda: step_jacobians(NET, OTHER), "run must be the Run of this net of 2 states and 3 inputs"),
        (lambda: step_jacobians(NET, RUN.H), "run must be the record Run, got"),
        (
            lambda: step_jacobians(NET, Run(RUN.H, RUN.Z[1:], RUN.X)),
            "run must be the Run of this net of 2 states and 3 inputs",
        ),
        (lambda: state_transition(STACK, 4, 0), "t must be from 0 to 3, got 4"),
        (lambda: state_transition(STACK, 1, 2), "k must be from 0 to 1, got 2"),
        (lambda: state_transition(STACK, 1, -1), "k must be from 0 to 1, got -1"),
        (lambda: state_transition(STACK, 1.0, 0), "t must be a whole number, got 1.0"),
        (lambda: state_transition(np.eye(2), 1, 0), r"J must be \(T, n, n\), got \(2, 2\)"),
        (lambda: bptt(NET, RUN, np.zeros((4, 2))), r"G must be \(5, 2\), as H is, got \(4, 2\)"),
        (lambda: bptt(NET, RUN, np.full((5, 2), np.nan)), "G must not hold NaN"),
        (lambda: bptt(NET, OTHER, np.zeros((5, 2))), "run must be the Run of this net of 2 states and 3 inputs"),
        (lambda: truncated_bptt(NET, RUN, np.zeros((5, 2)), 0), "window must be at least 1, got 0"),
        (lambda: truncated_bptt(NET, RUN, np.zeros((5, 2)), 2.0), "window must be a whole number, got 2.0"),
        (lambda: truncated_bptt(NET, RUN, np.zeros(5), 2), r"G must be \(5, 2\), as H is, got \(5,\)"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def a_net(seed, n, gain=1.2):
    rng = np.random.default_rng(seed)
    return gaussian(n, gain, rng), rng.uniform(-0.5, 0.5, n)


def last_state(W, h0, n_steps):
    return run_alone(W, h0, n_steps)[1].H[-1]


def products_of(W, h0, n_steps):
    return candidate_products(*run_alone(W, h0, n_steps))


@pytest.mark.claim("C60", "C63", "C64")
@PROPERTY
@given(st.integers(0, 2**32), st.integers(2, 5), st.integers(2, 4))
def test_a_finite_difference_accepts_one_of_the_four_products(seed, n, n_steps):
    W, h0 = a_net(seed, n)
    measured = central_difference(lambda h: last_state(W, h, n_steps), h0)
    errors = [relative_error(product, measured) for product in products_of(W, h0, n_steps)]
    assert errors[0] < 1e-8
    assert min(errors[1:]) > 1e-5


@pytest.mark.claim("C64")
@PROPERTY
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 6))
def test_the_product_on_the_slide_is_the_transpose(seed, n, n_steps):
    products = products_of(*a_net(seed, n), n_steps)
    np.testing.assert_allclose(products.as_printed, products.newest_left.T, rtol=1e-12, atol=1e-14)


@PROPERTY
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_for_one_neuron_every_order_is_right(seed, n_steps):
    products = products_of(*a_net(seed, 1), n_steps)
    np.testing.assert_allclose(products, [products.newest_left] * 4, rtol=1e-12)


def test_with_one_step_the_order_in_time_is_free():
    products = products_of(*a_net(0, 4), 1)
    np.testing.assert_array_equal(products.newest_left, products.oldest_left)
    assert np.abs(products.newest_left - products.swapped).max() > 1e-3


def test_from_zero_all_slopes_are_one_and_the_product_is_a_power():
    W, _ = a_net(0, 4)
    products = products_of(W, np.zeros(4), 3)
    for product in products[:3]:
        np.testing.assert_allclose(product, np.linalg.matrix_power(W, 3), rtol=1e-12)


@pytest.mark.claim("C62: true", "C63: true")
def test_entry_rho_j_of_the_jacobian_is_the_weight_from_j_to_rho_times_the_slope_of_rho():
    """In the slide's letters w[j, rho] is the weight from j to rho, so their matrix is our W transposed."""
    W, h0 = a_net(1, 3)
    w, slope = W.T, 1 - np.tanh(W @ h0) ** 2
    measured = central_difference(lambda h: np.tanh(W @ h), h0)
    for rho in range(3):
        for j in range(3):
            assert measured[rho, j] == pytest.approx(w[j, rho] * slope[rho], rel=1e-9)


@pytest.mark.claim("C61: a slip")
def test_the_last_row_of_the_jacobian_begins_with_the_derivative_by_the_first_neuron():
    W, h0 = a_net(2, 3)
    J = products_of(W, h0, 1).newest_left
    step = np.array([1e-6, 0.0, 0.0])
    by_first = (last_state(W, h0 + step, 1)[-1] - last_state(W, h0 - step, 1)[-1]) / 2e-6
    assert J[-1, 0] == pytest.approx(by_first, rel=1e-6)
    assert abs(J[-1, 0] - J[-1, -1]) > 0.1


@pytest.mark.claim("C65")
def test_what_a_neuron_receives_is_a_sum_over_the_other_index():
    W, h0 = a_net(3, 3)
    w = W.T
    received = np.arctanh(last_state(W, h0, 1))
    for i in range(3):
        assert received[i] == pytest.approx(sum(w[j, i] * h0[j] for j in range(3)), rel=1e-9)
    assert np.abs(received - np.diag(w) * h0).max() > 0.1  # what the slide says, read literally
