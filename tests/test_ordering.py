import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.initial import gaussian
from helpers.maths.ordering import candidate_products, last_state
from tests.one_unit import PROPERTY


def a_net(seed, n, gain=1.2):
    rng = np.random.default_rng(seed)
    return gaussian(n, gain, rng), rng.uniform(-0.5, 0.5, n)


@pytest.mark.claim("C60", "C63", "C64")
@PROPERTY
@given(st.integers(0, 2**32), st.integers(2, 5), st.integers(2, 4))
def test_a_finite_difference_accepts_one_of_the_four_products(seed, n, n_steps):
    W, h0 = a_net(seed, n)
    measured = central_difference(lambda h: last_state(W, h, n_steps), h0)
    errors = [relative_error(product, measured) for product in candidate_products(W, h0, n_steps)]
    assert errors[0] < 1e-8
    assert min(errors[1:]) > 1e-5


@pytest.mark.claim("C64")
@PROPERTY
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 6))
def test_the_product_on_the_slide_is_the_transpose(seed, n, n_steps):
    products = candidate_products(*a_net(seed, n), n_steps)
    np.testing.assert_allclose(products.as_printed, products.newest_left.T, rtol=1e-12, atol=1e-14)


@PROPERTY
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_for_one_neuron_every_order_is_right(seed, n_steps):
    products = candidate_products(*a_net(seed, 1), n_steps)
    np.testing.assert_allclose(products, [products.newest_left] * 4, rtol=1e-12)


def test_with_one_step_the_order_in_time_is_free():
    products = candidate_products(*a_net(0, 4), 1)
    np.testing.assert_array_equal(products.newest_left, products.oldest_left)
    assert np.abs(products.newest_left - products.swapped).max() > 1e-3


def test_from_zero_all_slopes_are_one_and_the_product_is_a_power():
    W, _ = a_net(0, 4)
    products = candidate_products(W, np.zeros(4), 3)
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
    J = candidate_products(W, h0, 1).newest_left
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


@pytest.mark.parametrize(
    ("W", "h0", "n_steps", "message"),
    [
        ([[1.0, 2.0]], [1.0], 1, r"W must be \(n, n\), got \(1, 2\)"),
        ([[1.0]], [1.0], 0, "n_steps must be at least 1"),
        ([[np.nan]], [1.0], 1, "must not hold NaN"),
        ([[1.0]], [1.0, 2.0], 1, r"h0 must be \(1,\), as W is, got \(2,\)"),
    ],
)
def test_what_is_no_net_is_refused(W, h0, n_steps, message):
    with pytest.raises(ValueError, match=message):
        candidate_products(W, h0, n_steps)
