"""Losses with their gradients, against theory and central differences."""

from decimal import Context, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.activations import activation as find_activation
from helpers.maths.gradcheck import central_difference
from helpers.maths.vector_activations import cross_entropy, l2_loss, softmax, softmax_cross_entropy, softmax_jacobian
from tests.at_random import PROPERTY, SEEDS

SIZES = st.integers(1, 8)


def a_pair(n, seed):
    """A vector of numbers and a target that sums to 1."""
    r = np.random.default_rng(seed)
    return 2 * r.standard_normal(n), softmax(r.standard_normal(n))


@pytest.mark.claim("C12: a definition", "C43")
@PROPERTY
@given(SIZES, SEEDS)
def test_the_gradient_of_the_l2_loss_is_the_error(n, seed):
    y, d = a_pair(n, seed)
    np.testing.assert_array_equal(l2_loss(y, d).gradient, [y - d])
    assert l2_loss(y, d).value == pytest.approx(np.linalg.norm(y - d) ** 2 / 2, rel=1e-14)
    np.testing.assert_allclose(central_difference(lambda y: l2_loss(y, d).value, y), y - d, atol=1e-9)


@pytest.mark.claim("C43")
@PROPERTY
@given(SIZES, SEEDS)
def test_the_gradient_of_the_cross_entropy_is_the_target_over_the_output_with_a_minus(n, seed):
    z, d = a_pair(n, seed)
    y = softmax(z / 2)
    loss = cross_entropy(y, d)
    np.testing.assert_allclose(loss.gradient, [-d / y], rtol=1e-14)
    measured = central_difference(lambda y: cross_entropy(y, d).value, y, step=y.min() * 1e-3)
    np.testing.assert_allclose(loss.gradient[0], measured, rtol=1e-7)


@pytest.mark.claim("C43")
def test_the_gradient_of_the_cross_entropy_is_not_proportional_to_the_error():
    y, d = np.array([0.7, 0.2, 0.1]), np.array([0.0, 1.0, 0.0])
    g, error = cross_entropy(y, d).gradient[0], y - d
    assert g @ error / np.linalg.norm(g) / np.linalg.norm(error) < 0.8
    assert g[0] == 0 < error[0]


@pytest.mark.claim("C43")
@PROPERTY
@given(SIZES, SEEDS)
def test_with_respect_to_the_logits_it_is_the_error(n, seed):
    z, d = a_pair(n, seed)
    loss = softmax_cross_entropy(z, d)
    np.testing.assert_allclose(loss.gradient, [softmax(z) - d], atol=1e-12)
    np.testing.assert_allclose(cross_entropy(softmax(z), d).gradient @ softmax_jacobian(z), loss.gradient, atol=1e-12)
    np.testing.assert_allclose(
        central_difference(lambda z: softmax_cross_entropy(z, d).value, z), loss.gradient[0], atol=1e-9
    )
    assert loss.value == pytest.approx(cross_entropy(softmax(z), d).value, rel=1e-12)


@pytest.mark.claim("C43")
def test_a_sigmoid_that_is_wrong_and_sure_learns_from_cross_entropy_and_not_from_l2():
    """Target 1 at z = -10; two logits, the second 0, make of softmax the sigmoid."""
    y, slope = find_activation("sigmoid")(-10.0), find_activation("sigmoid").slope(-10.0)
    assert (l2_loss([y], [1.0]).gradient * slope).item() == pytest.approx(-4.5e-5, rel=0.01)
    assert softmax_cross_entropy([-10.0, 0.0], [1.0, 0.0]).gradient[0, 0] == pytest.approx(-0.99995, abs=1e-5)


def test_the_factor_two_goes_where_the_half_is_left_out():
    y, d = np.array([1.0, 4.0]), np.array([0.0, 2.0])
    twice = central_difference(lambda y: np.sum((y - d) ** 2), y)
    np.testing.assert_allclose(twice, 2 * l2_loss(y, d).gradient[0], rtol=1e-9)


@pytest.mark.parametrize("gap", [0.5, 20.0, 40.0, 100.0, 700.0])
def test_a_loss_that_is_almost_nothing_keeps_its_digits(gap):
    """-ln softmax([gap, 0, 0])_0 = ln(1 + 2 e^-gap), by decimals; its first term, 2 e^-gap, soon is all of it."""
    with localcontext(Context(prec=400)):
        wanted = float((1 + 2 * (-Decimal(gap)).exp()).ln())
    assert softmax_cross_entropy([gap, 0.0, 0.0], [1.0, 0.0, 0.0]).value == pytest.approx(wanted, rel=1e-13, abs=0.0)


