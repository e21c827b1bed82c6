"""The GRU in both variants, against automatic differentiation, central differences and theory."""

from functools import reduce
from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import jacobian, value_and_grad
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.gru import GRU, VARIANTS, gru_jacobians, gru_log10_norms, gru_run, random_gru
from helpers.maths.memory import gated_gradient, gated_memory
from helpers.maths.scalar import log10_transition
from tests.nets_one_by_one import gru_backward

N_NETS = 96  # one of each variant and each size, alone and as either batch
PARAMETERS = ("W", "U", "b", "b_h", "h0")


def a_step(parameters, variant, h, x):
    """One step as the papers write it, in autograd, sharing nothing with the module."""
    W, U, b, b_h = parameters
    n = len(b_h)
    (W_z, W_r, W_q), (U_z, U_r, U_q), (b_z, b_r, b_q) = ([v[i * n : (i + 1) * n] for i in range(3)] for v in (W, U, b))
    z = 1 / (1 + anp.exp(-(anp.dot(h, W_z.T) + anp.dot(x, U_z.T) + b_z)))
    r = 1 / (1 + anp.exp(-(anp.dot(h, W_r.T) + anp.dot(x, U_r.T) + b_r)))
    inside = anp.dot(r * h, W_q.T) if variant == "cho" else r * (anp.dot(h, W_q.T) + b_h)
    return z * h + (1 - z) * anp.tanh(inside + anp.dot(x, U_q.T) + b_q)


def oracle(parameters, variant, X, G):
    """The loss sum(G h)."""
    *parameters, h = parameters
    loss = anp.sum(G[0] * h)
    for x, g in zip(X, G[1:], strict=True):
        h = a_step(parameters, variant, h, x)
        loss = loss + anp.sum(g * h)
    return loss


def draw_problem(seed, longest=40):
    """A random net in either variant, alone or as a batch, its run and the rows of a random linear loss."""
    rng = np.random.default_rng(seed)
    n, m = 1 + seed // 6 % 16, int(rng.integers(1, 5))
    T = int(rng.integers(1, (longest if seed % 4 == 0 else 12) + 1))
    batch = ((), (1,), (8,))[seed % 3]
    net = random_gru(n, m, rng.uniform(0.3, 2.0), rng, variant=VARIANTS[seed % 2])
    net = net._replace(b=rng.standard_normal(3 * n), b_h=rng.standard_normal(n))
    X, h0, G = (rng.standard_normal(shape) for shape in ((T, *batch, m), (*batch, n), (T + 1, *batch, n)))
    return SimpleNamespace(net=net, run=gru_run(net, h0, X), h0=h0, X=X, G=G, rng=rng, n=n, T=T, batch=batch)


@pytest.fixture(scope="module")
def problems():
    """N_NETS problems, each with what autograd says of it."""
    found = [draw_problem(seed) for seed in range(N_NETS)]
    for p in found:
        p.loss, p.gradients = value_and_grad(oracle)((*p.net[:4], p.h0), p.net.variant, p.X, p.G)
    return found


def by_steps(J):
    """J_{T-1} ... J_0."""
    return reduce(lambda product, step: step @ product, J)


# --- against automatic differentiation and central differences ---


def test_the_random_nets_cover_what_they_are_meant_to(problems):
    assert {(p.net.variant, p.batch) for p in problems} == {(v, b) for v in VARIANTS for b in ((), (1,), (8,))}
    assert {p.n for p in problems} == set(range(1, 17))
    assert min(p.T for p in problems) == 1
    assert max(p.T for p in problems) > 30


def test_the_backward_pass_is_the_derivative_of_the_forward_pass(problems):
    for p in problems:
        assert np.sum(p.G * p.run.H) == pytest.approx(p.loss, rel=1e-11, abs=1e-11)
        for name, ours, theirs in zip(PARAMETERS, gru_backward(p.net, p.run, p.G), p.gradients, strict=True):
            assert ours.shape == theirs.shape
            assert relative_error(ours, theirs) < 1e-10, name


def test_a_step_jacobian_is_that_of_autograd(problems):
    for p in problems:
        J = gru_jacobians(p.net, p.run)
        assert J.shape == (p.T, *p.batch, p.n, p.n)
        k = tuple(p.rng.integers(p.run.Z.shape[:-1]))
        wanted = jacobian(lambda h, p=p, k=k: a_step(p.net[:4], p.net.variant, h, p.X[k]))(p.run.H[k])
        assert relative_error(J[k], wanted) < 1e-10


