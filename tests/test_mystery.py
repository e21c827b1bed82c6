"""The mysteries of notebook 10 can be solved."""

import numpy as np
import pytest

from helpers.explorers.lstm import mystery_explorer
from helpers.maths.activations import sigmoid
from helpers.maths.lstm import lstm_jacobians, lstm_run, random_lstm
from helpers.maths.mystery import N_MYSTERIES, N_STEPS, M, N, gradients, secret

NUMBERS = range(1, N_MYSTERIES + 1)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_secret_can_be_set_with_the_sliders_and_then_the_lines_lie_on_one_another(number):
    bias, scale = secret(number)
    explorer = mystery_explorer(number)
    explorer.update(forget_bias=bias, scale=scale)
    lines = {name: line.get_ydata() for name, line in explorer._scene.lines.items()}
    np.testing.assert_array_equal(lines["whole"], lines["guess whole"])
    np.testing.assert_array_equal(lines["carousel"], lines["guess carousel"])


@pytest.mark.parametrize("number", NUMBERS)
def test_no_other_pair_of_a_grid_of_halves_fits_as_well(number):
    bias, scale = secret(number)
    own = np.array(gradients(number, bias, scale))

    def misfit(b, s):
        return np.abs(np.array(gradients(number, b, s)) - own).mean()

    others = [misfit(b, s) for b in np.arange(0, 5.1, 0.5) for s in np.arange(0.5, 5.1, 0.5)]
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
