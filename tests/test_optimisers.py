"""Steps along a gradient: clipping, Adam and momentum, against their papers, closed forms and PyTorch."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.descent import OPTIMISERS, Moments, adam, clip_by_norm, momentum, no_moments
from tests.at_random import PROPERTY

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


# --- Adam and momentum ---


def descend(optimiser, theta, gradient_of, n_updates, learning_rate, **kept):
    """Theta after each update."""
    theta, moments, path = np.asarray(theta, dtype=float), no_moments(theta), []
    for _ in range(n_updates):
        theta, moments = optimiser(theta, gradient_of(theta), moments, learning_rate, **kept)
        path.append(theta)
    return np.array(path)


def adam_of_the_paper(theta, gradients, alpha, beta_1, beta_2, epsilon):
    """Kingma & Ba 2015, Algorithm 1, line by line and number by number."""
    theta, m, v = list(theta), [0.0] * len(theta), [0.0] * len(theta)
    for t, g in enumerate(gradients, start=1):
        for i in range(len(theta)):
            m[i] = beta_1 * m[i] + (1 - beta_1) * g[i]
            v[i] = beta_2 * v[i] + (1 - beta_2) * g[i] ** 2
            m_hat = m[i] / (1 - beta_1**t)
            v_hat = v[i] / (1 - beta_2**t)
            theta[i] -= alpha * m_hat / (math.sqrt(v_hat) + epsilon)
    return theta


def momentum_of_the_paper(theta, gradients, epsilon, mu):
    """Sutskever et al. 2013, equations (1) and (2): v <- mu v - epsilon g, theta <- theta + v."""
    theta, v = list(theta), [0.0] * len(theta)
    for g in gradients:
        for i in range(len(theta)):
            v[i] = mu * v[i] - epsilon * g[i]
            theta[i] += v[i]
    return theta


def follow(optimiser, theta, gradients, **kept):
    given = iter(gradients)
    return descend(optimiser, theta, lambda _: next(given), len(gradients), **kept)[-1]


@pytest.mark.parametrize("seed", range(8))
def test_adam_is_that_of_the_paper(seed):
    r = np.random.default_rng(seed)
    theta, gradients = r.standard_normal(5), 10.0 ** r.uniform(-4, 2, (30, 5)) * r.standard_normal((30, 5))
    alpha, beta_1, beta_2, epsilon = 10 ** r.uniform(-3, 0), r.uniform(0, 1), r.uniform(0, 1), 10 ** r.uniform(-8, -2)
    wanted = adam_of_the_paper(theta, gradients, alpha, beta_1, beta_2, epsilon)
    kept = {"learning_rate": alpha, "beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}
    np.testing.assert_allclose(follow(adam, theta, gradients, **kept), wanted, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_momentum_is_that_of_the_paper(seed):
    r = np.random.default_rng(seed)
    theta, gradients = r.standard_normal(5), r.standard_normal((30, 5))
    epsilon, mu = 10 ** r.uniform(-3, 0), r.uniform(0, 1)
    wanted = momentum_of_the_paper(theta, gradients, epsilon, mu)
    found = follow(momentum, theta, gradients, learning_rate=epsilon, beta=mu)
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-12)


def test_what_is_not_chosen_is_as_the_papers_suggest():
    """0.9, 0.999 and 1e-8 for Adam; 0.9, the usual, for momentum."""
    theta, gradients = np.zeros(3), np.random.default_rng(1).standard_normal((9, 3))
    wanted = adam_of_the_paper(theta, gradients, 0.1, 0.9, 0.999, 1e-8)
    np.testing.assert_allclose(follow(adam, theta, gradients, learning_rate=0.1), wanted, rtol=1e-12)
    wanted = momentum_of_the_paper(theta, gradients, 0.1, 0.9)
    np.testing.assert_allclose(follow(momentum, theta, gradients, learning_rate=0.1), wanted, rtol=1e-12)


@PROPERTY
@given(st.lists(st.floats(1e-3, 1e6) | st.floats(-1e6, -1e-3), min_size=1, max_size=6), st.floats(1e-4, 10))
def test_the_first_step_of_adam_is_the_learning_rate_against_the_sign_of_the_gradient(gradient, learning_rate):
    """Up to epsilon / |g|, here at most 1e-5."""
    theta, _ = adam(np.zeros(len(gradient)), gradient, no_moments(np.zeros(len(gradient))), learning_rate)
    np.testing.assert_allclose(theta, -learning_rate * np.sign(gradient), rtol=2e-5)


def test_a_constant_gradient_moves_adam_by_one_and_the_same_step_for_ever():
    """Both means, corrected, are then g and g^2: -k learning_rate g / (|g| + epsilon) after k updates."""
    g = np.array([3.0, -1e-4, 0.0])
    path = descend(adam, np.zeros(3), lambda _: g, 50, 0.1, epsilon=1e-4)
    np.testing.assert_allclose(path, -0.1 * np.arange(1, 51)[:, None] * g / (np.abs(g) + 1e-4), rtol=1e-10)


@PROPERTY
@given(st.integers(0, 10**6), st.floats(1e-6, 1e6))
def test_the_unit_of_the_loss_does_not_count_for_adam(seed, unit):
    """But for epsilon, which is taken away here."""
    gradients = np.random.default_rng(seed).uniform(0.1, 1, (12, 2))
    kept = {"learning_rate": 0.1, "epsilon": 1e-200}
    ours, theirs = (follow(adam, [0.0, 0.0], scale * gradients, **kept) for scale in (1.0, unit))
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)


@PROPERTY
@given(st.floats(0.1, 3), st.floats(0, 0.99), st.floats(0.01, 1))
def test_momentum_on_a_parabola_is_a_power_of_a_matrix(curvature, beta, learning_rate):
    """For the loss a theta^2 / 2: (theta, m) -> (theta - learning_rate m', m') with m' = beta m + a theta."""
    matrix = np.array([[1 - learning_rate * curvature, -learning_rate * beta], [curvature, beta]])
    path = descend(momentum, [1.0], lambda theta: curvature * theta, 25, learning_rate, beta=beta)
    wanted = [np.linalg.matrix_power(matrix, k)[0, 0] for k in range(1, 26)]
    np.testing.assert_allclose(path[:, 0], wanted, rtol=1e-9, atol=1e-11)


