import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.descent import descend, wall_gradient, wall_loss
from helpers.maths.fixed_points import wall_bias
from helpers.maths.gradcheck import central_difference
from helpers.maths.scalar import orbit
from tests.at_random import PROPERTY

W, B = st.floats(2, 8), st.floats(-5, -1)


def loss_for_autograd(w, b, h0, n_steps, target):
    h = h0
    for _ in range(n_steps):
        h = (1 + anp.tanh((w * h + b) / 2)) / 2
    return (h - target) ** 2


@PROPERTY
@given(W, B, st.floats(0, 1), st.integers(1, 15), st.floats(0, 1))
def test_the_gradient_is_what_autograd_finds(w, b, h0, n_steps, target):
    expected = [grad(loss_for_autograd, i)(w, b, h0, n_steps, target) for i in (0, 1)]
    got = wall_gradient(w, b, h0, n_steps, target)
    np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-13)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus"])
def test_the_gradient_is_the_central_difference_of_the_loss(name):
    def loss(point):
        return wall_loss(*point, h0=0.3, n_steps=8, target=0.6, activation=name)

    got = wall_gradient(1.2, -0.4, h0=0.3, n_steps=8, target=0.6, activation=name)
    np.testing.assert_allclose(got, central_difference(loss, [1.2, -0.4]), rtol=1e-8)


@PROPERTY
@given(W, B, st.floats(0, 1), st.integers(0, 30), st.floats(-1, 2))
def test_the_loss_is_the_squared_distance_of_the_last_state_from_the_target(w, b, h0, n_steps, target):
    h_T = orbit("sigmoid", w, b, h0, n_steps)[-1]
    assert wall_loss(w, b, h0, n_steps, target) == pytest.approx((h_T - target) ** 2, rel=1e-14)


def test_on_the_wall_the_gradient_is_the_closed_form():
    growth = 1.5**50
    dE_dw, dE_db = wall_gradient(6.0, -3.0)
    assert dE_dw == pytest.approx(2 * (0.5 - 0.7) * 0.125 * (growth - 1) / 0.5, rel=1e-11)
    assert dE_db == pytest.approx(2 * (0.5 - 0.7) * 0.25 * (growth - 1) / 0.5, rel=1e-11)
    assert dE_dw == pytest.approx(-6.376215e7, rel=1e-6)


@pytest.mark.parametrize(("n_steps", "growth"), [(10, 57.7), (25, 2.5e4), (100, 4.1e17)])
def test_the_wall_grows_higher_with_every_step(n_steps, growth):
    dE_db = wall_gradient(6.0, -3.0, n_steps=n_steps)[1]
    assert -dE_db / (0.4 * 0.25) * 0.5 + 1 == pytest.approx(growth, rel=2e-2)


def test_beside_the_wall_lie_two_plateaus():
    b = -3.0 + np.array([-1e-4, 1e-4, -0.3, 0.3])
    np.testing.assert_allclose(orbit("sigmoid", 6.0, b)[-1, :2], [0.07071, 0.92929], atol=1e-5)
    assert (np.hypot(*wall_gradient(6.0, b)) < 0.2).all()


def test_the_wall_of_another_initial_state_is_where_wall_bias_says():
    h0 = 0.62
    b = wall_bias(h0, 6.0)
    on, beside = (np.hypot(*wall_gradient(6.0, x, h0=h0, n_steps=30)) for x in (b, b + 0.1))
    assert on > 100
    assert beside < 1


def test_loss_and_gradient_broadcast():
    w, b, target = np.ones((2, 1)), np.zeros(3), 0.2
    assert wall_loss(w, b, target=target).shape == (2, 3)
    assert [x.shape for x in wall_gradient(w, b, target=target)] == [(2, 3), (2, 3)]
    assert wall_gradient(1.0, 0.0, target=np.zeros(4))[0].shape == (4,)


def test_at_the_target_the_gradient_is_zero():
    assert wall_gradient(6.0, -3.0, target=0.5) == (0, 0)


def test_beyond_the_floats_the_gradient_is_infinite_and_the_loss_too():
    dE_dw, dE_db = wall_gradient(6.0, -3.0, n_steps=2000)
    assert dE_dw == dE_db == -np.inf
    assert wall_loss(6.0, 0.0, n_steps=500, activation="relu") == np.inf
    assert wall_gradient(6.0, 0.0, n_steps=500, activation="relu") == (np.inf, np.inf)


# --- the descent ---


