"""Softmax, LayerNorm and the Jacobians of all activations, against theory and central differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.activations import ACTIVATIONS
from helpers.maths.gradcheck import central_difference, relative_error
from helpers.maths.vector_activations import (
    ACTIVATE,
    LAYERNORM_EPS,
    ROWS_TIMES_JACOBIAN,
    activation_jacobian,
    known_activation,
    layernorm,
    layernorm_jacobian,
    softmax,
    softmax_jacobian,
)
from tests.at_random import SEEDS

PROPERTY = settings(deadline=None, max_examples=100, derandomize=True)


def vectors(smallest=1, size=5.0):
    return st.lists(st.floats(-size, size), min_size=smallest, max_size=8).map(np.array)


# --- softmax ---


@PROPERTY
@given(vectors(size=800.0), st.floats(-100, 100))
def test_softmax_sums_to_one_and_does_not_see_a_shift(z, shift):
    p = softmax(z)
    assert p.sum() == pytest.approx(1.0, rel=1e-14)
    assert (p >= 0).all()
    np.testing.assert_allclose(softmax(z + shift), p, rtol=1e-12, atol=1e-300)


def test_softmax_of_logarithms_gives_the_numbers_back_as_parts_of_their_sum():
    np.testing.assert_allclose(softmax(np.log([1.0, 2.0, 5.0])), [0.125, 0.25, 0.625], rtol=1e-14)


def test_softmax_bears_the_largest_floats():
    assert softmax([1.7e308, -1.7e308]).tolist() == [1.0, 0.0]


@pytest.mark.claim("C24: true", "C25")
@PROPERTY
@given(vectors())
def test_the_softmax_jacobian_is_symmetric_with_rows_that_sum_to_zero_and_no_negative_eigenvalue(z):
    J = softmax_jacobian(z)
    np.testing.assert_array_equal(J, J.T)
    np.testing.assert_allclose(J @ np.ones(len(z)), 0.0, atol=1e-16)
    assert np.linalg.eigvalsh(J).min() > -1e-15
    np.testing.assert_allclose(J, central_difference(softmax, z), atol=1e-11)


@pytest.mark.claim("C25")
@PROPERTY
@given(vectors(size=50.0))
def test_the_norm_of_the_softmax_jacobian_is_at_most_one_half(z):
    assert np.linalg.norm(softmax_jacobian(z), 2) <= 0.5 + 1e-15
    assert np.linalg.norm(softmax_jacobian(z), np.inf) <= 0.5 + 1e-15


@pytest.mark.claim("C25", "C29")
@pytest.mark.parametrize("n", [2, 3, 10, 50])
def test_one_half_is_reached_where_two_units_share_all_the_weight_though_no_diagonal_is_above_a_quarter(n):
    J = softmax_jacobian([0.0, 0.0] + [-800.0] * (n - 2))
    assert np.linalg.norm(J, 2) == pytest.approx(0.5, abs=1e-12)
    assert np.diag(J).max() == pytest.approx(0.25, abs=1e-15)
    assert np.linalg.norm(softmax_jacobian([0.0, 0.1] + [-5.0] * (n - 2)), 2) < 0.4999


@pytest.mark.claim("C25")
@PROPERTY
@given(vectors(smallest=2), SEEDS)
def test_the_softmax_jacobian_measures_a_variance(z, seed):
    """v^T J v is the variance of v under p, which is at most (max - min)^2 / 4 (Popoviciu): hence the 1/2."""
    p, v = softmax(z), np.random.default_rng(seed).standard_normal(len(z))
    variance = (p * (v - p @ v) ** 2).sum()
    assert v @ softmax_jacobian(z) @ v == pytest.approx(variance, rel=1e-10)
    assert variance <= (v.max() - v.min()) ** 2 / 4 * (1 + 1e-12)


@pytest.mark.parametrize("gap", [1.0, 40.0, 100.0, 700.0])
def test_where_one_unit_has_all_the_weight_the_jacobian_keeps_its_digits(gap):
    """With two units it is p (1 - p) [[1, -1], [-1, 1]], and p (1 - p) = e^-gap / (1 + e^-gap)^2."""
    small = np.exp(-gap) / (1 + np.exp(-gap)) ** 2
    np.testing.assert_allclose(softmax_jacobian([gap, 0.0]), [[small, -small], [-small, small]], rtol=1e-13)
    rows = ROWS_TIMES_JACOBIAN["softmax"](np.eye(2), np.array([[gap, gap], [0.0, 0.0]]))
    np.testing.assert_allclose(rows, [[small, -small], [-small, small]], rtol=1e-13)


# --- LayerNorm ---


@PROPERTY
@given(vectors(smallest=2), st.floats(-100, 100), st.floats(0.1, 10))
def test_layernorm_has_mean_zero_and_mean_square_one_and_sees_neither_shift_nor_scale(z, shift, scale):
    if z.std() < 1e-3:
        return
    x = layernorm(z)
    assert x.mean() == pytest.approx(0.0, abs=1e-12)
    assert (x**2).mean() == pytest.approx(1.0, rel=1e-12)
    np.testing.assert_allclose(layernorm(scale * z + shift), x, atol=1e-9)


@pytest.mark.claim("C25", "C28")
@PROPERTY
@given(vectors(smallest=3), st.sampled_from([0.0, 1e-5, 0.3]))
def test_the_norm_of_the_layernorm_jacobian_is_exactly_one_over_s(z, eps):
    s = np.sqrt(z.var() + eps)
    if z.std() < 1e-3:
        return
    J = layernorm_jacobian(z, eps)
    assert np.linalg.norm(J, 2) == pytest.approx(1 / s, rel=1e-12)
    np.testing.assert_array_equal(J, J.T)
    np.testing.assert_allclose(J @ np.ones(len(z)), 0.0, atol=1e-14 / s)
    if eps == 0:
        np.testing.assert_allclose(J @ z, 0.0, atol=1e-13 * np.abs(z).max() / s)


@pytest.mark.claim("C24", "C25")
@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.3])
@pytest.mark.parametrize("n", [2, 3, 8])
def test_the_layernorm_jacobian_is_the_central_difference(n, eps):
    z = np.random.default_rng(n).standard_normal(n)
    measured = central_difference(lambda z: layernorm(z, eps), z)
    assert np.abs(layernorm_jacobian(z, eps) - measured).max() < 1e-9


@pytest.mark.claim("C28")
@pytest.mark.parametrize("s", [1.0, 1e-3, 1e-100, 1e-200, 1e200])
def test_layernorm_has_no_bound_as_its_units_draw_together(s):
    z = s * np.sqrt(1.5) * np.array([-1.0, 0.0, 1.0])
    assert np.linalg.norm(layernorm_jacobian(z), 2) * s == pytest.approx(1.0, rel=1e-12)
    np.testing.assert_allclose(layernorm(z), np.sqrt(1.5) * np.array([-1.0, 0.0, 1.0]), atol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_a_layer_of_equal_numbers_is_normalised_to_zeros_where_there_is_an_eps_and_refused_where_not(n):
    z = np.full(n, 0.1)
    assert layernorm(z, 1e-5).tolist() == [0.0] * n
    np.testing.assert_allclose(layernorm_jacobian(z, 1e-4), 100 * (np.eye(n) - 1 / n), atol=1e-12)
    with pytest.raises(ValueError, match="z must not be constant where eps = 0"):
        layernorm(z)
    with pytest.raises(ValueError, match="z must not be constant where eps = 0"):
        layernorm_jacobian(z)


@PROPERTY
@given(st.floats(-5, 5), st.floats(0.1, 5))
def test_layernorm_of_two_units_is_a_step_whose_derivative_is_zero(z, gap):
    np.testing.assert_allclose(layernorm([z, z + gap]), [-1.0, 1.0], rtol=1e-12)
    np.testing.assert_allclose(layernorm_jacobian([z, z + gap]), 0.0, atol=1e-14 / gap)


# --- any activation ---


@pytest.mark.claim("C24", "C26", "C27", "C66")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_elementwise_activation_has_a_diagonal_jacobian_with_its_slopes(name):
    z = np.array([-2.3, -0.4, 0.7, 1.9])
    J = activation_jacobian(name, z)
    np.testing.assert_array_equal(J, np.diag(np.diag(J)))
    np.testing.assert_allclose(J, central_difference(lambda z: ACTIVATE[name](z), z), atol=1e-9)


@PROPERTY
@given(st.sampled_from(list(ACTIVATE)), st.integers(1, 6), st.integers(1, 4), SEEDS)
def test_the_rows_are_those_times_the_jacobian_for_each_member_of_a_batch(name, n, B, seed):
    r = np.random.default_rng(seed)
    z, rows = r.standard_normal((n, B)), r.standard_normal((B, n))
    direct = np.stack([rows[i] @ activation_jacobian(name, z[:, i]) for i in range(B)])
    largest = max(np.abs(activation_jacobian(name, z[:, i])).max() for i in range(B))
    # LayerNorm of two units cancels to eps / s^3, of parts that are 1 / s large
    atol = 1e-12 * max(largest, 1.0 / min(z.std(axis=0).min() + LAYERNORM_EPS**0.5, 1.0))
    np.testing.assert_allclose(ROWS_TIMES_JACOBIAN[name](rows, z), direct, rtol=1e-12, atol=atol)


@pytest.mark.parametrize("name", ACTIVATE)
def test_a_batch_is_activated_column_by_column(name):
    z = np.random.default_rng(0).standard_normal((4, 3))
    np.testing.assert_allclose(ACTIVATE[name](z), np.stack([ACTIVATE[name](column) for column in z.T], axis=1))


def test_inside_a_net_layernorm_has_its_eps():
    z = np.array([1.0, 2.0, 4.0])
    np.testing.assert_array_equal(ACTIVATE["layernorm"](z), layernorm(z, LAYERNORM_EPS))
    np.testing.assert_array_equal(activation_jacobian("layernorm", z), layernorm_jacobian(z, LAYERNORM_EPS))
    assert relative_error(layernorm(z), ACTIVATE["layernorm"](z)) > 1e-7


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: softmax([np.nan]), "z must not hold NaN"),
        (lambda: softmax([np.inf, 0.0]), "z must be finite"),
        (lambda: softmax([]), r"z must be of shape \(n,\) or \(n, B\) with n, B >= 1, got \(0,\)"),
        (lambda: softmax(1.0), r"z must be of shape \(n,\) or \(n, B\) with n, B >= 1, got \(\)"),
        (lambda: softmax(np.ones((1, 1, 1))), r"got \(1, 1, 1\)"),
        (lambda: softmax_jacobian(np.ones((2, 2))), r"z must be one vector \(n,\) with n >= 1"),
        (lambda: softmax_jacobian("1"), "z must hold real numbers, got '1'"),
        (lambda: layernorm([1.0, 2.0], eps=-1.0), "eps must be at least 0.0, got -1.0"),
        (lambda: layernorm([1.0, 2.0], eps=np.nan), "eps must not hold NaN"),
        (lambda: layernorm([[1.0, 1.0], [1.0, 2.0]]), "z must not be constant where eps = 0"),
        (lambda: layernorm([-1.7e308, 1.7e308]), "z must be less than 1e308 apart"),
        (lambda: layernorm_jacobian(np.ones((2, 2))), r"z must be one vector \(n,\) with n >= 1"),
        (lambda: activation_jacobian("softmin", [1.0]), "activation must be one of .*got 'softmin'"),
        (lambda: activation_jacobian("tanh", [[1.0]]), r"z must be one vector \(n,\)"),
        (lambda: known_activation(3), "activation must be one of .*got 3"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
