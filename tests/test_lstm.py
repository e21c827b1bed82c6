"""The LSTM against automatic differentiation: its run, its backward pass, for the cells of 1997, 2000 and today."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from helpers.maths.lstm import (
    LSTM,
    from_torch_order,
    lstm_backward,
    lstm_jacobians,
    lstm_run,
    random_lstm,
    rest_eigenvalue,
    to_torch_order,
)

KINDS = [{}, {"forget_gate": False}, {"squash": "1997"}, {"forget_gate": False, "squash": "1997"}]


def oracle(parameters, X, G, G_c, forget_gate, squash):
    """The loss sum(G h) + sum(G_c c), its forward pass written anew, gate by gate."""
    W, U, b, c, h = parameters
    n = W.shape[1]
    loss = anp.sum(G[0] * h) + anp.sum(G_c[0] * c)
    for k in range(len(X)):
        z = anp.dot(h, W.T) + anp.dot(X[k], U.T) + b
        i, f, o = (1 / (1 + anp.exp(-z[..., part * n : (part + 1) * n])) for part in range(3))
        last = z[..., 3 * n :]
        g = anp.tanh(last) if squash == "tanh" else 4 / (1 + anp.exp(-last)) - 2
        c = (f * c if forget_gate else c) + i * g
        h = o * (anp.tanh(c) if squash == "tanh" else 2 / (1 + anp.exp(-c)) - 1)
        loss = loss + anp.sum(G[k + 1] * h) + anp.sum(G_c[k + 1] * c)
    return loss


def a_setting(seed):
    rng = np.random.default_rng(seed)
    n, m, T = int(rng.integers(1, 17)), int(rng.integers(1, 5)), int(rng.integers(1, 51 if seed % 5 == 0 else 13))
    batch = ((), (1,), (8,))[seed % 3]
    net = random_lstm(n, m, rng.uniform(0.2, 1.5), rng, forget_bias=rng.uniform(-1, 2), **KINDS[seed % 4])
    net = net._replace(b=net.b + 0.3 * rng.standard_normal(4 * n))
    X, c0, h0 = (rng.standard_normal((*shape, width)) for shape, width in (((T, *batch), m), (batch, n), (batch, n)))
    G, G_c = rng.standard_normal((2, T + 1, *batch, n))
    return net, X, c0, h0, G, G_c


@pytest.mark.claim("C91")
@pytest.mark.parametrize("seed", range(200))
def test_the_backward_pass_is_the_derivative_of_the_forward_pass(seed):
    net, X, c0, h0, G, G_c = a_setting(seed)
    run = lstm_run(net, X, c0, h0)
    parameters = (net.W, net.U, net.b, c0, h0)
    loss = oracle(parameters, X, G, G_c, net.forget_gate, net.squash)
    assert np.sum(G * run.H) + np.sum(G_c * run.C) == pytest.approx(loss, rel=1e-10, abs=1e-9)
    wanted = grad(oracle)(parameters, X, G, G_c, net.forget_gate, net.squash)
    for name, got, right in zip(["W", "U", "b", "c0", "h0"], lstm_backward(net, run, G, G_c), wanted, strict=True):
        np.testing.assert_allclose(got, right, rtol=1e-10, atol=1e-10 * np.abs(right).max() + 1e-13, err_msg=name)


def test_the_forget_rows_of_the_cell_of_1997_have_no_gradient():
    net, X, c0, h0, G, G_c = a_setting(1)
    net = net._replace(forget_gate=False)
    n = net.W.shape[1]
    found = lstm_backward(net, lstm_run(net, X, c0, h0), G, G_c)
    for rows in found[:3]:
        assert not rows[n : 2 * n].any()


@pytest.mark.claim("C92", "C93")
def test_the_cell_of_1997_adds_and_that_of_2000_leaks():
    net, X, c0, h0, *_ = a_setting(4)
    run = lstm_run(net, X, c0, h0)
    np.testing.assert_allclose(np.diff(run.C, axis=0), (run.F - 1) * run.C[:-1] + run.I * run.Gs, atol=1e-12)
    run = lstm_run(net._replace(forget_gate=False), X, c0, h0)
    np.testing.assert_allclose(np.diff(run.C, axis=0), run.I * run.Gs, atol=1e-12)


@pytest.mark.claim("C91")
@pytest.mark.parametrize(("w_g", "forget_bias", "eigenvalue"), [(-1, np.inf, 0.75), (1, np.inf, 1.25), (2, 0, 1.0)])
def test_the_eigenvalue_at_rest_is_f_plus_i_o_w_g(w_g, forget_bias, eigenvalue):
    assert rest_eigenvalue(w_g, forget_bias) == pytest.approx(eigenvalue, abs=1e-12)
    W = np.array([[0.0], [0.0], [0.0], [w_g]])
    b = np.array([0.0, 0.0 if np.isinf(forget_bias) else forget_bias, 0.0, 0.0])
    net = LSTM(W, np.zeros((4, 1)), b, forget_gate=not np.isinf(forget_bias))
    J = lstm_jacobians(net, lstm_run(net, np.zeros((1, 1))))[0]
    assert np.sort(np.abs(np.linalg.eigvals(J))) == pytest.approx([0.0, eigenvalue], abs=1e-12)


@pytest.mark.claim("C91")
def test_the_threshold_at_forget_bias_one_is_below_that_at_zero():
    f = 1 / (1 + np.exp(-1))
    assert rest_eigenvalue(4 * (1 - f), 1.0) == pytest.approx(1.0, abs=1e-12)
    assert 4 * (1 - f) == pytest.approx(1.0757657, abs=1e-6)


@pytest.mark.claim("C91")
def test_without_a_forget_gate_the_whole_gradient_may_vanish():
    """claims.md: 4.276e-13 after 100 steps with w_g = -1, though the carousel keeps everything."""
    W = np.array([[0.0], [0.0], [0.0], [-1.0]])
    net = LSTM(W, np.zeros((4, 1)), np.zeros(4), forget_gate=False)
    product = np.eye(2)
    for J in lstm_jacobians(net, lstm_run(net, np.zeros((100, 1)))):
        product = J @ product
    assert product[0, 0] == pytest.approx(4.276e-13, rel=1e-3)


def test_the_orders_of_the_gates_lead_back_to_one_another():
    rows = np.arange(24.0).reshape(8, 3)
    np.testing.assert_array_equal(from_torch_order(to_torch_order(rows)), rows)
    assert to_torch_order(["i", "i", "f", "f", "o", "o", "g", "g"]).tolist() == ["i", "i", "f", "f", "g", "g", "o", "o"]


def test_a_run_is_that_of_pytorch_by_the_conversion():
    torch = pytest.importorskip("torch")
    net, X, c0, h0, *_ = a_setting(8)
    net = net._replace(forget_gate=True, squash="tanh")
    n = net.W.shape[1]
    cell = torch.nn.LSTMCell(X.shape[-1], n).double()
    with torch.no_grad():
        for own, theirs in ((net.W, cell.weight_hh), (net.U, cell.weight_ih), (net.b, cell.bias_hh)):
            theirs.copy_(torch.from_numpy(to_torch_order(own)))
        cell.bias_ih.zero_()
        h, c = torch.from_numpy(h0.reshape(-1, n)), torch.from_numpy(c0.reshape(-1, n))
        for x in X:
            h, c = cell(torch.from_numpy(x.reshape(-1, X.shape[-1])), (h, c))
    np.testing.assert_allclose(lstm_run(net, X, c0, h0).H[-1].reshape(-1, n), h.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W": np.zeros((3, 1))}, r"W must be \(4n, n\)"),
        ({"U": np.zeros((3, 1))}, r"U must be \(4, m\)"),
        ({"b": np.zeros(3)}, r"U must be \(4, m\) and b \(4,\)"),
        ({"squash": "relu"}, "squash must be one of"),
        ({"W": np.full((4, 1), np.nan)}, "W must not hold NaN"),
    ],
)
def test_what_is_no_lstm_is_refused(change, message):
    net = LSTM(np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4))._replace(**change)
    with pytest.raises(ValueError, match=message):
        lstm_run(net, np.zeros((2, 1)))


def test_inputs_rows_and_paths_of_other_shapes_are_refused():
    net = LSTM(np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4))
    run = lstm_run(net, np.zeros((2, 1)))
    with pytest.raises(ValueError, match=r"X must be \(T, 1\)"):
        lstm_run(net, np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"c0 must be \(1,\)"):
        lstm_run(net, np.zeros((2, 1)), c0=[1.0, 2.0])
    with pytest.raises(ValueError, match=r"G must be of the shape of run\.H"):
        lstm_backward(net, run, np.zeros((2, 1)))
    with pytest.raises(ValueError, match="path must be one of carousel"):
        lstm_jacobians(net, run, ["readout"])
    with pytest.raises(ValueError, match="rows must be 4n"):
        to_torch_order(np.zeros(3))