def test_each_update_is_the_old_point_less_the_learning_rate_times_the_gradient():
    run = descend(5.0, -2.0, learning_rate=0.3, n_updates=20)
    for k in range(20):
        gradient = np.array(wall_gradient(*run.path[k]))
        np.testing.assert_allclose(run.path[k + 1], run.path[k] - 0.3 * gradient, rtol=1e-14)
        assert run.gradient_norm[k] == pytest.approx(np.linalg.norm(gradient), rel=1e-14)
        assert run.loss[k] == wall_loss(*run.path[k])


def test_a_small_learning_rate_lowers_the_loss_at_every_update():
    run = descend(2.0, 0.5, learning_rate=0.5, n_updates=60)
    assert (np.diff(run.loss) <= 0).all()
    assert run.loss[-1] < run.loss[0] / 2


def test_without_clipping_the_wall_throws_the_parameters_away():
    run = descend(6.0, -3.0, learning_rate=0.01, n_updates=5)
    assert np.linalg.norm(run.path[1]) > 1e5


def test_with_clipping_no_step_is_longer_than_learning_rate_times_threshold():
    run = descend(6.0, -3.0, learning_rate=0.01, n_updates=30, max_norm=1.0)
    assert (np.linalg.norm(np.diff(run.path, axis=0), axis=1) <= 0.01 * (1 + 1e-12)).all()
    assert run.gradient_norm[0] > 1e8  # the norm is told as it was before clipping


def test_clipping_keeps_the_direction_of_the_first_step():
    step = np.diff(descend(6.0, -3.0, learning_rate=0.01, n_updates=1, max_norm=1.0).path, axis=0)[0]
    np.testing.assert_allclose(step, 0.01 * np.array([1, 2]) / np.sqrt(5), rtol=1e-9)


def test_many_runs_at_once_are_the_runs_one_by_one():
    starts, norms = np.array([-3.7, -3.0, -2.0]), np.array([[np.inf], [1.0]])
    together = descend(6.0, starts, 0.3, 10, norms, n_steps=20)
    assert together.path.shape == (11, 2, 2, 3)
    for row, column in np.ndindex(2, 3):
        alone = descend(6.0, float(starts[column]), 0.3, 10, float(norms[row, 0]), n_steps=20)
        np.testing.assert_allclose(together.path[..., row, column], alone.path, rtol=1e-9)


def test_no_update_is_the_start_alone():
    run = descend(1.0, 0.0, learning_rate=1.0, n_updates=0)
    assert run.path.tolist() == [[1.0, 0.0]]
    assert run.loss.shape == run.gradient_norm.shape == (1,)


@PROPERTY
@given(W, B, st.floats(0, 1e300), st.just(np.inf) | st.floats(1e-3, 1e300), st.integers(0, 200))
def test_no_jump_ends_in_nan(w, b, learning_rate, max_norm, n_steps):
    run = descend(w, b, learning_rate, 3, max_norm, n_steps=n_steps)
    assert np.isfinite(run.path).all()
    assert np.isfinite(run.loss).all()
    assert not np.isnan(run.gradient_norm).any()


def test_a_gradient_beyond_the_floats_moves_the_point_to_a_finite_place():
    for max_norm in (np.inf, 1.0):
        run = descend(6.0, -3.0, learning_rate=10.0, n_updates=2, max_norm=max_norm, n_steps=2000)
        assert run.gradient_norm[0] == np.inf
        assert np.isfinite(run.path).all()