@pytest.mark.parametrize("seed", range(12))
def test_a_step_jacobian_is_the_derivative_of_the_next_state_by_central_differences(seed):
    p = draw_problem(seed)
    J = gru_jacobians(p.net, p.run)
    for k in list(np.ndindex(p.run.Z.shape[:-1]))[:5]:
        x = p.X[k][None]
        measured = central_difference(lambda h, x=x, p=p: gru_run(p.net, h, x).H[1], p.run.H[k])
        np.testing.assert_allclose(J[k], measured, rtol=0, atol=1e-10)


def test_the_products_of_the_step_jacobians_are_the_derivatives_of_all_states_by_the_first(problems):
    """Each row of the loss goes back through the product of the steps before it; their sum is dLoss/dh_0."""
    for p in problems:
        product, through_jacobians = np.eye(p.n), p.G[0]
        for J, g in zip(gru_jacobians(p.net, p.run), p.G[1:], strict=True):
            product = J @ product
            through_jacobians = through_jacobians + np.einsum("...i,...ij->...j", g, product)
        assert relative_error(through_jacobians, p.gradients[4]) < 1e-10


@pytest.mark.parametrize("seed", range(6))
def test_the_product_of_the_step_jacobians_is_the_total_derivative_by_central_differences(seed):
    p = draw_problem(seed, longest=12)
    alone = gru_run(p.net, p.h0.reshape(-1, p.n)[0], p.X.reshape(p.T, -1, p.X.shape[-1])[:, 0])
    measured = central_difference(lambda h: gru_run(p.net, h, alone.X).H[-1], alone.H[0])
    np.testing.assert_allclose(by_steps(gru_jacobians(p.net, alone)), measured, rtol=0, atol=1e-9)


def test_a_batch_is_its_members_one_by_one():
    for seed in (2, 5, 8, 11):
        p = draw_problem(seed)
        assert p.batch == (8,)
        whole, J = gru_backward(p.net, p.run, p.G), gru_jacobians(p.net, p.run)
        runs = [gru_run(p.net, p.h0[i], p.X[:, i]) for i in range(8)]
        alone = [gru_backward(p.net, run, p.G[:, i]) for i, run in enumerate(runs)]
        for i, run in enumerate(runs):
            np.testing.assert_allclose(p.run.H[:, i], run.H, rtol=0, atol=1e-13)
            np.testing.assert_allclose(J[:, i], gru_jacobians(p.net, run), rtol=0, atol=1e-12)
        for name in PARAMETERS[:4]:
            np.testing.assert_allclose(getattr(whole, name), sum(getattr(one, name) for one in alone), atol=1e-10)
        np.testing.assert_allclose(whole.h0, [one.h0 for one in alone], rtol=0, atol=1e-11)


def test_the_backward_pass_leaves_the_run_and_the_rows_of_the_loss_as_they_were():
    p = draw_problem(5)
    before = [array.copy() for array in (*p.run, p.G)]
    gru_backward(p.net, p.run, p.G)
    gru_jacobians(p.net, p.run)
    for array, copy in zip((*p.run, p.G), before, strict=True):
        np.testing.assert_array_equal(array, copy)


# --- theory ---


@pytest.mark.parametrize("variant", VARIANTS)
def test_where_nothing_recurs_the_transport_is_the_product_of_the_gates_that_retain(variant):
    """The carousel of a GRU: without W the gates read the input alone, and the state is a gated memory."""
    rng = np.random.default_rng(0)
    net = random_gru(4, 3, 0.0, rng, update_bias=2.0, variant=variant)
    run = gru_run(net, rng.standard_normal(4), rng.standard_normal((60, 3)))
    J = gru_jacobians(net, run)
    np.testing.assert_array_equal(J, run.Z[..., None] * np.eye(4))
    np.testing.assert_allclose(np.log10(np.diag(by_steps(J))), gated_gradient(run.Z)[-1], rtol=1e-12)
    np.testing.assert_allclose(run.H, gated_memory(run.Z, (1 - run.Z) * run.Q, run.H[0]), rtol=0, atol=1e-14)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_gate_that_retains_for_good_keeps_the_state_and_the_gradient(variant):
    rng = np.random.default_rng(1)
    net = random_gru(5, 2, 1.0, rng, update_bias=100.0, variant=variant)
    run = gru_run(net, rng.uniform(-1, 1, 5), rng.standard_normal((100, 2)))
    np.testing.assert_array_equal(run.Z, 1.0)
    np.testing.assert_array_equal(run.H, np.tile(run.H[0], (101, 1)))
    np.testing.assert_array_equal(by_steps(gru_jacobians(net, run)), np.eye(5))


