import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.gradcheck import central_difference, relative_error
from tests.at_random import PROPERTY, SEEDS, rng

SIZES = st.integers(1, 5)
NUMBERS = st.floats(-1e150, 1e150)


@PROPERTY
@given(SIZES, SIZES, SEEDS)
def test_the_derivative_of_a_linear_map_is_its_matrix(m, n, seed):
    A, x = rng(seed).standard_normal((m, n)), rng(seed + 1).standard_normal(n)
    np.testing.assert_allclose(central_difference(lambda x: A @ x, x), A, atol=1e-10)


@PROPERTY
@given(st.floats(-3, 3))
def test_the_derivative_of_sin_is_cos(x):
    assert central_difference(np.sin, x) == pytest.approx(np.cos(x), abs=1e-10)


@pytest.mark.parametrize(
    ("f", "x", "shape"),
    [
        (np.sin, 1.0, ()),
        (np.sum, [1.0, 2.0], (2,)),
        (lambda x: np.array([x, x, x]), 1.0, (3,)),
        (lambda x: np.outer(x, x)[:, :1].ravel()[:1], [1.0, 2.0], (1, 2)),
        (lambda x: x.T, np.ones((2, 3)), (3, 2, 2, 3)),
        (np.sum, np.empty(0), (0,)),
    ],
)
def test_the_shape_is_that_of_y_then_that_of_x(f, x, shape):
    assert np.shape(central_difference(f, x)) == shape


def test_the_error_falls_with_the_fourth_power_of_the_step():
    errors = [abs(central_difference(np.exp, 1.0, step=s) - np.e) for s in (0.2, 0.1)]
    assert errors[0] / errors[1] == pytest.approx(16, rel=0.05)


def test_a_polynomial_of_degree_four_is_differentiated_exactly():
    assert central_difference(lambda x: x**4, 1.5, step=0.5) == pytest.approx(4 * 1.5**3, rel=1e-13)


def test_the_function_may_write_on_its_argument():
    def f(x):
        x *= 2
        return x

    x = np.ones(2)
    np.testing.assert_allclose(central_difference(f, x), 2 * np.eye(2), atol=1e-10)
    assert x.tolist() == [1.0, 1.0]


@PROPERTY
@given(NUMBERS, NUMBERS)
def test_the_relative_error_is_symmetric_and_between_zero_and_two(a, b):
    error = relative_error(a, b)
    assert error == relative_error(b, a)
    assert 0 <= error <= 2
    assert (error == 0) == (a == b)


@PROPERTY
@given(st.lists(st.floats(-10, 10), min_size=1, max_size=5), st.floats(1e-3, 1e3))
def test_the_relative_error_does_not_see_the_unit(a, unit):
    a = np.array(a)
    b = a + 1.0
    assert relative_error(unit * a, unit * b) == pytest.approx(relative_error(a, b), rel=1e-9)


def test_the_relative_error_of_zero_and_zero_is_zero():
    assert relative_error([0.0, 0.0], [0.0, 0.0]) == 0.0


def test_the_relative_error_is_not_lost_where_squares_are_beyond_the_floats():
    assert relative_error([1e200], [2e200]) == pytest.approx(0.5, rel=1e-12)
    assert relative_error([1e-200], [2e-200]) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("f", "x", "step", "message"),
    [
        (np.sin, np.nan, None, "x must not hold NaN, got nan"),
        (np.sin, "1", None, "x must hold real numbers, got '1'"),
        (np.sin, None, None, "x must hold real numbers, got None"),
        (np.sin, 1.0, 0.0, "step must be above 0.0, got 0.0"),
        (np.sin, 1.0, [0.1], "step must be one number"),
        (lambda x: x > 0, 1.0, None, r"f\(x\) must hold real numbers"),
        (lambda x: np.nan, 1.0, None, r"f\(x\) must not hold NaN"),
        (lambda x: np.ones(1 if x < 1 else 2), 1.0, None, "f must return one shape"),
    ],
)
def test_a_bad_central_difference_is_refused(f, x, step, message):
    with pytest.raises(ValueError, match=message):
        central_difference(f, x, step)


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1.0], [1.0, 2.0], r"a and b must have one shape, got \(1,\) and \(2,\)"),
        (np.inf, 1.0, "a must be finite, got inf"),
        (1.0, np.nan, "b must not hold NaN, got nan"),
        (1.0, "1", "b must hold real numbers, got '1'"),
    ],
)
def test_a_bad_relative_error_is_refused(a, b, message):
    with pytest.raises(ValueError, match=message):
        relative_error(a, b)
