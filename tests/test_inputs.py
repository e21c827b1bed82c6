import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.scalar import impulse, noise, standardise, step
from helpers.maths.tasks import ALPHABET, one_hot
from tests.at_random import PROPERTY, rng

LENGTH_AND_STEP = st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1)))


@PROPERTY
@given(LENGTH_AND_STEP, st.floats(-1e300, 1e300))
def test_an_impulse_is_its_size_once_and_zero_elsewhere(setting, size):
    n_steps, at = setting
    x = impulse(n_steps, at, size)
    assert x.shape == (n_steps,)
    assert x[at] == size
    assert not np.delete(x, at).any()


@PROPERTY
@given(LENGTH_AND_STEP, st.floats(-1e300, 1e300))
def test_a_step_is_zero_before_and_its_size_from_then_on(setting, size):
    n_steps, at = setting
    x = step(n_steps, at, size)
    assert x.shape == (n_steps,)
    assert not x[:at].any()
    assert (x[at:] == size).all()


def test_a_step_is_the_running_sum_of_an_impulse():
    np.testing.assert_array_equal(step(9, 4, -2.0), np.cumsum(impulse(9, 4, -2.0)))


def test_noise_has_mean_zero_and_the_standard_deviation_asked_for():
    x = noise(40_000, rng(), scale=3.0)
    assert abs(x.mean()) < 4 * 3 / 200  # four standard errors
    assert x.std() == pytest.approx(3, abs=4 * 3 / np.sqrt(2 * 40_000))


def test_noise_in_one_step_says_nothing_about_the_next():
    x = noise(40_000, rng(1))
    assert abs(np.mean(x[1:] * x[:-1])) < 4 / 200


@PROPERTY
@given(st.integers(0, 50), st.integers(0, 2**32), st.floats(0, 1e6))
def test_noise_comes_from_its_generator_alone(n_steps, seed, scale):
    x = noise(n_steps, rng(seed), scale)
    assert x.shape == (n_steps,)
    np.testing.assert_array_equal(x, noise(n_steps, rng(seed), scale))
    np.testing.assert_array_equal(x, scale * noise(n_steps, rng(seed)))


SERIES = st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=2, max_size=40).filter(
    lambda x: max(x) > min(x)
)


@PROPERTY
@given(SERIES)
def test_a_standardised_series_has_mean_zero_and_standard_deviation_one(series):
    x = standardise(series)
    assert x.mean() == pytest.approx(0, abs=1e-7)  # 1e6 with differences of 1e-3 leaves 7 digits
    assert x.std() == pytest.approx(1, abs=1e-7)


@PROPERTY
@given(SERIES)
def test_standardising_keeps_the_order_of_the_values(series):
    x = standardise(series)
    assert (np.diff(x[np.argsort(series, kind="stable")]) >= 0).all()


def test_standardising_works_where_squares_are_beyond_the_floats():
    np.testing.assert_allclose(standardise([1e200, 3e200]), [-1, 1], rtol=1e-12)
    np.testing.assert_allclose(standardise([1e-200, 3e-200]), [-1, 1], rtol=1e-12)


@pytest.mark.parametrize("make", [impulse, step])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 0), "n_steps must be at least 0, got -1"),
        ((3.0, 0), "n_steps must be a whole number, got 3.0"),
        ((True, 0), "n_steps must be a whole number, got True"),
        ((3, 3), "at must be from 0 to 2, got 3"),
        ((3, -1), "at must be from 0 to 2, got -1"),
        ((3, "1"), "at must be a whole number, got '1'"),
        ((3, 1, np.nan), "size must not hold NaN, got nan"),
        ((3, 1, np.inf), "size must be finite, got inf"),
        ((3, 1, None), "size must hold real numbers, got None"),
        ((3, 1, [1.0, 2.0]), "size must be one number"),
    ],
)
def test_a_bad_impulse_or_step_is_refused(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, rng()), "n_steps must be at least 0, got -1"),
        ((2.5, rng()), "n_steps must be a whole number, got 2.5"),
        ((3, 0), "rng must be a numpy Generator.*got 0"),
        ((3, rng(), -1.0), "scale must be at least 0.0, got -1.0"),
        ((3, rng(), np.inf), "scale must be finite, got inf"),
        ((3, rng(), "1"), "scale must hold real numbers, got '1'"),
    ],
)
def test_bad_noise_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        noise(*arguments)


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ([2.0, 2.0, 2.0], "series must not be constant"),
        ([2.0], "series must not be constant"),
        ([], r"series must have shape \(n_steps,\), got \(0,\)"),
        ([[1.0, 2.0]], r"series must have shape \(n_steps,\), got \(1, 2\)"),
        (3.0, r"series must have shape \(n_steps,\), got \(\)"),
        ([1.0, np.nan], "series must not hold NaN"),
        ([1.0, np.inf], "series must be finite"),
        (["a", "b"], "series must hold real numbers"),
        ([True, False], "series must hold real numbers"),
        (np.ma.array([1.0, 2.0, 1e6], mask=[0, 0, 1]), r"series must hold real numbers, got .* \(masked"),
    ],
)
def test_a_bad_series_is_refused(series, message):
    with pytest.raises(ValueError, match=message):
        standardise(series)


@PROPERTY
@given(st.text(ALPHABET, min_size=1, max_size=60))
def test_a_text_can_be_read_back_from_its_rows(text):
    X = one_hot(text)
    assert X.shape == (len(text), len(ALPHABET))
    assert set(np.unique(X)) <= {0.0, 1.0}
    assert (X.sum(axis=1) == 1).all()
    assert "".join(ALPHABET[place] for place in X.argmax(axis=1)) == text


def test_a_capital_counts_as_its_small_letter():
    np.testing.assert_array_equal(one_hot("Jane Had."), one_hot("jane had."))


def test_the_alphabet_may_be_another_one():
    assert one_hot("10", alphabet="01").tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert len(set(ALPHABET)) == len(ALPHABET) == 30


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("",), "text must have at least one character, got ''"),
        ((None,), "text must have at least one character, got None"),
        ((["a"],), r"text must have at least one character, got \['a'\]"),
        (("Jane?",), r"the alphabet .* does not have '\?', got 'Jane\?'"),
        (("a1b!1",), "the alphabet .* does not have '!', '1', got 'a1b!1'"),
        (("caf\u00e9",), "does not have '\u00e9', got"),
        (("a\n",), r"does not have '\\n', got"),
        (("abc", "ab"), "the alphabet 'ab', which does not have 'c', got 'abc'"),
        (("a", ""), "the alphabet '', which does not have 'a', got 'a'"),
        (("a", "aa"), "alphabet must be a text of different characters without capitals, got 'aa'"),
        (("a", ["a"]), r"alphabet must be a text of different characters without capitals, got \['a'\]"),
        (("a", "aB"), "alphabet must be a text of different characters.*got 'aB'"),
    ],
)
def test_a_bad_text_or_alphabet_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        one_hot(*arguments)