def test_the_product_of_the_gates_is_no_bound_of_the_whole_gradient():
    """At rest both gates are 1/2 and J = I/2 + W_q/4, in both variants: w_q = 6 doubles it at each step."""
    for variant in VARIANTS:
        net = GRU([[0.0], [0.0], [6.0]], np.zeros((3, 1)), np.zeros(3), [0.0], variant)
        run = gru_run(net, [0.0], np.zeros((20, 1)))
        assert float(by_steps(gru_jacobians(net, run))[0, 0]) == 2.0**20
        assert log10_transition(run.Z)[-1, 0] == pytest.approx(-20 * np.log10(2))


def test_the_two_variants_are_one_where_the_reset_is_a_number_and_differ_where_it_is_not():
    """Equal r for all units commutes with the matrix; b_h is 0."""
    rng = np.random.default_rng(2)
    net = random_gru(4, 2, 1.0, rng)
    h0, X = rng.standard_normal(4), rng.standard_normal((10, 2))

    def apart(net):
        cho, cudnn = (gru_run(net._replace(variant=v), h0, X).H for v in VARIANTS)
        return np.abs(cho - cudnn).max()

    still = np.r_[np.ones(4), np.zeros(4), np.ones(4)][:, None]  # no row of r
    assert apart(net._replace(W=net.W * still, U=net.U * still)) < 1e-14
    assert apart(net) > 0.01


def test_one_unit_of_each_variant_by_hand():
    """z = sigmoid(ln 3) = 3/4, r = 1/2, h = 1, and q = tanh of 1/2 (2 * 1) + 0.1 or of 1/2 (2 * 1 + 0.4) + 0.1."""
    for variant, argument in (("cho", 1.1), ("cudnn", 1.3)):
        net = GRU([[0.0], [0.0], [2.0]], np.zeros((3, 1)), [np.log(3), 0.0, 0.1], [0.4], variant)
        run = gru_run(net, [1.0], [[0.0]])
        assert run.H[1, 0] == pytest.approx(0.75 + 0.25 * np.tanh(argument), rel=1e-15)


def test_the_bias_inside_the_reset_means_nothing_to_cho_and_is_its_own_to_cudnn():
    p = draw_problem(2)
    for variant in VARIANTS:
        net = p.net._replace(variant=variant)
        other = gru_run(net._replace(b_h=net.b_h + 1), p.h0, p.X).H
        run = gru_run(net, p.h0, p.X)
        unused = variant == "cho"
        assert np.array_equal(run.H, other) == unused
        assert (not gru_backward(net, run, p.G).b_h.any()) == unused


@pytest.mark.claim("C94: true of all functions, not of the nets that are used")
@given(seed=st.integers(0, 10**6), scale=st.floats(0, 50), size=st.floats(0, 1), variant=st.sampled_from(VARIANTS))
def test_a_gru_cannot_count_for_its_state_never_leaves_the_span_of_1_and_where_it_began(seed, scale, size, variant):
    rng = np.random.default_rng(seed)
    net = random_gru(3, 2, scale, rng, variant=variant)
    run = gru_run(net, size * rng.uniform(-1, 1, 3), scale * rng.standard_normal((30, 2)))
    assert np.abs(run.H).max() <= 1 + 1e-14


@pytest.mark.claim("C94")
def test_where_an_accumulator_counts_to_100_a_gru_stays_below_1():
    net = GRU(np.zeros((3, 1)), np.array([[0.0], [0.0], [1.0]]), [3.0, 0.0, 0.0], [0.0])
    counted = gated_memory(np.ones(100), np.ones(100))
    assert counted[-1] == 100
    assert gru_run(net, [0.0], np.ones((100, 1))).H.max() < 1


@given(seed=st.integers(0, 10**6), variant=st.sampled_from(VARIANTS))
def test_each_state_lies_between_the_last_one_and_the_candidate(seed, variant):
    rng = np.random.default_rng(seed)
    net = random_gru(4, 2, 2.0, rng, variant=variant)
    run = gru_run(net, 5 * rng.standard_normal(4), rng.standard_normal((10, 2)))
    low, high = np.minimum(run.H[:-1], run.Q), np.maximum(run.H[:-1], run.Q)
    assert ((low - 1e-14 <= run.H[1:]) & (run.H[1:] <= high + 1e-14)).all()