@pytest.mark.parametrize("loss", [l2_loss, cross_entropy, softmax_cross_entropy])
def test_a_batch_has_a_value_and_a_row_for_each_column(loss):
    y = softmax(np.random.default_rng(0).standard_normal((4, 3)))
    d = softmax(np.random.default_rng(1).standard_normal((4, 3)))
    values, rows = loss(y, d)
    assert rows.shape == (3, 4)
    for i in range(3):
        value, row = loss(y[:, i], d[:, i])
        assert isinstance(value, float)
        assert values[i] == pytest.approx(value, rel=1e-14)
        np.testing.assert_allclose(rows[[i]], row, rtol=1e-14)


@PROPERTY
@given(SIZES, SEEDS)
def test_no_output_costs_less_than_the_target_itself(n, seed):
    z, d = a_pair(n, seed)
    least = cross_entropy(d, d).value
    assert softmax_cross_entropy(z, d).value >= least - 1e-12
    assert softmax_cross_entropy(np.log(d), d).value == pytest.approx(least, abs=1e-13)
    np.testing.assert_allclose(softmax_cross_entropy(np.log(d) + 5.0, d).gradient, 0.0, atol=1e-14)


def test_logits_of_any_size_have_a_finite_loss():
    loss = softmax_cross_entropy([0.0, 1e300, -1e300], [1.0, 0.0, 0.0])
    assert loss.value == 1e300
    assert loss.gradient.tolist() == [[-1.0, 1.0, 0.0]]


def test_an_output_of_zero_is_allowed_where_the_target_is_zero():
    loss = cross_entropy([0.0, 0.5, 0.5], [0.0, 1.0, 0.0])
    assert loss.value == pytest.approx(np.log(2.0), rel=1e-15)
    assert loss.gradient.tolist() == [[0.0, -2.0, 0.0]]


@pytest.mark.parametrize("loss", [l2_loss, cross_entropy, softmax_cross_entropy])
@pytest.mark.parametrize(
    ("y", "d", "message"),
    [
        ([0.5, 0.5], [1.0], r"d must have one shape, \(n,\) or \(n, B\), got \(2,\) and \(1,\)"),
        (0.5, 1.0, r"one shape, \(n,\) or \(n, B\), got \(\) and \(\)"),
        ([], [], r"one shape, \(n,\) or \(n, B\), got \(0,\) and \(0,\)"),
        (np.ones((1, 1, 1)), np.ones((1, 1, 1)), r"got \(1, 1, 1\) and \(1, 1, 1\)"),
        ([np.nan], [1.0], "must not hold NaN"),
        ([0.5], [np.inf], "d must be finite"),
        (["a"], [1.0], "must hold real numbers"),
    ],
)
def test_a_pair_that_does_not_fit_is_refused(loss, y, d, message):
    with pytest.raises(ValueError, match=message):
        loss(y, d)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cross_entropy([0.0, 1.0], [0.5, 0.5]), "y must be above 0 where d is"),
        (lambda: cross_entropy([-0.1, 1.1], [0.0, 1.0]), "y must be above 0 where d is"),
        (lambda: cross_entropy([0.5, 0.5], [-1.0, 2.0]), "d at least 0"),
        (lambda: cross_entropy([5e-324, 1.0], [1.0, 0.0]), "y must be above 0 where d is"),
        (lambda: softmax_cross_entropy([0.5, 0.5], [-1.0, 2.0]), r"d must be at least 0 and sum to 1, got array"),
        (lambda: softmax_cross_entropy([0.5, 0.5], [0.5, 0.6]), r"d must be at least 0 and sum to 1"),
        (lambda: softmax_cross_entropy(np.ones((2, 2)), np.eye(2) + 0.1), r"d must be at least 0 and sum to 1"),
    ],
)
def test_a_target_out_of_range_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("d", [[[0.5, -0.1], [0.5, 1.1]], [[0.5, 0.5], [0.5, 0.6]]])
def test_one_target_among_good_ones_that_is_no_distribution_is_refused(d):
    with pytest.raises(ValueError, match="d must be at least 0 and sum to 1"):
        softmax_cross_entropy(np.zeros((2, 2)), d)