def test_without_memory_momentum_is_plain_descent_and_adam_the_descent_of_signs():
    path = descend(momentum, [1.0], lambda theta: 0.5 * theta, 20, 0.2, beta=0.0)
    np.testing.assert_allclose(path[:, 0], 0.9 ** np.arange(1, 21), rtol=1e-13)
    path = descend(adam, [2.0, -3.0], lambda theta: 4.0 * theta, 5, 0.25, beta_1=0.0, beta_2=0.0)
    np.testing.assert_allclose(path[:, 0], 2.0 - 0.25 * np.arange(1, 6), rtol=1e-8)
    np.testing.assert_allclose(path[:, 1], -3.0 + 0.25 * np.arange(1, 6), rtol=1e-8)


@pytest.mark.parametrize("optimiser", OPTIMISERS.values())
def test_the_bottom_of_a_valley_is_found(optimiser):
    """1 : 25; momentum is not driven beyond 2 (1 + beta) / learning_rate, where it would diverge."""
    path = descend(optimiser, [1.0, -1.0], lambda theta: np.array([1.0, 25.0]) * theta, 600, 0.02)
    assert np.abs(path[-1]).max() < 1e-3


@pytest.mark.parametrize("optimiser", OPTIMISERS.values())
def test_each_number_is_updated_as_if_it_were_alone(optimiser):
    gradients = np.random.default_rng(3).standard_normal((6, 2, 3))
    whole = follow(optimiser, np.zeros((2, 3)), gradients, learning_rate=0.1)
    for i, j in np.ndindex(2, 3):
        assert follow(optimiser, [0.0], gradients[:, i, j, None], learning_rate=0.1)[0] == whole[i, j]