@given(seed=st.integers(0, 10**6), variant=st.sampled_from(VARIANTS))
def test_a_run_cut_in_two_is_the_run(seed, variant):
    rng = np.random.default_rng(seed)
    net = random_gru(3, 2, 1.5, rng, variant=variant)
    X = rng.standard_normal((9, 2))
    whole = gru_run(net, rng.standard_normal(3), X)
    cut = int(rng.integers(10))
    rest = gru_run(net, whole.H[cut], X[cut:])
    np.testing.assert_allclose(whole.H[cut:], rest.H, rtol=0, atol=1e-13)


def test_a_run_of_no_step_sends_back_what_its_loss_sends():
    net = random_gru(2, 1, 1.0, np.random.default_rng(0))
    run = gru_run(net, [0.5, -0.5], np.zeros((0, 1)))
    found = gru_backward(net, run, np.array([[3.0, 4.0]]))
    assert found.h0.tolist() == [3.0, 4.0]
    assert not any(gradient.any() for gradient in found[:4])
    assert gru_jacobians(net, run).shape == (0, 2, 2)


def test_a_random_net_has_the_spread_and_the_bias_that_were_asked_for():
    net = random_gru(100, 25, 3.0, np.random.default_rng(0), update_bias=2.0, variant="cudnn")
    # 30 000 and 7 500 normal numbers: three standard errors of their spread are 1.2 % and 2.4 %.
    assert net.W.std() * 10 / 3 == pytest.approx(1.0, rel=0.0123)
    assert net.U.std() * 5 == pytest.approx(1.0, rel=0.0245)
    assert net.b.tolist() == [2.0] * 100 + [0.0] * 200
    assert (net.b_h.tolist(), net.variant) == ([0.0] * 100, "cudnn")


# --- PyTorch ---


def test_a_run_and_its_gradients_are_those_of_pytorch_by_the_conversion():
    """PyTorch: rows in the order r, z, n; b is bias_ih, and bias_hh is 0 but for b_h in the last third."""
    torch = pytest.importorskip("torch")
    p = draw_problem(8)
    net, n = p.net._replace(variant="cudnn"), p.n
    run = gru_run(net, p.h0, p.X)
    order = np.r_[n : 2 * n, 0:n, 2 * n : 3 * n]
    cell = torch.nn.GRUCell(p.X.shape[-1], n).double()
    with torch.no_grad():
        for ours, theirs in ((net.W, cell.weight_hh), (net.U, cell.weight_ih), (net.b, cell.bias_ih)):
            theirs.copy_(torch.from_numpy(ours[order]))
        cell.bias_hh.copy_(torch.from_numpy(np.r_[np.zeros(2 * n), net.b_h]))
    h = h0 = torch.from_numpy(p.h0).requires_grad_()
    loss = (torch.from_numpy(p.G[0]) * h).sum()
    for k in range(p.T):
        h = cell(torch.from_numpy(p.X[k]), h)
        np.testing.assert_allclose(run.H[k + 1], h.detach().numpy(), rtol=0, atol=1e-13)
        loss = loss + (torch.from_numpy(p.G[k + 1]) * h).sum()
    loss.backward()
    found = gru_backward(net, run, p.G)
    for ours, theirs in ((found.W, cell.weight_hh), (found.U, cell.weight_ih), (found.b, cell.bias_ih)):
        assert relative_error(ours[order], theirs.grad.numpy()) < 1e-10
    assert relative_error(found.b_h, cell.bias_hh.grad.numpy()[2 * n :]) < 1e-10
    assert relative_error(found.h0, h0.grad.numpy()) < 1e-10


# --- what is refused ---

