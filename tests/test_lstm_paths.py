"""An LSTM's gradient by path against automatic differentiation, with the other gates' dependence on h stopped."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import jacobian

from helpers.explorers.lstm import mystery_explorer
from helpers.maths.activations import sigmoid
from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.lstm import (
    N_MYSTERIES,
    N_STEPS,
    PATHS,
    VARIANTS,
    M,
    N,
    gradients,
    lstm_factors,
    lstm_jacobians,
    lstm_run,
    path_log10_norms,
    random_lstm,
    readout_log10,
    secret,
)
from tests.sweeping import drawn


def a_run(seed, n=4, n_steps=6, **kinds):
    rng = np.random.default_rng(seed)
    net = random_lstm(n, 2, 1.5, rng, forget_bias=0.5, **kinds)
    return net, lstm_run(net, rng.standard_normal((n_steps, 2)), rng.standard_normal(n), rng.standard_normal(n))


def last_cell(net, run, open_gates):
    """Return c_0 -> c_T, written anew: a gate that is not open sees the states h of the given run, as constants."""
    W_i, W_f, W_g, W_o = np.split(np.asarray(net.W), 4)
    a, s, r = (1.0, 1.0, 1.0) if net.squash == "tanh" else (2.0, 0.5, 0.5)

    def logistic(z):
        return 1 / (1 + anp.exp(-z))

    def function(c):
        h = run.H[0]
        for k in range(len(run.I)):
            b_i, b_f, b_g, b_o = np.split(net.U @ run.X[k] + net.b, 4)
            seen = {gate: h if gate in open_gates else run.H[k] for gate in "ifgo"}
            f = logistic(W_f @ seen["f"] + b_f) if net.forget_gate else 1.0
            g = a * anp.tanh(s * (W_g @ seen["g"] + b_g))
            c = f * c + logistic(W_i @ seen["i"] + b_i) * g
            h = logistic(W_o @ seen["o"] + b_o) * anp.tanh(r * c)
        return c

    return function


OPEN = dict(zip(VARIANTS, ("ifgo", "", "i", "f", "g", "o"), strict=True))


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
    W[2] = 398.0  # eigenvalue 100
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


@pytest.mark.parametrize("squash", ["tanh", "1997"])
def test_the_logarithm_of_the_readout_is_that_of_the_slope_and_goes_on_where_the_slope_has_no_digit(squash):
    net, run = a_run(0, squash=squash)
    np.testing.assert_allclose(10 ** readout_log10(net, run), lstm_factors(net, run).readout, rtol=1e-12)
    r = {"tanh": 1.0, "1997": 0.5}[squash]
    far = readout_log10(net, run._replace(C=run.C * 0 + 300.0))
    wanted = np.log10(4 * r * run.O) - 2 * r * 300.0 / np.log(10)  # 1/cosh^2 is 4 e^(-2x)
    np.testing.assert_allclose(far, wanted, rtol=1e-12)


NUMBERS = range(1, N_MYSTERIES + 1)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_secret_can_be_set_with_the_sliders_and_then_the_lines_lie_on_one_another(number):
    bias, scale = secret(number)
    explorer = mystery_explorer(number)
    assert (bias, scale) == (explorer.specs["forget_bias"].near(bias), explorer.specs["scale"].near(scale))
    explorer.update(forget_bias=bias, scale=scale)
    for name in ("whole", "carousel"):
        guess = drawn(explorer, f"log10_guess_{name}")
        np.testing.assert_array_equal(drawn(explorer, f"log10_{name}").get_ydata(), guess.get_ydata())


@pytest.mark.parametrize("number", NUMBERS)
def test_no_other_pair_of_a_grid_fits_as_well(number, thorough):
    """Of whole numbers, and of the halves next to the secret, or of all halves."""
    bias, scale = secret(number)
    own = np.array(gradients(number, bias, scale))

    def misfit(b, s):
        return np.abs(np.array(gradients(number, b, s)) - own).mean()

    grid = [(b, s) for b in np.arange(0, 5.1, 0.5) for s in np.arange(0.5, 5.1, 0.5)]
    some = [(b, s) for b, s in grid if b % 1 == s % 1 == 0 or max(abs(b - bias), abs(s - scale)) <= 0.5]
    others = [misfit(*pair) for pair in (grid if thorough else some)]
    assert misfit(bias, scale) == 0 < 0.01 < min(others)


def test_the_five_secrets_are_different():
    assert len({secret(number) for number in NUMBERS}) == N_MYSTERIES


def test_without_recurrent_weights_both_gradients_are_the_product_of_the_gates():
    whole, carousel = gradients(2, 1.5, 0.0)
    rng = np.random.default_rng([2010, 2])
    rng.standard_normal((4 * N, N))  # W comes first
    U = rng.standard_normal((4 * N, M)) / np.sqrt(M)
    X = rng.standard_normal((N_STEPS, M))
    f = sigmoid(X @ U[N : 2 * N].T + 1.5)
    products = np.concatenate([np.ones((1, N)), np.cumprod(f, axis=0)])
    wanted = np.log10(products.max(axis=1))
    np.testing.assert_allclose(whole, wanted, atol=1e-10)
    np.testing.assert_allclose(carousel, wanted, atol=1e-10)


def test_the_whole_gradient_is_the_upper_left_block_of_the_product_of_jacobians():
    rng = np.random.default_rng([2010, 3])
    net = random_lstm(N, M, 1.2, rng, 2.0)
    J = lstm_jacobians(net, lstm_run(net, rng.standard_normal((N_STEPS, M))))
    product = np.eye(2 * N)
    for k in range(30):
        product = J[k] @ product
    wanted = np.log10(np.linalg.norm(product[:N, :N], 2))
    assert gradients(3, 2.0, 1.2)[0][30] == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("number", [0, N_MYSTERIES + 1, 1.0, None])
def test_there_is_no_other_mystery(number):
    with pytest.raises(ValueError, match="number must be"):
        secret(number)
    with pytest.raises(ValueError, match="number must be"):
        gradients(number, 1.0, 1.0)
