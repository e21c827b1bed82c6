import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.optimisers import clip_by_norm

PROPERTY = settings(deadline=None, max_examples=50, derandomize=True)
GRADIENTS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6)


# --- clipping ---


@PROPERTY
@given(GRADIENTS, st.floats(1e-3, 1e6))
def test_clipping_leaves_the_shorter_of_the_norm_and_the_threshold_and_keeps_the_direction(gradient, max_norm):
    g = np.array(gradient)
    clipped = clip_by_norm(g, max_norm)
    norm = np.linalg.norm(g)
    assert np.linalg.norm(clipped) == pytest.approx(min(norm, max_norm), rel=1e-12)
    # Below 1e-300 a float has fewer digits than the tolerance asks for.
    np.testing.assert_allclose(clipped * norm, g * np.linalg.norm(clipped), rtol=1e-9, atol=1e-300)


def test_a_gradient_within_the_threshold_is_returned_bit_for_bit():
    g = np.array([[0.3, -0.1], [0.7, 0.0]])
    assert (clip_by_norm(g, 1.0) == g).all()


def test_a_gradient_beyond_the_threshold_is_shortened_to_it():
    np.testing.assert_allclose(clip_by_norm([3e5, -4e5], 1.0), [0.6, -0.8], rtol=1e-14)


def test_the_norm_is_that_of_all_entries_together():
    np.testing.assert_allclose(clip_by_norm(np.ones((2, 2)), 1.0), 0.5 * np.ones((2, 2)))


@pytest.mark.parametrize("size", [1e200, 1e308, 1e-200])
def test_clipping_works_where_squares_are_beyond_the_floats(size):
    np.testing.assert_allclose(
        clip_by_norm([size, -size], size / 2), np.array([1, -1]) * size / 2 / np.sqrt(2), rtol=1e-12
    )


def test_a_zero_gradient_stays_zero():
    assert clip_by_norm([0.0, 0.0], 1.0).tolist() == [0.0, 0.0]
    assert clip_by_norm(0.0, 1.0) == 0


def test_the_callers_gradient_is_not_written_on():
    g = np.array([30.0, 40.0])
    clip_by_norm(g, 5.0)
    assert g.tolist() == [30.0, 40.0]


def test_gradients_along_an_axis_are_clipped_each_for_itself():
    gradients = np.array([[30.0, 0.3], [40.0, 0.4]])
    np.testing.assert_allclose(clip_by_norm(gradients, 5.0, axis=0), [[3.0, 0.3], [4.0, 0.4]], rtol=1e-15)


# --- bad input ---


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clip_by_norm([1.0, np.nan], 1.0), "gradient must not hold NaN"),
        (lambda: clip_by_norm([1.0, np.inf], 1.0), "gradient must be finite"),
        (lambda: clip_by_norm("g", 1.0), "gradient must hold real numbers, got 'g'"),
        (lambda: clip_by_norm([True], 1.0), "gradient must hold real numbers"),
        (lambda: clip_by_norm([1.0], 0.0), "max_norm must be above 0.0, got 0.0"),
        (lambda: clip_by_norm([1.0], -1), "max_norm must be above 0.0, got -1"),
        (lambda: clip_by_norm([1.0], 1.0, axis=1), "axis must be one of the 1 of the gradient, got 1"),
        (lambda: clip_by_norm([1.0], None), "max_norm must hold real numbers, got None"),
    ],
)
def test_a_bad_clipping_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
