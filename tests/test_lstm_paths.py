"""An LSTM's gradient by path against automatic differentiation, with the other gates' dependence on h stopped."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import jacobian

from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.lstm import PATHS, lstm_factors, lstm_jacobians, lstm_run, random_lstm
from helpers.maths.lstm_paths import VARIANTS, log10_norm_of_gates, path_log10_norms, readout_log10


def a_run(seed, n=4, n_steps=6, **kinds):
    rng = np.random.default_rng(seed)
    net = random_lstm(n, 2, 1.5, rng, forget_bias=0.5, **kinds)
    return net, lstm_run(net, rng.standard_normal((n_steps, 2)), rng.standard_normal(n), rng.standard_normal(n))


def last_cell(net, run, open_gates):
    """Return c_0 -> c_T, written anew: a gate that is not open sees the states h of the given run, as constants."""
    W_i, W_f, W_o, W_g = np.split(np.asarray(net.W), 4)
    a, s, r = (1.0, 1.0, 1.0) if net.squash == "tanh" else (2.0, 0.5, 0.5)

    def logistic(z):
        return 1 / (1 + anp.exp(-z))

    def function(c):
        h = run.H[0]
        for k in range(len(run.I)):
            b_i, b_f, b_o, b_g = np.split(net.U @ run.X[k] + net.b, 4)
            seen = {gate: h if gate in open_gates else run.H[k] for gate in "ifog"}
            f = logistic(W_f @ seen["f"] + b_f) if net.forget_gate else 1.0
            g = a * anp.tanh(s * (W_g @ seen["g"] + b_g))
            c = f * c + logistic(W_i @ seen["i"] + b_i) * g
            h = logistic(W_o @ seen["o"] + b_o) * anp.tanh(r * c)
        return c

    return function


OPEN = dict(zip(VARIANTS, ("ifog", "", "i", "f", "g", "o"), strict=True))


@pytest.mark.claim("C91")
@pytest.mark.parametrize("kinds", [{}, {"forget_gate": False}, {"squash": "1997"}])
@pytest.mark.parametrize("seed", range(5))
def test_each_variant_is_the_derivative_with_the_other_gates_held(seed, kinds):
    net, run = a_run(seed, **kinds)
    logs = path_log10_norms(net, run)
    for row, variant in enumerate(VARIANTS):
        dc = jacobian(last_cell(net, run, OPEN[variant]))(run.C[0])
        assert logs[row, -1] == pytest.approx(np.log10(np.linalg.norm(dc, 2)), abs=1e-10), variant


@pytest.mark.parametrize("seed", range(5))
def test_the_variants_are_products_of_the_jacobians_with_those_paths(seed):
    net, run = a_run(seed)
    logs = path_log10_norms(net, run)
    for row, paths in enumerate([PATHS, PATHS[:1], *[("carousel", path) for path in PATHS[1:]]]):
        product = np.eye(8)
        for J in lstm_jacobians(net, run, paths):
            product = J @ product
        assert logs[row, -1] == pytest.approx(np.log10(np.linalg.norm(product[:4, :4], 2)), abs=1e-10)


@pytest.mark.claim("C91")
def test_the_carousel_alone_is_the_product_of_the_forget_gates_and_one_without_them():
    net, run = a_run(0)
    gates = np.prod(run.F, axis=0)
    assert path_log10_norms(net, run)[1, -1] == pytest.approx(np.log10(gates.max()), abs=1e-12)
    net, run = a_run(0, forget_gate=False)
    assert (path_log10_norms(net, run)[1] == 0).all()  # the norm of I


def test_some_variants_are_the_same_rows_as_among_all_and_an_unknown_one_is_refused():
    net, run = a_run(1)
    every = path_log10_norms(net, run)
    for some in (("carousel",), ("whole", "carousel"), ("output gate", "cell input", "whole"), VARIANTS[::-1]):
        np.testing.assert_array_equal(path_log10_norms(net, run, some), every[[VARIANTS.index(name) for name in some]])
    with pytest.raises(ValueError, match="each of variants must be one of whole, carousel"):
        path_log10_norms(net, run, ("hole",))


def test_without_recurrent_weights_every_path_is_the_carousel():
    rng = np.random.default_rng(0)
    net = random_lstm(3, 1, 0.0, rng, forget_bias=1.0)
    logs = path_log10_norms(net, lstm_run(net, rng.standard_normal((20, 1))))
    np.testing.assert_allclose(logs, np.tile(logs[1], (6, 1)), atol=1e-12)


def test_what_leaves_the_floats_keeps_its_logarithm():
    """At rest the larger eigenvalue is f + i o w_g = 1/2 + w_g/4."""
    net = random_lstm(1, 1, 0.0, np.random.default_rng(0))
    W = np.zeros((4, 1))
    W[3] = 398.0  # eigenvalue 100
    run = lstm_run(net._replace(W=W, U=np.zeros((4, 1))), np.zeros((400, 1)))
    logs = path_log10_norms(net._replace(W=W), run)
    assert logs[0, 400] - logs[0, 399] == pytest.approx(2.0, abs=1e-6)
    assert logs[0, 400] > 790
    assert logs[1, 400] == pytest.approx(400 * np.log10(0.5), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_state_jacobian_is_that_of_central_differences(seed):
    net, run = a_run(seed, n_steps=1)

    def step(state):
        after = lstm_run(net, run.X, state[:4], state[4:])
        return np.concatenate([after.C[1], after.H[1]])

    measured = central_difference(step, np.concatenate([run.C[0], run.H[0]]))
    assert relative_error(lstm_jacobians(net, run)[0], measured) < 1e-9


def test_a_batch_is_refused():
    rng = np.random.default_rng(0)
    net = random_lstm(2, 1, 1.0, rng)
    with pytest.raises(ValueError, match="got a batch"):
        path_log10_norms(net, lstm_run(net, rng.standard_normal((3, 2, 1))))


def test_the_norm_of_products_of_gates_survives_underflow_and_a_gate_that_is_shut():
    F = np.full((500, 3), 1e-3)
    F[200:, 0] = 0.0
    logs = log10_norm_of_gates(F)
    np.testing.assert_allclose(logs, -3.0 * np.arange(501), rtol=1e-12)
    assert log10_norm_of_gates(np.zeros((2, 3))).tolist() == [0.0, -np.inf, -np.inf]


@pytest.mark.parametrize("F", [[0.5], [[-0.5]], [[np.nan]]])
def test_what_cannot_be_gates_is_refused(F):
    with pytest.raises(ValueError, match="F must"):
        log10_norm_of_gates(F)


@pytest.mark.parametrize("squash", ["tanh", "1997"])
def test_the_logarithm_of_the_readout_is_that_of_the_slope_and_goes_on_where_the_slope_has_no_digit(squash):
    net, run = a_run(0, squash=squash)
    np.testing.assert_allclose(10 ** readout_log10(net, run), lstm_factors(net, run).readout, rtol=1e-12)
    r = {"tanh": 1.0, "1997": 0.5}[squash]
    far = readout_log10(net, run._replace(C=run.C * 0 + 300.0))
    wanted = np.log10(4 * r * run.O) - 2 * r * 300.0 / np.log(10)  # 1/cosh^2 is 4 e^(-2x)
    np.testing.assert_allclose(far, wanted, rtol=1e-12)