# --- bad input ---


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: descend(np.nan, 0.0, 0.1, 1), "w must not hold NaN, got nan"),
        (lambda: descend(1.0, 0.0, -0.1, 1), "learning_rate must be at least 0.0, got -0.1"),
        (lambda: descend(1.0, 0.0, "fast", 1), "learning_rate must hold real numbers, got 'fast'"),
        (lambda: descend(1.0, 0.0, 0.1, -1), "n_updates must be at least 0, got -1"),
        (lambda: descend(1.0, 0.0, 0.1, 2.0), "n_updates must be a whole number, got 2.0"),
        (lambda: descend(1.0, 0.0, 0.1, 0, max_norm=0.0), "max_norm must be above 0.0, got 0.0"),
        (lambda: descend(1.0, 0.0, 0.1, 1, h0=None), "h0 must hold real numbers, got None"),
        (lambda: descend(1.0, 0.0, 0.1, 1, n_steps=-1), "n_steps must be at least 0, got -1"),
        (lambda: descend(1.0, 0.0, 0.1, 1, target=np.inf), "target must be finite, got inf"),
    ],
)
def test_a_bad_update_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("function", [wall_loss, wall_gradient])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.nan, 0.0), "w must not hold NaN, got nan"),
        ((1.0, "0"), "b must hold real numbers, got '0'"),
        ((1.0, 0.0, np.inf), "h0 must be finite, got inf"),
        ((1.0, 0.0, 0.5, 1.5), "n_steps must be a whole number, got 1.5"),
        ((1.0, 0.0, 0.5, 5, None), "target must hold real numbers, got None"),
        ((np.ones(2), 0.0, 0.5, 5, np.zeros(3)), r"must broadcast together, got h_T \(2,\), target \(3,\)"),
        ((1.0, 0.0, 0.5, 5, 0.7, "logistic"), "activation must be one of .*got 'logistic'"),
    ],
)
def test_a_bad_wall_is_refused(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


# --- the census of notebook 02: what is said of starts drawn at random ---


def plain_descent(w, b, learning_rate, n_updates, max_norm, n_steps):
    """Path and losses as `descend` has them, without logarithms: no derivative of these starts is beyond the floats."""
    path, losses = [np.stack(np.broadcast_arrays(w, b, 0.0 * max_norm)[:2])], []
    for _ in range(n_updates + 1):
        (w, b), h, dw, db = path[-1], 0.5, 0.0, 0.0
        for _ in range(n_steps):
            with np.errstate(over="ignore"):
                after = 1 / (1 + np.exp(-(w * h + b)))
            slope = after * (1 - after)
            h, dw, db = after, slope * (h + w * dw), slope * (1 + w * db)
        losses.append((h - 0.7) ** 2)
        gradient = 2 * (h - 0.7) * np.stack([dw, db])
        norm = np.linalg.norm(gradient, axis=0)
        path.append(path[-1] - learning_rate * gradient / np.maximum(1.0, norm / max_norm))
    return np.array(path[:-1]), np.array(losses)


def crossings(path):
    """Return how often a path (T, 2, ...) goes from one side of the wall b = -w / 2 to the other."""
    above = path[:, 1] > -path[:, 0] / 2
    return np.count_nonzero(above[1:] != above[:-1], axis=0)


CENSUS = np.array([[1e300], [1.0]])  # the largest norms: no clipping, and that of the notebook


@pytest.mark.parametrize("n_steps", [10, 50])
def test_a_plain_descent_is_that_of_the_course_until_the_last_digits_have_grown(n_steps):
    starts = np.random.default_rng(0).uniform(-4.6, -3.05, 14)
    ours, (path, losses) = (one(6.0, starts, 0.3, 5, CENSUS, n_steps=n_steps) for one in (descend, plain_descent))
    np.testing.assert_allclose(ours.path, path, rtol=1e-6)
    np.testing.assert_allclose(ours.loss, losses, rtol=1e-6)


def test_from_where_the_explorer_opens_both_descents_cross_the_wall_again_and_again_at_t_50():
    path, _ = plain_descent(6.0, np.array([-3.7]), 0.3, 40, CENSUS, 50)
    assert crossings(path).min() >= 4  # in the forty updates that it shows, up and back at least twice


@pytest.mark.draws
@pytest.mark.parametrize("n_steps", [10, 20, 50])
def test_the_shares_of_runs_that_are_thrown_off_and_that_arrive(n_steps, draws):
    """Starts of 30 seeds, 14 each: a share p moves by 3.5 sqrt(p (1 - p) / 420), which is the margin here."""
    starts = np.concatenate([np.random.default_rng(seed).uniform(-4.6, -3.05, 14) for seed in draws()])
    path, losses = plain_descent(6.0, starts, 0.3, 200, CENSUS, n_steps)
    longest = np.abs(np.diff(path, axis=0)).max(axis=1)
    thrown = {n: (longest[:n].max(axis=0) > 5).mean(axis=1) for n in (40, 200)}
    arrived = {n: (losses[n - 7 : n + 1].max(axis=0) < 0.01).mean(axis=1) for n in (40, 200)}
    assert thrown[200][1] == 0  # no clipped step is longer than 0.3
    assert arrived[40].max() < 0.02  # "within 40 updates hardly any has arrived"
    if n_steps < 50:
        assert arrived[200].max() < 0.02  # "hardly any within 200"
    else:
        assert thrown[40][0] < 0.02  # "hardly any is thrown off within 40 updates"
        assert 0.11 < thrown[200][0] < 0.27  # "about one in five"; seen in 15 to 21 of 100
        assert 0.02 < arrived[200][0] < 0.17  # "about one in ten"; seen in 7 to 12 of 100
        assert 0.22 < arrived[200][1] < 0.39  # "about three in ten"
        assert arrived[200][1] > arrived[200][0] + 0.07  # "here clipping helps"
        assert crossings(path).min() >= 10  # "again and again, up and back"
    if n_steps == 20:
        assert 0.07 < thrown[40][0] < 0.20  # "about one in eight"
        assert 0.41 < thrown[200][0] < 0.62  # the "about 50%" of the cell