@pytest.mark.parametrize("optimiser", OPTIMISERS.values())
def test_an_update_is_counted_and_leaves_its_arguments_as_they_were(optimiser):
    theta, g = np.ones(2), np.array([1.0, -2.0])
    moments = Moments(np.array([0.5, 0.5]), np.array([2.0, 2.0]), 6)
    _, after = optimiser(theta, g, moments, 0.1)
    assert (theta.tolist(), g.tolist()) == ([1.0, 1.0], [1.0, -2.0])
    assert (moments.first.tolist(), moments.second.tolist(), moments.n_updates) == ([0.5, 0.5], [2.0, 2.0], 6)
    assert after.n_updates == 7


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_path_is_that_of_pytorch(name):
    torch = pytest.importorskip("torch")
    r = np.random.default_rng(7)
    start, gradients = r.standard_normal(4), r.standard_normal((20, 4))
    theta = torch.tensor(start)
    theirs = {"adam": lambda: torch.optim.Adam([theta], 0.05), "momentum": lambda: torch.optim.SGD([theta], 0.05, 0.9)}
    optimiser = theirs[name]()
    for g in gradients:
        theta.grad = torch.tensor(g)
        optimiser.step()
    np.testing.assert_allclose(
        follow(OPTIMISERS[name], start, gradients, learning_rate=0.05), theta.numpy(), rtol=1e-10
    )


# --- bad input ---

AT = np.zeros(2)
START = no_moments(AT)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clip_by_norm([1.0, np.nan], 1.0), "gradient must not hold NaN"),
        (lambda: clip_by_norm([1.0, np.inf], 1.0), "gradient must be finite"),
        (lambda: clip_by_norm("g", 1.0), "gradient must hold real numbers, got 'g'"),
        (lambda: clip_by_norm([True], 1.0), "gradient must hold real numbers"),
        (lambda: clip_by_norm([1.0], 0.0), "max_norm must be above 0.0, got 0.0"),
        (lambda: clip_by_norm([1.0], -1), "max_norm must be above 0.0, got -1"),
        (lambda: clip_by_norm([1.0], 1.0, axis=1), "axis must be one of the 1 axes, got 1"),
        (lambda: clip_by_norm([1.0], None), "max_norm must hold real numbers, got None"),
    ],
)
def test_a_bad_clipping_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("update", OPTIMISERS.values())
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.0, np.nan], AT, START, 0.1), "theta must not hold NaN"),
        ((AT, [0.0, np.inf], START, 0.1), "gradient must be finite"),
        ((AT, "g", START, 0.1), "gradient must hold real numbers, got 'g'"),
        ((AT, AT, START, 0.0), "learning_rate must be above 0.0, got 0.0"),
        ((AT, AT, START, np.inf), "learning_rate must be finite"),
        ((AT, AT, START, [0.1, 0.1]), "learning_rate must be one number"),
        ((AT, [0.0], START, 0.1), r"must be of one shape, got \(2,\), \(1,\) and \(2,\)"),
        ((np.zeros((2, 1)), np.zeros((2, 1)), START, 0.1), r"of one shape, got \(2, 1\), \(2, 1\) and \(2,\)"),
        ((AT, AT, tuple(START), 0.1), "moments must be Moments, got"),
    ],
)
def test_a_bad_update_is_refused(update, arguments, message):
    with pytest.raises(ValueError, match=message):
        update(*arguments)


@pytest.mark.parametrize(("update", "name"), [(adam, "beta_1"), (adam, "beta_2"), (momentum, "beta")])
def test_a_memory_of_everything_or_of_less_than_nothing_is_refused(update, name):
    with pytest.raises(ValueError, match=f"{name} must be below 1, got 1.0"):
        update(AT, AT, START, 0.1, **{name: 1.0})
    with pytest.raises(ValueError, match=f"{name} must be at least 0.0, got -0.1"):
        update(AT, AT, START, 0.1, **{name: -0.1})


def test_an_epsilon_of_zero_is_refused():
    with pytest.raises(ValueError, match=r"epsilon must be above 0\.0, got 0\.0"):
        adam(AT, AT, START, 0.1, epsilon=0.0)