NET = GRU(np.zeros((6, 2)), np.zeros((6, 3)), np.zeros(6), np.zeros(2))
RUN = gru_run(NET, np.zeros(2), np.zeros((4, 3)))
OTHER = gru_run(GRU(np.zeros((3, 1)), np.zeros((3, 1)), np.zeros(3), [0.0]), [0.0], [[0.0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gru_run(tuple(NET), np.zeros(2), np.zeros((4, 3))), "net must be the record GRU"),
        (
            lambda: gru_run(NET._replace(variant="gru"), np.zeros(2), np.zeros((4, 3))),
            "variant must be one of cho, cud",
        ),
        (lambda: gru_run(NET._replace(W=np.zeros((5, 2))), np.zeros(2), np.zeros((4, 3))), r"W must be \(3n, n\)"),
        (lambda: gru_run(NET._replace(W=np.zeros(6)), np.zeros(2), np.zeros((4, 3))), r"W must be \(3n, n\)"),
        (lambda: gru_run(NET._replace(W=np.zeros((0, 0))), np.zeros(2), np.zeros((4, 3))), r"W must be \(3n, n\)"),
        (lambda: gru_run(NET._replace(U=np.zeros((2, 3))), np.zeros(2), np.zeros((4, 3))), r"U must be \(6, m\)"),
        (lambda: gru_run(NET._replace(U=np.zeros(6)), np.zeros(2), np.zeros((4, 3))), r"U must be \(6, m\)"),
        (lambda: gru_run(NET._replace(b=np.zeros(2)), np.zeros(2), np.zeros((4, 3))), r"b \(6,\), as W is, .*\(2,\)"),
        (
            lambda: gru_run(NET._replace(b_h=np.zeros(6)), np.zeros(2), np.zeros((4, 3))),
            r"b_h must be \(2,\), .*got \(6,\)",
        ),
        (lambda: gru_run(NET._replace(b_h=[0.0, np.nan]), np.zeros(2), np.zeros((4, 3))), "b_h must not hold NaN"),
        (lambda: gru_run(NET, np.zeros(2), np.zeros((4, 2))), r"X must be \(T, 3\) or \(T, B, 3\), got \(4, 2\)"),
        (lambda: gru_run(NET, np.zeros(2), np.zeros(3)), r"X must be \(T, 3\) or \(T, B, 3\), got \(3,\)"),
        (lambda: gru_run(NET, np.zeros(3), np.zeros((4, 3))), r"h0 must be \(2,\), .*got \(3,\)"),
        (lambda: gru_run(NET, np.zeros(2), np.zeros((4, 5, 3))), r"h0 must be \(5, 2\), .*got \(2,\)"),
        (lambda: gru_run(NET, [0.0, np.inf], np.zeros((4, 3))), "h0 must be finite"),
        (lambda: gru_jacobians(NET, RUN.H), "run must be the record GRURun, got"),
        (
            lambda: gru_jacobians(NET, RUN._replace(X=np.zeros((4, 1)))),
            "run must be the GRURun of this net of 2 states",
        ),
        (lambda: gru_jacobians(NET, OTHER), "run must be the GRURun of this net of 2 states and 3 inputs"),
        (lambda: random_gru(0, 1, 1.0, np.random.default_rng(0)), "n must be at least 1, got 0"),
        (lambda: random_gru(1, 0, 1.0, np.random.default_rng(0)), "m must be at least 1, got 0"),
        (lambda: random_gru(1, 1, -1.0, np.random.default_rng(0)), "scale must be at least 0"),
        (lambda: random_gru(1, 1, 1.0, 0), "rng must be a numpy Generator"),
        (lambda: random_gru(1, 1, 1.0, np.random.default_rng(0), np.inf), "update_bias must be finite"),
        (lambda: random_gru(1, 1, 1.0, np.random.default_rng(0), variant="gru"), "variant must be one of cho, cudnn"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("variant", ["cho", "cudnn"])
@pytest.mark.parametrize("scale", [0.0, 1.0, 8.0])
def test_the_norms_over_time_are_those_of_the_product_of_the_jacobians_and_of_the_gates(variant, scale):
    rng = np.random.default_rng(0)
    net = random_gru(5, 2, scale, rng, update_bias=0.5, variant=variant)
    run = gru_run(net, rng.standard_normal(5), rng.standard_normal((30, 2)))
    whole, carousel = gru_log10_norms(net, run)
    product = np.eye(5)
    for t in range(31):
        assert whole[t] == pytest.approx(np.log10(np.linalg.norm(product, 2)), abs=1e-9)
        assert carousel[t] == pytest.approx(np.log10(run.Z[:t].prod(axis=0).max()), abs=1e-9)
        product = gru_jacobians(net, run)[t] @ product if t < 30 else product


def test_the_norms_over_time_survive_underflow_and_refuse_a_batch():
    net = random_gru(3, 1, 0.0, np.random.default_rng(0), update_bias=-20.0)
    net = net._replace(U=np.zeros(net.U.shape))
    logs = gru_log10_norms(net, gru_run(net, np.zeros(3), np.zeros((200, 1))))
    wanted = -200 * np.log10(1 + np.exp(20.0))
    np.testing.assert_allclose(logs[:, -1], wanted, rtol=1e-9)
    with pytest.raises(ValueError, match="got a batch"):
        gru_log10_norms(net, gru_run(net, np.zeros((2, 3)), np.zeros((4, 2, 1))))
